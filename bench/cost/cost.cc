// bench_cost SESSIONS [BODIES] [NAME...] - what each recorded session costs, request by request through the provider's
// cache at the prices of the compiled-in file: as it is, and with Headroom in three steps.
//
//   {"session":"triage_night","format":"anthropic","requests":14,"direct":{"dollars":0.31,...},"lossless":{...},...}
//
// One JSON line a session. Variants:
//   direct       the client's own requests
//   lossless     library call, retrieval none
//   reversible   library call, retrieval auto, epochs off: headroom_retrieve joins the request's tools
//   ours         the same with epochs as they are by default
//   empty        every result of a tool is the empty string, but for those that stand as they came by policy: source
//                code, files that instruct: nobody could send less
//   other        bodies that another program made of the same requests: BODIES/NAME.jsonl, one body a line
//
// Retrievals: each reversible view is taken to be asked for once with probability 1/10, in the round after it was first
// shown: one more request over the whole prompt, read from the cache, its answer (the original, at most 2,000 tokens)
// written, and a call of 40 tokens. Expected values, so no chance is in the figures. The model's own output costs the
// same in every variant and stands in every bill.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/config.h"
#include "api/core.h"
#include "api/options.h"
#include "base/edits.h"
#include "messages/conversation.h"
#include "messages/edit.h"
#include "pipeline/gates.h"
#include "replay/cache_model.h"
#include "replay/recorded.h"

namespace headroom {
namespace {

using replay::Prompt;
using replay::Recorded;
using replay::Seconds;
using replay::Usage;

constexpr double asked_for = 0.1;
constexpr std::int64_t answer_tokens = 2000, call_tokens = 40;

struct Bill {
  double dollars = 0, retrieval = 0;
  Usage usage;
  std::int64_t last = 0, peak = 0;                     // tokens of the last and of the largest request
  int lossy = 0, epochs = 0, paying = 0, refused = 0;  // `paying`: epochs that a price brought about, not the limit
  double ms = 0;                                       // in the core, all requests
};

// Sends one variant's requests through the cache.
class Meter {
 public:
  Meter(const Recorded& session, const prices::Row& row, replay::PromptReader& reader)
      : session_(session), row_(row), reader_(reader), cache_(replay::cache_for(row)) {}

  void send(std::size_t i, const std::string& body) {
    now_ += Seconds(session_.gap(i));
    const Prompt prompt = reader_.read(body, session_.format());
    const Usage u = cache_->send(prompt, now_);
    rewritten_.push_back(!before_.blocks.empty() &&
                         (prompt.blocks.size() < before_.blocks.size() ||
                          prompt.blocks[before_.blocks.size() - 1].prefix != before_.blocks.back().prefix));
    before_ = prompt;
    bill_.usage.read += u.read, bill_.usage.written_5m += u.written_5m, bill_.usage.written_1h += u.written_1h;
    bill_.usage.plain += u.plain, bill_.refused += u.refused;
    std::int64_t written = 0;
    for (const std::string_view m : session_.answer(i)) written += reader_.written(m);
    pico_ += static_cast<double>(replay::cost(u, row_)) + static_cast<double>(written * row_.out.value);
    bill_.last = prompt.tokens();
    bill_.peak = std::max(bill_.peak, bill_.last);
  }
  // A reversible view was shown for the first time in the request just sent.
  void shown(std::int64_t original) {
    ++bill_.lossy;
    const double price =
        static_cast<double>(bill_.last * row_.read.value + std::min(original, answer_tokens) * row_.write_5m.value +
                            call_tokens * row_.out.value);
    bill_.retrieval += asked_for * price * 1e-12;
  }
  Bill& bill() { return bill_; }
  // By request: were blocks of the one before rewritten?
  const std::vector<bool>& rewritten() const { return rewritten_; }
  Bill done() {
    bill_.dollars = pico_ * 1e-12 + bill_.retrieval;
    return bill_;
  }

