// headroom simulate: what compress would do, without storing anything. A table by message for people, the answer as
// JSON for programs, and on request the block that shrank most, as the model would see it.
#include <algorithm>

#include "api/answer.h"
#include "api/core.h"
#include "api/simulation.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/words.h"

namespace headroom::cli {
namespace {

constexpr std::size_t note_width = 76;

std::string table_line(std::string_view message, std::string_view role, std::string_view kind, std::string_view before,
                       std::string_view after, std::string_view note) {
  std::string line =
      aligned(message, 4) + "  " + padded(role, 10) + padded(kind, 24) + aligned(before, 9) + aligned(after, 9) + "  ";
  line.append(note.size() > note_width ? padded(note, note_width) : note);
  return line + "\n";
}

std::string table(const Context& context, const pipeline::Outcome& o) {
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  std::string out =
      bold + table_line("msg", "role", "tool, kind", "before", "after", "what was kept, or why it stays") + plain;
  for (const pipeline::Row& row : o.rows) {
    std::string kind = row.tool;
    if (!row.method.empty()) kind.append(kind.empty() ? "" : ": ").append(row.method);
    if (row.method.empty() && !row.kind.empty()) kind.append(kind.empty() ? "" : ": ").append(row.kind);
    const std::string message = row.message < 0 ? "-" : std::to_string(row.message);
    out += table_line(message, row.role, kind, counted(row.before.value), counted(row.after.value), row.note);
  }
  out += bold +
         table_line("", "all", "", counted(o.before.value), counted(o.after.value),
                    percent(o.after, o.before) + " kept" + (o.lossless ? ", lossless" : "")) +
         plain;
  return out;
}

// What stands in the way of the provider's prompt cache.
std::string cache_lines(const pipeline::Outcome& o) {
  if (o.volatile_parts.empty()) return "";
  std::string out = "\nPrompt cache: each change of these in the system prompt makes the provider read " +
                    counted(o.written_again.value) + " tokens anew.\n";
  bool dates = false, ids = false;
  for (const pipeline::VolatilePart& v : o.volatile_parts) {
    const bool date = v.kind == pipeline::Volatile::date;
    dates |= date, ids |= !date;
    out += "  " + v.pointer + ", bytes " + std::to_string(v.begin) + "-" + std::to_string(v.end) +
           (date ? ": date \"" + v.value + "\"\n" : ": id\n");
  }
  return out + "  --relocate " +
         (dates && ids ? "all"
          : dates      ? "dates"
                       : "ids") +
         " moves them behind what is cached.\n";
}

// The change that saves most, as the model would see it.
std::string sample(const Context& context, const pipeline::Outcome& o) {
  const pipeline::Row* best = nullptr;
  for (const pipeline::Row& row : o.rows) {
    if (row.after < row.before && (!best || row.before - row.after > best->before - best->after)) best = &row;
  }
  if (!best) return "\nNothing was shortened.\n";
  const auto change = std::ranges::find(o.changes, best->message, &pipeline::Change::message);
  if (change == o.changes.end()) return "";
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  std::string head = best->message < 0 ? "The view" : "Message " + std::to_string(best->message);
  head +=
      ", as the model would see it (" + counted(best->before.value) + " -> " + counted(best->after.value) + " tokens):";
  return "\n" + bold + head + plain + "\n\n" + std::string(change->text.view()) + "\n";
}

}  // namespace

Exit run_simulate(const Context& context, const Arguments& arguments) {
  if (nothing_to_read(context, arguments)) return show_usage(context, "simulate");
  const auto loaded = load_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  const auto blob = read_input(arguments);
  if (!blob) return context.refuse(blob.error());
  const auto input = classify(blob->view(), arguments);
  if (!input) return context.refuse(input.error());
  api::Core core(loaded->settings.handle);
  const pipeline::Outcome outcome = [&] {
    const Progress progress(context, blob->view().size());
    return core.simulate(*input, loaded->settings.call);
  }();
  if (outcome.error) context.say(outcome.error->message);
  if (arguments.has("json")) {
    const auto answer = api::compress_answer(*input, outcome, api::Return::changes, loaded->warnings,
                                             api::simulated_members(*input, outcome));
    return context.print(answer.joined() + "\n");
  }
  for (const std::string& warning : loaded->warnings) context.say(warning);
  for (const std::string& warning : outcome.warnings) context.say(warning);
  std::string text = table(context, outcome) + cache_lines(outcome);
  if (arguments.has("sample")) text += sample(context, outcome);
  return context.print(text);
}

}  // namespace headroom::cli
