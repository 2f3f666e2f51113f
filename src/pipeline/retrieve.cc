#include "pipeline/retrieve.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <vector>

#include "base/utf8.h"
#include "pipeline/address.h"
#include "pipeline/answer_words.h"
#include "pipeline/long_strings.h"
#include "pipeline/numbered.h"
#include "pipeline/overview.h"
#include "pipeline/slices.h"
#include "search/matches.h"
#include "search/pieces.h"
#include "search/query.h"

namespace headroom::pipeline {
namespace {

constexpr std::int64_t frame_tokens = 160;            // kept back for head, map and foot
constexpr std::size_t errors_looked_for = 128 << 10;  // bytes up to which an answer to ranges names error lines too
constexpr double kept_share_of_best = 0.25;           // hits with less of the best hit's score are not shown...
constexpr std::size_t kept_hits = 3;                  // ...but so many always are
constexpr std::size_t near_hits = 3;                  // hits whose neighbours come before the next hit
constexpr std::size_t nearest_pieces = 5;
constexpr std::size_t path_results = 1000;

class Retrieval {
 public:
  Retrieval(const RetrieveRequest& request, store::Handle handle, std::string_view content, const store::Source& source,
            std::int64_t max, tokens::Counter& ruler, ContentIndexes* indexes, std::string_view cursor_lead)
      : request_(request),
        handle_(handle),
        content_(content),
        source_(source),
        max_(max),
        ruler_(ruler),
        cursor_lead_(cursor_lead),
        indexes_(request.query.empty() ? nullptr : indexes),
        index_(indexes_ ? indexes_->of(content) : nullptr),
        own_lines_(index_ ? std::string_view() : content),
        lines_(index_ ? index_->lines : own_lines_) {
    if (index_) table_ = index_->table;
  }

  RetrieveAnswer answer() {
    // The frame is an estimate: what comes out too large is made again with less.
    std::int64_t budget = max_ - std::min(frame_tokens, max_ / 2);
    RetrieveAnswer answer;
    for (int round = 0; round < 4; ++round) {
      answer = attempt(budget, round == 0);
      const std::int64_t size = ruler_.count(answer.text).value;
      if (size <= max_) return answer;
      budget = std::max<std::int64_t>(0, budget - (size - max_) - 8);
    }
    // A frame that alone is too large: the head says what there is.
    answer.text = head_ + "]";
    while (ruler_.exceeds(answer.text, Tokens(max_)) && answer.text.size() > 1)
      answer.text.resize(answer.text.size() / 2);
    answer.partial = true;
    return answer;
  }

 private:
  RetrieveAnswer attempt(std::int64_t budget, bool whole_if_it_fits) {
    Slices body(content_, lines_, ruler_, budget);
    what_.clear();
    notice_.clear();
    map_.clear();
    rest_.clear();
    cursor_.clear();
    more_.clear();
    show(body, whole_if_it_fits);
    return composed(body);
  }

  // Steps: what the cursor or the ranges name, ranked by the query if there is one; an overview if nothing was named.
  void show(Slices& body, bool whole_if_it_fits) {
    if (content_.empty()) return;
    const auto scope = scope_of_request();
    // A cursor of ranges goes on with what an answer broke off, whether a query led there or not.
    const bool resumes = scope && !request_.cursor.empty() && request_.cursor.front() != 'q';
    if (!request_.query.empty() && !resumes) return show_query(body, scope);
    if (scope) return show_items(body, *scope);
    if (!paths_.empty()) return show_paths(body);
    if (whole_if_it_fits && whole_fits()) {
      what_ = "whole";
      body.set_left(max_);  // counted cell by cell it may cost a little more than it does
      body.show_bytes(0, content_.size());
      return;
    }
    show_overview(body);
  }

  bool whole_fits() { return !ruler_.exceeds(content_, Tokens(max_ - std::min(frame_tokens, max_ / 2))); }

  // --- what is asked for

