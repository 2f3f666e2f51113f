// Which images of a request become smaller, which leave as repeats, and what stands beside or for them.
//
//   a 1920x1080 screenshot of large type, gpt-4o  ->  1024x576, and "[image 1920x1080 shown at 1024x576. Retrieve with
//                                                     hash=482193075514]"
//   the same screenshot once more, an epoch after both  ->  the older one: "[image 1920x1080, shown again later. ...]"
//
// One decision per image, at birth and by nothing but its bytes, the model and the options; an older repeat leaves at
// an epoch that both lie before. Only where the original can be stored and asked for (a text answer cannot hold it, so
// the request in hand is no way back), where the model's billing is known and the statement costs less than is saved.
// Screens that a model points at are left alone: it answers in their pixels. O(pixels) for each new image.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/epochs.h"
#include "pipeline/placing.h"

namespace headroom::pipeline {

struct ImageChange {
  std::size_t image = 0;  // index into the conversation's
  std::string statement;  // with the handle
  std::string data;       // base64 of the smaller file; "": the image leaves
  std::string handle;
  std::size_t bytes = 0;  // of the original
  Tokens before, after;   // by the model's formula; `after` with the statement
};

struct ImagePlan {
  std::vector<ImageChange> changes;  // in order
  Tokens all;                        // what all images of the request cost as they came
  std::vector<std::string> warnings;
};

ImagePlan plan_images(const Placing& placing, const Course& course);

}  // namespace headroom::pipeline
