#include "ledger/row.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "json/document.h"

namespace headroom::ledger {
namespace {

constexpr std::string_view epoch_causes[] = {"", "paying", "limit", "asked"};
constexpr std::string_view segments[] = {"", "tools", "system", "messages"};
constexpr std::string_view miss_causes[] = {"",        "hit",   "partial", "first",   "short",
                                            "changed", "epoch", "expired", "provider"};

template <class E, std::size_t N>
E parse_name(const std::string_view (&names)[N], std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<E>(i);
  }
  return static_cast<E>(0);
}

constexpr std::int64_t most_tokens = 99'999'999;
constexpr std::int64_t most_number = 9'999'999'999;
constexpr std::int64_t most_ms = 9'999'999;

void put_number(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, static_cast<std::size_t>(r.ptr - buffer));
}

void put_fixed(std::string& out, std::int64_t value, int digits) {
  char buffer[24];
  for (int i = digits - 1; i >= 0; --i, value /= 10) buffer[i] = static_cast<char>('0' + value % 10);
  out.append(buffer, static_cast<std::size_t>(digits));
}

void put_list(std::string& out, std::initializer_list<std::int64_t> values, std::int64_t most) {
  out += '[';
  bool first = true;
  for (const std::int64_t value : values) {
    if (!first) out += ',';
    first = false;
    put_number(out, std::clamp(value, -most / 10, most));  // the sign takes a digit's place
  }
  out += ']';
}

