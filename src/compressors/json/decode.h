// The JSON text of a view made by encode.h (compact), or nullopt if the view is not one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::compressors::records {

std::optional<std::string> decode(std::string_view view);

}  // namespace headroom::compressors::records
