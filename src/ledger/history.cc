#include "ledger/history.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "json/document.h"
#include "json/writer.h"

namespace headroom::ledger {
namespace {

using json::Kind;

// Sums stay exact: no line may say more than this, whoever wrote it.
constexpr std::int64_t most_sum = 1'000'000'000'000'000;

std::int64_t integer(const json::Document& doc, json::NodeId node) {
  if (!doc.is(node, Kind::number)) return 0;
  const std::string_view raw = doc.raw(node);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return error == std::errc() && end == raw.data() + raw.size() ? std::clamp(value, -most_sum, most_sum) : 0;
}

// The numbers of a list, in order; missing ones stay as they are.
void read_numbers(const json::Document& doc, json::NodeId list, std::initializer_list<std::int64_t*> into) {
  if (!doc.is(list, Kind::array)) return;
  auto next = into.begin();
  for (const json::NodeId e : doc.elements(list)) {
    if (next == into.end()) return;
    **next++ = integer(doc, e);
  }
}

std::optional<Time> read_time(const json::Document& doc, json::NodeId node) {
  return doc.is(node, Kind::string) ? parse_iso(doc.string_raw(node)) : std::nullopt;
}

Figures read_figures(const json::Document& doc) {
  Figures f;
  const auto list = [&doc](std::string_view key, std::initializer_list<std::int64_t*> into) {
    if (const auto node = doc.member(0, key)) read_numbers(doc, *node, into);
  };
  list("n", {&f.requests, &f.failed, &f.measured, &f.rounds});
  list("k", {&f.tokens_before, &f.tokens_after, &f.unpriced_tokens});
  list("u", {&f.usage.uncached, &f.usage.read, &f.usage.written, &f.usage.output});
  list("m", {&f.saved, &f.spent, &f.billed});
  list("mi", {&f.misses, &f.miss_microusd});
  return f;
}

void put_numbers(json::Writer& out, std::string_view key, std::initializer_list<std::int64_t> numbers) {
  out.key(key).array();
  for (const std::int64_t number : numbers) out.number(number);
  out.end();
}

std::string figures_line(Time t, std::string_view model, const Figures& f) {
  json::Writer out;
  out.object().key("h").string(to_iso(t));
  if (!model.empty()) out.key("md").string(model);
  put_numbers(out, "n", {f.requests, f.failed, f.measured, f.rounds});
  put_numbers(out, "k", {f.tokens_before, f.tokens_after, f.unpriced_tokens});
  put_numbers(out, "u", {f.usage.uncached, f.usage.read, f.usage.written, f.usage.output});
  put_numbers(out, "m", {f.saved, f.spent, f.billed});
  put_numbers(out, "mi", {f.misses, f.miss_microusd});
  out.end();
  return std::move(out).take() + '\n';
}

// What a point of a series shows: names of JSON members and of CSV columns.
struct Column {
  std::string_view name;
  std::int64_t (*value)(const Figures&);
};
constexpr Column columns[] = {
    {"requests", [](const Figures& f) { return f.requests; }},
    {"failed", [](const Figures& f) { return f.failed; }},
    {"tokens_before", [](const Figures& f) { return f.tokens_before; }},
    {"tokens_after", [](const Figures& f) { return f.tokens_after; }},
    {"measured", [](const Figures& f) { return f.measured; }},
    {"uncached", [](const Figures& f) { return f.usage.uncached; }},
    {"cache_read", [](const Figures& f) { return f.usage.read; }},
    {"cache_written", [](const Figures& f) { return f.usage.written; }},
    {"output", [](const Figures& f) { return f.usage.output; }},
    {"saved_microusd", [](const Figures& f) { return f.saved; }},
    {"spent_microusd", [](const Figures& f) { return f.spent; }},
    {"net_microusd", [](const Figures& f) { return f.net(); }},
    {"billed_microusd", [](const Figures& f) { return f.billed; }},
    {"unpriced_tokens", [](const Figures& f) { return f.unpriced_tokens; }},
    {"cache_misses", [](const Figures& f) { return f.misses; }},
    {"cache_miss_microusd", [](const Figures& f) { return f.miss_microusd; }},
    {"hidden_rounds", [](const Figures& f) { return f.rounds; }},
};

void put_columns(json::Writer& out, const Figures& figures) {
  for (const Column& column : columns) out.key(column.name).number(column.value(figures));
}

struct SeriesRow {
  std::string_view name;
  int points;
  Time (*begin)(Time);  // of the point that a time lies in
  Time (*next)(Time);   // the point behind the one that begins there
};

Time day_of(Time t) {
  return std::chrono::floor<std::chrono::days>(t);
}
Time month_of(Time t) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(t));
  return std::chrono::sys_days(date.year() / date.month() / 1);
}

