// What an entry of a list is called, so that a stub can say which ones it stands for.
//
//   [[package]]                       -  name: web-1            [order.0]            order:
//   name = "log"      "log 0.4.27"       port: 80    "web-1"    retries = 0  "order.0"  image: x   "order"
//   version = "0.4.27"
//
// The value of its first key; its own name where it has one; for XML the attribute name or id. A version beside the
// name goes with it. O(bytes of two lines).
#pragma once

#include <string>

#include "compressors/config/config_text.h"

namespace headroom::compressors::config {

// Lines begin..end. "" if it has none that a stub can hold.
std::string name_of_entry(const Config& config, std::size_t begin, std::size_t end);

}  // namespace headroom::compressors::config
