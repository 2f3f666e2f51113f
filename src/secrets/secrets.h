// Finds secrets in a text by what they look like: keys of clouds, forges and services by their prefix and length, PEM
// private keys, JWTs, URLs with a password, authorization headers, and values that stand behind a name such as
// DB_PASSWORD= or "api_key":.
//
//   "export GITHUB_TOKEN=ghp_..."  -> {"github_token", offset, length} of the value
//   "max_token=4096", "integrity sha512-...", "key: primary"  -> nothing
//
// One pass: a bitmap over four-byte windows, case folded, says where a rule might begin; only there rules are asked. A
// rule is a row of rules.h. Placeholders (${X}, <token>, changeme, ****) are no secrets.
//
// Cost: 0.5 ms a MB of JSON or log (secrets_test prints it); linear: every rule looks at a bounded stretch.
// Limits: no entropy search for bare strings, so a password without a name beside it is not found; text is read as
// bytes, not through base64 or compression.
// Sources: the published formats of the services; the labelled set of secrets_test.cc holds recall >= .99 and
// precision >= .95.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace headroom::secrets {

struct Finding {
  std::string_view rule;
  std::size_t offset, length;  // of the secret itself
};

// The first one: enough to decide what may be stored.
std::optional<Finding> first(std::string_view text);
// All of them, in order, none inside another.
std::vector<Finding> all(std::string_view text);

}  // namespace headroom::secrets
