// The proxy's callers by token: the main token, and others with a name, rights and a workspace. Only digests are held.
//
//   hrt_5f0c... (32 random bytes, in the file `token`, 0600)      every right, workspace "default"
//   tokens.json: [{"name":"litellm","rights":["data","content"],"workspace":"team","retrieval":"tool","digest":"..."}]
//
// Two tokens may have one name, so that one can be replaced while both are valid.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/routes.h"

namespace headroom::proxy {

// A set of rights.
class Rights {
 public:
  static constexpr Rights all() { return Rights(0x1F); }
  constexpr Rights() = default;
  constexpr bool has(Right r) const { return bits_ >> static_cast<unsigned>(r) & 1; }
  constexpr void add(Right r) { bits_ = static_cast<std::uint8_t>(bits_ | 1u << static_cast<unsigned>(r)); }

 private:
  constexpr explicit Rights(std::uint8_t bits) : bits_(bits) {}
  std::uint8_t bits_ = 1;  // open
};
std::optional<Right> parse_right(std::string_view name);

using TokenDigest = std::array<std::uint8_t, 32>;
TokenDigest digest_of_token(std::string_view token);

struct Token {
  std::string name;
  Rights rights;
  std::string workspace = "default";
  bool retrieval_tool = false;  // /v1/compress may lose what this caller redeems
  TokenDigest digest{};
};

class TokenTable {
 public:
  void add(Token token) { tokens_.push_back(std::move(token)); }
  bool empty() const { return tokens_.empty(); }
  const std::vector<Token>& all() const { return tokens_; }
  // In the same time for every text of one length, whether it is a token or not.
  const Token* find(std::string_view presented) const;

 private:
  std::vector<Token> tokens_;
};

// The main token of a state directory; made if there is none.
Result<std::string> load_or_make_token(const std::filesystem::path& file);
Result<std::string> new_token();

// tokens.json of the state directory; none if it is not there.
Result<std::vector<Token>> read_tokens(const std::filesystem::path& file);
Result<void> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens);

}  // namespace headroom::proxy
