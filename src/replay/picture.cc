#include "replay/picture.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <string_view>

namespace headroom::replay {
namespace {

constexpr double width = 960, height = 700, left = 76, right = 150, plot_height = 236;

constexpr std::string_view style = R"(<style>
svg { background: var(--ground); font: 13px system-ui, sans-serif; --ground: #ffffff; --ink: #1c2330; --soft: #667085; --line: #e4e7ec;
  --without: #b54708; --with: #0b6e99; --between: #0b6e9918; --epoch: #7a5af8; }
@media (prefers-color-scheme: dark) { svg { --ground: #0f141b; --ink: #e6eaf0; --soft: #98a2b3; --line: #27303c; --without: #f79009;
  --with: #53b1fd; --between: #53b1fd1f; --epoch: #bdb4fe; } }
text { fill: var(--ink); } .soft { fill: var(--soft); font-size: 12px; } .title { font-size: 19px; font-weight: 600; }
.name { font-weight: 600; } .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.without { stroke: var(--without); fill: none; stroke-width: 2; } .with { stroke: var(--with); fill: none; stroke-width: 2; }
.between { fill: var(--between); } .epoch { stroke: var(--epoch); stroke-dasharray: 3 3; } .epochs { fill: var(--epoch); font-size: 12px; }
.tw { fill: var(--without); font-weight: 600; } .tc { fill: var(--with); font-weight: 600; }
</style>)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

template <class... Args>
std::string formatted(const char* form, Args... args) {
  std::array<char, 512> buffer;
  const int n = std::snprintf(buffer.data(), buffer.size(), form, args...);
  return std::string(buffer.data(), static_cast<std::size_t>(std::clamp(n, 0, 511)));
}

std::string words(double x, double y, std::string_view kind, std::string_view anchor, std::string_view text) {
  return formatted("<text x=\"%.1f\" y=\"%.1f\" class=\"%.*s\" text-anchor=\"%.*s\">", x, y,
                   static_cast<int>(kind.size()), kind.data(), static_cast<int>(anchor.size()), anchor.data()) +
         escaped(text) + "</text>\n";
}

// A step of 1, 2 or 5 times a power of ten that cuts `most` into three to six parts.
double step_for(double most) {
  double step = 1e-6;
  for (int i = 0; most / step > 6; ++i) step *= i % 3 == 1 ? 2.5 : 2;  // 1, 2, 5, 10, ...
  return step;
}

std::string thousands(double n) {
  return n >= 1000 ? formatted("%.0fk", n / 1000) : formatted("%.0f", n);
}
std::string dollars(double n) {
  return n == 0 ? "0" : formatted(n < 1 ? "$%.2f" : "$%.1f", n);
}
std::string exact_dollars(double n) {
  return formatted(n < 0.1 ? "$%.4f" : "$%.2f", n);
}

using Value = std::function<double(const CourseStep&)>;

// One plot: two curves, what lies between them, epochs as dashed lines.
std::string plot(const Course& course, double top, std::string_view name, const Value& without, const Value& with,
                 const std::function<std::string(double)>& tick, const std::function<std::string(double)>& total) {
  const std::vector<CourseStep>& steps = course.steps;
  double most = 0;
  for (const CourseStep& s : steps) most = std::max({most, without(s), with(s)});
  if (most <= 0) most = 1;
  const double step = step_for(most), bottom = top + plot_height, inner = width - left - right;
  const double ceiling = most * 1.04;
  const auto x = [&](std::size_t i) {
    return left + (steps.size() < 2 ? 0 : inner * static_cast<double>(i) / static_cast<double>(steps.size() - 1));
  };
  const auto y = [&](double v) { return bottom - plot_height * v / ceiling; };

  std::string out = words(left, top - 14, "name", "start", name);
  for (double v = 0; v <= ceiling; v += step) {
    out += formatted("<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", v == 0 ? "axis" : "grid",
                     left, left + inner, y(v), y(v));
    out += words(left - 10, y(v) + 4, "soft", "end", tick(v));
  }
  std::string upper, lower, back;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    upper += formatted("%s%.1f,%.1f", i ? " " : "", x(i), y(without(steps[i])));
    lower += formatted("%s%.1f,%.1f", i ? " " : "", x(i), y(with(steps[i])));
    const std::size_t j = steps.size() - 1 - i;
    back += formatted(" %.1f,%.1f", x(j), y(with(steps[j])));
  }
  out += "<polygon class=\"between\" points=\"" + upper + back + "\"/>\n";
  out +=
      "<polyline class=\"without\" points=\"" + upper + "\"/>\n<polyline class=\"with\" points=\"" + lower + "\"/>\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].epoch) continue;
    out +=
        formatted("<line class=\"epoch\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", x(i), x(i), top, bottom);
  }
  // What the curves end at; apart from each other where they end close together.
  double a = y(without(steps.back())), b = y(with(steps.back()));
  if (b - a < 34) {
    const double middle = (a + b) / 2;
    a = middle - 17, b = middle + 17;
  }
  const double push = std::min(0.0, bottom - 18 - b);
  a += push, b += push;
  out += words(left + inner + 10, a + 1, "tw", "start", "without") +
         words(left + inner + 10, a + 16, "tw", "start", total(without(steps.back())));
  out += words(left + inner + 10, b + 1, "tc", "start", "with Headroom") +
         words(left + inner + 10, b + 16, "tc", "start", total(with(steps.back())));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t every = std::max<std::size_t>(1, (steps.size() + 7) / 8);
    if (i % every == 0) out += words(x(i), bottom + 18, "soft", "middle", std::to_string(i + 1));
  }
  return out;
}

}  // namespace

std::string picture(const Course& course) {
  std::string out =
      formatted("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", width, height);
  out += "<title>" + escaped(course.title) + "</title>\n";
  out += style;
  out += '\n';
  out += words(24, 34, "title", "start", course.title) + words(24, 56, "soft", "start", course.subtitle);
  if (course.steps.empty()) return out + words(24, 120, "soft", "start", "No requests.") + "</svg>\n";
  const auto epochs = std::ranges::count_if(course.steps, &CourseStep::epoch);
  const double first = 112, second = first + plot_height + 72;
  out += plot(
      course, first, "Tokens sent, request by request",
      [](const CourseStep& s) { return static_cast<double>(s.tokens_without); },
      [](const CourseStep& s) { return static_cast<double>(s.tokens_with); }, thousands,
      [](double n) { return formatted("%.1fk tokens", n / 1000); });
  out += plot(
      course, second, "Spent so far, at the provider's prices and through its cache",
      [](const CourseStep& s) { return s.dollars_without; }, [](const CourseStep& s) { return s.dollars_with; },
      dollars, exact_dollars);
  if (epochs > 0) {
    out += words(
        width - 24, height - 10, "epochs", "end",
        std::to_string(epochs) + (epochs == 1 ? " epoch" : " epochs") + ": dashed; earlier text was rewritten there");
  }
  return out + "</svg>\n";
}

std::string page(const Course& course) {
  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
         "content=\"width=device-width\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         escaped(course.title) +
         "</title>\n<style>:root { color-scheme: light dark; } body { margin: 0; background: #ffffff; } svg { display: "
         "block; "
         "max-width: 1100px; margin: 0 auto; }\n"
         "@media (prefers-color-scheme: dark) { body { background: #0f141b; } }</style>\n" +
         picture(course) + "</html>\n";
}

}  // namespace headroom::replay
