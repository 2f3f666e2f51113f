#include "history/reads_outcome.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "history/gutter.h"
#include "json/document.h"

namespace headroom::history {
namespace {

constexpr std::size_t short_result = 600;    // longer ones are content, not a message
constexpr std::size_t opening_bytes = 300;   // where a message about a long content stands
constexpr std::size_t most_searched = 4096;  // bytes of output that is no file's lines

// In small letters. "unchanged since" and the like: the file was not shown.
constexpr std::string_view failures[] = {
    "not found",     "no such file", "no match",      "not match",  "not exist",    "n't exist", "denied",
    "rejected",      "not unique",   "multiple",      "error",      "fail",         "cannot",    "could not",
    "couldn't",      "can't",        "unable",        "invalid",    "not been",     "must ",     "been modified",
    "abort",         "cancel",       "interrupt",     "timed out",  "timeout",      "declined",  "refused",
    "not permitted", "not allowed",  "permission",    "is a dir",   "unchanged",    "no change", "traceback",
    "exception",     "read-only",    "no space",      "unexpected", "doesn't want", "did not",   "didn't",
    "was not",       "wasn't",       "already exist", "refus",      "too large",    "too many",  "exceed",
    "unsupported",   "blocked",      "skipped",       "not a ",     "nothing ",     "no longer", "stale",
    "ambiguous",     "instead",      "occurrences"};

// What begins a line in which a program that reads or moves files, or the shell, says that it could not. Files may hold
// such lines too: then the reading is in doubt, which costs nothing but a chance.
constexpr std::string_view program_lines[] = {"cat: ",   "head: ",    "tail: ",       "sed: ",   "nl: ",
                                              "tee: ",   "cp: ",      "mv: ",         "rm: ",    "cd: ",
                                              "bash: ",  "-bash: ",   "sh: ",         "/bin/",   "zsh: ",
                                              "mkdir: ", "touch: ",   "bat: ",        "git: ",   "sudo: ",
                                              "less: ",  "/usr/bin/", "fatal: ",      "patch: ", "command timed out",
                                              "<error",  "[error",    "user rejected"};

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), small);
  return out;
}

bool tells_failure(std::string_view text) {
  const std::string words = lowered(text);
  return std::ranges::any_of(failures, [&](std::string_view f) { return words.find(f) != std::string::npos; });
}

// "exit code: 1", "exit_code\":0", "exited with code 2", "<returncode>0<": the status, if one is given.
std::optional<int> exit_status(std::string_view result) {
  static constexpr std::string_view words[] = {"exit code", "exit_code",  "exit status", "with code",
                                               "exitcode",  "returncode", "return code"};
  // At the head or the foot, where wrappers put it.
  const std::string ends = lowered(result.substr(0, opening_bytes)) + "\n" +
                           lowered(result.substr(result.size() - std::min(result.size(), opening_bytes)));
  std::optional<int> status;
  for (const std::string_view w : words) {
    for (std::size_t at = ends.find(w); at != std::string::npos; at = ends.find(w, at + 1)) {
      std::size_t digit = at + w.size();
      while (digit < ends.size() && digit < at + w.size() + 4 &&
             std::string_view(" :=\"\\>'").find(ends[digit]) != std::string_view::npos) {
        ++digit;
      }
      if (digit >= ends.size() || ends[digit] < '0' || ends[digit] > '9') continue;
      const bool zero =
          ends[digit] == '0' && (digit + 1 == ends.size() || ends[digit + 1] < '0' || ends[digit + 1] > '9');
      if (!zero) return 1;
      status = 0;
    }
  }
  return status;
}

