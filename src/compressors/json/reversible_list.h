// Arrays that are no table: strings, values of mixed kinds, and the members of a wide object; numbers and booleans.
//
//   0: /srv/a/17.log                                   strings: the item's index, then the string as a cell
//   [#1-40: 40 strings]
//   41: /srv/core: CRITICAL file truncated
//   [38 strings like #0: #1-20, #22-40]
//
//   limits.cpu: 4                                      members: their path
//   [212 members left out: feature_#; owner_id, x.y]
//
//   [400 numbers: min 10, p50 18, mean 18.9, p95 31, max 97.3; #57 = 97.3; shift 18 to 31 at #200]
//   #0-4: 18.1, 17.9, 18.4, 18, 17.7
//
// O(bytes).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/json/reversible_items.h"
#include "json/document.h"

namespace headroom::compressors::records {

struct ListItem {
  std::string path;  // members only
  json::NodeId node;
};

class ListPart {
 public:
  enum class Shape { strings, values, members };
  ListPart(const json::Document& doc, std::vector<ListItem> items, Shape shape, const Context& context);

  const Items& items() const { return items_; }
  std::string_view unit() const;
  bool cut(std::uint32_t item) const;
  std::string_view sign() const { return "#"; }  // in front of indices
  double gap_cost() const { return shape_ == Shape::members ? 0 : 7; }
  struct Seen {};
  void head(std::string&, const Choice&) const {}
  void line(std::string& out, std::uint32_t item, Seen&) const { line(out, item); }
  void line(std::string& out, std::uint32_t item) const;
  void gap(std::string& out, std::uint32_t first, std::uint32_t last, std::size_t errors) const;
  std::string name(std::uint32_t item) const { return '#' + std::to_string(item); }
  void foot(std::string& out, const Choice& choice) const;

 private:
  void read(const Context& context);
  const search::Query* query_;
  const json::Document& doc_;
  std::vector<ListItem> list_;
  Shape shape_;
  Items items_;
  std::vector<std::uint32_t> template_of_;  // by item
  std::vector<std::uint32_t> template_size_;
};

// A whole array of numbers (a few other values between them allowed, if nearly all are numbers) or of booleans: text
// and counts.
struct Series {
  std::string text;  // lines, each with its end
  std::size_t total = 0, shown = 0, outliers = 0;
  std::string_view unit;
};
Series number_series(const json::Document& doc, json::NodeId array);
Series boolean_series(const json::Document& doc, json::NodeId array);

}  // namespace headroom::compressors::records
