// The commands: one row each.
#include "cli/commands.h"

#include <algorithm>

#include "api/core.h"
#include "api/nearest.h"

namespace headroom::cli {
namespace {

constexpr FlagRow common[] = {
    {"help", 'h', "", "Show this command's help"},
    {"color", '\0', "WHEN", "auto, always or never (NO_COLOR counts as never)"},
};

// What compress and simulate know of their input.
#define HEADROOM_INPUT_FLAGS                                                                 \
  {"text", 't', "", "Take the input as text, whatever it looks like"},                       \
      {"kind", 'k', "KIND", "The text's kind (headroom formats lists them)"},                \
      {"query", 'q', "TEXT", "What the text is read for: what it asks about stays visible"}, \
      {"tool", '\0', "NAME", "The tool whose output the text is"},                           \
      {"arguments", '\0', "TEXT", "That tool's arguments"},                                  \
      {"format", '\0', "FORMAT", "The request's wire format (headroom formats lists them); else by its shape"}

constexpr FlagRow compress_flags[] = {
    HEADROOM_INPUT_FLAGS,
    {"json", 'j', "", "Print the whole answer: messages (or content), tokens, markers, what was skipped and why"},
    {"return", '\0', "WHAT", "With --json: body, messages, edits or changes"},
    {"quiet", '\0', "", "No line with tokens before and after on stderr"},
};
constexpr FlagRow simulate_flags[] = {
    HEADROOM_INPUT_FLAGS,
    {"json", 'j', "", "Print the answer as JSON"},
    {"sample", '\0', "", "Also print the text that shrank most, as the model would see it"},
};
#undef HEADROOM_INPUT_FLAGS
constexpr FlagRow count_flags[] = {
    {"text", 't', "", "Take the input as text, whatever it looks like"},
    {"format", '\0', "FORMAT", "The request's wire format (headroom formats lists them); else by its shape"},
    {"model", 'm', "MODEL", "Count by this model's vocabulary"},
    {"json", 'j', "", "Print tokens, tokenizer and whether the count is exact"},
};
constexpr FlagRow retrieve_flags[] = {
    {"lines", 'l', "A-B,...", "Only these lines"},
    {"rows", 'r', "A-B,...", "Only these rows"},
    {"path", 'p', "PATH", "Only what lies at this path of a JSON original: $.a[3].b"},
    {"query", 'q', "TEXT", "The parts that match best"},
    {"max-tokens", '\0', "N", "Size of a partial answer"},
    {"cursor", '\0', "CURSOR", "Go on where the last answer ended"},
    {"body", '\0', "FILE", "Look into this request first"},
    {"for-model", '\0', "", "Answer as a model's call is answered: with coordinates, within --max-tokens"},
    {"json", 'j', "", "Print text, status, partial, total and cursor"},
};
constexpr FlagRow json_flag[] = {{"json", 'j', "", "Print the answer as JSON"}};
constexpr FlagRow tool_flags[] = {
    {"format", '\0', "FORMAT", "openai (default), responses, anthropic, gemini or converse"},
};
constexpr FlagRow shared_flags[] = {
    {"agent", '\0', "NAME", "put: who writes it"},
    {"if-version", '\0', "N", "put: only if this is the current version (0: if there is none); exit 1 if it is not"},
    {"full", '\0', "", "get: the text itself, not its view"},
    {"json", 'j', "", "Print the answer as JSON"},
};
constexpr FlagRow model_flags[] = {
    {"name", '\0', "NAME", "add: what the model is called from now on"},
    {"json", 'j', "", "Print the answer as JSON"},
};
constexpr FlagRow demo_flags[] = {
    {"picture", 'p', "FILE", "Also write the course as a picture (.svg) or a page (.html)"},
};
constexpr FlagRow store_flags[] = {
    {"older", '\0', "TIME", "purge: only what is older (24h, 7d)"},
    {"json", 'j', "", "Print the answer as JSON"},
};

constexpr FlagRow dashboard_flags[] = {
    {"host", '\0', "HOST", "Where the proxy listens (127.0.0.1)"},
    {"port", '\0', "N", "Its port (8787)"},
    {"print", '\0', "", "Print the address, open nothing"},
};
constexpr FlagRow savings_flags[] = {
    {"days", '\0', "N", "How far back (30)"},
    {"by", '\0', "WHAT", "A line for each model, client or project"},
    {"log-file", '\0', "PATH", "Folder of the log (logs in the state directory)"},
    {"reset", '\0', "", "Count from now on; the log itself stays"},
    {"json", 'j', "", "Print the sums as JSON"},
};
constexpr FlagRow token_flags[] = {
    {"rights", '\0', "RIGHT,...", "add: data, content, read, admin (data)"},
    {"workspace", '\0', "NAME", "add: whose originals this caller shares (default)"},
    {"retrieval", '\0', "WHO", "add: tool: this caller offers headroom_retrieve and redeems handles (none)"},
    {"json", 'j', "", "Print the answer as JSON"},
};

constexpr std::size_t any_number = 16;

// clang-format off
const Command rows[] = {
    {"compress", "[FILE|-]", "Shorten a request, a list of messages, or any text",
     "A request body or a list of messages comes back in the same shape with its tool results shortened; any other text comes back "
     "as its view. Lossless unless --retrieval tool is given; then what a view leaves out is kept, and its marker's hash brings it "
     "back (headroom retrieve HASH). As a filter it never breaks a pipe: on failure the input goes out.",
     compress_flags, true, 1, run_compress},
    {"decode", "[FILE|-]", "Turn a lossless view back into the original",
     "Reads a view and writes the original. Exit 1 if the input is not a lossless view.", json_flag, false, 1, run_decode},
    {"retrieve", "HASH", "Write the original that a marker stands for",
     "Writes the whole original, byte for byte, or the part that is asked for. Exit 1 if there is none (any more).",
     retrieve_flags, true, 1, run_retrieve},
    {"count", "[FILE|-]", "Count tokens",
     "Of a request: contents, names and arguments of tool calls. Of any other text: all of it.", count_flags, false, 1, run_count},
    {"simulate", "[FILE|-]", "Show what compress would do; store nothing",
     "A table by message: kind, tokens before and after, what was kept, or why the text stays as it is.",
     simulate_flags, true, 1, run_simulate},
    {"demo", "session [FILE]", "Show a recorded session's tokens and bill, with and without",
     "Plays a recorded session (corpus/sessions/NAME.json) request by request: tokens forwarded, epochs, and the bill through a model "
     "of the provider's cache at list prices. Sends and stores nothing.",
     demo_flags, true, 2, run_demo},
    {"formats", "", "List the kinds of content and of requests that are known", "", json_flag, false, 0, run_formats},
    {"tool", "", "Print the definition of the headroom_retrieve tool",
     "Constant bytes: put it after the client's own tools, from the first request on.", tool_flags, false, 0, run_tool},
    {"shared", "put|get|keys|stats|erase|clear [KEY] [FILE|-]", "Share named texts between agents and processes",
     "put KEY reads the text and gives it a version; get KEY prints its view (--full: the text); erase KEY removes it. All processes "
     "of a workspace see the same. Exit 1 if there is no such key, or the version is another.",
     shared_flags, true, 3, run_shared},
    {"audit", "verify", "Check the log of retrievals",
     "With option audit, every original that is asked for gets a line; each holds the hash of the one before. Exit 1 if a line was "
     "changed, removed or moved.",
     json_flag, true, 1, run_audit},
    {"store", "inspect|purge", "Show what is kept, or remove it", "inspect prints figures, never text.",
     store_flags, true, 1, run_store},
    {"model", "add|list|remove [DIR|NAME]", "Keep the models that may judge prose",
     "add DIR reads a model's directory (onnx/kompress-*.onnx, tokenizer.json), runs it once and notes its SHA-256 under --name, or the "
     "directory's own name; option prose_model then takes that name, and refuses other files than these. Nothing is ever downloaded.",
     model_flags, true, 2, run_model},
    {"config", "", "Show every option with its value and where that comes from",
     "Flag, then environment, then config.toml, then default.", json_flag, true, 0, run_config},
    {"proxy", "", "Run the proxy: an address that agents use in place of their provider's",
     "Requests to Anthropic, OpenAI, Gemini and compatible providers are shortened on their way, replies relayed as they come, and "
     "calls of headroom_retrieve answered on the spot. SIGTERM ends it once requests in flight are done; SIGHUP reads config.toml "
     "again. docs/proxy.md has routes, headers and endpoints.",
     proxy_flags(), true, 0, run_proxy},
    {"dashboard", "", "Open the page of the running proxy: what it saved, cache health, times, requests",
     "Opens a browser with a code that works once, within a minute; where there is none, or with --print, prints the address.",
     dashboard_flags, false, 0, run_dashboard},
    {"savings", "", "Show what the proxy saved and spent, beside the provider's bill",
     "Sums of the log: tokens removed (new content once, re-sent content apart), money saved at the class each token would have had, "
     "less what hidden rounds, the tool and epochs cost, and how far our count is from what was billed.",
     savings_flags, false, 0, run_savings},
    {"doctor", "", "Look for what keeps the proxy, the store or a client's setting from working; change nothing",
     "Binary, configuration, directories and their rights, key, store, tokens, room, clock, the proxy's port, and where clients' "
     "settings point; every finding says what to do. Takes the proxy's flags, to look at what it would run with. Nothing leaves this "
     "machine without --online. Exit status: 0 healthy, 1 warnings, 2 failures.",
     doctor_flags(), true, 0, run_doctor},
    {"token", "add|list|remove [NAME]", "Keep the proxy's callers",
     "add NAME makes a token and shows it once; only its digest is kept. Two may have one name, so that one can be replaced. "
     "remove NAME removes all of that name. A running proxy takes a change over with SIGHUP.",
     token_flags, false, 2, run_token},
    {"worker", "", "Answer JSON lines in one warm process",
     "One JSON object a line each way: {\"op\":\"compress\",\"messages\":[...]}, retrieve, decode, rss. Ends when the input closes.",
     {}, true, 0, run_worker},
    {"version", "", "Print the version", "", json_flag, false, 0, run_version},
    {"completions", "SHELL", "Print a completion script: bash, zsh, fish or powershell", "", {}, false, 1, run_completions},
    {"man", "", "Print the man page", "headroom man | man -l -", {}, false, 0, run_man},
    {"help", "[COMMAND]", "Show help", "", {}, false, any_number, run_help},
};
// clang-format on

// Colour for people only: on a terminal, unless told otherwise.
Result<bool> colour(const Context& context, const Arguments& arguments) {
  const std::string when = arguments.get("color", "auto");
  if (when == "always") return true;
  if (when == "never") return false;
  if (when == "auto") return context.colour;
  return fail(ErrorKind::invalid_request, "--color takes auto, always or never, not " + when);
}

}  // namespace

std::span<const Command> commands() {
  return rows;
}
std::span<const FlagRow> common_flags() {
  return common;
}

const Command* find_command(std::string_view name) {
  const auto at = std::ranges::find(rows, name, &Command::name);
  return at == std::end(rows) ? nullptr : &*at;
}

Exit run(const Context& context, std::span<const std::string_view> words) {
  if (words.empty()) return run_help(context, {});
  std::string_view name = words.front();
  if (name == "--version" || name == "-V") name = "version";
  if (name == "--help" || name == "-h") name = "help";
  const Command* const command = find_command(name);
  if (!command) {
    std::vector<std::string_view> names;
    for (const Command& c : rows) names.push_back(c.name);
    std::string message = "unknown command " + std::string(name.substr(0, 64));
    if (const auto near = api::nearest(name, names); !near.empty())
      message.append("; did you mean ").append(near) += "?";
    return context.refuse({ErrorKind::invalid_request, message + " (headroom help)"});
  }
  const auto arguments = parse_arguments(*command, words.subspan(1));
  if (!arguments) return context.refuse(arguments.error());
  Context coloured = context;
  const auto on = colour(context, *arguments);
  if (!on) return context.refuse(on.error());
  coloured.colour = *on;
  if (arguments->has("help")) {
    Arguments asked;
    asked.positional.emplace_back(command->name);
    return run_help(coloured, asked);
  }
  return command->run(coloured, *arguments);
}

}  // namespace headroom::cli