 private:
  const Recorded& session_;
  const prices::Row& row_;
  replay::PromptReader& reader_;
  std::unique_ptr<replay::Cache> cache_;
  Seconds now_{0};
  double pico_ = 0;
  Prompt before_;
  std::vector<bool> rewritten_;
  Bill bill_;
};

struct Given {
  std::string_view name, value;
};

pipeline::Options options(std::initializer_list<Given> given) {
  api::Settings settings;
  std::vector<std::string> warnings;
  api::Layer layer;
  for (const Given& g : given) {
    if (api::find_option(g.name)) layer.add_text(g.name, g.value);
  }
  if (const auto ok = layer.apply(settings, warnings); !ok) {
    std::fprintf(stderr, "bench_cost: %s\n", ok.error().message.c_str());
    std::exit(2);
  }
  return settings.call;
}

api::Input input_of(const std::string& body, const Recorded& s) {
  api::Input input;
  input.kind = api::Input::Kind::body;
  input.text = body;
  input.format = s.format();
  return input;
}

// Core calls of one variant, with a store of its own.
Bill with_headroom(const Recorded& s, const prices::Row& row, replay::PromptReader& reader, pipeline::Options call,
                   const std::vector<bool>& moved_by_client) {
  call.model = s.model();  // not every format names it in the body
  api::Config config;
  config.store = api::Config::StoreKind::memory;
  api::Core core(config);
  Meter meter(s, row, reader);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < s.requests(); ++i) {
    const std::string body = s.request(i);
    const auto start = std::chrono::steady_clock::now();
    const pipeline::Outcome out = core.compress(input_of(body, s), call);
    meter.bill().ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (out.error) std::fprintf(stderr, "%s %zu: %s\n", s.name().c_str(), i, out.error->message.c_str());
    meter.send(i, out.output);
    for (const pipeline::MarkerInfo& m : out.markers) {
      if (seen.insert(m.hash).second) meter.shown(m.tokens.value);
    }
    meter.bill().paying = static_cast<int>(
        std::ranges::count(out.epoch_reports, std::string_view("paying"), &pipeline::EpochReport::trigger));
  }
  Bill bill = meter.done();
  for (std::size_t i = 0; i < moved_by_client.size(); ++i) {
    bill.epochs += meter.rewritten()[i] && !moved_by_client[i];
  }
  return bill;
}

bool stands_by_policy(pipeline::Reason reason) {
  using enum pipeline::Reason;
  return reason == code_recent || reason == code_asked_about || reason == instruction_file || reason == tool_excluded;
}

// What is left of a bill if results cost nothing. What a policy keeps at birth may change at an epoch; not here.
Bill without_results(const Recorded& s, const prices::Row& row, replay::PromptReader& reader, pipeline::Options call) {
  call.model = s.model();
  api::Config config;
  config.store = api::Config::StoreKind::memory;
  api::Core core(config);
  Meter meter(s, row, reader);
  for (std::size_t i = 0; i < s.requests(); ++i) {
    const std::string body = s.request(i);
    std::set<std::string> stands;
    for (const pipeline::Skipped& skipped : core.compress(input_of(body, s), call).skipped) {
      if (stands_by_policy(skipped.reason)) stands.insert(skipped.pointer);
    }
    const auto read = messages::read(body, messages::parse_format(s.format()));
    std::vector<Edit> edits;
    for (const messages::Leaf& leaf : read ? read->leaves : std::vector<messages::Leaf>{}) {
      if (leaf.role != messages::Role::tool || stands.contains(leaf.pointer)) continue;
      std::ranges::move(messages::replace_leaf(*read, leaf, "").edits, std::back_inserter(edits));
    }
    std::ranges::sort(edits, {}, &Edit::offset);
    meter.send(i, splice(body, edits));
  }
  return meter.done();
}

// Handles of another program's views, however it spells them: hash=..., <<ccr:...
std::set<std::string> handles(const std::string& body) {
  std::set<std::string> found;
  for (const std::string_view lead : {"hash=", "<<ccr:"}) {
    for (std::size_t at = body.find(lead); at != body.npos; at = body.find(lead, at + 1)) {
      std::size_t end = at + lead.size();
      while (end < body.size() && std::isxdigit(static_cast<unsigned char>(body[end]))) ++end;
      const std::string handle = body.substr(at + lead.size(), end - at - lead.size());
      if (handle.size() >= 6) found.insert(handle);
    }
  }
  return found;
}

std::optional<Bill> from_file(const Recorded& s, const prices::Row& row, replay::PromptReader& reader,
                              const std::string& folder) {
  std::ifstream in(folder + "/" + s.name() + ".jsonl");
  if (!in) return std::nullopt;
  Meter meter(s, row, reader);
  std::set<std::string> seen;
  std::string body;
  std::size_t i = 0;
  for (; i < s.requests() && std::getline(in, body); ++i) {
    meter.send(i, body);
    for (const std::string& h : handles(body)) {
      if (seen.insert(h).second) meter.shown(answer_tokens);
    }
  }
  if (i < s.requests()) return std::nullopt;
  return meter.done();
}

void print(const char* name, const Bill& b) {
  std::printf(
      R"(,"%s":{"dollars":%.6f,"retrieval":%.6f,"read":%lld,"written":%lld,"plain":%lld,"last":%lld,"peak":%lld,)"
      R"("lossy":%d,"epochs":%d,"paying":%d,"refused":%d,"ms":%.1f})",
      name, b.dollars, b.retrieval, static_cast<long long>(b.usage.read),
      static_cast<long long>(b.usage.written_5m + b.usage.written_1h), static_cast<long long>(b.usage.plain),
      static_cast<long long>(b.last), static_cast<long long>(b.peak), b.lossy, b.epochs, b.paying, b.refused, b.ms);
}

// Share of the last request that is output of commands and services: results of tools but of those that read files.
double results_share(const Recorded& s, tokens::Counter& counter, std::int64_t all) {
  const std::string body = s.request(s.requests() - 1);
  const auto read = messages::read(body, messages::parse_format(s.format()));
  if (!read) return 0;
  const pipeline::Options defaults;
  std::int64_t sum = 0;
  for (const messages::Leaf& leaf : read->leaves) {
    if (leaf.role != messages::Role::tool) continue;
    const bool reads =
        leaf.call >= 0 && pipeline::is_exact_tool(read->calls[static_cast<std::size_t>(leaf.call)].name, defaults);
    if (!reads) sum += counter.count(messages::text_of(*read, leaf)).value;
  }
  return all > 0 ? static_cast<double>(sum) / static_cast<double>(all) : 0;
}

int run(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_cost SESSIONS [BODIES|-] [NAME...]\n");
    return 2;
  }
  const std::string bodies = argc > 2 ? argv[2] : "-";
  const pipeline::Options lossless = options({{"epoch", "off"}}),
                          steady = options({{"retrieval", "auto"}, {"epoch", "off"}}),
                          ours = options({{"retrieval", "auto"}});
  tokens::Counter counter;
  const auto all = replay::load_all(argv[1]);
  if (!all) {
    std::fprintf(stderr, "%s\n", all.error().message.c_str());
    return 1;
  }
  for (const Recorded& s : *all) {
    if (argc > 3 &&
        std::none_of(argv + 3, argv + argc, [&](const char* n) { return s.name().find(n) != std::string::npos; }))
      continue;
    const prices::Row* row = prices::Prices::built_in().of(s.model());
    if (!row) {
      std::fprintf(stderr, "%s: no price for %s\n", s.name().c_str(), s.model().c_str());
      return 1;
    }
    replay::PromptReader reader(counter);
    Meter direct(s, *row, reader);
    for (std::size_t i = 0; i < s.requests(); ++i) direct.send(i, s.request(i));
    const Bill plain = direct.done();
    std::printf(R"({"session":"%s","format":"%s","model":"%s","requests":%zu,"results":%.4f)", s.name().c_str(),
                s.format().c_str(), s.model().c_str(), s.requests(), results_share(s, counter, plain.last));
    print("direct", plain);
    print("lossless", with_headroom(s, *row, reader, lossless, direct.rewritten()));
    print("steady", with_headroom(s, *row, reader, steady, direct.rewritten()));
    print("ours", with_headroom(s, *row, reader, ours, direct.rewritten()));
    print("empty", without_results(s, *row, reader, lossless));
    if (bodies != "-") {
      if (const auto other = from_file(s, *row, reader, bodies)) print("other", *other);
    }
    std::printf("}\n");
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace headroom

int main(int argc, char** argv) {
  return headroom::run(argc, argv);
}
