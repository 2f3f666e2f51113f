// What a command works on: the file it names, or the standard input, and what that is: a request body or any other
// text.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "api/core.h"
#include "cli/command.h"
#include "cli/io.h"

namespace headroom::cli {

// No input at all: a terminal, and no file named.
bool nothing_to_read(const Context& context, const Arguments& arguments);

Result<Blob> read_input(const Arguments& arguments);

// --text: a content; --format: a body; else by shape. Hints come from --kind, --query, --tool, --arguments.
Result<api::Input> classify(std::string_view text, const Arguments& arguments);

// Text that was surely meant as a request body but is no JSON: where it breaks.
std::optional<std::string> broken_body(std::string_view text);

}  // namespace headroom::cli
