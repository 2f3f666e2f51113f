// Reads an option's value, written as JSON or as text, into the type of its place.
//
//   text "a,b"  or JSON ["a","b"]   -> list        text "24h" or JSON 86400 or "24h"     -> duration
//   text "on"   or JSON true        -> bool        text "3=1e9" or JSON {"3":1e9}        -> numbers by message index
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::api {

// A value as it was given. Every reader answers nullopt if the value is not of that type.
class GivenValue {
 public:
  static GivenValue text(std::string_view text) { return GivenValue(text, false); }
  static GivenValue json(std::string_view json) { return GivenValue(json, true); }

  bool is_none() const;  // JSON null, text "none" or ""
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<std::string> string() const;
  std::optional<std::vector<std::string>> strings() const;
  std::optional<std::vector<std::int64_t>> integers() const;
  std::optional<std::map<int, double>> numbers_by_index() const;
  std::optional<std::chrono::seconds> duration() const;  // 90, 90s, 15m, 24h, 7d
  std::optional<std::uint64_t> bytes() const;            // 1048576, 256MiB, 1GiB, 64k

 private:
  GivenValue(std::string_view text, bool is_json) : text_(text), is_json_(is_json) {}
  std::string_view text_;
  bool is_json_;
};

}  // namespace headroom::api
