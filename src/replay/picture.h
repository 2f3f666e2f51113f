// One session's course as a picture: tokens sent and money spent, request by request, without and with Headroom.
//
//   picture(course)  ->  "<svg xmlns=... viewBox="0 0 960 640">...</svg>"
//
// Self-contained: no script, no font, no link; light and dark by the viewer's own setting. Text beside the curves says
// what they end at, so that nothing hangs on colour alone. O(requests).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace headroom::replay {

struct CourseStep {
  std::int64_t tokens_without = 0, tokens_with = 0;  // sent in this request
  double dollars_without = 0, dollars_with = 0;      // from the beginning on
  bool epoch = false;                                // earlier blocks were rewritten in this request
};

struct Course {
  std::string title, subtitle;
  std::vector<CourseStep> steps;
};

// A whole SVG document.
std::string picture(const Course& course);
// The same in a page of its own.
std::string page(const Course& course);

}  // namespace headroom::replay
