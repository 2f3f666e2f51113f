// What is known of an image by its bytes: its file, what the model is billed for it, the handle of its original.
//
// Reading a header means decoding the base64 around it, so facts are kept (view_cache.h) by the text as it stands in
// the body. O(bytes) the first time, then one hash over them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "history/record.h"
#include "images/codec.h"
#include "messages/conversation.h"
#include "pipeline/placing.h"

namespace headroom::pipeline {

struct ImageFacts {
  std::optional<images::File> file;  // null: none of the files that are read
  std::size_t bytes = 0;             // 0: not in the request, or no base64
  std::string handle;                // "": nothing may be left out of this request, or no bytes
  bool may_be_stored = false;
};

std::shared_ptr<const ImageFacts> facts_of(const Placing& placing, const messages::Image& image);

// By the model's row; where there is none, or the file is not read, what a screenshot costs most models.
Tokens tokens_of_image(const Placing& placing, const messages::Image& image);

// What stands for the images in the rendering of a unit that left: "[image 1920x1080, 48213 bytes. Retrieve with
// hash=...]". In the order of messages.
std::vector<history::Picture> pictures_of(const Placing& placing);

}  // namespace headroom::pipeline
