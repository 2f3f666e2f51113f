#include "api/config.h"

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "compressors/prose/scorer.h"
#include "compressors/prose/trained.h"
#include "models/registry.h"

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

std::string_view default_model() {
  return "extractive";
}

bool is_built_in_model(std::string_view name) {
  return name == "small" || name == "extractive";
}

std::filesystem::path model_registry(const std::filesystem::path& directory) {
  return directory / "models.json";
}

Result<void> check_model(const Config& config) {
  const std::string& name = config.prose_model.name;
  return name.empty() || is_built_in_model(name) ? Result<void>{}
                                                 : models::check_named(name, model_registry(config.directory));
}

Result<void> load_model(Config& config) {
  ProseModel& model = config.prose_model;
  if (model.name.empty() || model.scorer) return {};
  if (is_built_in_model(model.name)) {
    const bool small = model.name == "small";
    const auto& scorer = small ? compressors::prose::trained_scorer() : compressors::prose::extractive_scorer();
    model.scorer = {std::shared_ptr<const void>(), &scorer};  // part of the program, nobody's to delete
    return {};
  }
  auto opened = models::open_model(model.name, model_registry(config.directory), config.onnxruntime.path);
  if (!opened) return std::unexpected(opened.error());
  model.scorer = compressors::prose::model_scorer(std::move(*opened));
  return {};
}

}  // namespace headroom::api
