// headroom demo session: one recorded conversation, request by request: tokens forwarded without and with Headroom,
// where epochs fall, and what both cost through the provider's cache. A table for the terminal; --picture writes the
// same as an SVG or HTML file. Nothing is sent anywhere and nothing is stored.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "api/core.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/words.h"
#include "replay/cache_model.h"
#include "replay/picture.h"
#include "replay/recorded.h"

namespace headroom::cli {
namespace {

using replay::Course;
using replay::CourseStep;
using replay::Prompt;
using replay::Recorded;
using replay::Usage;

constexpr std::string_view default_session = "corpus/sessions/long_more_itertools.json";

// One side of the comparison: requests through a cache of its own.
struct Side {
  std::unique_ptr<replay::Cache> cache;
  Usage sum;
  double dollars = 0;
  std::vector<replay::PromptBlock> before;

  // True if blocks of the request before were rewritten.
  bool send(const Prompt& prompt, replay::Seconds now, std::int64_t written, const prices::Row& row) {
    const Usage u = cache->send(prompt, now);
    sum.read += u.read, sum.written_5m += u.written_5m, sum.written_1h += u.written_1h, sum.plain += u.plain;
    dollars += static_cast<double>(replay::cost(u, row) + written * row.out.value) * 1e-12;
    const bool rewritten = !before.empty() && (prompt.blocks.size() < before.size() ||
                                               prompt.blocks[before.size() - 1].prefix != before.back().prefix);
    before = prompt.blocks;
    return rewritten;
  }
};

struct Played {
  Course course;
  Side without, with;
};

Played play(const Recorded& session, const prices::Row& row, api::Core& core, const pipeline::Options& call) {
  Played p;
  p.without.cache = replay::cache_for(row);
  p.with.cache = replay::cache_for(row);
  tokens::Counter counter;
  replay::PromptReader reader(counter);
  replay::Seconds now{0};
  for (std::size_t i = 0; i < session.requests(); ++i) {
    now += replay::Seconds(session.gap(i));
    std::int64_t written = 0;
    for (const std::string_view answer : session.answer(i)) written += reader.written(answer);
    const std::string body = session.request(i);
    api::Input input;
    input.kind = api::Input::Kind::body;
    input.text = body;
    input.format = session.format();
    const pipeline::Outcome out = core.compress(input, call);
    const Prompt direct = reader.read(body, session.format()), ours = reader.read(out.output, session.format());
    const bool moved = p.without.send(direct, now, written, row);
    const bool rewritten = p.with.send(ours, now, written, row);
    p.course.steps.push_back({direct.tokens(), ours.tokens(), p.without.dollars, p.with.dollars, rewritten && !moved});
  }
  return p;
}

std::string money(double dollars) {
  char text[32];
  std::snprintf(text, sizeof text, "$%.4f", dollars);
  return text;
}

std::string share(double part, double whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", whole > 0 ? 100 * part / whole : 100.0);
  return text;
}

std::string table(const Context& context, const Played& p) {
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  const auto line = [](std::string_view a, std::string_view b, std::string_view c, std::string_view d,
                       std::string_view e, std::string_view f, std::string_view g) {
    return aligned(a, 7) + aligned(b, 12) + aligned(c, 12) + aligned(d, 9) + aligned(e, 13) + aligned(f, 13) + "  " +
           std::string(g) + "\n";
  };
  std::string out = bold + line("request", "without", "with", "", "spent so far", "with", "") + plain;
  const std::vector<CourseStep>& steps = p.course.steps;
  constexpr std::size_t rows = 28;  // about a screen; epochs and the last always show
  const std::size_t every = std::max<std::size_t>(1, (steps.size() + rows - 1) / rows);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CourseStep& s = steps[i];
    if (i % every != 0 && !s.epoch && i + 1 != steps.size()) continue;
    out += line(std::to_string(i + 1), counted(s.tokens_without), counted(s.tokens_with),
                share(static_cast<double>(s.tokens_with), static_cast<double>(s.tokens_without)),
                money(s.dollars_without), money(s.dollars_with), s.epoch ? "epoch: earlier text rewritten" : "");
  }
  const auto side = [](std::string_view name, const Side& s) {
    return padded(name, 16) + aligned(counted(s.sum.read), 14) +
           aligned(counted(s.sum.written_5m + s.sum.written_1h), 14) + aligned(counted(s.sum.plain), 14) +
           aligned(money(s.dollars), 12) + "\n";
  };
  out += "\n" + bold + padded("", 16) + aligned("cache read", 14) + aligned("cache written", 14) +
         aligned("not cached", 14) + aligned("bill", 12) + plain + "\n";
  out += side("without", p.without) + side("with Headroom", p.with);
  return out + "The bill with Headroom is " + share(p.with.dollars, p.without.dollars) + " of the one without.\n";
}

}  // namespace

Exit run_demo(const Context& context, const Arguments& arguments) {
  if (arguments.positional.empty() || arguments.positional.front() != "session") return show_usage(context, "demo");
  Arguments defaults = arguments;
  const auto loaded = load_settings(context, defaults.options);
  if (!loaded) return context.refuse(loaded.error());
  const std::string path = arguments.positional.size() > 1 ? arguments.positional[1] : std::string(default_session);
  const auto session = Recorded::load(path);
  if (!session) return context.refuse(session.error());
  const prices::Prices& prices = loaded->settings.handle.price_table();
  const prices::Row* const row = prices.of(session->model());
  if (!row) return context.refuse({ErrorKind::invalid_request, "no price is known for " + session->model()});

  api::Config config;
  config.store = api::Config::StoreKind::memory;
  config.prices = loaded->settings.handle.prices;
  api::Core core(config);
  pipeline::Options call = loaded->settings.call;
  if (call.model.empty()) call.model = session->model();  // not every format names it in the body
  if (call.retrieval == pipeline::Retrieval::none && call.fidelity == pipeline::FidelityOption::auto_) {
    call.retrieval = pipeline::Retrieval::auto_;  // what the proxy does
  }
  Played played = play(*session, *row, core, call);
  Course& course = played.course;
  course.title = session->name() + ": " + std::to_string(session->requests()) + " requests";
  course.subtitle = session->story() + "; " + session->model() + "; prices of " + prices.date() +
                    "; the bill with Headroom is " + share(played.with.dollars, played.without.dollars);
  if (const std::string file = arguments.get("picture"); !file.empty()) {
    const std::string text = file.ends_with(".svg") ? replay::picture(course) : replay::page(course);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) return context.refuse({ErrorKind::unavailable, "cannot write " + file});
    context.say("wrote " + file);
  }
  const std::string head = course.title + " (" + session->story() + ", " + session->model() + ")\n\n";
  return context.print(head + table(context, played));
}

}  // namespace headroom::cli
