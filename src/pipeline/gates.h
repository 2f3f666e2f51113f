// Conservative gates: which slots may change at all, before anything looks at their content. In order; the first that
// says no wins.
#pragma once

#include <optional>
#include <string_view>

#include "messages/conversation.h"
#include "pipeline/options.h"
#include "pipeline/skip.h"

namespace headroom::pipeline {

// Glob over a tool's name; a "mcp__server__" prefix of the name is ignored.
bool tool_matches(std::string_view pattern, std::string_view name);

// A tool of ours, whatever client it comes through: its results are never shortened.
bool is_own_tool(std::string_view name);

// nullopt: the slot may be looked at.
std::optional<Reason> closed_gate(const messages::Conversation& conversation, const messages::Leaf& leaf,
                                  const Options& options);

// The same for anything in a message, by the message and the call that it answers (-1: none) alone.
std::optional<Reason> closed_place(const messages::Conversation& conversation, int message, int call,
                                   const Options& options);

// The tool's text is quoted back in edits: only line-preserving views may stand for it.
bool is_exact_tool(std::string_view tool, const Options& options);

// The output of a failed command, by its own shape: traceback, compiler error, panic, exit status; looked for in the
// first 8 lines and, the status, in the last 3. Short ones stay raw.
bool is_error_output(std::string_view text);

}  // namespace headroom::pipeline
