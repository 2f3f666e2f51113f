// What the tests of JSON views share: words that look like something of the notation's own, values made of them, and
// the check that a view comes back.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compressors/json/decode.h"
#include "compressors/json/encode.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors {

inline std::optional<std::string> encoded(const std::string& text, bool marks = true) {
  const auto doc = json::Document::parse(text);
  if (!doc) return std::nullopt;
  records::EncodeOptions options;
  options.marks = marks;
  return records::encode(*doc, options);
}

// Keys and strings that look like something of the notation's own.
inline const std::vector<std::string>& nasty_words() {
  static const std::vector<std::string> words{"a",
                                              "b",
                                              "id",
                                              "name",
                                              "a.b",
                                              "",
                                              "z,q",
                                              "x|y",
                                              "is",
                                              "by",
                                              "all rows",
                                              "below",
                                              "item",
                                              "[0]",
                                              "a[0]",
                                              "x=1",
                                              "q:text",
                                              "k; l",
                                              "*",
                                              "^",
                                              "{id}",
                                              "{..}",
                                              "A",
                                              "B",
                                              "A 1",
                                              "B12",
                                              "12",
                                              "1.0",
                                              "-0",
                                              "1e3",
                                              "null",
                                              "true",
                                              "007",
                                              " lead",
                                              "trail ",
                                              "tab\there",
                                              "line\nend",
                                              "quote\"d",
                                              "back\\slash",
                                              "1..5",
                                              "x12",
                                              "a x3",
                                              "-- x",
                                              "[end]",
                                              "{}",
                                              "{\"a\":1}",
                                              "[1,2]",
                                              "\xED\xA0\xBD",
                                              "\xC3\xA9t\xC3\xA9",
                                              "\xF0\x9F\x9A\x80",
                                              "error: refused",
                                              "[rows 1-16: 16 rows]",
                                              "x, complete]",
                                              "hash=482193075514]",
                                              "https://x.example/o/17",
                                              "2026-03-01T08:14:05Z",
                                              "",
                                              "with rows below:",
                                              "without:",
                                              "f: A=1",
                                              "a is b",
                                              "a by b: x=1"};
  return words;
}

inline rc::Gen<std::string> word() {
  return rc::gen::elementOf(nasty_words());
}

inline rc::Gen<std::string> scalar() {
  return rc::gen::oneOf(
      rc::gen::map(word(), [](const std::string& w) { return json::quote(w); }),
      rc::gen::map(rc::gen::inRange(0, 2000), [](int n) { return std::to_string(n); }),
      rc::gen::element<std::string>("null", "true", "false", "1.0", "1e3", "-0", "9007199254740993", "0.25", "{}", "[]",
                                    "\"\\ud800\"", "\"\\u00e9\"", "[1, 2]", "[\"a\", {\"b\": null}]"));
}

inline std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ",";
    out += json::quote(members[i].first) + ":" + members[i].second;
  }
  return out + "}";
}

// The encoder itself must be right: a mismatch is not left to the fallback.
inline void expect_round_trip(const std::string& text) {
  for (const bool marks : {true, false}) {
    const auto view = encoded(text, marks);
    if (!view) continue;
    const auto back = records::decode(*view);
    if (!back || !json::same_tokens(*back, text)) {
      RC_LOG() << text << "\n" << *view << "\n" << back.value_or("(not decoded)") << "\n";
      RC_FAIL("not the same tokens");
    }
  }
}

}  // namespace headroom::compressors
