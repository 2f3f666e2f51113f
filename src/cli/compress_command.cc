// headroom compress: a filter that never breaks a pipe. Whatever fails once the input is read, the input goes out, with
// one line on stderr and exit 0.
#include <exception>

#include "api/answer.h"
#include "api/core.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/words.h"

namespace headroom::cli {
namespace {

void say_figures(const Context& context, const pipeline::Outcome& o) {
  std::string line =
      counted(o.before.value) + " -> " + counted(o.after.value) + " tokens (" + percent(o.after, o.before) + " kept";
  if (!o.changed) {
    line += ", nothing to gain";
    if (!o.skipped.empty()) line.append(": ").append(to_string(o.skipped.front().reason));
  } else if (o.lossless) {
    line += ", lossless";
  } else {
    const std::size_t n = o.markers.size();
    line += ", " + std::to_string(n) + (n == 1 ? " original" : " originals") + " kept for headroom retrieve";
  }
  context.say(line + ")");
}

Exit print_answer(const Context& context, const api::Input& input, const pipeline::Outcome& outcome,
                  api::Return returned, std::span<const std::string> warnings) {
  const api::CompressAnswer answer = api::compress_answer(input, outcome, returned, warnings);
  const auto written = write_all(context.out, {answer.head, answer.payload, answer.tail, "\n"});
  return written ? Exit::done : context.refuse(written.error());
}

struct Plan {
  api::Settings settings;
  std::vector<std::string> warnings;
  bool json;
  bool quiet;
  api::Return returned;
};

Result<Plan> plan_of(const Context& context, const Arguments& arguments) {
  auto loaded = load_settings(context, arguments.options);
  if (!loaded) return std::unexpected(loaded.error());
  Plan plan{std::move(loaded->settings), std::move(loaded->warnings), arguments.has("json"), arguments.has("quiet"),
            api::Return::messages};
  if (arguments.has("return")) {
    const auto returned = api::parse_return(arguments.get("return"));
    if (!returned) {
      return fail(ErrorKind::invalid_request, "--return takes body, messages, edits or changes");
    }
    plan.returned = *returned;
    plan.json = true;
    api::fit_to_return(plan.returned, plan.settings.call, plan.warnings);
  }
  return plan;
}

Exit compress(const Context& context, const Arguments& arguments, const Plan& plan, std::string_view text) {
  const auto input = classify(text, arguments);
  if (!input) return context.refuse(input.error());
  std::vector<std::string> warnings = plan.warnings;
  if (input->kind == api::Input::Kind::content && !arguments.has("text")) {
    if (const auto where = broken_body(text)) {
      const std::string message = "the request is not JSON: " + *where;
      if (plan.json) {
        // A program that asked for an answer gets one, and learns that its request was wrong.
        const Exit printed = context.print(api::error_answer({ErrorKind::invalid_request, message}) + "\n");
        return printed == Exit::done ? context.refuse({ErrorKind::invalid_request, message}) : printed;
      }
      context.say(message + "; it goes out as it came");
      return context.print(text);
    }
  }
  api::Config handle = plan.settings.handle;
  handle.ends_after_call = true;
  api::Core core(std::move(handle));
  const pipeline::Outcome outcome = [&] {
    const Progress progress(context, text.size());
    return core.compress(*input, plan.settings.call);
  }();
  if (outcome.error) context.say(outcome.error->message);
  if (!plan.json) {
    for (const std::string& warning : warnings) context.say(warning);
    for (const std::string& warning : outcome.warnings) context.say(warning);
  }
  const Exit printed =
      plan.json ? print_answer(context, *input, outcome, plan.returned, warnings) : context.print(outcome.output);
  if (printed == Exit::done && !plan.quiet) say_figures(context, outcome);
  return printed;
}

}  // namespace

Exit run_compress(const Context& context, const Arguments& arguments) {
  if (nothing_to_read(context, arguments)) return show_usage(context, "compress");
  const auto plan = plan_of(context, arguments);
  if (!plan) return context.refuse(plan.error());
  const auto blob = read_input(arguments);
  if (!blob) return context.refuse(blob.error());
  try {
    return compress(context, arguments, *plan, blob->view());
  } catch (const std::exception& e) {
    context.say(std::string("failed inside (") + e.what() + "); the input goes out as it came");
    return plan->json ? Exit::our_bug : context.print(blob->view());
  }
}

}  // namespace headroom::cli
