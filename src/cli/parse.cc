// --name VALUE, --name=VALUE, -n VALUE, --switch, --no-switch (of an option that is true or false), -- ends flags, - is
// a file.
#include <algorithm>

#include "api/nearest.h"
#include "api/options.h"
#include "cli/command.h"

namespace headroom::cli {
namespace {

// What a word stands for: a flag of the command, or an option.
struct Match {
  const FlagRow* flag = nullptr;
  std::string option;  // name in the options table
  bool is_switch = false;
  bool off = false;  // --no-NAME
  bool list = false;
};

std::string underscored(std::string_view flag) {
  std::string name(flag);
  std::ranges::replace(name, '-', '_');
  return name;
}

const FlagRow* find_flag(std::span<const FlagRow> rows, std::string_view name, char letter) {
  const auto at = std::ranges::find_if(
      rows, [&](const FlagRow& row) { return name.empty() ? row.letter == letter : row.name == name; });
  return at == rows.end() ? nullptr : &*at;
}

bool match_option(std::string_view name, Match& match) {
  const std::string option = underscored(name);
  std::string_view values;
  if (const api::OptionRow* row = api::find_option(option)) {
    values = row->values;
  } else {
    const auto peer = std::ranges::find(api::peer_options(), option, &api::PeerRow::name);
    if (peer == api::peer_options().end()) return false;
    values = peer->values;
  }
  match.option = option;
  match.is_switch = values == "true|false";
  match.list = values.ends_with(",...");
  return true;
}

bool find(const Command& command, std::string_view name, char letter, Match& match) {
  for (const auto rows : {command.flags, common_flags()}) {
    match.flag = find_flag(rows, name, letter);
    if (match.flag) return match.is_switch = match.flag->value.empty(), true;
  }
  if (!command.takes_options || name.empty()) return false;
  if (match_option(name, match)) return true;
  match.off = name.starts_with("no-") && match_option(name.substr(3), match) && match.is_switch;
  return match.off;
}

Result<Arguments> refuse(const Command& command, std::string_view word) {
  std::vector<std::string> names;
  for (const auto rows : {command.flags, common_flags()}) {
    for (const FlagRow& row : rows) names.push_back("--" + std::string(row.name));
  }
  if (command.takes_options) {
    for (const std::string_view option : api::option_names()) names.push_back("--" + flag_of(option));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::string message = "unknown flag " + std::string(word.substr(0, 64));
  if (const std::string_view near = api::nearest(word, views); !near.empty()) {
    message.append("; did you mean ").append(near).append("?");
  }
  message.append(" (headroom help ").append(command.name).append(")");
  return fail(ErrorKind::invalid_request, std::move(message));
}

void store(Arguments& arguments, const Match& match, std::string_view value) {
  if (match.flag) {
    std::string& held = arguments.flags[std::string(match.flag->name)];
    const bool more = match.flag->value.ends_with(",...") && !held.empty();
    held = more ? held + "," + std::string(value) : std::string(value);
    return;
  }
  const auto same = std::ranges::find(arguments.options, match.option, &GivenFlags::value_type::first);
  if (same == arguments.options.end()) {
    arguments.options.emplace_back(match.option, value);
  } else if (match.list) {
    same->second.append(",").append(value);
  } else {
    same->second = value;
  }
}

}  // namespace

std::string flag_of(std::string_view option) {
  std::string flag(option);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

Result<Arguments> parse_arguments(const Command& command, std::span<const std::string_view> words) {
  Arguments arguments;
  bool flags_end = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (flags_end || word.size() < 2 || word.front() != '-') {
      arguments.positional.emplace_back(word);
      continue;
    }
    if (word == "--") {
      flags_end = true;
      continue;
    }
    const bool is_long = word[1] == '-';
    const std::size_t equals = is_long ? word.find('=') : word.npos;
    const std::string_view name = is_long ? word.substr(2, equals == word.npos ? word.npos : equals - 2) : "";
    Match match;
    const bool one_letter = !is_long && word.size() == 2;
    if ((!is_long && !one_letter) || !find(command, name, word[1], match))
      return refuse(command, word.substr(0, equals));
    if (equals != word.npos) {
      if (match.off || (match.flag && match.is_switch)) {
        return fail(ErrorKind::invalid_request, std::string(word.substr(0, equals)) + " takes no value");
      }
      store(arguments, match, word.substr(equals + 1));
    } else if (match.is_switch) {
      store(arguments, match, match.flag ? "" : match.off ? "false" : "true");
    } else if (i + 1 < words.size()) {
      store(arguments, match, words[++i]);
    } else {
      return fail(ErrorKind::invalid_request, std::string(word) + " needs a value");
    }
  }
  if (arguments.positional.size() > command.most_arguments) {
    return fail(ErrorKind::invalid_request, "unexpected argument " + arguments.positional[command.most_arguments] +
                                                " (headroom help " + std::string(command.name) + ")");
  }
  return arguments;
}

}  // namespace headroom::cli