  // The items that cursor, rows, path or lines name; nullopt if none does, or badly (then the notice says how).
  std::optional<std::vector<Item>> scope_of_request() {
    paths_.clear();
    if (!request_.cursor.empty() && request_.cursor.front() != 'q') {
      if (auto items = items_of_cursor()) {
        what_ = "continued";
        return items;
      }
      return help("cursor", request_.cursor, "give the cursor of an earlier answer as it stands");
    }
    if (!request_.rows.empty()) {
      const std::size_t n = table().rows.size();
      if (n == 0)
        return help("rows", request_.rows, "this is no table; ask for lines 1-" + std::to_string(lines_.count()));
      const auto ranges = parse_ranges(request_.rows, 0, n - 1);
      if (!ranges) return help("rows", request_.rows, "give ranges such as 0-5,17 within 0-" + std::to_string(n - 1));
      what_ = "rows " + list(*ranges);
      return items(Item::Kind::rows, *ranges);
    }
    if (!request_.path.empty()) {
      auto found = follow_path(content_, request_.path, path_results);
      if (!found)
        return help("path", request_.path, "give one such as $.items[3].name or $.items[*].id that the JSON has");
      what_ = "path " + for_bracket(request_.path, 80);
      paths_ = std::move(*found);
      return std::nullopt;
    }
    if (!request_.lines.empty()) {
      auto ranges = printed_ranges(content_, request_.lines);
      if (!ranges && lines_.count() > 0) ranges = parse_ranges(request_.lines, 1, lines_.count());
      if (!ranges) {
        return help("lines", request_.lines,
                    "give ranges such as 120-180,200 within 1-" + std::to_string(lines_.count()));
      }
      what_ = "lines " + list(*ranges);
      return items(Item::Kind::lines, *ranges);
    }
    return std::nullopt;
  }

  std::nullopt_t help(std::string_view what, std::string_view given, std::string_view advice) {
    notice_ = std::string("[no ")
                  .append(what)
                  .append(" \"")
                  .append(for_bracket(given, 60))
                  .append("\": ")
                  .append(advice)
                  .append("]");
    return std::nullopt;
  }

  static std::vector<Item> items(Item::Kind kind, std::span<const Range> ranges) {
    std::vector<Item> out;
    for (const Range& r : ranges) out.push_back({kind, r});
    return out;
  }

  std::optional<std::vector<Item>> items_of_cursor() {
    std::vector<Item> out;
    for (std::string_view left = request_.cursor; !left.empty();) {
      const std::size_t comma = std::min(left.find(','), left.size());
      std::string_view part = left.substr(0, comma);
      left.remove_prefix(std::min(comma + 1, left.size()));
      while (part.starts_with(' ')) part.remove_prefix(1);
      Item item{Item::Kind::lines, {}};
      std::size_t first = 1, end = lines_.count() + 1;
      if (part.starts_with('r')) {
        item.kind = Item::Kind::rows;
        first = 0;
        end = table().rows.size();
      } else if (part.starts_with('b')) {
        item.kind = Item::Kind::bytes;
        first = 0;
        end = content_.size();
      }
      if (item.kind != Item::Kind::lines) part.remove_prefix(1);
      if (end <= first) return std::nullopt;
      const auto range = parse_ranges(part, first, end - 1);
      if (!range) return std::nullopt;
      item.range = range->front();
      out.push_back(item);
    }
    if (out.empty()) return std::nullopt;
    return out;
  }

  const Table& table() {
    if (!table_) table_ = table_of(content_);
    return *table_;
  }

  Piece bytes_of(const Item& item) {
    switch (item.kind) {
      case Item::Kind::lines:
        return {lines_.begin(item.range.first), lines_.end(item.range.last)};
      case Item::Kind::rows:
        return {table().rows[item.range.first].begin, table().rows[item.range.last].end};
      case Item::Kind::bytes:
        break;
    }
    return {item.range.first, item.range.last + 1};
  }

  // --- showing it

  void show_items(Slices& body, const std::vector<Item>& asked) {
    show_heading(body, asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      std::optional<Item> left = show_item(body, asked[i]);
      if (!left) continue;
      rest_.push_back(*left);
      rest_.insert(rest_.end(), asked.begin() + static_cast<std::ptrdiff_t>(i) + 1, asked.end());
      break;
    }
  }

