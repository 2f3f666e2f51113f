// The languages whose code is shortened, one row each: how a text is known to be theirs, and which node types of their
// grammar play which role. Everything else in this folder is the same for all.
//
//   python | .py .pyi | # | callables: function_definition lambda | lists: block | exits: return_statement ...
//
// A name in a row is a node type of the grammar, or of none: languages_test.cc looks every one up. Names that stand for
// nothing would silently keep bodies whole.
#pragma once

#include <span>
#include <string_view>

extern "C" {
typedef struct TSLanguage TSLanguage;
}

namespace headroom::compressors::code {

// Lists of names separated by single blanks.
struct Language {
  std::string_view name;  // "python": what --help and markers say
  const TSLanguage* (*grammar)();
  std::string_view suffixes;      // "py pyi": what follows the last dot of a file's name, lower case
  std::string_view file_names;    // whole names of files without such a suffix
  std::string_view labels;        // of a fence, lower case
  std::string_view interpreters;  // of a shebang line, without version
  std::string_view openings;      // words and marks that lines of this language begin with, and of few others
  std::string_view relatives;     // languages to try too if a text that should be of this one does not parse
  std::string_view comment;       // opens a comment that ends with the line
  // A list of statements must hold one that is no comment, or the text no longer parses.
  bool needs_statement = false;
  bool has_docstrings = false;  // a body's first statement may be a string that documents it

  std::string_view callables;    // their field `body`, if it is a list, may be shortened
  std::string_view lists;        // nodes whose children are statements (children in a field other than `body` are not)
  std::string_view fixed;        // children of lists that leave only with the whole list's owner: labels of a case
  std::string_view returns;      // leave the callable
  std::string_view raises;       // leave it with a failure, or check for one
  std::string_view calls;        // the callee is in the field function, name, method, macro or type
  std::string_view raise_calls;  // callees that do not come back, or check
  std::string_view comments;
  std::string_view imports;
  std::string_view heredocs;  // bodies of strings that stand behind the statement they belong to
};

// In the order in which ties are decided.
std::span<const Language> languages();

const Language* by_name(std::string_view name);
const Language* by_path(std::string_view path);                // "src/a.PY", "C:\\b\\Rakefile"
const Language* by_label(std::string_view label);              // of a fence: "python", "ts"...
const Language* by_interpreter(std::string_view interpreter);  // "python3.11" -> python

// True if `name` is one of the blank-separated `names`.
bool holds(std::string_view names, std::string_view name);

}  // namespace headroom::compressors::code
