#include "ledger/savings.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "json/document.h"
#include "json/writer.h"
#include "ledger/history.h"
#include "ledger/log.h"
#include "store/files.h"

namespace headroom::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_rows = 1000, most_conversations = 200'000;
constexpr std::string_view mark = "counted-since";
constexpr std::string_view names[] = {"", "model", "client", "project"};

// "requests-2026-01-05.jsonl" -> that day.
std::optional<History::Days> day_of(std::string_view file, std::string_view prefix) {
  constexpr std::string_view suffix = ".jsonl";
  if (!file.starts_with(prefix) || !file.ends_with(suffix) || file.size() != prefix.size() + 10 + suffix.size())
    return std::nullopt;
  const auto t = parse_iso(std::string(file.substr(prefix.size(), 10)) + "T00:00:00.000Z");
  return t ? std::optional(std::chrono::floor<std::chrono::days>(*t)) : std::nullopt;
}

class Sums {
 public:
  Sums(Savings& out, SavingsQuery query) : out_(out), query_(query) {}

  // Of every line, before rows that use them.
  void take(const std::string& line) {
    if (const auto row = parse_row(line)) return add(*row);
    if (query_.by != By::project || !line.starts_with("{\"l\":")) return;
    const auto doc = json::Document::parse(line);
    const auto id = doc ? doc->member(0, "l") : std::nullopt, is = doc ? doc->member(0, "is") : std::nullopt;
    if (!id || !is || !doc->is(*is, json::Kind::string)) return;
    labels_[std::string(doc->raw(*id))] = doc->string(*is);
  }

  // A day without rows: sums by hour for all of it, by day for its models.
  void take_summed(const History& history, History::Days day) {
    out_.summed = true;
    for (const auto& [hour, figures] : history.hours()) {
      if (Time(hour) >= query_.since) out_.all.figures += figures;
    }
    const auto at = history.days().find(day);
    if (query_.by != By::model || at == history.days().end() || Time(day) < query_.since) return;
    for (const auto& [model, figures] : at->second.models) of(std::string(model.view())).figures += figures;
  }

  void finish() {
    for (auto& [key, saving] : rows_) {
      const auto label = query_.by == By::project ? labels_.find(key) : labels_.end();
      saving.name = label != labels_.end() ? label->second : key.empty() || key == "0" ? "(none)" : key;
      out_.rows.push_back(std::move(saving));
    }
    std::ranges::sort(out_.rows, [](const Saving& a, const Saving& b) {
      return std::pair(b.figures.net(), b.removed()) != std::pair(a.figures.net(), a.removed())
                 ? std::pair(b.figures.net(), b.removed()) < std::pair(a.figures.net(), a.removed())
                 : a.name < b.name;
    });
  }

 private:
  Saving& of(const std::string& key) {
    if (rows_.size() >= most_rows && !rows_.contains(key)) return rows_["other"];
    return rows_[key];
  }

  std::string key_of(const Row& row) const {
    switch (query_.by) {
      case By::model:
        return std::string(row.md.view());
      case By::client:
        return std::string(row.by.view());
      default:
        return std::to_string(static_cast<std::uint32_t>(row.labels[0]));
    }
  }

  void add(const Row& row) {
    // What had left the request before it in its conversation has left this one again.
    const std::int64_t removed =
        row.x == audit_code ? 0 : std::max<std::int64_t>(row.tokens_before - row.tokens_after, 0);
    std::int64_t resent = 0;
    if (row.cv.value != 0) {
      if (last_.size() >= most_conversations) last_.clear();
      std::int64_t& before = last_[row.cv.value];
      resent = std::min(before, removed);
      before = removed;
    }
    if (row.t < query_.since) return;
    for (Saving* const s : {&out_.all, query_.by == By::total ? nullptr : &of(key_of(row))}) {
      if (!s) continue;
      s->figures.add(row);
      s->fresh += removed - resent;
      s->resent += resent;
      if (row.usage && row.q == 0 && row.tokens_after > 0 && row.usage->input() > 0) {
        s->counted += row.x == audit_code ? row.tokens_before : row.tokens_after;
        s->input += row.usage->input();
      }
    }
  }

  Savings& out_;
  const SavingsQuery query_;
  std::map<std::string, Saving> rows_;
  std::map<std::string, std::string> labels_;
  std::unordered_map<std::uint64_t, std::int64_t> last_;
};