  // Columns mean nothing without their names: a table's heading comes with any rows that lack it.
  void show_heading(Slices& body, const std::vector<Item>& asked) {
    if (!table_ || !table_->heading || asked.empty() || bytes_of(asked.front()).begin < lines_.end(1)) return;
    if (const Piece heading{0, lines_.end(1)}; heading.end <= search::max_run_bytes && body.fits(heading)) {
      body.show_bytes(heading.begin, heading.end);
    }
  }

  // What of the item did not fit. Its first part is always shown if nothing else is, so that a cursor moves on.
  std::optional<Item> show_item(Slices& body, const Item& item) {
    if (item.kind != Item::Kind::rows || !table().json) {
      const Piece piece = item.kind == Item::Kind::rows ? row_lines(item.range) : bytes_of(item);
      const std::size_t shown = body.show_bytes(piece.begin, piece.end);
      if (shown == piece.end) return std::nullopt;
      return lines_.item(shown, piece.end);
    }
    for (std::size_t n = item.range.first; n <= item.range.last; ++n) {
      const Piece row = table().rows[n];
      if (body.show_row(n, row)) continue;
      if (!body.empty()) return Item{Item::Kind::rows, {n, item.range.last}};
      const std::size_t shown = body.show_part(part_of_row(n), row.begin, row.end);
      if (shown < row.end) rest_.push_back({Item::Kind::bytes, {shown, row.end - 1}});
      if (n == item.range.last) return std::nullopt;
      return Item{Item::Kind::rows, {n + 1, item.range.last}};
    }
    return std::nullopt;
  }

  // Rows that are lines, with their line ends.
  Piece row_lines(Range range) {
    const auto& rows = table().rows;
    return {lines_.begin(lines_.line_of(rows[range.first].begin)), lines_.end(lines_.line_of(rows[range.last].begin))};
  }

  Slice part_of_row(std::size_t n) { return row_slice(n, table().rows[n]); }

  void show_paths(Slices& body) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const Piece value = paths_[i].bytes;
      const Slice part{
          .unit = Slice::Unit::path, .whole_begin = value.begin, .whole_end = value.end, .path = paths_[i].path};
      // A value that does not fit whole is cut only if it is the first.
      if (!body.empty() && !body.fits(value)) {
        for (; i < paths_.size(); ++i)
          rest_.push_back({Item::Kind::bytes, {paths_[i].bytes.begin, paths_[i].bytes.end - 1}});
        break;
      }
      const std::size_t shown = body.show_part(part, value.begin, value.end);
      if (shown < value.end) rest_.push_back({Item::Kind::bytes, {shown, value.end - 1}});
    }
    if (rest_.size() > listed_ranges) {
      // Too many to spell; a caller narrows the path instead.
      more_ = counted(rest_.size(), "more value") + " of this path: give an index in place of *";
      rest_.clear();
    }
  }

  void show_overview(Slices& body) {
    if (what_.empty()) what_ = "an overview";
    Overview overview = pipeline::show_overview(body, content_, lines_, table(), ruler_);
    map_ = std::move(overview.map);
    rest_ = std::move(overview.rest);
  }

  // --- query

  void show_query(Slices& body, const std::optional<std::vector<Item>>& scope) {
    std::vector<Piece> within = paths_in_bytes();
    if (scope) {
      for (const Item& item : *scope) within.push_back(bytes_of(item));
    }
    // Frequencies are those of the pieces that are asked about: the index has those of all.
    const bool indexed = index_ && within.empty();
    std::vector<Piece> pieces = index_ ? index_->pieces : search::split_pieces(content_, table().rows);
    if (!within.empty()) {
      std::erase_if(pieces, [&](const Piece& p) {
        return std::none_of(within.begin(), within.end(),
                            [&](const Piece& w) { return p.begin < w.end && w.begin < p.end; });
      });
    }
    std::vector<std::string_view> texts;
    texts.reserve(pieces.size());
    for (const Piece& p : pieces) texts.push_back(content_.substr(p.begin, p.end - p.begin));

    std::size_t matching = 0;
    std::vector<std::size_t> hits = hits_of_query(texts, indexed, matching);
    what_.append(what_.empty() ? "" : ", ").append("query \"").append(for_bracket(request_.query, 80)).append("\"");
    if (matching == 0) {
      notice_.append(notice_.empty() ? "" : "\n");
      notice_.append("[no exact match for \"").append(for_bracket(request_.query, 80)).append("\"; nearest:]");
    } else {
      what_.append(": ").append(counted(matching, "matching piece"));
    }
    std::size_t from = 0;
    if (request_.cursor.starts_with('q')) from = number(request_.cursor.substr(1)).value_or(0);
    if (from >= hits.size()) from = 0;
    show_hits(body, pieces, texts, hits, from);
  }

