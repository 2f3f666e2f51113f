// A configuration file without its comments and the bulk of its lists; every line shown is a line of the file.
//
//   # ports that the shop
//   # listens on                        # [lines 1-2: 2 comment lines]
//   servers:                            servers:
//     - name: web-1                       - name: web-1
//       port: 80                            port: 80
//     - name: web-2                ->     - name: web-2
//       port: 80                            port: 80
//     ... 60 more                         # [lines 8-123: 58 entries like those above]
//     - name: web-61                      - name: web-61
//       port: 80                            port: 80
//
// Entries are alike that follow each other at one depth and open alike: items of a list, tables of one name, entries
// with the same keys in them. Of such a run the first two and the last stay, those with other keys than most, those
// that the query names or that say an error, and those with an anchor, an alias, a block scalar or a heredoc. A comment
// stays if it says an error or the query names it. O(n log n).
#pragma once

#include <optional>
#include <string_view>

#include "compressors/compressor.h"
#include "compressors/config/config_text.h"

namespace headroom::compressors::config {

// nullopt if nothing can leave.
std::optional<View> leave_out(const Config& config, const Context& context);

}  // namespace headroom::compressors::config