void put(json::Writer& out, const Saving& s) {
  const Figures& f = s.figures;
  out.key("requests").number(f.requests).key("failed").number(f.failed).key("measured").number(f.measured);
  out.key("tokens").object().key("before").number(f.tokens_before).key("after").number(f.tokens_after);
  out.key("removed").number(s.removed()).key("new").number(s.fresh).key("resent").number(s.resent);
  out.key("estimated").boolean(s.is_estimate()).end();
  out.key("usage").object().key("uncached").number(f.usage.uncached).key("cache_read").number(f.usage.read);
  out.key("cache_written").number(f.usage.written).key("output").number(f.usage.output).end();
  out.key("microusd").object().key("saved").number(f.saved).key("spent").number(f.spent).key("net").number(f.net());
  out.key("billed").number(f.billed).end();
  out.key("saved_percent").raw(saved_percent(f)).key("unpriced_tokens").number(f.unpriced_tokens);
  out.key("drift_percent");
  if (const auto drift = s.drift()) {
    std::string hundredths = std::to_string(*drift % 100);
    if (hundredths.size() < 2) hundredths.insert(0, "0");
    out.raw(std::to_string(*drift / 100) + "." + hundredths);
  } else {
    out.null();
  }
  out.key("hidden_rounds").number(f.rounds).key("cache_misses").number(f.misses);
}

}  // namespace

std::optional<By> parse_by(std::string_view name) {
  const auto at = std::ranges::find(names, name);
  return at == std::end(names) ? std::nullopt : std::optional(static_cast<By>(at - std::begin(names)));
}

std::optional<std::int64_t> Saving::drift() const {
  if (input <= 0) return std::nullopt;
  const std::int64_t apart = counted > input ? counted - input : input - counted;
  return static_cast<std::int64_t>(static_cast<double>(apart) / static_cast<double>(input) * 10'000);
}

Savings savings(const fs::path& folder, const SavingsQuery& query) {
  Savings out;
  out.since = query.since;
  std::set<History::Days> with_rows, with_hours;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (const auto day = day_of(name, "requests-")) with_rows.insert(*day);
    if (const auto day = day_of(name, "hours-")) with_hours.insert(*day);
  }
  out.any = !with_rows.empty() || !with_hours.empty();
  Sums sums(out, query);
  const auto first = std::chrono::floor<std::chrono::days>(query.since);
  for (const History::Days day : with_rows) {
    // The day before is read for what its conversations had lost already.
    if (day + std::chrono::days(1) < first) continue;
    std::ifstream file(folder / rows_name(day));
    for (std::string line; std::getline(file, line);) {
      if (line.size() <= History::longest_line) sums.take(line);
    }
  }
  for (const History::Days day : with_hours) {
    if (with_rows.contains(day) || day < first) continue;
    std::ifstream file(folder / hours_name(day));
    History history;
    for (std::string line; std::getline(file, line);) history.take(line);
    sums.take_summed(history, day);
  }
  sums.finish();
  return out;
}

std::string savings_json(const Savings& savings, By by) {
  json::Writer out;
  out.object().key("since").string(to_iso(savings.since));
  put(out, savings.all);
  if (savings.summed) out.key("days_without_rows").boolean(true);
  if (by != By::total) {
    out.key("by").string(names[static_cast<std::size_t>(by)]).key("rows").array();
    for (const Saving& s : savings.rows) {
      out.object().key("name").string(s.name);
      put(out, s);
      out.end();
    }
    out.end();
  }
  out.end();
  return std::move(out).take();
}

Time counted_since(const fs::path& folder) {
  std::ifstream file(folder / mark);
  std::string text;
  std::getline(file, text);
  return parse_iso(text).value_or(Time{});
}

Result<void> count_from(const fs::path& folder, Time now) {
  if (const auto made = store::make_private_directory(folder); !made) return made;
  const fs::path file = folder / mark;
  fs::path fresh = file;
  fresh += ".new";
  ::unlink(fresh.c_str());
  const std::string text = to_iso(now) + "\n";
  {
    const store::File f(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (f.fd() < 0 || ::write(f.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      return std::unexpected(store::system_error("cannot write beside the log", errno));
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0)
    return std::unexpected(store::system_error("cannot write beside the log", errno));
  return {};
}

}  // namespace headroom::ledger
