// The core call's other operations, each a short way from flags to answer.
#include "api/answer.h"
#include "api/core.h"
#include "api/nearest.h"
#include "api/tool.h"
#include "api/values.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/words.h"
#include "compressors/compressor.h"
#include "json/writer.h"
#include "messages/conversation.h"

namespace headroom::cli {

Exit run_decode(const Context& context, const Arguments& arguments) {
  if (nothing_to_read(context, arguments)) return show_usage(context, "decode");
  const auto blob = read_input(arguments);
  if (!blob) return context.refuse(blob.error());
  api::Core core{api::Config{}};
  const auto original = core.decode(blob->view());
  if (!original) return context.refuse(original.error());
  if (!arguments.has("json")) return context.print(*original);
  json::Writer out;
  out.object().key("content").string(*original).end();
  return context.print(std::move(out).take() + "\n");
}

Exit run_retrieve(const Context& context, const Arguments& arguments) {
  if (arguments.positional.empty()) return context.refuse({ErrorKind::invalid_request, "retrieve needs a HASH"});
  auto loaded = load_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  api::RetrieveCall call;
  call.hash = arguments.positional.front();
  call.lines = arguments.get("lines");
  call.rows = arguments.get("rows");
  call.path = arguments.get("path");
  call.query = arguments.get("query");
  call.cursor = arguments.get("cursor");
  call.for_model = arguments.has("for-model");
  if (arguments.has("max-tokens")) {
    const std::string text = arguments.get("max-tokens");
    const auto n = api::GivenValue::text(text).integer();
    if (!n || *n < 1) return context.refuse({ErrorKind::invalid_request, "--max-tokens takes a number of at least 1"});
    call.max_tokens = Tokens(*n);
  }
  Blob body;
  if (arguments.has("body")) {
    auto read = Blob::read_file(arguments.get("body"));
    if (!read) return context.refuse(read.error());
    body = std::move(*read);
    call.body = body.view();
    call.options = loaded->settings.call;
  }
  api::Core core(loaded->settings.handle);
  const auto found = core.retrieve(call, loaded->settings.call.answer_tokens);
  if (!found) return context.refuse(found.error());
  const Exit exit = found->status == store::Status::live ? Exit::done : Exit::no;
  if (arguments.has("json")) return context.print(api::retrieve_answer(*found) + "\n", exit);
  if (exit == Exit::no) {
    context.say(found->text);
    return exit;
  }
  const bool add_end = is_terminal(context.out) && !found->text.ends_with('\n');
  return context.print(add_end ? found->text + "\n" : found->text);
}

Exit run_count(const Context& context, const Arguments& arguments) {
  if (nothing_to_read(context, arguments)) return show_usage(context, "count");
  const auto blob = read_input(arguments);
  if (!blob) return context.refuse(blob.error());
  const auto input = classify(blob->view(), arguments);
  if (!input) return context.refuse(input.error());
  api::Core core{api::Config{}};
  const Progress progress(context, blob->view().size());
  const auto count = core.count(*input, arguments.get("model"));
  if (!count) return context.refuse(count.error());
  if (arguments.has("json")) return context.print(api::count_answer(*count) + "\n");
  return context.print(std::to_string(count->tokens.value) + "\n");
}

Exit run_formats(const Context& context, const Arguments& arguments) {
  if (arguments.has("json")) return context.print(api::formats_answer() + "\n");
  std::string text = "content kinds (--kind):\n";
  for (const compressors::Compressor& c : compressors::all()) text.append("  ").append(c.kind).append("\n");
  text += "request bodies (--format):\n";
  for (const std::string_view name : messages::format_names()) text.append("  ").append(name).append("\n");
  return context.print(text);
}

Exit run_tool(const Context& context, const Arguments& arguments) {
  const std::string format = arguments.get("format");
  const auto definition = api::tool_definition(format);
  if (definition) return context.print(std::string(*definition) + "\n");
  return context.refuse({ErrorKind::invalid_request, api::unknown_name("format", format, api::tool_formats())});
}

namespace {

// The workspace's figures, and those of every workspace in the same file: who can read the file owns them all.
Exit inspect_store(const Context& context, api::Core& core, bool json) {
  const auto stats = core.store_stats();
  if (!stats) return context.refuse(stats.error());
  const auto all = core.store_workspaces();
  if (!all) return context.refuse(all.error());
  if (json) return context.print(api::stats_answer(*stats, &*all) + "\n");
  if (!core.store_exists()) return context.print("nothing yet\n");
  std::string text = "originals  " + std::to_string(stats->entries) + "\nbytes      " + std::to_string(stats->bytes) +
                     "\nexpired    " + std::to_string(stats->expired) + "\n";
  if (all->size() > 1) {
    constexpr std::size_t column = 12;
    text += "\n" + padded("workspace", 26) + aligned("originals", column) + aligned("bytes", column) +
            aligned("expired", column) + aligned("shared", column) + "\n";
    for (const store::WorkspaceStats& w : *all) {
      text += padded(w.name, 26) + aligned(std::to_string(w.stats.entries), column) +
              aligned(std::to_string(w.stats.bytes), column) + aligned(std::to_string(w.stats.expired), column) +
              aligned(std::to_string(w.stats.records), column) + "\n";
    }
  }
  return context.print(text);
}

}  // namespace

Exit run_store(const Context& context, const Arguments& arguments) {
  const std::string what = arguments.positional.empty() ? "inspect" : arguments.positional.front();
  constexpr std::string_view known[] = {"inspect", "purge"};
  auto loaded = read_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  api::Core core(loaded->settings.handle);
  if (what == "inspect") return inspect_store(context, core, arguments.has("json"));
  if (what == "purge") {
    std::optional<std::chrono::seconds> older;
    if (arguments.has("older")) {
      const std::string text = arguments.get("older");
      older = api::GivenValue::text(text).duration();
      if (!older) return context.refuse({ErrorKind::invalid_request, "--older takes a time, as 24h or 7d"});
    }
    const auto removed = core.store_purge(older);
    if (!removed) return context.refuse(removed.error());
    const std::string n = std::to_string(*removed);
    return context.print(arguments.has("json") ? "{\"removed\":" + n + "}\n" : n + " removed\n");
  }
  return context.refuse({ErrorKind::invalid_request, api::unknown_name("store command", what, known)});
}

Exit run_version(const Context& context, const Arguments& arguments) {
  const std::string version(api::version());
  return context.print(arguments.has("json") ? "{\"version\":\"" + version + "\"}\n" : "headroom " + version + "\n");
}

}  // namespace headroom::cli
