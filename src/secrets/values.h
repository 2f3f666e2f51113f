// Is the value behind a name such as PASSWORD= a secret, or a placeholder, a reference, a word of prose?
#pragma once

#include <string_view>

namespace headroom::secrets {

// What the name says that its value is.
enum class Named { nothing, password, token, key };

// "DB_PASSWORD" -> password, "nextPageToken" -> nothing, "aws_secret_access_key" -> key. `loud`: written in capitals,
// as variables of an environment are.
Named named(std::string_view name, bool& loud);

bool is_secret_value(Named what, bool loud, std::string_view value);

// ${X}, <token>, {{ x }}, ****, changeme, your-key-here, ...
bool is_placeholder(std::string_view value);

// Different bytes in it, counted to 32.
int distinct(std::string_view text);

}  // namespace headroom::secrets
