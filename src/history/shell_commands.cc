#include "history/shell_commands.h"

#include <charconv>

namespace headroom::history {

std::optional<std::int64_t> to_number(std::string_view s) {
  std::int64_t n = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size() || n < 0 || n > 1'000'000'000) return std::nullopt;
  return n;
}

Arguments read_arguments(const Command& command, std::string_view valued) {
  Arguments a;
  bool only_operands = false;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const Word& word = command.words[i];
    const std::string_view text = word.text;
    a.known = a.known && word.known;
    if (only_operands || text.size() < 2 || text[0] != '-') {
      a.operands.push_back(&word);
    } else if (text == "--") {
      only_operands = true;
    } else if (text.starts_with("--")) {
      const std::size_t equals = text.find('=');
      a.options.emplace_back(text.substr(0, equals), equals == std::string_view::npos ? "" : text.substr(equals + 1));
    } else if (to_number(text.substr(1))) {
      a.options.emplace_back("-n", text.substr(1));  // head -40
    } else {
      for (std::size_t k = 1; k < text.size(); ++k) {
        std::string name{'-', text[k]}, value;
        const bool takes = valued.find(text[k]) != std::string_view::npos;
        if (takes) {
          value = text.substr(k + 1);
          if (value.empty() && i + 1 < command.words.size()) {
            value = command.words[++i].text;
            a.known = a.known && command.words[i].known;
          }
        }
        a.options.emplace_back(std::move(name), std::move(value));
        if (takes) break;
      }
    }
  }
  return a;
}

namespace {

using Kind = CommandKind;

constexpr CommandRow rows[] = {
    {" cat bat batcat less more ", Kind::print, "lrH"},
    {" nl ", Kind::print, "bnsvwidflh"},
    {" head ", Kind::head, "nc"},
    {" tail ", Kind::tail, "nc"},
    {" sed gsed ", Kind::sed, "ef"},
    {" tee ", Kind::tee},
    {" cp install ", Kind::copy, "mogt"},
    {" mv ", Kind::move, "t"},
    {" rm unlink ", Kind::remove},
    {" touch truncate ln shred ", Kind::touching, "drts"},
    {" cd ", Kind::cd},
    {" mkdir chmod chown set export unset umask shopt sync true : ", Kind::quiet, "mo"},
    {" echo printf ", Kind::talk},
    {" ls ll tree pwd wc grep egrep fgrep rg ag stat file diff cmp which whoami id uname date hostname test [ du df "
     "basename dirname realpath readlink md5sum sha1sum sha256sum cut sort uniq tr column fold rev tac strings od xxd "
     "hexdump jq sleep false type seq expr ps free uptime wait ",
     Kind::look},
    {" apply_patch applypatch ", Kind::patch},
    {" git ", Kind::git},
    {" bash sh zsh dash ksh ", Kind::shell},
    {" pushd popd eval exec exit return ", Kind::astray},
    {" sudo nice nohup time command builtin stdbuf timeout ionice ", Kind::prefix},
};

}  // namespace

const CommandRow* find_command(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  if (name.empty() || name.find(' ') != std::string_view::npos) return nullptr;
  const std::string padded = " " + std::string(name) + " ";
  for (const CommandRow& row : rows) {
    if (row.names.find(padded) != std::string_view::npos) return &row;
  }
  return nullptr;
}

}  // namespace headroom::history