constexpr SeriesRow series_rows[] = {
    {"hourly", 168, [](Time t) -> Time { return std::chrono::floor<std::chrono::hours>(t); },
     [](Time t) -> Time { return t + std::chrono::hours(1); }},
    {"daily", 90, day_of, [](Time t) -> Time { return t + std::chrono::days(1); }},
    {"weekly", 53,
     [](Time t) -> Time {
       const auto day = std::chrono::floor<std::chrono::days>(t);
       return day - (std::chrono::weekday(day) - std::chrono::Monday);
     },
     [](Time t) -> Time { return t + std::chrono::days(7); }},
    {"monthly", 24, month_of, [](Time t) -> Time { return month_of(t + std::chrono::days(31)); }},
};
const SeriesRow& row_of(Series series) {
  return series_rows[static_cast<std::size_t>(series)];
}

constexpr std::string_view other = "other";

}  // namespace

std::optional<Series> parse_series(std::string_view name) {
  for (std::size_t i = 0; i < std::size(series_rows); ++i) {
    if (series_rows[i].name == name) return static_cast<Series>(i);
  }
  return std::nullopt;
}

void append_part_line(std::string& out, Time t, const ToolName& tool, const KindName& kind, const Part& part) {
  json::Writer w;
  w.object().key("p").array().string(tool.view()).string(kind.view()).end();
  w.key("t").string(to_iso(t)).key("n").number(part.times).key("k").number(part.tokens).key("m").number(part.microusd);
  w.end();
  out += w.text();
  out += '\n';
}

void append_label_line(std::string& out, LabelId id, std::string_view text) {
  json::Writer w;
  w.object().key("l").number(static_cast<std::int64_t>(id)).key("is").string(text).end();
  out += w.text();
  out += '\n';
}

Figures& History::of_model(Days day, const ModelName& model) {
  auto& models = days_[day].models;
  const auto found = models.find(model);
  if (found != models.end()) return found->second;
  return models[models.size() < most_models ? model : ModelName::own(other)];
}

void History::add(const Row& row) {
  hours_[std::chrono::floor<std::chrono::hours>(row.t)].add(row);
  of_model(std::chrono::floor<std::chrono::days>(row.t), row.md).add(row);
}

void History::add(Time t, const ToolName& tool, const KindName& kind, const Part& part) {
  auto& parts = days_[std::chrono::floor<std::chrono::days>(t)].parts;
  const std::pair key(tool, kind);
  if (parts.size() < most_parts || parts.contains(key)) {
    parts[key] += part;
  } else {
    parts[{ToolName::own(other), KindName::own(other)}] += part;
  }
}

bool History::take_line(std::string_view line) {
  if (line.size() > longest_line) return false;
  const auto doc = json::Document::parse(line, {.depth = 3});
  if (!doc || !doc->is(0, Kind::object)) return false;
  if (doc->member(0, "st")) {
    const auto row = parse_row(line);
    if (row) add(*row);
    return row.has_value();
  }
  if (const auto hour = doc->member(0, "h")) {
    const auto t = read_time(*doc, *hour);
    if (!t) return false;
    const auto model = doc->member(0, "md");
    if (model && doc->is(*model, Kind::string)) {
      of_model(std::chrono::floor<std::chrono::days>(*t), ModelName::own(doc->string_raw(*model))) +=
          read_figures(*doc);
    } else {
      hours_[std::chrono::floor<std::chrono::hours>(*t)] += read_figures(*doc);
    }
    return true;
  }
  if (const auto names = doc->member(0, "p")) {
    const auto when = doc->member(0, "t");
    const auto t = when ? read_time(*doc, *when) : std::nullopt;
    if (!t || !doc->is(*names, Kind::array)) return false;
    std::array<std::string_view, 2> words;
    std::size_t i = 0;
    for (const json::NodeId e : doc->elements(*names)) {
      if (i < words.size() && doc->is(e, Kind::string)) words[i++] = doc->string_raw(e);
    }
    Part part;
    const auto number = [&doc](std::string_view key) {
      const auto node = doc->member(0, key);
      return node ? integer(*doc, *node) : 0;
    };
    part.times = number("n"), part.tokens = number("k"), part.microusd = number("m");
    add(*t, ToolName::own(words[0]), KindName::own(words[1]), part);
    return true;
  }
  return doc->member(0, "l").has_value() || doc->member(0, "of").has_value();
}

