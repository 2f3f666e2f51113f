#include "ledger/ledger.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "ledger/history.h"
#include "ledger/log.h"
#include "ledger/misses.h"
#include "ledger/money.h"
#include "ledger/retrievals.h"
#include "ledger/state.h"
#include "tokens/models.h"

namespace headroom::ledger {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

constexpr milliseconds gather{100};  // what comes within it is taken in one go; far below the second that may be lost
constexpr std::size_t most_waiting = 16'384;
constexpr std::size_t at_once = 256;        // exchanges between two releases of the lock
constexpr std::size_t worth_of_prompt = 8;  // of such exchanges: one to be explained takes that much longer
constexpr std::size_t most_labels = 4000;
constexpr std::size_t most_known_models = 1000;
constexpr std::size_t events_at_once = 100;
constexpr std::size_t load_step = std::size_t{4} << 20;  // bytes of log files between two looks at what came

}  // namespace

// Locks, in the order in which they are taken: `history_lock` (files, sums over them) or `io` (the log), then `work`
// (state, aligner, lines to be written), then `queue_lock` or `label_lock`.
struct Ledger::Impl {
  explicit Impl(Config c, std::optional<LogWriter> w, bool with_files)
      : config(std::move(c)), prices(config.prices ? *config.prices : prices::Prices::built_in()), log(std::move(w)) {
    if (with_files) files.emplace(config.directory);
    loaded = !with_files;
  }

  // What a model's name stands for; looked up once.
  struct Model {
    const prices::Row* prices;
    const tokens::ModelTokens* tokens;
  };
  Model model_of(const ModelName& name) {
    if (const auto found = known_models.find(name); found != known_models.end()) return found->second;
    const Model model{prices.of(name.view()), &tokens::tokens_of_model(name.view())};
    if (known_models.size() < most_known_models) known_models.emplace(name, model);
    return model;
  }

  // The oldest of what waits, worth at most `most`: a lock is not held longer than about a millisecond for it.
  std::vector<Exchange> take(std::size_t most) {
    const std::scoped_lock lock(queue_lock);
    std::size_t n = 0;
    for (std::size_t worth = 0; n < queue.size() && worth < most; ++n) worth += queue[n].prompt ? worth_of_prompt : 1;
    std::vector<Exchange> out;
    if (n == queue.size()) {
      out = std::exchange(queue, {});
    } else {
      const auto end = queue.begin() + static_cast<std::ptrdiff_t>(n);
      out.assign(std::make_move_iterator(queue.begin()), std::make_move_iterator(end));
      queue.erase(queue.begin(), end);
    }
    return out;
  }

