#include "pipeline/read_path.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "json/document.h"

namespace headroom::pipeline {
namespace {

constexpr std::size_t longest = 4096;  // of a command: beyond, it is a script

template <std::size_t N>
bool is_one_of(std::string_view s, const std::array<std::string_view, N>& of) {
  return std::find(of.begin(), of.end(), s) != of.end();
}

// Words of a command, quotes taken off; what separates commands is a word of its own.
std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  const auto close = [&] {
    if (open) words.push_back(word);
    word.clear();
    open = false;
  };
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == '\\' && i + 1 < command.size()) {
      word += command[++i];
      open = true;
    } else if (c == ' ' || c == '\t') {
      close();
    } else if (c == '|' || c == ';' || c == '&' || c == '\n') {
      close();
      if (words.empty() || words.back() != ";") words.emplace_back(";");
    } else {
      word += c;
      open = true;
    }
  }
  close();
  return words;
}

// The file of one command; nullopt if it is no reader, "" if it reads what comes to it.
std::optional<std::string> file_of(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 11> readers{"cat",  "head", "tail",   "sed", "nl",  "bat",
                                                     "less", "more", "batcat", "tac", "type"};
  constexpr std::array<std::string_view, 4> silent{"cd", "set", "true", "export"};
  std::string_view program = words.front();
  program.remove_prefix(program.rfind('/') + 1);
  if (is_one_of(program, silent)) return "";
  const bool git = program == "git" && words.size() > 2 && words[1] == "show";
  if (!git && !is_one_of(program, readers)) return std::nullopt;
  std::string file;
  bool script = program == "sed";  // its first word that is no option
  for (std::size_t i = git ? 2 : 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.empty() || word[0] == '-' || word.find('>') != std::string::npos) continue;
    if (script) {
      script = false;
      continue;
    }
    const std::size_t colon = git ? word.find(':') : std::string::npos;
    if (git && colon == std::string::npos) return std::nullopt;  // a commit: a patch
    const std::string name = git ? word.substr(colon + 1) : word;
    if (name.find_first_not_of("0123456789") == std::string::npos) continue;  // "head -n 50"
    if (file.empty()) file = name;
  }
  return file;
}

std::string file_of_command(std::string_view command) {
  if (command.size() > longest) return "";
  std::string file;
  std::vector<std::string> part;
  std::vector<std::string> words = words_of(command);
  words.emplace_back(";");
  for (std::string& word : words) {
    if (word != ";") {
      part.push_back(std::move(word));
      continue;
    }
    if (part.empty()) continue;
    const auto found = file_of(part);
    if (!found) return "";
    if (file.empty()) file = *found;
    part.clear();
  }
  return file;
}

// A command given as its words: ["bash", "-lc", "sed -n 1,80p x.py"] is the script, ["cat", "x.py"] itself.
std::string command_of(const json::Document& doc, json::NodeId words) {
  std::vector<std::string> all;
  for (const json::NodeId word : doc.elements(words)) {
    if (!doc.is(word, json::Kind::string) || all.size() > 64) return "";
    all.push_back(doc.string(word));
  }
  if (all.size() == 3 && all[0].ends_with("sh") && all[1].starts_with('-') && all[1].ends_with('c')) return all[2];
  std::string out;
  for (const std::string& word : all) out.append(out.empty() ? "'" : " '").append(word).append("'");
  return out;
}

}  // namespace

std::string read_path(std::string_view arguments) {
  constexpr std::array<std::string_view, 9> paths{"file_path", "path",     "filename",    "filePath",     "file",
                                                  "file_name", "filepath", "target_file", "absolute_path"};
  constexpr std::array<std::string_view, 3> commands{"command", "cmd", "script"};
  constexpr std::array<std::string_view, 4> searches{"pattern", "query", "regex", "search"};
  if (arguments.find_first_not_of(" \t\r\n") == std::string_view::npos) return "";
  const auto doc = json::Document::parse(arguments);
  if (!doc) return file_of_command(arguments);
  if (doc->root().kind() != json::Kind::object) return "";
  std::string command, path;
  for (const auto [key, value] : doc->members(0)) {
    const std::string name = doc->string(key);
    if (is_one_of(name, searches)) return "";  // lines that match, of files at that path
    if (doc->is(value, json::Kind::array) && is_one_of(name, commands)) command = command_of(*doc, value);
    if (!doc->is(value, json::Kind::string)) continue;
    if (is_one_of(name, paths) && path.empty()) path = doc->string(value);
    if (is_one_of(name, commands)) command = doc->string(value);
  }
  return path.empty() ? file_of_command(command) : path;
}

}  // namespace headroom::pipeline
