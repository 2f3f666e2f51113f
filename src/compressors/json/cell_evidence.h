// What a single value of JSON says of trouble: its worst word, judged by its field's name.
//
//   status: "payment refused"   ->   error          {"key": "http.status_code", "value": 500}   ->   error
//
// O(bytes). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/document.h"
#include "salience/severity.h"

namespace headroom::compressors::records {

constexpr std::size_t long_text = 256;  // bytes; deeper evidence is weak

// The text of a cell: a string's decoded value, other values as written. `scratch` holds what had to be decoded.
std::string_view cell_text(const json::Document& doc, json::NodeId node, std::string& scratch);

// The worst evidence in a text; `kind` tells the shape of what was found, `weak` that it stands deep in a long text.
struct Evidence {
  salience::Severity severity = salience::Severity::none;
  std::uint64_t kind = 0;
  bool weak = false;
};
Evidence evidence_of(salience::Field field, std::string_view text);
// The worst evidence in an object or array, fields judged by their names, {"key": k, "value": v} as a field k.
Evidence evidence_of_container(const json::Document& doc, json::NodeId node);

}  // namespace headroom::compressors::records