  // A part of the work that waits; `work` is held.
  bool work_off(std::size_t most) {
    std::vector<Exchange> taken = take(most);
    std::vector<std::size_t> order(taken.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(taken[i].went_out, i); });
    for (const std::size_t i : order) add(taken[i]);
    return !taken.empty();
  }

  void add(Exchange& exchange) {
    Row& row = exchange.row;
    if (row.usage) row.usage = row.usage->sane();
    if (!exchange.rounds.empty()) {
      Usage sum;
      for (Usage& round : exchange.rounds) sum += round = round.sane();
      row.usage = sum;
    }
    if (exchange.prompt && row.cv.value == 0) row.cv = exchange.prompt->opening;
    if (exchange.mode == Mode::audit && row.x.empty()) row.x = audit_code;
    const Model model = model_of(row.md);
    const Usage* first = !exchange.rounds.empty() ? &exchange.rounds.front() : row.usage ? &*row.usage : nullptr;
    Explained explained;
    if (exchange.prompt && first) {
      explained = misses.explain(*exchange.prompt, *first, model.prices,
                                 std::chrono::floor<std::chrono::seconds>(row.t.time_since_epoch()),
                                 row.ep != EpochCause::none, exchange.went_out);
      row.mi = explained.miss;
    }
    std::optional<Bill> bill;
    if (row.usage && model.prices) {
      if (exchange.mode != Mode::optimize) exchange.removed.clear(), exchange.tool_tokens = 0;
      bill = bill_of(exchange, explained, *model.prices, *model.tokens);
      row.money = bill->total();
    }
    state.add(exchange, explained, bill ? &*bill : nullptr);
    if (bill) {
      for (const SavedPart& part : bill->saved) new_parts[{part.tool, part.kind}] += {1, part.tokens, part.microusd};
    }
    note(row);
  }

  // Its line, and before it the labels that this file does not explain yet.
  void note(const Row& row) {
    const auto day = std::chrono::floor<days>(row.t);
    std::string lines;
    for (const LabelId id : row.labels) {
      if (id == LabelId::none) continue;
      auto& told = labels_told[day];
      if (std::ranges::find(told, id) != told.end()) continue;
      told.push_back(id);
      const std::scoped_lock lock(label_lock);
      if (const auto found = labels.find(id); found != labels.end()) append_label_line(lines, id, found->second);
    }
    while (labels_told.size() > 2) labels_told.erase(labels_told.begin());
    append_line(lines, row);
    newest = std::max(newest, row.t);
    keep(day, lines);
  }

  void keep(std::chrono::sys_days day, const std::string& lines) {
    if (log) waiting_lines[day] += lines;
    if (!files) unlogged += lines;
  }

  // The lines of what left by tool and kind since the last time; `work` is held.
  void note_parts() {
    std::string lines;
    for (const auto& [names, part] : std::exchange(new_parts, {})) {
      append_part_line(lines, newest, names.first, names.second, part);
    }
    if (!lines.empty()) keep(std::chrono::floor<days>(newest), lines);
  }

  // All that waits goes into the figures, and its lines to the file. Only `io` is held while a disk is written to.
  void write() {
    const std::scoped_lock writing(io);
    bool more = true;
    while (more) {
      const std::scoped_lock lock(work);
      more = work_off(at_once);
    }
    std::map<std::chrono::sys_days, std::string> lines;
    {
      const std::scoped_lock lock(work);
      note_parts();
      lines = std::exchange(waiting_lines, {});
    }
    if (!log) return;
    for (const auto& [day, of_day] : lines) log->add(day, of_day);
    log->flush();
    lost_lines = log->lost_lines();
  }

  // Sums over the files as they are now; `history_lock` is held. Without files: over what was recorded.
  bool read_history(std::size_t budget) {
    if (files) return files->read(history, budget);
    std::string lines;
    {
      const std::scoped_lock lock(work);
      lines = std::exchange(unlogged, {});
    }
    history.take(lines);
    return true;
  }

  void load_step_by_step() {
    const std::scoped_lock lock(history_lock);
    if (read_history(load_step)) loaded = true;
  }

  // Whoever sends events hears of new ones.
  void tell() {
    if (!config.wake) return;
    {
      const std::scoped_lock lock(work);
      if (state.next_event == told_event) return;
      told_event = state.next_event;
    }
    config.wake();
  }

  void run() {
    std::optional<std::chrono::sys_days> expired_on;
    while (true) {
      bool stopping = false;
      {
        std::unique_lock lock(queue_lock);
        const auto woken = [this] { return stop || came || !loaded; };
        idle = true;
        wake.wait(lock, woken);
        idle = false;
        if (loaded) wake.wait_for(lock, gather, [this] { return stop || queue.size() >= most_waiting / 2; });
        stopping = stop;
        came = false;
      }
      write();
      if (stopping) return;
      tell();
      if (!loaded) load_step_by_step();
      if (!files) {
        const std::scoped_lock lock(history_lock);
        read_history(0);
        continue;
      }
      std::optional<std::chrono::sys_days> today;
      {
        const std::scoped_lock lock(work);
        if (newest != Time{}) today = std::chrono::floor<days>(newest);
      }
      if (loaded && today && expired_on != today) {
        const std::scoped_lock lock(history_lock);
        files->expire(history, *today, config.days);
        expired_on = today;
      }
    }
  }

  Shown shown(const Gauges& gauges, const Labels& known) const { return {state, counts, gauges, known, lost_lines}; }

  const Config config;
  const prices::Prices& prices;
  Counts counts;
  Retrievals retrievals;

  std::mutex history_lock;
  History history;
  std::optional<LogFiles> files;
  std::atomic<bool> loaded = false;

  std::mutex work;
  State state;
  Misses misses;
  std::map<ModelName, Model> known_models;
  std::map<std::pair<ToolName, KindName>, Part> new_parts;
  std::map<std::chrono::sys_days, std::vector<LabelId>> labels_told;
  std::map<std::chrono::sys_days, std::string> waiting_lines;  // for the log
  std::string unlogged;                                        // for the history, where there are no files
  Time newest{};
  std::uint64_t told_event = 1;

  std::mutex io;
  std::optional<LogWriter> log;
  std::atomic<std::uint64_t> lost_lines = 0;

  std::mutex label_lock;
  Labels labels;

  std::mutex queue_lock;
  std::condition_variable wake;
  std::vector<Exchange> queue;
  bool stop = false, idle = false;
  bool came = false;  // something was recorded since the thread last looked

  std::thread thread;
};

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Result<std::unique_ptr<Ledger>> Ledger::open(Config config) {
  std::optional<LogWriter> log;
  const bool to_descriptor = config.directory == "-";
  const bool to_files = !to_descriptor && !config.directory.empty();
  if (to_descriptor) log.emplace(config.descriptor);
  if (to_files) {
    auto opened = LogWriter::open(config.directory);
    if (!opened) return std::unexpected(opened.error());
    log.emplace(std::move(*opened));
  }
  return std::unique_ptr<Ledger>(new Ledger(std::make_unique<Impl>(std::move(config), std::move(log), to_files)));
}

