// bench_where SESSIONS [NAME...] - where the money of a bill still goes: what stands in each recorded session, by whose
// it is and why it stands.
//
//   data_codex  $0.1221 direct
//     share   kept  leaves   before    after  what
//     61.2 %  99 %      21    20512    20406  shell_command: not_recognised
//
// A text is weighed by what it costs until the session ends: written once with the request that first holds it, read
// with every later one. Caches that were lost, and epochs, are not in these figures; bench_cost has them.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "api/config.h"
#include "api/core.h"
#include "api/options.h"
#include "messages/conversation.h"
#include "replay/recorded.h"
#include "tokens/counter.h"

namespace headroom {
namespace {

struct Sum {
  int leaves = 0;
  Tokens before, after;
  double dollars_before = 0, dollars = 0;
};

class Bill {
 public:
  Bill(const replay::Recorded& session, const prices::Row& row) : s_(session), row_(row) {}

  void add(const std::string& what, int message, Tokens before, Tokens after) {
    std::size_t born = 0;
    while (born + 1 < s_.requests() && static_cast<int>(s_.messages_of(born)) <= message) ++born;
    const double price = static_cast<double>(row_.write_5m.value) +
                         static_cast<double>(row_.read.value) * static_cast<double>(s_.requests() - 1 - born);
    Sum& sum = sums_[what];
    ++sum.leaves, sum.before += before, sum.after += after;
    sum.dollars_before += price * 1e-12 * static_cast<double>(before.value);
    sum.dollars += price * 1e-12 * static_cast<double>(after.value);
  }

  void print() const {
    std::vector<std::pair<std::string, Sum>> all(sums_.begin(), sums_.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second.dollars > b.second.dollars; });
    double before = 0, after = 0;
    for (const auto& [what, sum] : all) before += sum.dollars_before, after += sum.dollars;
    std::printf("%s (%s, %zu requests): $%.4f of $%.4f\n", s_.name().c_str(), s_.format().c_str(), s_.requests(), after,
                before);
    for (const auto& [what, sum] : all) {
      if (sum.dollars_before < before / 100) continue;
      std::printf("  %5.1f %% kept %3.0f %% %4d texts %7lld -> %7lld  %s\n", 100 * sum.dollars / before,
                  100 * sum.dollars / sum.dollars_before, sum.leaves, static_cast<long long>(sum.before.value),
                  static_cast<long long>(sum.after.value), what.c_str());
    }
  }

 private:
  const replay::Recorded& s_;
  const prices::Row& row_;
  std::map<std::string, Sum> sums_;
};

void show(const replay::Recorded& s, const prices::Row& row, tokens::Counter& counter) {
  api::Settings settings;
  std::vector<std::string> warnings;
  api::Layer layer;
  layer.add_text("retrieval", "auto");
  if (!layer.apply(settings, warnings)) return;
  settings.call.model = s.model();
  api::Config config;
  config.store = api::Config::StoreKind::memory;
  api::Core core(config);
  Bill bill(s, row);
  const std::string body = s.request(s.requests() - 1);
  api::Input input;
  input.kind = api::Input::Kind::body;
  input.text = body;
  input.format = s.format();
  const pipeline::Outcome out = core.compress(input, settings.call);
  for (const pipeline::Row& r : out.rows) {
    std::string what = r.tool.empty() ? r.role : r.tool;
    what += ": ";
    if (r.method.empty()) {
      what += r.note.empty() ? "-" : r.note;
    } else {
      what.append(r.kind).append("/").append(r.method);
    }
    bill.add(what, std::max(r.message, 0), r.before, r.after);
  }
  const auto c = messages::read(body, messages::parse_format(s.format()));
  if (!c) return;
  for (const messages::Call& call : c->calls) {
    const Tokens n = counter.count(call.name) + counter.count(call.arguments);
    bill.add("calls", call.message, n, n);
  }
  const Tokens tools = c->tools ? counter.count(c->doc.raw(*c->tools)) : Tokens();
  bill.add("tools", 0, tools, tools + Tokens(out.tool_added ? 120 : 0));
  bill.print();
  for (const pipeline::EpochReport& e : out.epoch_reports) {
    std::printf("  epoch %s, %s: %lld -> %lld of the model's tokens\n", e.position.c_str(), e.trigger.c_str(),
                static_cast<long long>(e.before.value), static_cast<long long>(e.after.value));
  }
}

int run(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: bench_where SESSIONS [NAME...]\n"), 2;
  const auto all = replay::load_all(argv[1]);
  if (!all) return std::fprintf(stderr, "%s\n", all.error().message.c_str()), 1;
  tokens::Counter counter;
  for (const replay::Recorded& s : *all) {
    if (argc > 2 &&
        std::none_of(argv + 2, argv + argc, [&](const char* n) { return s.name().find(n) != std::string::npos; }))
      continue;
    const prices::Row* row = prices::Prices::built_in().of(s.model());
    if (row) show(s, *row, counter);
  }
  return 0;
}

}  // namespace
}  // namespace headroom

int main(int argc, char** argv) {
  return headroom::run(argc, argv);
}
