// What `ls -l` prints of one directory, and archives in its manner (`tar tv` apart): columns without names above them.
//
//   total 12                                                names mode, links, owner, group, size, time, name;
//   drwxr-xr-x 2 app app 4096 Mar  1 09:26 logs             "total 12" stays in front
//   -rw-r--r-- 1 app app   83 Mar  1 09:26 a b -> c
//
// A name is all that follows the time: blanks and " -> " belong to it. Entries of another shape (devices, unknown
// owners) become verbatim rows. O(bytes).
#pragma once

#include <optional>
#include <string_view>

#include "compressors/tables/text_table.h"

namespace headroom::compressors::tables {

std::optional<TextTable> read_listing(std::string_view text);

}  // namespace headroom::compressors::tables
