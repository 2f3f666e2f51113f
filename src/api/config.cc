#include "api/config.h"

#include <fstream>
#include <iterator>
#include <system_error>

namespace headroom::api {
namespace {

constexpr std::uintmax_t most_bytes = 4 << 20;  // the one compiled in has some 20 kB

Result<std::string> read_small_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorKind::invalid_request, "there is no such file");
  }
  if (std::filesystem::file_size(path, error) > most_bytes || error) {
    return fail(ErrorKind::invalid_request, "larger than 4 MiB");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.good() && !in.eof()) return fail(ErrorKind::unavailable, "cannot be read");
  return text;
}

}  // namespace

Result<void> load_prices(Config& config) {
  PriceFile& file = config.prices;
  if (file.path.empty() || file.table) return {};
  const auto failed = [&file](const Error& error) {
    return fail(error.kind, "price file " + file.path + ": " + error.message);
  };
  const auto text = read_small_file(file.path);
  if (!text) return failed(text.error());
  auto parsed = prices::Prices::parse(*text);
  if (!parsed) return failed(parsed.error());
  file.table = std::make_shared<const prices::Prices>(std::move(*parsed));
  return {};
}

}  // namespace headroom::api
