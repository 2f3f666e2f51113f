#include "cli/settings.h"

#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <system_error>

#include "cli/io.h"
#include "cli/toml.h"
#include "proxy/options.h"
#include "store/store.h"

namespace headroom::cli {
namespace {

namespace fs = std::filesystem;

// A variable of the XDG specification counts only if it is an absolute path.
fs::path directory_of(const Context& context, const char* ours, const char* xdg, std::string_view under_home) {
  if (const std::string_view own = context.environment(ours); !own.empty()) return fs::path(own);
  if (const fs::path base(context.environment(xdg)); base.is_absolute()) return base / "headroom";
  const fs::path home(context.environment("HOME"));
  return home.empty() ? fs::path() : home / under_home / "headroom";
}

struct Source {
  Origin origin;
  std::string prefix;  // of an error message
  api::Layer layer;
  std::vector<std::string> names;
  std::vector<Setting> proxy;
};

Result<Source> read_file(const Context& context, const fs::path& file) {
  Source source{Origin::file, "", {}, {}, {}};
  const fs::path directory = directories(context).config;
  std::error_code error;
  const fs::path path = file.empty() ? directory / "config.toml" : file;
  if (file.empty() && (directory.empty() || !fs::exists(path, error))) return source;
  source.prefix = path.string() + ": ";
  const auto blob = Blob::read_file(path.string());
  if (!blob) return std::unexpected(blob.error());
  const auto settings = parse_toml(blob->view());
  if (!settings) return fail(settings.error().kind, source.prefix + settings.error().message);
  for (const Setting& s : *settings) {
    if (proxy::find_proxy_option(s.key)) {
      source.proxy.push_back(s);
      continue;
    }
    source.layer.add_json(s.key, s.json);
    source.names.push_back(s.key);
  }
  return source;
}

// Only our own names: variables of the peer may mean something else.
Source read_environment(const Context& context) {
  Source source{Origin::environment, "environment: ", {}, {}, {}};
  for (const api::OptionRow& row : api::options()) {
    const std::string variable = variable_of(row.name);
    const std::string_view value = context.environment(variable.c_str());
    if (value.empty()) continue;
    source.layer.add_text(row.name, value);
    source.names.emplace_back(row.name);
  }
  return source;
}

}  // namespace

std::string_view to_string(Origin origin) {
  constexpr std::string_view names[] = {"default", "file", "environment", "flag"};
  return names[static_cast<std::size_t>(origin)];
}

Directories directories(const Context& context) {
  return {directory_of(context, "HEADROOM_CONFIG_DIR", "XDG_CONFIG_HOME", ".config"),
          directory_of(context, "HEADROOM_WORKSPACE_DIR", "XDG_DATA_HOME", ".local/share"),
          directory_of(context, "HEADROOM_WORKSPACE_DIR", "XDG_STATE_HOME", ".local/state")};
}

std::string variable_of(std::string_view option) {
  std::string name("HEADROOM_");
  for (const char c : option) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

api::Settings command_line_defaults(const Context& context) {
  api::Settings settings;
  settings.handle.store = api::Config::StoreKind::sqlite;
  settings.handle.ttl = std::chrono::hours(24);
  settings.handle.directory = directories(context).data;
  settings.handle.principal = "uid:" + std::to_string(::getuid());
  settings.call.redeems_outside = true;  // headroom retrieve
  return settings;
}

namespace {

Result<Loaded> read_layers(const Context& context, const GivenFlags& flags, const api::Settings& defaults,
                           const fs::path& config) {
  Loaded loaded;
  loaded.settings = defaults;
  loaded.origins.assign(api::options().size(), Origin::default_);
  const auto file = read_file(context, config);
  if (!file) return std::unexpected(file.error());
  loaded.proxy = file->proxy;
  Source given{Origin::flag, "", {}, {}, {}};
  for (const auto& [name, text] : flags) {
    given.layer.add_text(name, text);
    given.names.push_back(name);
  }
  if (const std::string_view key = context.environment("HEADROOM_MASTER_KEY"); !key.empty()) {
    const auto parsed = store::parse_master_key(key);
    if (!parsed)
      return fail(ErrorKind::invalid_request, "HEADROOM_MASTER_KEY takes 64 hex digits, or 44 characters of base64");
    loaded.settings.handle.master_key = *parsed;
  }
  const Source environment = read_environment(context);
  for (const Source* source : std::initializer_list<const Source*>{&*file, &environment, &given}) {
    if (const auto ok = source->layer.apply(loaded.settings, loaded.warnings); !ok) {
      return fail(ok.error().kind, source->prefix + ok.error().message);
    }
    for (std::size_t i = 0; i < loaded.origins.size(); ++i) {
      const api::OptionRow& row = api::options()[i];
      const bool named = std::ranges::any_of(source->names, [&row](const std::string& name) {
        return name == row.name || (!row.alias.empty() && name == row.alias);
      });
      if (named) loaded.origins[i] = source->origin;
    }
  }
  if (const auto ok = api::load_prices(loaded.settings.handle); !ok) return std::unexpected(ok.error());
  if (const auto ok = api::check_model(loaded.settings.handle); !ok) return std::unexpected(ok.error());
  return loaded;
}

}  // namespace

Result<Loaded> read_settings(const Context& context, const GivenFlags& flags) {
  return read_layers(context, flags, command_line_defaults(context), {});
}

Result<Loaded> load_settings(const Context& context, const GivenFlags& flags, const api::Settings& defaults,
                             const fs::path& config) {
  auto loaded = read_layers(context, flags, defaults, config);
  if (!loaded) return loaded;
  if (const auto ok = api::load_model(loaded->settings.handle); !ok) return std::unexpected(ok.error());
  return loaded;
}

Result<Loaded> load_settings(const Context& context, const GivenFlags& flags) {
  return load_settings(context, flags, command_line_defaults(context), {});
}

}  // namespace headroom::cli
