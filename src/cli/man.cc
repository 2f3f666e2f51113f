// The man page, troff with the man macros, from the tables.
#include "api/core.h"
#include "api/options.h"
#include "cli/commands.h"

namespace headroom::cli {
namespace {

// A backslash, a dash, and a dot or quote at the beginning of a line mean something to troff.
std::string roff(std::string_view text) {
  std::string out;
  if (!text.empty() && (text.front() == '.' || text.front() == '\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string item(std::string_view name, std::string_view value, std::string_view help) {
  std::string out = ".TP\n\\fB" + roff(name) + "\\fR";
  if (!value.empty()) out += " \\fI" + roff(value) + "\\fR";
  return out + "\n" + roff(help) + "\n";
}

std::string flag_name(const FlagRow& row) {
  return (row.letter ? std::string("-") + row.letter + ", " : "") + "--" + std::string(row.name);
}

}  // namespace

Exit run_man(const Context& context, const Arguments&) {
  std::string text = ".TH HEADROOM 1 \"\" \"headroom " + std::string(api::version()) + "\" \"User Commands\"\n";
  text +=
      ".SH NAME\nheadroom \\- shrinks what an LLM agent sends to its model, with every original kept\n"
      ".SH SYNOPSIS\n.B headroom\n.I COMMAND\n[FLAGS] [ARGUMENTS]\n.SH COMMANDS\n";
  for (const Command& c : commands()) {
    text += ".SS headroom " + std::string(c.name) + " " + roff(c.arguments) + "\n" + roff(c.summary) + ".\n";
    if (!c.text.empty()) text += roff(c.text) + "\n";
    for (const FlagRow& row : c.flags) text += item(flag_name(row), row.value, row.help);
    if (c.takes_options) text += ".PP\nTakes the options below.\n";
  }
  text += ".SH FLAGS OF EVERY COMMAND\n";
  for (const FlagRow& row : common_flags()) text += item(flag_name(row), row.value, row.help);
  text += ".SH OPTIONS\nAs flags, as variables (HEADROOM_MIN_LOSSY), as keys of config.toml (min_lossy).\n";
  for (const api::OptionRow& row : api::options()) {
    std::string help(row.help);
    if (!row.alias.empty()) help += " (also --" + flag_of(row.alias) + ")";
    text += item("--" + flag_of(row.name), row.values, help);
  }
  for (const api::PeerRow& row : api::peer_options()) text += item("--" + flag_of(row.name), row.values, row.help);
  text += ".SH EXIT STATUS\n";
  constexpr std::pair<std::string_view, std::string_view> statuses[] = {
      {"0", "Done."},
      {"1", "The answer is no: no such handle, not a view."},
      {"2", "Usage or configuration."},
      {"3", "The world failed: a file, the store, the output."},
      {"4", "Our bug."}};
  for (const auto& [status, meaning] : statuses) text += item(status, "", meaning);
  text += ".SH FILES\n";
  text +=
      item("$XDG_CONFIG_HOME/headroom/config.toml", "", "Options. HEADROOM_CONFIG_DIR stands in for the directory.");
  text +=
      item("$XDG_DATA_HOME/headroom/", "",
           "Originals and the workspace's key, readable by their owner only. HEADROOM_WORKSPACE_DIR stands in for it.");
  return context.print(text);
}

}  // namespace headroom::cli
