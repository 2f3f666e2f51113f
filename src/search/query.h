// What a tool result is read for: terms with weights and anchors, from the last user text and the tool call before it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headroom::search {

struct QueryText {
  std::string_view text;
  double weight;  // user text 1, scalar arguments of the result's own call 2
};

struct Term {
  std::string text;  // lower case, as for_each_term gives it
  double weight;
  bool whole_identifier;  // an identifier as written (camel, snake, dotted...), not one of its parts: counts double
};

// Immutable once made; the same texts give the same query. Of each text the last 2,000 bytes count, after what agents
// wrap around what the user typed (<system-reminder> and the like) is left out; stop words and single letters are no
// terms.
class Query {
 public:
  Query() = default;
  static Query parse(std::span<const QueryText> texts);

  bool empty() const { return terms_.empty() && anchors_.empty(); }
  std::span<const Term> terms() const { return terms_; }
  // Quoted text, UUIDs, numbers of 4+ digits, e-mail addresses, paths, file:line: matched exactly (bytes), always
  // shown.
  std::span<const std::string> anchors() const { return anchors_; }
  // Words that follow each other in a text of the query, as indices into terms(), sorted.
  std::span<const std::pair<std::uint32_t, std::uint32_t>> adjacent() const { return adjacent_; }

 private:
  std::vector<Term> terms_;
  std::vector<std::string> anchors_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> adjacent_;
};

// The text without wrapped blocks of agents. What is not closed stays.
std::string without_wrappers(std::string_view text);

struct RankOptions {
  // A term in more of the pieces than this counts nothing (of ten pieces or more; an anchor only if in more than 20
  // pieces too).
  double max_share = 0.3;
  std::span<const std::string_view> ignored;  // e.g. column names (any case)
};

struct Hit {
  std::size_t piece;  // index into pieces
  double score;       // BM25, rounded to 2^-20; an anchor hit scores above every other
  bool anchor;
};

// Pieces with a score above 0, best first, ties to the earlier piece. BM25 (Robertson and Zaragoza 2009; k1 1.2, b
// 0.75) with the pieces' own document frequencies; an identifier found whole counts double, a word beside its neighbour
// in the query half as much again. O(total bytes).
std::vector<Hit> rank(const Query& query, std::span<const std::string_view> pieces, const RankOptions& options = {});

}  // namespace headroom::search