template <class F>
bool any_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (f(text.substr(0, end))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

bool has_program_line(std::string_view text) {
  return any_line(text, [](std::string_view line) {
    const std::string begin = lowered(line.substr(0, 24));
    return std::ranges::any_of(program_lines, [&](std::string_view e) { return begin.starts_with(e); });
  });
}

// What of a result may be a tool's message: all of a few lines, else the first one.
std::string_view message_of(std::string_view result) {
  const bool few = std::ranges::count(result.substr(0, short_result + 1), '\n') <= 4 && result.size() <= short_result;
  return few ? result : result.substr(0, std::min(result.find('\n'), opening_bytes));
}

// A line as sources begin with, and no tool's message does.
bool is_source_line(std::string_view line) {
  static constexpr std::string_view begins[] = {"//",   "/*",     "#!",      "#include", "#pragma",  "#define", "#if",
                                                "<!--", "\"\"\"", "import ", "from ",    "package ", "using ",  "use "};
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return std::ranges::any_of(begins, [line](std::string_view b) { return line.starts_with(b); });
}

// Whether what stands where a message may stand says that the lines of a file could not be shown.
bool denies_lines(std::string_view result) {
  if (NumberedLines(result).has_gutter()) return false;
  return any_line(message_of(result),
                  [](std::string_view line) { return !is_source_line(line) && tells_failure(line); });
}

bool blank(std::string_view s) {
  return s.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Outcome of_shell(const Touches& touches, std::string_view result, bool flag) {
  const auto status = exit_status(result);
  if (flag || (status && *status != 0)) return Outcome::unsure;  // some of it may have been done
  std::string scratch;
  const std::string_view output = shell_output(result, scratch);
  if (has_program_line(output)) return Outcome::unsure;
  // A status of 0 says so; else words of failure are looked for, in a file's lines only where a message may stand.
  if (status == 0) return Outcome::done;
  const bool failed = touches.only_reads ? denies_lines(output) : tells_failure(output.substr(0, most_searched));
  return failed ? Outcome::unsure : Outcome::done;
}

Outcome of_read(std::string_view result, bool flag) {
  if (flag) return Outcome::failed;
  if (blank(result)) return Outcome::unsure;
  return denies_lines(result) ? Outcome::unsure : Outcome::done;
}

// Edits answer with a message, some with a stretch of the file behind it.
Outcome of_change(std::string_view result, bool flag) {
  if (flag) return Outcome::failed;
  static constexpr std::string_view good[] = {"the file", "file created", "success", "updated",      "done",
                                              "applied",  "wrote",        "created", "file written", "ok",
                                              "overwr",   "saved",        "a\x20",   "m\x20",        "edited"};
  const std::string_view opening = result.size() <= short_result ? result : result.substr(0, opening_bytes);
  const std::string_view first = result.substr(0, result.find('\n'));
  const std::string begin = lowered(result.substr(0, 24));
  const bool praised = std::ranges::any_of(good, [&](std::string_view g) { return begin.starts_with(g); });
  if (praised && !tells_failure(first)) return Outcome::done;
  return tells_failure(opening) ? Outcome::unsure : Outcome::done;
}

}  // namespace

Outcome outcome_of(const Touches& touches, std::string_view result, bool flag) {
  if (touches.shell) return of_shell(touches, result, flag);
  const bool reads = std::ranges::any_of(touches.list, [](const Touch& t) { return t.effect == Effect::read; });
  return reads ? of_read(result, flag) : of_change(result, flag);
}

std::string_view shell_output(std::string_view result, std::string& scratch) {
  constexpr int most_head_lines = 8;
  if (result.starts_with('{')) {
    const auto doc = json::Document::parse(result);
    const auto output = doc ? doc->member(0, "output") : std::nullopt;
    if (!output || !doc->is(*output, json::Kind::string)) return result;
    scratch = doc->string(*output);
    return scratch;
  }
  const std::string begin = lowered(result.substr(0, 12));
  if (!begin.starts_with("exit code") && !begin.starts_with("chunk id") && !begin.starts_with("wall time"))
    return result;
  std::size_t at = 0;
  for (int i = 0; i < most_head_lines; ++i) {
    const std::size_t end = result.find('\n', at);
    if (end == std::string_view::npos) break;
    if (lowered(result.substr(at, end - at)) == "output:") return result.substr(end + 1);
    at = end + 1;
  }
  return result;
}

bool says_cut_off(std::string_view result) {
  static constexpr std::string_view words[] = {"truncat",         "omitted",     "clipped",    "more lines",
                                               "lines not shown", "lines total", "use offset", "retrieve with hash"};
  return any_line(result, [](std::string_view line) {
    if (line.size() > 400 || line.find_first_of("tocmnTOCMNlL") == std::string_view::npos) return false;
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return false;
    const char c = line[begin];
    const bool aside = c == '[' || c == '(' || c == '<' || c == '.' || c == '*' || c == '-' || c == '=' ||
                       static_cast<unsigned char>(c) >= 0x80 || line.starts_with("Output") ||
                       line.starts_with("Note") || line.starts_with("File") || line.starts_with("Showing") ||
                       line.starts_with("Total");
    if (!aside) return false;
    const std::string text = lowered(line);
    return std::ranges::any_of(words, [&](std::string_view w) { return text.find(w) != std::string::npos; });
  });
}

}  // namespace headroom::history