void History::take(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (end > 0 && !take_line(lines.substr(0, end))) ++refused_;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

std::string History::day_lines(Days day) const {
  std::string out;
  for (auto at = hours_.lower_bound(day); at != hours_.end() && at->first < day + std::chrono::days(1); ++at) {
    out += figures_line(at->first, "", at->second);
  }
  const auto found = days_.find(day);
  if (found == days_.end()) return out;
  for (const auto& [model, figures] : found->second.models) {
    if (!model.empty()) out += figures_line(day, model.view(), figures);
  }
  for (const auto& [names, part] : found->second.parts) append_part_line(out, day, names.first, names.second, part);
  return out;
}

void History::forget(Days day) {
  hours_.erase(hours_.lower_bound(day), hours_.lower_bound(day + std::chrono::days(1)));
  days_.erase(day);
}

Figures History::totals() const {
  Figures sum;
  for (const auto& [hour, figures] : hours_) sum += figures;
  return sum;
}

std::vector<History::Point> History::points(Series series, Time now) const {
  std::vector<Point> out;
  if (hours_.empty()) return out;
  const SeriesRow& row = row_of(series);
  const Time last = row.begin(std::max<Time>(now, hours_.rbegin()->first));
  Time first = last;
  for (int i = 1; i < row.points; ++i) {
    const Time before = row.begin(first - std::chrono::milliseconds(1));
    if (before < row.begin(hours_.begin()->first)) break;
    first = before;
  }
  for (Time t = first; t <= last; t = row.next(t)) out.push_back({t, {}});
  auto point = out.begin();
  for (auto at = hours_.lower_bound(std::chrono::ceil<std::chrono::hours>(first)); at != hours_.end(); ++at) {
    while (point + 1 != out.end() && at->first >= (point + 1)->begin) ++point;
    point->figures += at->second;
  }
  return out;
}

std::string History::json(Series series, Time now, bool complete) const {
  const std::vector<Point> all = points(series, now);
  json::Writer out;
  out.object().key("series").string(row_of(series).name).key("complete").boolean(complete);
  out.key("points").array();
  for (const Point& point : all) {
    out.object().key("t").string(to_iso(point.begin));
    put_columns(out, point.figures);
    out.end();
  }
  out.end();
  Figures sum;
  for (const Point& point : all) sum += point.figures;
  const auto put_sum = [&out](std::string_view key, const Figures& figures) {
    out.key(key).object();
    put_columns(out, figures);
    out.key("saved_percent").raw(saved_percent(figures));
    out.end();
  };
  put_sum("shown", sum);
  put_sum("totals", totals());
  out.key("since");
  if (hours_.empty()) {
    out.null();
  } else {
    out.string(to_iso(hours_.begin()->first));
  }

  // By model, tool and kind over the days that the points cover.
  std::map<ModelName, Figures> models;
  std::map<std::pair<ToolName, KindName>, Part> parts;
  if (!all.empty()) {
    for (auto day = days_.lower_bound(std::chrono::floor<std::chrono::days>(all.front().begin)); day != days_.end();
         ++day) {
      for (const auto& [model, figures] : day->second.models) models[model] += figures;
      for (const auto& [names, part] : day->second.parts) parts[names] += part;
    }
  }
  out.key("by_model").array();
  for (const auto& [model, figures] : models) {
    out.object().key("model").string(model.view());
    put_columns(out, figures);
    out.end();
  }
  out.end().key("by_tool").array();
  for (const auto& [names, part] : parts) {
    out.object().key("tool").string(names.first.view()).key("kind").string(names.second.view());
    out.key("times").number(part.times).key("tokens").number(part.tokens).key("saved_microusd").number(part.microusd);
    out.end();
  }
  out.end().end();
  return std::move(out).take();
}

std::string History::csv(Series series, Time now) const {
  std::string out = "t";
  for (const Column& column : columns) out.append(",").append(column.name);
  out += "\r\n";
  for (const Point& point : points(series, now)) {
    out += to_iso(point.begin);
    for (const Column& column : columns) out.append(",").append(std::to_string(column.value(point.figures)));
    out += "\r\n";
  }
  return out;
}

}  // namespace headroom::ledger
