// headroom config: every option with its value and where that comes from.
#include "cli/commands.h"
#include "cli/words.h"
#include "json/writer.h"

namespace headroom::cli {
namespace {

std::string as_json(const Context& context, const Loaded& loaded) {
  const Directories where = directories(context);
  json::Writer out;
  out.object().key("directories").object().key("config").string(where.config.string());
  out.key("data").string(where.data.string()).end().key("options").array();
  const api::Settings defaults = command_line_defaults(context);
  for (std::size_t i = 0; i < loaded.origins.size(); ++i) {
    const api::OptionRow& row = api::options()[i];
    out.object().key("name").string(row.name).key("alias").string(row.alias).key("flag").string("--" +
                                                                                                flag_of(row.name));
    out.key("variable").string(variable_of(row.name)).key("group").string(to_string(row.group));
    out.key("takes").string(row.values).key("help").string(row.help).key("value");
    api::write_value(out, row, loaded.settings);
    out.key("default");
    api::write_value(out, row, defaults);
    out.key("origin").string(to_string(loaded.origins[i])).end();
  }
  out.end().key("drop_in").array();
  for (const api::PeerRow& row : api::peer_options()) {
    out.object().key("name").string(row.name).key("takes").string(row.values).key("help").string(row.help).end();
  }
  out.end().end();
  return std::move(out).take() + "\n";
}

}  // namespace

Exit run_config(const Context& context, const Arguments& arguments) {
  const auto loaded = read_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  if (arguments.has("json")) return context.print(as_json(context, *loaded));
  for (const std::string& warning : loaded->warnings) context.say(warning);
  std::string text;
  for (std::size_t i = 0; i < loaded->origins.size(); ++i) {
    const api::OptionRow& row = api::options()[i];
    json::Writer value;
    api::write_value(value, row, loaded->settings);
    text += padded(row.name, 26) + padded(to_string(loaded->origins[i]), 13) + value.text() + "\n";
  }
  const Directories where = directories(context);
  text += padded("(configuration)", 39) + (where.config / "config.toml").string() + "\n";
  text += padded("(originals)", 39) + where.data.string() + "\n";
  return context.print(text);
}

}  // namespace headroom::cli
