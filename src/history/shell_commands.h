// What a command of the shell does to files, by its name, and how its words read as options and operands.
//
//   find_command("/usr/bin/head")           -> head, whose -n and -c take a value
//   read_arguments({head -n 40 a.py}, "nc") -> options {-n: 40}, operands {a.py}
//
// A table; commands that are not in it are unknown, and nothing is concluded from them. O(words).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/shell_words.h"

namespace headroom::history {

// A number of lines or a line's; nullopt: not one, or beyond any file.
std::optional<std::int64_t> to_number(std::string_view s);

// A command's options and the words that are none. `valued`: letters of short options that take a value.
struct Arguments {
  std::vector<std::pair<std::string, std::string>> options;  // "-n" -> "40"
  std::vector<const Word*> operands;
  bool known = true;  // every word is

  bool has(std::string_view name) const { return value(name).has_value(); }
  std::optional<std::string> value(std::string_view name) const {
    for (const auto& [n, v] : options) {
      if (n == name) return v;
    }
    return std::nullopt;
  }
};

Arguments read_arguments(const Command& command, std::string_view valued);

// What is known of a command by its name.
enum class CommandKind : std::uint8_t {
  print,     // prints files, or what it is fed, whole: cat, nl
  head,      // the first lines
  tail,      // the last, or from one on
  sed,       // prints a stretch, edits in place, or something else
  tee,       // writes what it is fed
  copy,      // cp
  move,      // mv
  remove,    // rm
  touching,  // changes the files it names: touch, truncate, ln, patch's like
  cd,
  quiet,  // no output, no file content changes: mkdir, true
  talk,   // prints its words: echo
  look,   // prints, changes nothing; says nothing of why it fails: grep, test
  patch,  // apply_patch
  git,
  shell,   // bash -c
  prefix,  // runs the rest of its words: sudo
  astray,  // may take the shell elsewhere, or end it
};

struct CommandRow {
  std::string_view names;  // between blanks
  CommandKind kind;
  std::string_view valued = {};  // short options that take a value
};

// nullptr: not known. By the name behind the last slash.
const CommandRow* find_command(std::string_view name);

}  // namespace headroom::history
