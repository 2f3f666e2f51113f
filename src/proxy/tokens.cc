#include "proxy/tokens.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "json/document.h"
#include "json/writer.h"
#include "store/aead.h"
#include "store/files.h"
#include "store/hmac.h"

namespace headroom::proxy {
namespace {

constexpr std::string_view prefix = "hrt_";
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t most_bytes = 1 << 20;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}
std::string hex(const TokenDigest& d) {
  return hex({reinterpret_cast<const char*>(d.data()), d.size()});
}

std::optional<TokenDigest> unhex(std::string_view text) {
  TokenDigest d{};
  if (text.size() != 2 * d.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t value = digits.find(text[i]);
    if (value == digits.npos) return std::nullopt;
    d[i / 2] = static_cast<std::uint8_t>(d[i / 2] << 4 | value);
  }
  return d;
}

// A file of ours: no symlink, not readable by others.
Result<std::optional<std::string>> read_private(const std::filesystem::path& file) {
  const store::File f(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (f.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return std::unexpected(store::system_error("cannot read the file of tokens", errno));
  }
  struct stat info{};
  if (::fstat(f.fd(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != ::geteuid())
    return fail(ErrorKind::unavailable, "the file of tokens is not a file of this user");
  if (info.st_mode & 077) return fail(ErrorKind::unavailable, "the file of tokens can be read by others: chmod 600");
  std::string text(static_cast<std::size_t>(std::min<off_t>(info.st_size, most_bytes)), '\0');
  const ssize_t n = ::read(f.fd(), text.data(), text.size());
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return text;
}

Result<void> write_new(const std::filesystem::path& file, std::string_view text) {
  const store::File f(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (f.fd() < 0) return std::unexpected(store::system_error("cannot write the file of tokens", errno));
  if (::write(f.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(f.fd()) != 0)
    return std::unexpected(store::system_error("cannot write the file of tokens", errno));
  return {};
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

std::optional<Right> parse_right(std::string_view name) {
  for (const Right r : {Right::data, Right::content, Right::read, Right::admin}) {
    if (to_string(r) == name) return r;
  }
  return std::nullopt;
}

TokenDigest digest_of_token(std::string_view token) {
  return store::hmac_sha256("headroom proxy token", token);
}

const Token* TokenTable::find(std::string_view presented) const {
  const TokenDigest digest = digest_of_token(presented);
  const Token* found = nullptr;
  for (const Token& token : tokens_) {
    unsigned difference = 0;
    for (std::size_t i = 0; i < digest.size(); ++i) difference |= static_cast<unsigned>(digest[i] ^ token.digest[i]);
    found = difference == 0 ? &token : found;
  }
  return found;
}

Result<std::string> new_token() {
  auto bytes = store::random_bytes(32);
  if (!bytes) return std::unexpected(bytes.error());
  return std::string(prefix) + hex(*bytes);
}

Result<std::string> load_or_make_token(const std::filesystem::path& file) {
  if (auto made = store::make_private_directory(file.parent_path()); !made) return std::unexpected(made.error());
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto there = read_private(file);
    if (!there) return std::unexpected(there.error());
    if (*there) {
      std::string token = trimmed(**there);
      if (token.size() < 16) return fail(ErrorKind::unavailable, "the token file holds no token: " + file.string());
      return token;
    }
    auto token = new_token();
    if (!token) return token;
    if (const auto written = write_new(file, *token + "\n"); written) return token;
    // Another process made it in between, or it cannot be written: the next round tells.
  }
  return fail(ErrorKind::unavailable, "cannot make the token file " + file.string());
}

Result<std::vector<Token>> read_tokens(const std::filesystem::path& file) {
  std::vector<Token> tokens;
  const auto text = read_private(file);
  if (!text) return std::unexpected(text.error());
  if (!*text) return tokens;
  const auto broken = [] { return fail(ErrorKind::corrupt, "the file of tokens cannot be read"); };
  const auto doc = json::Document::parse(**text);
  if (!doc || !doc->is(0, json::Kind::array)) return broken();
  for (const json::NodeId entry : doc->elements(0)) {
    Token token;
    const auto text_of = [&](std::string_view key) {
      const auto value = doc->member(entry, key);
      return value && doc->is(*value, json::Kind::string) ? doc->string(*value) : std::string();
    };
    token.name = text_of("name");
    token.workspace = text_of("workspace");
    token.retrieval_tool = text_of("retrieval") == "tool";
    const auto digest = unhex(text_of("digest"));
    const auto rights = doc->member(entry, "rights");
    if (!digest || token.name.empty() || token.workspace.empty() || !rights || !doc->is(*rights, json::Kind::array))
      return broken();
    token.digest = *digest;
    for (const json::NodeId r : doc->elements(*rights)) {
      const auto right = doc->is(r, json::Kind::string) ? parse_right(doc->string(r)) : std::nullopt;
      if (!right) return broken();
      token.rights.add(*right);
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Result<void> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  if (auto made = store::make_private_directory(file.parent_path()); !made) return std::unexpected(made.error());
  json::Writer out;
  out.array();
  for (const Token& token : tokens) {
    out.object().key("name").string(token.name).key("rights").array();
    for (const Right r : {Right::data, Right::content, Right::read, Right::admin}) {
      if (token.rights.has(r)) out.string(to_string(r));
    }
    out.end().key("workspace").string(token.workspace);
    out.key("retrieval").string(token.retrieval_tool ? "tool" : "none").key("digest").string(hex(token.digest)).end();
  }
  out.end();
  // Beside it first: a reader sees the old file or the new one.
  std::filesystem::path next = file;
  next += ".new";
  ::unlink(next.c_str());
  if (auto written = write_new(next, std::move(out).take() + "\n"); !written) return written;
  if (::rename(next.c_str(), file.c_str()) != 0)
    return std::unexpected(store::system_error("cannot write the file of tokens", errno));
  return {};
}

}  // namespace headroom::proxy
