// Where the records of a file begin, and which stretches of them are values.
#pragma once

#include <string_view>
#include <vector>

#include "compressors/config/config_text.h"
#include "compressors/config/records.h"

namespace headroom::compressors::config {

// TOML and INI: a section or table with its lines. Values: strings, numbers, dates behind "=" or in a list (INI: all
// behind the "="), a section's name. `innermost`: the lines of lists.
Records table_records(const Config& config, std::string_view text, bool innermost);

// XML: elements that follow each other under one parent, the same name five times and more. Values: attributes and
// texts. `innermost`: of elements that repeat within such that repeat, the inner ones.
Records xml_records(std::string_view text, bool innermost);

}  // namespace headroom::compressors::config
