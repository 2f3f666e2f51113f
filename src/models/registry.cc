#include "models/registry.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "json/document.h"
#include "json/writer.h"

namespace headroom::models {
namespace {

namespace fs = std::filesystem;
using json::Kind;

}  // namespace

Result<Registry> Registry::read(const fs::path& file) {
  Registry out;
  std::error_code error;
  if (!fs::exists(file, error)) return out;
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto damaged = [&](std::string_view why) {
    return fail(ErrorKind::corrupt, file.string() + ": " + std::string(why));
  };
  if (!in.good() && !in.eof()) return damaged("cannot be read");
  const auto doc = json::Document::parse(text);
  if (!doc) return damaged(doc.error().message);
  const auto list = doc->is(0, Kind::object) ? doc->member(0, "models") : std::nullopt;
  if (!list || !doc->is(*list, Kind::array)) return damaged("no list of models");
  for (const json::NodeId row : doc->elements(*list)) {
    const auto text_of = [&](std::string_view key) {
      const auto value = doc->is(row, Kind::object) ? doc->member(row, key) : std::nullopt;
      return value && doc->is(*value, Kind::string) ? doc->string(*value) : std::string();
    };
    Registered r{text_of("name"),
                 text_of("directory"),
                 {text_of("model"), "tokenizer.json", text_of("model_sha256"), text_of("tokenizer_sha256")}};
    if (!is_model_name(r.name) || r.directory.empty()) return damaged("a row has no name or no directory");
    out.put(std::move(r));
  }
  return out;
}

Result<void> Registry::write(const fs::path& file) const {
  json::Writer out;
  out.object().key("models").array();
  for (const Registered& r : rows_) {
    out.object().key("name").string(r.name).key("directory").string(r.directory.string());
    out.key("model").string(r.files.model.string()).key("model_sha256").string(r.files.model_sha256);
    out.key("tokenizer_sha256").string(r.files.tokenizer_sha256).end();
  }
  out.end().end();
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const fs::path fresh = file.string() + ".new";  // whoever reads sees the old list or the new one
  {
    std::ofstream stream(fresh, std::ios::binary | std::ios::trunc);
    stream << std::move(out).take() << '\n';
    if (!stream.flush()) return fail(ErrorKind::unavailable, fresh.string() + " cannot be written");
  }
  fs::rename(fresh, file, error);
  if (error) return fail(ErrorKind::unavailable, file.string() + ": " + error.message());
  return {};
}

const Registered* Registry::find(std::string_view name) const {
  const auto at = std::ranges::find(rows_, name, &Registered::name);
  return at == rows_.end() ? nullptr : &*at;
}

void Registry::put(Registered row) {
  remove(row.name);
  rows_.insert(std::ranges::upper_bound(rows_, row.name, {}, &Registered::name), std::move(row));
}

bool Registry::remove(std::string_view name) {
  return std::erase_if(rows_, [name](const Registered& r) { return r.name == name; }) > 0;
}

bool is_model_name(std::string_view name) {
  constexpr std::string_view words[] = {"extractive", "small", "none", "disabled"};
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  return plain && !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::ranges::find(words, name) == std::end(words);
}

namespace {

bool is_path(std::string_view named) {
  return named.find('/') != std::string_view::npos;
}

Result<Registered> registered(std::string_view name, const fs::path& registry) {
  const auto list = Registry::read(registry);
  if (!list) return std::unexpected(list.error());
  if (const Registered* row = list->find(name)) return *row;
  return fail(ErrorKind::invalid_request, "no model is registered as " + std::string(name) +
                                              "; headroom model add DIR registers one, headroom model list shows them");
}

}  // namespace

Result<void> check_named(std::string_view named, const fs::path& registry) {
  std::error_code ignored;
  fs::path directory(named);
  if (!is_path(named)) {
    const auto row = registered(named, registry);
    if (!row) return std::unexpected(row.error());
    directory = row->directory;
  }
  if (fs::is_directory(directory, ignored)) return {};
  return fail(ErrorKind::invalid_request, "model " + directory.string() + ": there is no such directory");
}

Result<std::shared_ptr<const Kompress>> open_model(std::string_view named, const fs::path& registry,
                                                   const std::string& library) {
  if (is_path(named)) return Kompress::open(fs::path(named), library);
  const auto row = registered(named, registry);
  if (!row) return std::unexpected(row.error());
  auto opened = Kompress::open(row->directory, library);
  if (!opened) return opened;
  const ModelFiles& now = (*opened)->files();
  for (const auto& [then, found, name] :
       {std::tuple{&row->files.model_sha256, &now.model_sha256, now.model.string()},
        std::tuple{&row->files.tokenizer_sha256, &now.tokenizer_sha256, now.tokenizer.string()}}) {
    if (*then != *found) {
      return fail(ErrorKind::corrupt, "model " + row->name + ": " + name +
                                          " is not the file that was registered (SHA-256 " + *found + ", not " + *then +
                                          "); headroom model add registers it anew");
    }
  }
  return opened;
}

}  // namespace headroom::models