  std::vector<Piece> paths_in_bytes() const {
    std::vector<Piece> out;
    out.reserve(paths_.size());
    for (const Found& f : paths_) out.push_back(f.bytes);
    return out;
  }

  // Pieces to show, best first; `matching`: how many hold a term at all (0: they are the nearest).
  std::vector<std::size_t> hits_of_query(std::span<const std::string_view> texts, bool indexed, std::size_t& matching) {
    const search::QueryText text{request_.query, 1};
    const search::Query query = search::Query::parse({&text, 1});
    const search::Matches matches = indexed ? index_->terms.match(query, content_, texts) : search::match(query, texts);
    std::vector<search::Hit> ranked = search::rank(query, matches);
    if (ranked.empty())
      ranked = search::rank(query, matches, {.max_share = 1, .ignored = {}});  // common words are better than none
    matching = ranked.size();
    if (ranked.empty()) {
      return indexed ? indexes_->trigrams_of(content_, texts)->nearest(request_.query, nearest_pieces)
                     : search::nearest(request_.query, texts, nearest_pieces);
    }
    std::vector<std::size_t> hits;
    for (const search::Hit& h : ranked) {
      if (hits.size() >= kept_hits && h.score < kept_share_of_best * ranked.front().score) break;
      hits.push_back(h.piece);
    }
    return hits;
  }

  // Hits from the given one on while they fit, the neighbours of the best ones with them, those of the others if there
  // is room.
  void show_hits(Slices& body, std::span<const Piece> pieces, std::span<const std::string_view> texts,
                 std::span<const std::size_t> hits, std::size_t from) {
    std::set<std::size_t> shown;
    const auto take = [&](std::size_t piece) {
      if (shown.contains(piece)) return true;
      if (!body.fits(pieces[piece])) return false;
      show_piece(body, pieces[piece]);
      shown.insert(piece);
      return true;
    };
    const auto take_neighbours = [&](std::size_t piece) {
      if (piece > 0) take(piece - 1);
      if (piece + 1 < pieces.size()) take(piece + 1);
    };
    std::size_t done = from;
    for (; done < hits.size() && take(hits[done]); ++done) {
      if (done < from + near_hits) take_neighbours(hits[done]);
    }
    if (done == from && done < hits.size()) {
      show_best_part(body, pieces[hits[done]], texts[hits[done]]);
      ++done;
    }
    for (std::size_t i = from + near_hits; i < done && done == hits.size(); ++i) take_neighbours(hits[i]);
    body.sort();
    if (done < hits.size()) {
      cursor_ = "q" + std::to_string(done);
      more_ = counted(hits.size() - done, "more piece") + " for this query";
    }
  }

  void show_piece(Slices& body, Piece piece) {
    const auto& rows = table().rows;
    const auto row = std::upper_bound(rows.begin(), rows.end(), piece.begin,
                                      [](std::size_t at, const Piece& r) { return at < r.begin; });
    if (row == rows.begin() || std::prev(row)->end < piece.end) {
      body.show_bytes(piece.begin, piece.end);
      return;
    }
    const auto n = static_cast<std::size_t>(row - rows.begin()) - 1;
    if (!table().json) {
      const Piece whole = row_lines({n, n});
      body.show_bytes(piece == rows[n] ? whole.begin : piece.begin, piece == rows[n] ? whole.end : piece.end);
    } else if (piece == rows[n]) {
      body.show_row(n, piece);
    } else {
      body.show_part(part_of_row(n), piece.begin, piece.end);
    }
  }

