#include "pipeline/gates.h"

#include <algorithm>
#include <array>

#include "base/glob.h"
#include "base/lines.h"
#include "detect/line_shapes.h"
#include "json/document.h"

namespace headroom::pipeline {
namespace {

bool any_glob(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return glob_matches(p, name); });
}

// A path among the call's scalar arguments whose last part is an instruction file.
bool reads_instruction_file(const messages::Call& call, const Options& options) {
  const auto doc = json::Document::parse(call.arguments);
  if (!doc) return false;
  for (json::NodeId i = 0; i < doc->size(); ++i) {
    if (!doc->is(i, json::Kind::string)) continue;
    const std::string value = doc->string(i);
    const std::size_t slash = value.find_last_of("/\\");
    if (any_glob(options.instruction_files, slash == std::string::npos ? value : value.substr(slash + 1))) return true;
  }
  return false;
}

bool role_is_on(messages::Role role, const Options& options) {
  return std::find(options.roles.begin(), options.roles.end(), messages::to_string(role)) != options.roles.end();
}

bool has_failed_exit(std::string_view line) {
  for (std::string_view lead :
       {"exit code ", "exit code: ", "exit status ", "exited with code ", "Exit code: ", "Exit code "}) {
    const std::size_t at = line.find(lead);
    if (at == std::string_view::npos || at + lead.size() >= line.size()) continue;
    const char c = line[at + lead.size()];
    if (c >= '1' && c <= '9') return true;
  }
  return false;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  if (headroom::glob_matches(pattern, name)) return true;
  if (!name.starts_with("mcp__")) return false;
  const std::size_t end = name.find("__", 5);
  return end != std::string_view::npos && headroom::glob_matches(pattern, name.substr(end + 2));
}

std::optional<Reason> closed_gate(const messages::Conversation& c, const messages::Leaf& leaf, const Options& o) {
  if (!role_is_on(leaf.role, o)) return Reason::role_off;
  if (leaf.message < o.frozen_message_count) return Reason::frozen;
  if (std::find(o.protect_messages.begin(), o.protect_messages.end(), leaf.message) != o.protect_messages.end())
    return Reason::vetoed;
  if (const auto bias = o.biases.find(leaf.message); bias != o.biases.end() && bias->second >= 1e9)
    return Reason::vetoed;
  if (leaf.call >= 0) {
    const messages::Call& call = c.calls[static_cast<std::size_t>(leaf.call)];
    if (any_glob(o.exclude, call.name)) return Reason::tool_excluded;
    if (reads_instruction_file(call, o)) return Reason::instruction_file;
  }
  return std::nullopt;
}

bool is_exact_tool(std::string_view tool, const Options& options) {
  return !tool.empty() && any_glob(options.exact, tool);
}

bool is_error_output(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  constexpr std::size_t head = 8, tail = 3;
  constexpr std::array<std::string_view, 7> openings{"Traceback (most recent call last)",
                                                     "panic: ",
                                                     "fatal: ",
                                                     "error: ",
                                                     "Error: ",
                                                     "thread '",
                                                     "Exception in thread"};
  for (std::size_t i = 0; i < std::min(head, lines.size()); ++i) {
    const std::string_view line = lines[i].text;
    for (std::string_view o : openings) {
      if (line.starts_with(o) && (o != "thread '" || line.find("panicked at") != std::string_view::npos)) return true;
    }
    if (detect::is_diagnostic(line) && line.find("error") != std::string_view::npos) return true;
    if (has_failed_exit(line)) return true;
  }
  for (std::size_t i = lines.size() > tail ? lines.size() - tail : 0; i < lines.size(); ++i) {
    if (has_failed_exit(lines[i].text)) return true;
  }
  return false;
}

}  // namespace headroom::pipeline
