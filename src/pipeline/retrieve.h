// Answers of the retrieve tool: an original, or the part of it that was asked for, with coordinates.
//
//   [482193075514: Bash "npm test", 900 lines; lines 120-121]
//   [lines 120-121]
//   FAIL src/cart.test.js
//     expected 3, got 4
//   [left: lines 1-119, 122-900]
//
// Every slice is bytes of the original; what stands in brackets is ours. A pure function of the content and the
// arguments. An answer has at most max_tokens tokens, unless it is a program's bare handle: that gives the whole, byte
// for byte.
//
// A cursor is what is still to come of what was asked for, spelled as ranges: "122-900" lines, "r7-9" rows,
// "b4000-9000" bytes, "q12" the hits of the same query from the 13th on. So it needs no state, and a reader can write
// one. JSON that is mostly one long string, a command's output in a frame, is read as that string, decoded: lines and
// queries are its lines, and its cursors begin with "t". Rows and paths are the JSON's.
//
// Cost: O(n); ranges of a 1 MB original 0.3 ms, a query 0.6 ms if it is not the first (content_index.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "pipeline/content_index.h"
#include "store/store.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

inline constexpr std::int64_t max_answer_tokens = 16000, min_answer_tokens = 64;

struct RetrieveRequest {
  std::string_view hash = {};   // as the caller wrote it
  std::string_view lines = {};  // "120-180,200", counted from 1
  std::string_view rows =
      {};  // "0-5", counted from 0: elements of a JSON array, lines of JSON, of CSV after its heading
  std::string_view path = {};  // "$.a[3].b", "[*]"
  std::string_view query = {};
  std::string_view cursor = {};
  std::optional<Tokens> max_tokens = {};
  Tokens given = {};  // tokens of earlier answers to this handle: with this one they get no more than the original has
  bool for_model = false;  // a model's call is always answered within max_tokens

  // Nothing but the handle is asked for, by a program.
  bool bare() const {
    return lines.empty() && rows.empty() && path.empty() && query.empty() && cursor.empty() && !max_tokens &&
           !for_model;
  }
};

struct RetrieveAnswer {
  std::string text;
  store::Status status = store::Status::unknown;
  bool partial = false;             // the text does not hold all of the original
  std::int64_t total = 0;           // of the original, in `unit`s
  std::string_view unit = "lines";  // or "rows"
  std::string cursor;               // "" if all that was asked for is there
  std::string tool;                 // whose output the original is, where that is known
};

// A live original. `default_tokens` stands in for max_tokens. `indexes`: what earlier queries found out of originals;
// null: each query scans its original anew.
RetrieveAnswer answer_retrieve(const RetrieveRequest& request, store::Handle handle, std::string_view content,
                               const store::Source& source, Tokens default_tokens, tokens::Counter& ruler,
                               ContentIndexes* indexes = nullptr);

// An original that is not there: expired (with what to call again) or unknown.
RetrieveAnswer answer_missing(const RetrieveRequest& request, store::Status status,
                              const std::optional<store::Source>& hint);

}  // namespace headroom::pipeline
