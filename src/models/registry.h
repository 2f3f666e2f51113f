// The models that `headroom model add` has seen: a name, where the directory lies, and the SHA-256 of what was in it.
//
//   DATA/models.json   {"models":[{"name":"kompress","directory":"/srv/models/kompress","model":"onnx/...",
//                       "model_sha256":"...","tokenizer_sha256":"..."}]}
//
// A row switches nothing on. Who opens a model by its name gets exactly these files, or an error.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "models/kompress.h"

namespace headroom::models {

struct Registered {
  std::string name;
  std::filesystem::path directory;
  ModelFiles files;
};

class Registry {
 public:
  // An absent file is an empty list.
  static Result<Registry> read(const std::filesystem::path& file);
  Result<void> write(const std::filesystem::path& file) const;

  const std::vector<Registered>& rows() const { return rows_; }
  const Registered* find(std::string_view name) const;
  void put(Registered row);  // replaces one of that name
  bool remove(std::string_view name);

 private:
  std::vector<Registered> rows_;  // by name
};

// Letters, digits, '.', '_' and '-'; no path, and no word that option prose_model knows.
bool is_model_name(std::string_view name);

// `named`: a registered name, or a path (it holds a '/'). Is there one?
Result<void> check_named(std::string_view named, const std::filesystem::path& registry);
Result<std::shared_ptr<const Kompress>> open_model(std::string_view named, const std::filesystem::path& registry,
                                                   const std::string& library);

}  // namespace headroom::models
