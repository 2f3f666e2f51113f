#include "prices/prices.h"

#include <optional>
#include <tuple>

#include "base/glob.h"
#include "json/document.h"
#include "tokens/models.h"

namespace headroom::prices {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

// "0.075" USD per million tokens -> 75,000 pico-dollars per token. Plain decimals of at most six places.
std::optional<PicoDollars> parse_price(std::string_view text) {
  constexpr int places = 6;
  constexpr std::int64_t most = 1'000'000;  // USD per million: a dollar a token
  std::int64_t value = 0;
  int after = -1;  // digits behind the point
  if (text.empty() || text.front() == '.' || text.back() == '.') return std::nullopt;
  for (const char c : text) {
    if (c == '.') {
      if (after >= 0) return std::nullopt;
      after = 0;
    } else if (c >= '0' && c <= '9') {
      if (after == places) return std::nullopt;
      if (after >= 0) ++after;
      value = value * 10 + (c - '0');
      if (value > most * 1'000'000) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  for (int i = after < 0 ? 0 : after; i < places; ++i) {
    value *= 10;
    if (value > most * 1'000'000) return std::nullopt;
  }
  return PicoDollars{value};
}

std::optional<Tokens> parse_tokens(std::string_view digits) {
  std::int64_t value = 0;
  if (digits.empty() || digits.size() > 12) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return Tokens(value);
}

// What a provider charges for its cache, in per cent of `in`, where the row does not say.
struct CacheTerms {
  std::string_view provider;
  std::int64_t read, write_5m, write_1h;
};
constexpr CacheTerms cache_terms[] = {
    {"anthropic", 10, 125, 200}, {"bedrock", 10, 125, 200}, {"openai", 50, 100, 100}, {"google", 25, 100, 100}};
constexpr CacheTerms no_cache{"", 100, 100, 100};

const CacheTerms& terms_of(std::string_view provider) {
  for (const CacheTerms& t : cache_terms) {
    if (t.provider == provider) return t;
  }
  return no_cache;
}

PicoDollars percent_of(PicoDollars price, std::int64_t percent) {
  return {price.value * percent / 100};
}

struct RowReader {
  const Document& doc;
  Row row;
  bool has_in = false, has_out = false, has_read = false, has_5m = false, has_1h = false;

  bool price(NodeId value, PicoDollars& out, bool& seen) {
    if (!doc.is(value, Kind::string)) return false;
    const auto parsed = parse_price(doc.string(value));
    if (parsed) out = *parsed;
    return seen = parsed.has_value();
  }
  bool tokens(NodeId value, Tokens& out) {
    if (!doc.is(value, Kind::number)) return false;
    const auto parsed = parse_tokens(doc.raw(value));
    if (parsed) out = *parsed;
    return parsed.has_value();
  }
  bool text(NodeId value, std::string& out) {
    if (!doc.is(value, Kind::string)) return false;
    out = doc.string(value);
    return !out.empty();
  }
  bool member(const std::string& name, NodeId value) {
    if (name == "glob") return text(value, row.glob);
    if (name == "provider") return text(value, row.provider);
    if (name == "in") return price(value, row.in, has_in);
    if (name == "out") return price(value, row.out, has_out);
    if (name == "read") return price(value, row.read, has_read);
    if (name == "write_5m") return price(value, row.write_5m, has_5m);
    if (name == "write_1h") return price(value, row.write_1h, has_1h);
    if (name == "limit") return tokens(value, row.limit);
    if (name == "reserve") return tokens(value, row.reserve);
    if (name == "min_prefix") return tokens(value, row.min_prefix);
    if (name == "step") return tokens(value, row.step) && row.step.value > 0;
    if (name == "vocab") return text(value, row.vocab);
    if (name != "batch") return false;
    PicoDollars share;
    bool seen = false;
    if (!price(value, share, seen)) return false;
    row.batch_percent = share.value / 10'000;
    return true;
  }
  // Null: the row is whole.
  const char* finish() {
    if (row.glob.empty()) return "glob is missing";
    if (!has_in || !has_out) return "in or out is missing";
    if (row.limit.value > 0 && row.reserve >= row.limit) return "reserve leaves nothing of limit";
    const CacheTerms& terms = terms_of(row.provider);
    if (!has_read) row.read = percent_of(row.in, terms.read);
    if (!has_5m) row.write_5m = percent_of(row.in, terms.write_5m);
    if (!has_1h) row.write_1h = percent_of(row.in, terms.write_1h);
    return nullptr;
  }
};

Result<Row> read_row(const Document& doc, NodeId id, std::size_t number) {
  const std::string where = "prices: row " + std::to_string(number) + ": ";
  if (!doc.is(id, Kind::object)) return fail(ErrorKind::invalid_request, where + "must be an object");
  RowReader reader{doc, {}};
  for (const auto [key, value] : doc.members(id)) {
    const std::string name = doc.string(key);
    if (!reader.member(name, value)) {
      return fail(ErrorKind::invalid_request, where + name + " is no member of a row, or its value does not fit");
    }
  }
  if (const char* missing = reader.finish()) return fail(ErrorKind::invalid_request, where + missing);
  return std::move(reader.row);
}

constexpr std::string_view embedded =
#include <prices.inc>
    ;

}  // namespace

std::string_view built_in_json() {
  return embedded;
}

const Prices& Prices::built_in() {
  // Made once; a file that did not parse would fail its own test, and then there are no prices.
  static const Prices prices = parse(embedded).value_or(Prices());
  return prices;
}

Result<Prices> Prices::parse(std::string_view text) {
  const auto doc = Document::parse(text);
  if (!doc) {
    return fail(ErrorKind::invalid_request,
                "prices: not JSON: " + doc.error().message + " at byte " + std::to_string(doc.error().offset));
  }
  if (!doc->is(0, Kind::object)) return fail(ErrorKind::invalid_request, "prices: must be an object");
  Prices prices;
  const auto date = doc->member(0, "date"), source = doc->member(0, "source"), rows = doc->member(0, "rows");
  for (const auto& [node, name, place] :
       {std::tuple(date, "date", &prices.date_), std::tuple(source, "source", &prices.source_)}) {
    if (!node || !doc->is(*node, Kind::string)) {
      return fail(ErrorKind::invalid_request, std::string("prices: ") + name + " must be a string");
    }
    *place = doc->string(*node);
  }
  if (!rows || !doc->is(*rows, Kind::array)) {
    return fail(ErrorKind::invalid_request, "prices: rows must be a list");
  }
  for (const NodeId id : doc->elements(*rows)) {
    auto row = read_row(*doc, id, prices.rows_.size() + 1);
    if (!row) return std::unexpected(row.error());
    prices.rows_.push_back(std::move(*row));
  }
  return prices;
}

const Row* Prices::of(std::string_view model) const {
  if (model.empty()) return nullptr;
  for (const std::string_view name : tokens::names_of_model(model)) {
    for (const Row& row : rows_) {
      if (glob_matches(row.glob, name)) return &row;
    }
  }
  return nullptr;
}

}  // namespace headroom::prices
