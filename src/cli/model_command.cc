// headroom model: which model directories may judge prose. Reads and runs them; downloads nothing, switches nothing on.
//
//   headroom model add /srv/models/kompress-v2   ->  kompress-v2, the SHA-256 of its two files
#include <filesystem>
#include <system_error>

#include "api/config.h"
#include "cli/commands.h"
#include "cli/words.h"
#include "json/writer.h"
#include "models/registry.h"

namespace headroom::cli {
namespace {

namespace fs = std::filesystem;

std::string as_json(const std::vector<models::Registered>& rows) {
  json::Writer out;
  out.object().key("models").array();
  for (const models::Registered& r : rows) {
    out.object().key("name").string(r.name).key("directory").string(r.directory.string());
    out.key("model").string(r.files.model.string()).key("model_sha256").string(r.files.model_sha256);
    out.key("tokenizer_sha256").string(r.files.tokenizer_sha256).end();
  }
  out.end().end();
  return std::move(out).take() + "\n";
}

std::string as_text(const std::vector<models::Registered>& rows) {
  std::string text;
  for (const models::Registered& r : rows) {
    text += r.name + "  " + r.directory.string() + "\n";
    text += "  " + r.files.model_sha256 + "  " + r.files.model.string() + "\n";
    text += "  " + r.files.tokenizer_sha256 + "  " + r.files.tokenizer.string() + "\n";
  }
  return text;
}

Exit add(const Context& context, const Arguments& arguments, const api::Config& config, const fs::path& file) {
  std::error_code error;
  fs::path directory = fs::absolute(arguments.positional[1], error).lexically_normal();
  if (!directory.has_filename()) directory = directory.parent_path();
  models::Registered row{arguments.get("name", directory.filename().string()), directory, {}};
  if (!models::is_model_name(row.name))
    return context.refuse(
        {ErrorKind::invalid_request, "--name takes letters, digits, '.', '_' and '-', not " + row.name});
  const auto opened = models::Kompress::open(directory, config.onnxruntime.path);
  if (!opened) return context.refuse(opened.error());
  row.files = (*opened)->files();
  auto list = models::Registry::read(file);
  if (!list) return context.refuse(list.error());
  list->put(row);
  if (const auto ok = list->write(file); !ok) return context.refuse(ok.error());
  return context.print(arguments.has("json") ? as_json({row}) : as_text({row}));
}

Exit remove(const Context& context, const Arguments& arguments, const fs::path& file) {
  auto list = models::Registry::read(file);
  if (!list) return context.refuse(list.error());
  if (!list->remove(arguments.positional[1])) {
    context.say("no model is registered as " + arguments.positional[1]);
    return Exit::no;
  }
  if (const auto ok = list->write(file); !ok) return context.refuse(ok.error());
  return Exit::done;
}

}  // namespace

Exit run_model(const Context& context, const Arguments& arguments) {
  const auto loaded = read_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  const api::Config& config = loaded->settings.handle;
  if (config.directory.empty())
    return context.refuse({ErrorKind::unavailable, "no directory: set HOME or HEADROOM_WORKSPACE_DIR"});
  const fs::path file = api::model_registry(config.directory);
  const std::string what = arguments.positional.empty() ? "list" : arguments.positional.front();
  const bool named = arguments.positional.size() == 2;
  if (what == "add" && named) return add(context, arguments, config, file);
  if (what == "remove" && named) return remove(context, arguments, file);
  if (what == "list" && !named) {
    const auto list = models::Registry::read(file);
    if (!list) return context.refuse(list.error());
    return context.print(arguments.has("json") ? as_json(list->rows()) : as_text(list->rows()));
  }
  return context.refuse({ErrorKind::invalid_request, "headroom model add DIR, list, or remove NAME"});
}

}  // namespace headroom::cli