Ledger::~Ledger() {
  {
    const std::scoped_lock lock(impl_->queue_lock);
    impl_->stop = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

void Ledger::record(Exchange&& exchange) {
  bool must_wake = false, full = false;
  {
    const std::scoped_lock lock(impl_->queue_lock);
    impl_->queue.push_back(std::move(exchange));
    impl_->came = true;
    must_wake = impl_->idle || impl_->queue.size() == most_waiting / 2;
    full = impl_->queue.size() > most_waiting;
  }
  if (must_wake) impl_->wake.notify_one();
  if (full) {
    const std::scoped_lock lock(impl_->work);
    impl_->work_off(at_once);
  }
}

Counts& Ledger::counts() {
  return impl_->counts;
}

void Ledger::retrieved(const Retrieval& retrieval) {
  impl_->counts.retrieve(retrieval.result);
  impl_->retrievals.add(retrieval);
}

LabelId Ledger::label(std::string_view text) {
  if (text.empty() || !is_harmless(text, 64)) return LabelId::none;
  const std::scoped_lock lock(impl_->label_lock);
  const auto id_of = [](std::string_view name) {
    return static_cast<LabelId>(std::max<std::uint64_t>(hash64(name) & 0xFFFFFFFF, 1));
  };
  const auto found = impl_->labels.find(id_of(text));
  if (found != impl_->labels.end() && found->second == text) return found->first;
  // Another name has its number, or the table is full.
  if (found != impl_->labels.end() || impl_->labels.size() >= most_labels) text = "other";
  impl_->labels.try_emplace(id_of(text), text);
  return id_of(text);
}

std::string Ledger::stats(Time now, const Gauges& gauges) {
  const Labels none;
  const std::scoped_lock lock(impl_->work);
  impl_->work_off(at_once);
  return stats_json(impl_->shown(gauges, none), now);
}

std::string Ledger::metrics(const Gauges& gauges) {
  const Labels none;
  const std::scoped_lock lock(impl_->work);
  impl_->work_off(at_once);
  return metrics_text(impl_->shown(gauges, none));
}

std::string Ledger::history_json(Series series, Time now) {
  impl_->write();
  const std::scoped_lock lock(impl_->history_lock);
  const bool complete = impl_->read_history(load_step) && impl_->loaded;
  return impl_->history.json(series, now, complete);
}

std::string Ledger::history_csv(Series series, Time now) {
  impl_->write();
  const std::scoped_lock lock(impl_->history_lock);
  impl_->read_history(load_step);
  return impl_->history.csv(series, now);
}

std::string Ledger::feed(std::size_t limit) {
  const std::scoped_lock lock(impl_->work);
  impl_->work_off(at_once);
  const std::scoped_lock naming(impl_->label_lock);
  std::string out = "{\"transformations\":[";
  std::size_t n = 0;
  for (auto at = impl_->state.events.rbegin(); at != impl_->state.events.rend() && n < limit; ++at) {
    if (n++ > 0) out += ',';
    out += event_json(*at, impl_->labels);
  }
  return out + "]}";
}

std::string Ledger::retrieve_stats(const Gauges& gauges) {
  return impl_->retrievals.json(gauges);
}

Events Ledger::events(std::uint64_t after) {
  const std::scoped_lock lock(impl_->work);
  impl_->work_off(at_once);
  const State& state = impl_->state;
  Events out;
  out.last = state.next_event - 1;
  if (after == out.last) return out;
  if (after > out.last) after = 0;
  const std::scoped_lock naming(impl_->label_lock);
  auto at = std::ranges::lower_bound(state.events, after + 1, {}, &Event::id);
  for (std::size_t n = 0; at != state.events.end(); ++at) {
    if (n++ == events_at_once) {
      out.more = true;
      out.last = (at - 1)->id;
      break;
    }
    out.bytes.append("id: ").append(std::to_string(at->id)).append("\nevent: request\ndata: ");
    out.bytes.append(event_json(*at, impl_->labels)).append("\n\n");
  }
  return out;
}

std::string Ledger::stats_event(Time now, const Gauges& gauges) {
  return "event: stats\ndata: " + stats(now, gauges) + "\n\n";
}

std::uint64_t Ledger::last_event() const {
  const std::scoped_lock lock(impl_->work);
  return impl_->state.next_event - 1;
}

void Ledger::reset() {
  const std::scoped_lock lock(impl_->work);
  while (impl_->work_off(at_once)) {
  }
  impl_->state.reset();
  impl_->counts.reset();
}

bool Ledger::history_loaded() const {
  return impl_->loaded;
}

void Ledger::flush() {
  impl_->write();
}

}  // namespace headroom::ledger