  // A piece larger than the whole budget: from its best line on.
  void show_best_part(Slices& body, Piece piece, std::string_view text) {
    std::vector<Piece> cells;
    std::vector<std::string_view> texts;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = search::cell_end(text, at, text.size());
      cells.push_back({piece.begin + at, piece.begin + end});
      texts.push_back(text.substr(at, end - at));
      at = end;
    }
    const search::QueryText asked{request_.query, 1};
    const auto ranked = search::rank(search::Query::parse({&asked, 1}), texts, {.max_share = 1, .ignored = {}});
    const std::size_t best = ranked.empty() ? search::nearest(request_.query, texts, 1).front() : ranked.front().piece;
    const std::size_t end = body.show_bytes(cells[best].begin, piece.end);
    if (end < piece.end) rest_.push_back(lines_.item(end, piece.end));
  }

  // --- putting it together

  RetrieveAnswer composed(const Slices& body) {
    RetrieveAnswer answer;
    answer.status = store::Status::live;
    const bool rows = table_ && table_->json && !table_->rows.empty();
    answer.unit = rows ? "rows" : "lines";
    answer.total = static_cast<std::int64_t>(rows ? table_->rows.size() : lines_.count());
    if (cursor_.empty()) {
      for (const Item& item : rest_) cursor_.append(cursor_.empty() ? "" : ",").append(spelled(item));
    }
    if (!cursor_.empty()) answer.cursor.append(cursor_lead_).append(cursor_);
    answer.partial = !covers_all(body);

    head_ = "[" + store::to_string(handle_) + ": ";
    if (const std::string from = describe(source_); !from.empty()) head_.append(from).append(", ");
    head_.append(counted(static_cast<std::size_t>(answer.total), rows ? "row" : "line"));
    if (!what_.empty()) head_.append("; ").append(what_);
    answer.text = head_ + "]";
    for (const std::string* line : {&map_, &notice_}) {
      if (!line->empty()) answer.text.append("\n").append(*line);
    }
    body.append_to(answer.text);
    if (const std::string foot = foot_of(body, answer); !foot.empty())
      answer.text.append("\n[").append(foot).append("]");
    return answer;
  }

  bool covers_all(const Slices& body) const {
    return content_.empty() ||
           (body.all().size() == 1 && body.all()[0].begin == 0 && body.all()[0].end == content_.size());
  }

  std::string foot_of(const Slices& body, const RetrieveAnswer& answer) {
    std::string foot;
    const auto add = [&](std::string_view text) { foot.append(foot.empty() ? "" : "; ").append(text); };
    if (answer.partial && paths_.empty()) {
      const bool by_row =
          answer.unit == "rows" &&
          std::any_of(body.all().begin(), body.all().end(), [](const Slice& s) { return s.unit == Slice::Unit::rows; });
      if (const auto left = not_shown(body, by_row); !left.empty())
        add((by_row ? "left: rows " : "left: lines ") + list(left));
    }
    if (answer.partial && content_.size() <= errors_looked_for && request_.query.empty() && paths_.empty()) {
      std::vector<Range> unseen;
      for (const std::size_t n : error_lines(content_, lines_)) {
        const std::size_t at = lines_.begin(n);
        const bool seen = std::any_of(body.all().begin(), body.all().end(),
                                      [at](const Slice& s) { return s.begin <= at && at < s.end; });
        if (!seen) unseen.push_back({n, n});
      }
      if (!unseen.empty()) add("error lines: " + list(unseen));
    }
    if (!more_.empty()) add(more_);
    if (!answer.cursor.empty()) add("next: cursor=" + answer.cursor);
    return foot;
  }

  // Lines or rows of which no slice shows anything.
  std::vector<Range> not_shown(const Slices& body, bool by_row) {
    std::vector<Range> left;
    std::size_t next = by_row ? 0 : 1;
    const auto skip_to = [&](std::size_t n) {
      if (n > next) left.push_back({next, n - 1});
    };
    std::vector<Range> shown;
    for (const Slice& s : body.all()) {
      if (by_row && s.unit == Slice::Unit::rows) shown.push_back({s.first, s.last});
      if (!by_row) shown.push_back({lines_.line_of(s.begin), lines_.line_of(s.end - 1)});
    }
    std::sort(shown.begin(), shown.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
    for (const Range& r : shown) {
      skip_to(r.first);
      next = std::max(next, r.last + 1);
    }
    skip_to(by_row ? table().rows.size() : lines_.count() + 1);
    return left;
  }

  const RetrieveRequest& request_;
  const store::Handle handle_;
  const std::string_view content_;
  const store::Source& source_;
  const std::int64_t max_;
  tokens::Counter& ruler_;
  const std::string_view cursor_lead_;
  ContentIndexes* const indexes_;
  const std::shared_ptr<const ContentIndex> index_;  // null: a query scans
  const LineIndex own_lines_;
  const LineIndex& lines_;
  std::optional<Table> table_;  // found when first asked for

  // Of the attempt at hand:
  std::vector<Found> paths_;
  std::vector<Item> rest_;  // what was asked for and is not shown
  std::string head_, what_, notice_, map_, more_, cursor_;
};

