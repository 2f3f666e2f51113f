#include "pipeline/gates.h"

#include <algorithm>
#include <array>

#include "base/glob.h"
#include "detect/line_shapes.h"
#include "json/document.h"
#include "pipeline/read_path.h"

namespace headroom::pipeline {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool starts_with_any_case(std::string_view text, std::string_view lead) {
  return text.size() >= lead.size() &&
         std::equal(lead.begin(), lead.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

bool any_glob(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return glob_matches(p, name); });
}

bool any_tool(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return tool_matches(p, name); });
}

bool is_instruction_file(std::string_view path, const Options& options) {
  const std::size_t slash = path.find_last_of("/\\");
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return !name.empty() && any_glob(options.instruction_files, name);
}

// The file that the call reads, or any of its arguments, is a path whose last part is the name of an instruction file.
bool reads_instruction_file(const messages::Call& call, const Options& options) {
  if (options.instruction_files.empty()) return false;
  if (is_instruction_file(read_path(call.arguments), options)) return true;
  const auto doc = json::Document::parse(call.arguments);
  if (!doc) return false;
  for (json::NodeId i = 0; i < doc->size(); ++i) {
    if (doc->is(i, json::Kind::string) && is_instruction_file(doc->string(i), options)) return true;
  }
  return false;
}

bool role_is_on(messages::Role role, const Options& options) {
  return std::find(options.roles.begin(), options.roles.end(), messages::to_string(role)) != options.roles.end();
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view any) {
  while (at < text.size() && any.find(text[at]) != std::string_view::npos) ++at;
  return at;
}

// "exit code 1", "Exited with code: 127", "exit status 2", "\"exit_code\": 1", "<exit_code>1", "exit-code=137": a
// status that is not 0. "exit 1" alone is a line of a script.
bool has_failed_exit(std::string_view line) {
  for (std::size_t i = 0; i + 4 < line.size(); ++i) {
    if (!starts_with_any_case(line.substr(i), "exit")) continue;
    std::size_t at = i + 4;
    if (starts_with_any_case(line.substr(at), "ed")) at += 2;
    at = skip(line, at, " _-");
    if (starts_with_any_case(line.substr(at), "with ")) at = skip(line, at + 5, " ");
    std::size_t word = 0;
    for (const std::string_view w : {"code", "status"}) {
      if (starts_with_any_case(line.substr(at), w)) word = w.size();
    }
    if (word == 0) continue;
    at = skip(line, at + word, " :=\"'>");
    if (at < line.size() && line[at] == '-') ++at;
    if (at < line.size() && line[at] >= '1' && line[at] <= '9') return true;
  }
  return false;
}

// How a failure opens: of an interpreter, a compiler, a build tool, a runtime. A line that only speaks of errors
// ("0 errors", "no error found") opens with none of them.
bool opens_as_failure(std::string_view line) {
  constexpr std::array<std::string_view, 13> openings{"traceback (most recent call last)",
                                                      "panic: ",
                                                      "fatal: ",
                                                      "fatal error: ",
                                                      "error: ",
                                                      "error[",
                                                      "npm err! ",
                                                      "npm error",
                                                      "exception in thread",
                                                      "unhandled exception",
                                                      "uncaught ",
                                                      "segmentation fault",
                                                      "goroutine 1 ["};
  const std::string_view text = line.substr(skip(line, 0, " \t"));
  if (std::any_of(openings.begin(), openings.end(), [&](std::string_view o) { return starts_with_any_case(text, o); }))
    return true;
  return text.starts_with("thread '") && text.find("panicked at") != std::string_view::npos;
}

}  // namespace

bool tool_matches(std::string_view pattern, std::string_view name) {
  if (glob_matches(pattern, name)) return true;
  constexpr std::string_view prefix = "mcp__";
  if (!starts_with_any_case(name, prefix)) return false;
  // A server's name may hold "__" itself.
  for (std::size_t at = name.find("__", prefix.size()); at != std::string_view::npos; at = name.find("__", at + 1)) {
    if (glob_matches(pattern, name.substr(at + 2))) return true;
  }
  return false;
}

bool is_own_tool(std::string_view name) {
  return messages::is_our_tool(name) || tool_matches("headroom_*", name);
}

std::optional<Reason> closed_place(const messages::Conversation& c, int message, int call, const Options& o) {
  const messages::Call* made = call >= 0 ? &c.calls[static_cast<std::size_t>(call)] : nullptr;
  if (made && is_own_tool(made->name)) return Reason::own_output;
  // A system prompt outside the list comes before its first message.
  if (o.frozen_message_count > 0 && message < o.frozen_message_count) return Reason::frozen;
  if (std::find(o.protect_messages.begin(), o.protect_messages.end(), message) != o.protect_messages.end())
    return Reason::vetoed;
  if (const auto bias = o.biases.find(message); bias != o.biases.end() && bias->second >= 1e9) return Reason::vetoed;
  if (made && any_tool(o.exclude, made->name)) return Reason::tool_excluded;
  if (made && reads_instruction_file(*made, o)) return Reason::instruction_file;
  return std::nullopt;
}

std::optional<Reason> closed_gate(const messages::Conversation& c, const messages::Leaf& leaf, const Options& o) {
  if (!role_is_on(leaf.role, o)) return Reason::role_off;
  return closed_place(c, leaf.message, leaf.call, o);
}

bool is_exact_tool(std::string_view tool, const Options& options) {
  return !tool.empty() && any_tool(options.exact, tool);
}

bool is_error_output(std::string_view text) {
  constexpr std::size_t head = 8, tail = 3;
  std::vector<std::string_view> last;  // the lines of the tail, last first
  std::size_t end = text.size();
  if (end > 0 && text[end - 1] == '\n') --end;
  for (std::size_t i = 0; i < tail && end != std::string_view::npos; ++i) {
    const std::size_t start = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    last.push_back(text.substr(start == std::string_view::npos ? 0 : start + 1,
                               end - (start == std::string_view::npos ? 0 : start + 1)));
    end = start;
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < head && begin < text.size(); ++i) {
    const std::size_t stop = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, stop - begin);
    if (opens_as_failure(line) || has_failed_exit(line)) return true;
    if (detect::is_diagnostic(line) && line.find("error") != std::string_view::npos) return true;
    begin = stop + 1;
  }
  return std::any_of(last.begin(), last.end(), has_failed_exit);
}

}  // namespace headroom::pipeline
