// Help pages from the tables.
#include "api/core.h"
#include "api/nearest.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/words.h"

namespace headroom::cli {
namespace {

constexpr std::size_t width = 100, column = 34;

std::string entry(std::string_view name, std::string_view help) {
  std::string text = wrapped(help, width, column);
  std::string head = "  " + std::string(name);
  if (head.size() + 2 <= column && text.size() > column) return head + text.substr(head.size());
  return head + "\n" + text;
}

std::string flag_entry(const FlagRow& row) {
  std::string name = row.letter ? std::string("-") + row.letter + ", " : "    ";
  name.append("--").append(row.name);
  if (!row.value.empty()) name.append(" ").append(row.value);
  return entry(name, row.help);
}

std::string option_entries() {
  const auto heading = [](api::Group group) {
    constexpr std::string_view names[] = {
        "Views",  "What is left alone",      "Retrieval", "When earlier text may be rewritten", "Models",
        "Prices", "Where originals are kept"};
    static_assert(std::size(names) == static_cast<std::size_t>(api::Group::store) + 1);
    return names[static_cast<std::size_t>(group)];
  };
  std::string text;
  const api::OptionRow* before = nullptr;
  for (const api::OptionRow& row : api::options()) {
    if (!before || before->group != row.group) text.append("\n").append(heading(row.group)).append(":\n");
    before = &row;
    std::string name = "    --" + flag_of(row.name);
    if (row.values != "true|false") name.append(" ").append(row.values);
    std::string help(row.help);
    if (!row.alias.empty()) help.append(" (also --").append(flag_of(row.alias)).append(")");
    text += entry(name, help);
  }
  text += "\nNames that users of another tool know:\n";
  for (const api::PeerRow& row : api::peer_options()) {
    text += entry("    --" + flag_of(row.name) + (row.values == "true|false" ? "" : " " + std::string(row.values)),
                  row.help);
  }
  text +=
      "\nEach can also be set by a variable (HEADROOM_MIN_LOSSY=300) or in config.toml (min_lossy = 300);\n"
      "headroom config shows the values and where they come from.\n";
  return text;
}

std::string overview(const Context& context) {
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  std::string text = bold + "headroom " + std::string(api::version()) + plain +
                     ": shrinks what an LLM agent sends to its model, with every original kept\n\n"
                     "  npm test 2>&1 | headroom compress              the log's view\n"
                     "  headroom compress request.json > smaller.json  the same request, fewer tokens\n"
                     "  headroom retrieve 482193075514                 what a marker stands for\n\n" +
                     bold + "Commands:" + plain + "\n";
  for (const Command& c : commands()) {
    text += "  " + padded(std::string(c.name) + " " + std::string(c.arguments), 24) + std::string(c.summary) + "\n";
  }
  return text +
         "\nheadroom help COMMAND shows its flags. Exit status: 0 done, 1 the answer is no, 2 usage or configuration,\n"
         "3 a file or the store failed, 4 our bug.\n";
}

std::string page(const Context& context, const Command& command) {
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  std::string text = bold + "headroom " + std::string(command.name) + plain;
  if (!command.flags.empty() || command.takes_options) text += " [FLAGS]";
  if (!command.arguments.empty()) text.append(" ").append(command.arguments);
  text.append("\n").append(command.summary).append(".\n");
  if (!command.text.empty()) text.append("\n").append(wrapped(command.text, width, 0));
  text += "\nFlags:\n";
  for (const FlagRow& row : command.flags) text += flag_entry(row);
  for (const FlagRow& row : common_flags()) text += flag_entry(row);
  return command.takes_options ? text + option_entries() : text;
}

}  // namespace

Exit run_help(const Context& context, const Arguments& arguments) {
  if (arguments.positional.empty()) return context.print(overview(context));
  const Command* const command = find_command(arguments.positional.front());
  if (command) return context.print(page(context, *command));
  std::vector<std::string_view> names;
  for (const Command& c : commands()) names.push_back(c.name);
  return context.refuse(
      {ErrorKind::invalid_request, api::unknown_name("command", arguments.positional.front(), names)});
}

Exit show_usage(const Context& context, std::string_view command) {
  Context to_stderr = context;
  to_stderr.out = context.err;
  to_stderr.colour = false;
  static_cast<void>(to_stderr.print(page(to_stderr, *find_command(command))));
  return Exit::usage;
}

}  // namespace headroom::cli
