// How bad a text says things are: by whole words, weighed by what stands around them, and by structured fields.
//
//   severity_of("payment refused by gateway")          -> error
//   severity_of("12 passed, 0 failed, no errors")      -> none       (a count of nothing, a negation)
//   severity_of("src/error_handler.py: 12 lines")      -> none       (inside a path or an identifier)
//   severity_of("raise ValueError(") / ("ValueError: bad seed")  -> none / error
//   field_severity(field_of("http_status"), "503")     -> error
//
// Words of eleven languages. One pass over the words with a filter by first byte and length, so that most words cost
// one table look-up: several hundred MB/s. Severity is evidence for showing more, so what is unclear counts as severe.
// Limits: negation is seen only right before the word (or as the value after it); no stemming beyond the forms listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headroom::salience {

enum class Severity : std::uint8_t { none, warning, error, fatal };

// The worst word of the text. O(n); stops early at fatal.
Severity severity_of(std::string_view text);
inline bool is_severe(std::string_view text) {
  return severity_of(text) >= Severity::error;
}

struct SevereWord {
  std::size_t begin, size;  // bytes in the text; a phrase ("timed out") counts from its first word to its last
  Severity severity;
};
// Every word or phrase that carries evidence, in order. O(n).
std::vector<SevereWord> severe_words(std::string_view text);

// A single value such as a table's cell: as severity_of, but an identifier that *is* the value is read as the state it
// names
// ("payment_failed", "connection-refused", "OOMKilled").
Severity severity_of_value(std::string_view value);

// What a field's name says about how to read its value. Names never are evidence, values are.
enum class Field : std::uint8_t {
  other,
  level,        // level, severity, lvl, loglevel, priority: the value is a level word
  http_status,  // status, status_code, http_status...: 400..599 are errors
  exit_code,    // exit_code, exit_status, returncode, rc: anything but 0
  signal,       // signal, term_signal: anything at all
  ok,           // ok, success, passed, healthy: false
  outcome,      // outcome, result, conclusion, verdict, test_status: failed, error...
  error,        // error, errors, err, exception, failure, fault, stack...: anything that is not empty
};
// Any spelling: http_status, httpStatus, HTTP-Status.
Field field_of(std::string_view name);
// `value` is the decoded scalar ("" for an empty string, "null", "[]", "{}" for those). Fields of kind `other`:
// severity_of_value.
Severity field_severity(Field field, std::string_view value);

// A whole value that names a level: "ERROR", "warn", "E", "crit", "emerg" -> error, warning, error, fatal, fatal;
// others none.
Severity level_of(std::string_view value);

// True for what counts as no evidence behind an error field: "", null, nil, none, false, no, 0, [], {}, "-", n/a, ok.
bool means_nothing(std::string_view value);

}  // namespace headroom::salience
