// JSON -> text that says everything once and reads at sight; decode.h gives the JSON back, token for token.
//
//   [{"id":1,"url":"https://s.example/o/1","cur":"EUR"}, {"id":2,"url":"https://s.example/o/2","cur":"EUR"}, ...]
//
//   [json, 120 rows, complete; {x} = the cell of column x]
//   all rows, after id: url=https://s.example/o/{id}; cur=EUR
//   id
//   1..120
//
// The grammar is docs/formats/json.md. The caller decodes and compares before it offers the text. O(n log n).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {

struct EncodeOptions {
  bool marks = true;                     // false: header and rows only, no patterns, letters or headings
  std::vector<std::string> whole_names;  // columns the query names: nothing shared
  std::string strings;                   // the document's strings were opened (embedded.h): how they are described
  bool tell_kinds = false;               // rows of several kinds may have a table each
  std::string kinds;                     // they have: how (kinds.h)
  tokens::Counter* ruler = nullptr;      // prices the separator on a sample of rows; null: estimates
};

// Whether a view is of use by what it would cost: the others need not be proved.
using IsOfUse = std::function<bool(std::string_view view)>;

struct Encoded {
  std::optional<std::string> view;
  bool is_of_no_use = false;
  bool is_no_lines = false;  // the text is not of that form: no other options help
};

// nullopt if the document has no rows worth a table. Rows of several kinds have a table each where that is cheaper.
std::optional<std::string> encode(const json::Document& doc, const EncodeOptions& options);

// JSON lines (or several values in a row): `values` are parsed from `text` one by one; only if a uniform spelling gives
// the text back byte for byte.
Encoded encode_lines(std::string_view text, const EncodeOptions& options, const IsOfUse& is_of_use = {});

// JSON cut off by a tool's limit: its whole elements as a view, then the rest verbatim; byte for byte, as JSON lines.
Encoded encode_cut(std::string_view text, const EncodeOptions& options, const IsOfUse& is_of_use = {});

}  // namespace headroom::compressors::records
