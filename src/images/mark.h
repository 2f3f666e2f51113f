// The comment that our images carry: in PNG a tEXt chunk "Comment", in JPEG a comment segment.
#pragma once

#include <string_view>

namespace headroom::images {

inline constexpr std::string_view mark = "Made smaller by Headroom";

}  // namespace headroom::images
