#include "api/values.h"

#include <charconv>
#include <cmath>

#include "json/document.h"

namespace headroom::api {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

template <class T>
std::optional<T> parsed(std::string_view s) {
  T value{};
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size() || s.empty()) return std::nullopt;
  return value;
}

// "3", and also 3.0 and 3e2: JSON has one kind of number.
std::optional<std::int64_t> parsed_integer(std::string_view s) {
  if (const auto n = parsed<std::int64_t>(s)) return n;
  const auto d = parsed<double>(s);
  if (!d || std::abs(*d) > 9e15 || *d != std::trunc(*d)) return std::nullopt;
  return static_cast<std::int64_t>(*d);
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  while (!s.empty()) {
    const std::size_t at = s.find(separator);
    const std::string_view part = trimmed(s.substr(0, at));
    if (!part.empty()) parts.push_back(part);
    s.remove_prefix(at == s.npos ? s.size() : at + 1);
  }
  return parts;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr Unit times[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
constexpr Unit sizes[] = {{"b", 1},        {"k", 1 << 10},   {"kb", 1 << 10}, {"kib", 1 << 10}, {"m", 1 << 20},
                          {"mb", 1 << 20}, {"mib", 1 << 20}, {"g", 1 << 30},  {"gb", 1 << 30},  {"gib", 1 << 30}};

template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view s, const Unit (&units)[N]) {
  s = trimmed(s);
  std::size_t digits = 0;
  while (digits < s.size() && s[digits] >= '0' && s[digits] <= '9') ++digits;
  const auto n = parsed<std::uint64_t>(s.substr(0, digits));
  if (!n || *n > (std::uint64_t{1} << 50)) return std::nullopt;
  std::string unit(trimmed(s.substr(digits)));
  if (unit.empty()) return n;
  for (char& c : unit) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const Unit& row : units) {
    if (row.name == unit)
      return *n > (std::uint64_t{1} << 50) / row.factor ? std::nullopt : std::optional(*n * row.factor);
  }
  return std::nullopt;
}

}  // namespace

bool GivenValue::is_none() const {
  return is_json_ ? text_ == "null" : text_.empty() || text_ == "none";
}

std::optional<bool> GivenValue::boolean() const {
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (text_ == yes && (!is_json_ || yes == "true")) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (text_ == no && (!is_json_ || no == "false")) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> GivenValue::integer() const {
  return parsed_integer(is_json_ ? text_ : trimmed(text_));
}

std::optional<double> GivenValue::number() const {
  const auto n = parsed<double>(is_json_ ? text_ : trimmed(text_));
  return n && std::isfinite(*n) ? n : std::nullopt;
}

std::optional<std::string> GivenValue::string() const {
  if (!is_json_) return std::string(text_);
  const auto doc = json::Document::parse(text_);
  if (!doc || !doc->is(0, json::Kind::string)) return std::nullopt;
  return doc->string(0);
}

std::optional<std::vector<std::string>> GivenValue::strings() const {
  std::vector<std::string> list;
  if (!is_json_) {
    for (const std::string_view part : split(text_, ',')) list.emplace_back(part);
    return list;
  }
  const auto doc = json::Document::parse(text_);
  if (!doc || !doc->is(0, json::Kind::array)) return std::nullopt;
  for (const json::NodeId e : doc->elements(0)) {
    if (!doc->is(e, json::Kind::string)) return std::nullopt;
    list.push_back(doc->string(e));
  }
  return list;
}

std::optional<std::vector<std::int64_t>> GivenValue::integers() const {
  std::vector<std::int64_t> list;
  const auto add = [&list](std::string_view s) {
    const auto n = parsed_integer(s);
    if (n) list.push_back(*n);
    return n.has_value();
  };
  if (!is_json_) {
    for (const std::string_view part : split(text_, ',')) {
      if (!add(part)) return std::nullopt;
    }
    return list;
  }
  const auto doc = json::Document::parse(text_);
  if (!doc || !doc->is(0, json::Kind::array)) return std::nullopt;
  for (const json::NodeId e : doc->elements(0)) {
    if (!doc->is(e, json::Kind::number) || !add(doc->raw(e))) return std::nullopt;
  }
  return list;
}

std::optional<std::map<int, double>> GivenValue::numbers_by_index() const {
  std::map<int, double> map;
  const auto add = [&map](std::string_view index, std::string_view number) {
    const auto i = parsed<int>(index);
    const auto n = parsed<double>(number);
    if (i && n && *i >= 0 && std::isfinite(*n)) return map.insert_or_assign(*i, *n), true;
    return false;
  };
  if (!is_json_) {
    for (const std::string_view part : split(text_, ',')) {
      const std::size_t equals = part.find('=');
      if (equals == part.npos || !add(trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)))) {
        return std::nullopt;
      }
    }
    return map;
  }
  const auto doc = json::Document::parse(text_);
  if (!doc || !doc->is(0, json::Kind::object)) return std::nullopt;
  for (const auto [key, value] : doc->members(0)) {
    if (!doc->is(value, json::Kind::number) || !add(doc->string(key), doc->raw(value))) return std::nullopt;
  }
  return map;
}

std::optional<std::chrono::seconds> GivenValue::duration() const {
  const auto text = is_json_ && !text_.empty() && text_.front() == '"' ? string() : std::string(text_);
  const auto n = text ? with_unit(*text, times) : std::nullopt;
  return n ? std::optional(std::chrono::seconds(*n)) : std::nullopt;
}

std::optional<std::uint64_t> GivenValue::bytes() const {
  const auto text = is_json_ && !text_.empty() && text_.front() == '"' ? string() : std::string(text_);
  return text ? with_unit(*text, sizes) : std::nullopt;
}

}  // namespace headroom::api