// JSON that is mostly one long string is read by the lines of that string, as its view is (text_views.h), unless rows
// or a path of the JSON are asked for; a cursor into the string says so.
constexpr std::string_view text_cursor = "t";
std::optional<std::string> text_to_read(const RetrieveRequest& request, std::string_view content) {
  if (!request.rows.empty() || !request.path.empty()) return std::nullopt;
  if (!request.cursor.empty() && !request.cursor.starts_with(text_cursor)) return std::nullopt;
  auto strings = take_out_long_strings(content);
  if (!strings || strings->texts.size() != 1 || strings->texts.front().size() * 2 < content.size()) return std::nullopt;
  return std::move(strings->texts.front());
}

// Its answers together are as long as the original: more would only repeat it.
RetrieveAnswer answered_already(store::Handle handle) {
  RetrieveAnswer answer;
  answer.status = store::Status::live;
  answer.partial = true;
  answer.text = "[" + store::to_string(handle) + ": the answers above already hold as much as the whole; read them]";
  return answer;
}

}  // namespace

RetrieveAnswer answer_retrieve(const RetrieveRequest& request, store::Handle handle, std::string_view content,
                               const store::Source& source, Tokens default_tokens, tokens::Counter& ruler,
                               ContentIndexes* indexes) {
  if (request.bare()) {
    RetrieveAnswer answer;
    answer.status = store::Status::live;
    answer.text = content;
    answer.total = static_cast<std::int64_t>(LineIndex(content).count());
    return answer;
  }
  if (auto image = describe_image(handle, content)) return std::move(*image);
  std::int64_t max =
      std::clamp(request.max_tokens.value_or(default_tokens).value, min_answer_tokens, max_answer_tokens);
  if (request.given.value > 0) {
    // What the original, in its frame, has more than the earlier answers gave.
    const std::int64_t enough = request.given.value + max - frame_tokens;
    if (!ruler.exceeds(content, Tokens(std::max<std::int64_t>(enough, 0))))
      max = ruler.count(content).value + frame_tokens - request.given.value;
    if (max < min_answer_tokens) return answered_already(handle);
  }
  if (const auto text = text_to_read(request, content)) {
    RetrieveRequest inner = request;
    if (!inner.cursor.empty()) inner.cursor.remove_prefix(text_cursor.size());
    return Retrieval(inner, handle, *text, source, max, ruler, indexes, text_cursor).answer();
  }
  return Retrieval(request, handle, content, source, max, ruler, indexes, {}).answer();
}

RetrieveAnswer answer_missing(const RetrieveRequest& request, store::Status status,
                              const std::optional<store::Source>& hint) {
  RetrieveAnswer answer;
  answer.status = status;
  const auto handle = store::parse_handle(request.hash);
  const std::string name = handle ? store::to_string(*handle) : "\"" + for_bracket(request.hash, 40) + "\"";
  if (status == store::Status::expired) {
    answer.text = "[" + name + ": expired, no longer kept";
    if (const std::string from = hint ? describe(*hint) : std::string(); !from.empty()) {
      answer.text += "; it came from " + from + ": call that again";
    } else {
      answer.text += "; make the call that gave it again";
    }
    answer.text += "]";
  } else {
    answer.text = "[" + name + ": unknown; no original was ever kept under this hash]";
  }
  return answer;
}

}  // namespace headroom::pipeline