// Four significant digits: 0.812, 31.25, 640.
void put_ms(std::string& out, Micros time) {
  const std::int64_t us = std::max<std::int64_t>(time.count(), 0);
  const auto put = [&out](std::int64_t whole, std::int64_t fraction, int digits) {
    put_number(out, whole);
    while (digits > 0 && fraction % 10 == 0) fraction /= 10, --digits;
    if (digits == 0) return;
    out += '.';
    put_fixed(out, fraction, digits);
  };
  if (us < 10'000) return put(us / 1000, us % 1000, 3);
  if (us < 100'000) return put(us / 1000, us % 1000 / 10, 2);
  put(std::min(us / 1000 + (us % 1000 >= 500 ? 1 : 0), most_ms), 0, 0);
}

void put_hex(std::string& out, std::uint64_t value) {
  for (int shift = 44; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
}

void put_word(std::string& out, std::string_view key, std::string_view word) {
  out.append(",\"").append(key).append("\":\"").append(word) += '"';
}

// The members that a line may do without, in the order of the line.
enum Optional : unsigned { by = 1, cv = 2, bytes = 4, ms = 8, epoch = 16, miss = 32, labels = 64 };
constexpr unsigned given_up_first[] = {bytes, epoch, miss, by, cv, ms, labels};

void put_row(std::string& out, const Row& row, unsigned left_out) {
  const auto wanted = [left_out](unsigned member) { return (left_out & member) == 0; };
  out.append("{\"t\":\"").append(to_iso(row.t)) += '"';
  if (!row.id.empty()) put_word(out, "id", row.id.view());
  if (!row.rt.empty()) put_word(out, "rt", row.rt.view());
  if (!row.md.empty()) put_word(out, "md", row.md.view());
  out += ",\"st\":";
  put_number(out, std::clamp(row.st, 0, 999));
  if (wanted(by) && !row.by.empty()) put_word(out, "by", row.by.view());
  if (wanted(cv) && row.cv.value != 0) {
    out += ",\"cv\":\"";
    put_hex(out, row.cv.value);
    out += '"';
  }
  if (wanted(bytes) && (row.bytes_in != 0 || row.bytes_out != 0)) {
    out += ",\"b\":";
    put_list(out, {row.bytes_in, row.bytes_out}, most_number);
  }
  if (row.tokens_before != 0 || row.tokens_after != 0) {
    out += ",\"k\":";
    put_list(out, {row.tokens_before, row.tokens_after}, most_tokens);
  }
  if (row.usage) {
    out += ",\"u\":";
    put_list(out, {row.usage->uncached, row.usage->read, row.usage->written, row.usage->output}, most_tokens);
  }
  if (row.money) {
    out += ",\"m\":";
    put_list(out, {row.money->saved, row.money->spent, row.money->billed}, most_number);
  }
  if (row.q > 0) {
    out += ",\"q\":";
    put_number(out, std::min(row.q, 99));
  }
  if (wanted(ms) && (row.own.count() > 0 || row.first_byte.count() > 0 || row.total.count() > 0)) {
    out += ",\"ms\":[";
    put_ms(out, row.own);
    out += ',';
    put_ms(out, row.first_byte);
    out += ',';
    put_ms(out, row.total);
    out += ']';
  }
  if (wanted(epoch) && row.ep != EpochCause::none) put_word(out, "ep", to_string(row.ep));
  if (wanted(miss) && row.mi.is_miss()) {
    out.append(",\"mi\":[\"").append(to_string(row.mi.segment)).append("\",\"").append(to_string(row.mi.cause));
    out += "\",";
    put_number(out, std::clamp<std::int64_t>(row.mi.microusd, 0, most_number));
    out += ']';
  }
  if (!row.x.empty()) put_word(out, "x", row.x.view());
  if (wanted(labels) && row.labels != decltype(row.labels){}) {
    out += ",\"lb\":";
    put_list(out,
             {static_cast<std::int64_t>(row.labels[0]), static_cast<std::int64_t>(row.labels[1]),
              static_cast<std::int64_t>(row.labels[2])},
             most_number);
  }
  out += "}\n";
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "640", "31.25", "0.812" -> microseconds; anything else 0.
Micros read_ms(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = integer(text.substr(0, point));
  if (!whole || *whole < 0 || *whole > most_ms) return Micros(0);
  std::int64_t us = *whole * 1000;
  std::int64_t unit = 100;
  for (std::size_t i = point + 1; i < text.size() && unit > 0; ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return Micros(0);
    us += (text[i] - '0') * unit;
  }
  return Micros(us);
}

class RowReader {
 public:
  RowReader(const json::Document& doc) : doc_(doc) {}

  template <std::size_t N>
  Word<N> word(json::NodeId node) const {
    return doc_.is(node, json::Kind::string) ? Word<N>::own(doc_.string_raw(node)) : Word<N>();
  }
  std::string_view text(json::NodeId node) const {
    return doc_.is(node, json::Kind::string) ? doc_.string_raw(node) : std::string_view();
  }
  // Within what the writer writes.
  std::int64_t number(json::NodeId node, std::int64_t most = most_number) const {
    if (!doc_.is(node, json::Kind::number)) return 0;
    return std::clamp(integer(doc_.raw(node)).value_or(0), -most / 10, most);
  }
  std::int64_t tokens(json::NodeId node) const { return number(node, most_tokens); }
  // The first `N` elements of a list; what is missing is the node of the list itself, which reads as 0.
  template <std::size_t N>
  std::array<json::NodeId, N> list(json::NodeId node) const {
    std::array<json::NodeId, N> out;
    out.fill(node);
    if (!doc_.is(node, json::Kind::array)) return out;
    std::size_t i = 0;
    for (const json::NodeId e : doc_.elements(node)) {
      if (i == N) break;
      out[i++] = e;
    }
    return out;
  }
  Micros ms(json::NodeId node) const { return doc_.is(node, json::Kind::number) ? read_ms(doc_.raw(node)) : Micros(0); }

 private:
  const json::Document& doc_;
};

ConversationId read_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 12 || error != std::errc() || end != text.data() + text.size()) return {};
  return {value};
}

void read_member(const RowReader& read, std::string_view key, json::NodeId v, Row& row) {
  if (key == "id") row.id = read.word<16>(v);
  if (key == "rt") row.rt = read.word<20>(v);
  if (key == "md") row.md = read.word<40>(v);
  if (key == "st") row.st = static_cast<int>(std::clamp<std::int64_t>(read.number(v), 0, 999));
  if (key == "by") row.by = read.word<16>(v);
  if (key == "cv") row.cv = read_hex(read.text(v));
  if (key == "x") row.x = read.word<24>(v);
  if (key == "q") row.q = static_cast<int>(std::clamp<std::int64_t>(read.number(v), 0, 99));
  if (key == "ep") row.ep = parse_name<EpochCause>(epoch_causes, read.text(v));
  if (key == "b") {
    const auto [in, out] = read.list<2>(v);
    row.bytes_in = read.number(in), row.bytes_out = read.number(out);
  } else if (key == "k") {
    const auto [before, after] = read.list<2>(v);
    row.tokens_before = read.tokens(before), row.tokens_after = read.tokens(after);
  } else if (key == "u") {
    const auto [uncached, cached, written, output] = read.list<4>(v);
    row.usage = Usage{read.tokens(uncached), read.tokens(cached), read.tokens(written), read.tokens(output)};
  } else if (key == "m") {
    const auto [saved, spent, billed] = read.list<3>(v);
    row.money = Money{read.number(saved), read.number(spent), read.number(billed)};
  } else if (key == "ms") {
    const auto [own, first, total] = read.list<3>(v);
    row.own = read.ms(own), row.first_byte = read.ms(first), row.total = read.ms(total);
  } else if (key == "mi") {
    const auto [segment, cause, price] = read.list<3>(v);
    row.mi = {parse_name<Segment>(segments, read.text(segment)), parse_name<MissCause>(miss_causes, read.text(cause)),
              std::max<std::int64_t>(read.number(price), 0)};
  } else if (key == "lb") {
    const auto ids = read.list<3>(v);
    for (std::size_t i = 0; i < 3; ++i) {
      row.labels[i] = static_cast<LabelId>(std::clamp<std::int64_t>(read.number(ids[i]), 0, 0xFFFFFFFF));
    }
  }
}

}  // namespace

std::string_view to_string(EpochCause cause) {
  return epoch_causes[static_cast<std::size_t>(cause)];
}
std::string_view to_string(Segment segment) {
  return segments[static_cast<std::size_t>(segment)];
}
std::string_view to_string(MissCause cause) {
  return miss_causes[static_cast<std::size_t>(cause)];
}

void append_line(std::string& out, const Row& row) {
  const std::size_t begin = out.size();
  put_row(out, row, 0);
  unsigned left_out = 0;
  for (const unsigned member : given_up_first) {
    if (out.size() - begin <= longest_row) return;
    left_out |= member;
    out.resize(begin);
    put_row(out, row, left_out);
  }
}

std::string to_line(const Row& row) {
  std::string out;
  append_line(out, row);
  return out;
}

std::optional<Row> parse_row(std::string_view line) {
  const auto doc = json::Document::parse(line, {.depth = 3});
  if (!doc || !doc->is(0, json::Kind::object)) return std::nullopt;
  const RowReader read(*doc);
  Row row;
  bool timed = false, answered = false;
  for (const json::Member m : doc->members(0)) {
    const std::string_view key = doc->string_raw(m.key);
    if (key == "t") {
      const auto t = parse_iso(read.text(m.value));
      if (!t) return std::nullopt;
      row.t = *t, timed = true;
    } else {
      answered |= key == "st";
      read_member(read, key, m.value, row);
    }
  }
  if (!timed || !answered) return std::nullopt;
  return row;
}

std::string to_iso(Time t) {
  using std::chrono::days;
  const Time least{}, most = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
  t = std::clamp(t, least, most);
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date(day);
  const std::int64_t ms = (t - day).count();
  std::string out;
  put_fixed(out, static_cast<int>(date.year()), 4);
  out += '-';
  put_fixed(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  put_fixed(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  put_fixed(out, ms / 3'600'000, 2);
  out += ':';
  put_fixed(out, ms / 60'000 % 60, 2);
  out += ':';
  put_fixed(out, ms / 1000 % 60, 2);
  out += '.';
  put_fixed(out, ms % 1000, 3);
  out += 'Z';
  return out;
}

std::optional<Time> parse_iso(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return std::nullopt;
  }
  const auto at = [text](std::size_t begin, std::size_t size) { return *integer(text.substr(begin, size)); };
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(at(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(at(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(at(8, 2))));
  if (!date.ok() || date.year() < std::chrono::year(1970) || at(11, 2) > 23 || at(14, 2) > 59 || at(17, 2) > 59)
    return std::nullopt;
  return Time(std::chrono::sys_days(date)) +
         std::chrono::milliseconds(((at(11, 2) * 60 + at(14, 2)) * 60 + at(17, 2)) * 1000 + at(20, 3));
}

}  // namespace headroom::ledger
