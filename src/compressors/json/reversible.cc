#include "compressors/json/reversible.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <variant>

#include "compressors/json/cells.h"
#include "compressors/json/embedded.h"
#include "compressors/json/lossless_floor.h"
#include "compressors/json/lossless_sample.h"
#include "compressors/json/paths.h"
#include "compressors/json/reversible_grid.h"
#include "compressors/json/reversible_list.h"
#include "compressors/json/reversible_table.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr Tokens in_strings{10};        // the line that says that strings were opened
constexpr Tokens marker_and_gain{165};  // the marker's own words, and what the pipeline asks of a lossy view
constexpr double least_budget = 300, most_budget = 3000;
constexpr double lossless_share = 0.5;
constexpr double encoded_share = 0.75;  // what the lossless encoding makes of plain rows, as a rule
constexpr std::size_t least_items = 5;
constexpr std::size_t inline_bytes = 240;  // containers up to this size stand on one line
constexpr std::size_t most_parts = 64;
constexpr std::size_t wide_rows = 2400;  // bytes a row beyond which its own arrays become parts
constexpr std::size_t most_wide_rows = 64;
constexpr std::string_view unit_of_cut = "long item";
constexpr int most_levels = 200;
constexpr double whole = 1e9;  // a budget for what is shown whole, and is not counted then

struct Part {
  std::string path;
  std::variant<TablePart, ListPart, Series> body;
};

std::string plural(std::string_view unit, std::size_t n) {
  return std::string(unit) + (n == 1 ? "" : "s");
}
std::string count_of(std::size_t n, std::string_view unit) {
  return std::to_string(n) + ' ' + plural(unit, n);
}

// Cuts a document into parts, and lines for what stands around them.
class Cutter {
 public:
  Cutter(const Document& doc, const Context& context) : doc_(doc), context_(context) {}

  void run() { value(0, "", 0); }

  std::vector<Part> parts;
  std::vector<ListItem> around;

 private:
  void value(NodeId id, const std::string& path, int level) {
    const Kind kind = doc_[id].kind();
    if (kind != Kind::object && kind != Kind::array) {
      around.push_back({path.empty() ? "value" : path, id});
      return;
    }
    if (level > most_levels || parts.size() >= most_parts || doc_[id].size() <= inline_bytes) {
      around.push_back({path.empty() ? "value" : path, id});
      return;
    }
    if (auto tree = grid_of_tree(doc_, id)) {
      parts.push_back({path, TablePart(std::move(*tree), context_)});
      return;
    }
    if (kind == Kind::array) {
      array(id, path, level);
    } else {
      object(id, path, level);
    }
  }

  void array(NodeId id, const std::string& path, int level) {
    std::size_t n = 0, kinds[7] = {};
    for (NodeId e : doc_.elements(id)) {
      ++kinds[static_cast<std::size_t>(doc_[e].kind())];
      ++n;
    }
    const auto of = [&](Kind k) { return kinds[static_cast<std::size_t>(k)]; };
    if (n < least_items || rows_are_wide(id, n)) {
      std::size_t i = 0;
      for (NodeId e : doc_.elements(id)) value(e, path + '[' + std::to_string(i++) + ']', level + 1);
      return;
    }
    if (of(Kind::number) * 10 >= n * 9) {
      parts.push_back({path, number_series(doc_, id)});
      return;
    }
    if ((of(Kind::true_) + of(Kind::false_)) * 10 >= n * 9) {
      parts.push_back({path, boolean_series(doc_, id)});
      return;
    }
    if (auto grid = grid_of_array(doc_, id)) {
      parts.push_back({path, TablePart(std::move(*grid), context_)});
      return;
    }
    std::vector<ListItem> items;
    for (NodeId e : doc_.elements(id)) items.push_back({"", e});
    const auto shape = of(Kind::string) * 10 >= n * 9 ? ListPart::Shape::strings : ListPart::Shape::values;
    parts.push_back({path, ListPart(doc_, std::move(items), shape, context_)});
  }

  // Few rows, each large and with arrays of its own: those are the parts.
  bool rows_are_wide(NodeId id, std::size_t n) const {
    if (n > most_wide_rows || doc_[id].size() / n < wide_rows) return false;
    for (NodeId row : doc_.elements(id)) {
      // A row's nodes lie together: look for an array of many elements below it.
      for (NodeId at = row + 1; at < doc_.end_of(row); ++at) {
        if (doc_.is(at, Kind::array) && doc_[at].size() > wide_rows / 2 && doc_.count(at) >= 8) return true;
      }
    }
    return false;
  }

  void object(NodeId id, const std::string& path, int level) {
    if (auto grid = grid_of_object(doc_, id)) {
      parts.push_back({path, TablePart(std::move(*grid), context_)});
      return;
    }
    for (const json::Member m : doc_.members(id)) {
      std::string below = path;
      if (!below.empty()) below += '.';
      append_key(below, doc_.string(m.key));
      value(m.value, below, level + 1);
    }
  }

  const Document& doc_;
  const Context& context_;
};

template <class Body>
void print_items(std::string& out, const Body& body, const Choice& choice) {
  body.head(out, choice);
  typename Body::Seen seen;
  const auto n = static_cast<std::uint32_t>(body.items().size());
  auto hidden = choice.hidden_severe.begin();
  const auto gap = [&](std::uint32_t first, std::uint32_t last) {
    std::size_t errors = 0;
    while (hidden != choice.hidden_severe.end() && *hidden <= last) ++errors, ++hidden;
    body.gap(out, first, last, errors);
  };
  std::uint32_t next = 0;
  for (std::uint32_t i : choice.shown) {
    if (i > next) gap(next, i - 1);
    body.line(out, i, seen);
    next = i + 1;
  }
  if (next < n) gap(next, n - 1);
  for (const Group& g : choice.groups) {
    const std::size_t k = g.others.size();
    out += '[' + std::to_string(k);
    if (g.exemplar == ~std::uint32_t{0}) {
      out += " more severe " + plural(body.unit(), k) + " of other kinds";
    } else {
      out += " more severe " + plural(body.unit(), k) + " like " + body.name(g.exemplar);
    }
    out += ": " + std::string(body.sign()) + some_ranges(g.others, 8) + "]\n";
  }
  for (const Group& g : choice.matches) {
    out += '[' + std::to_string(g.others.size()) + " more " + plural(body.unit(), g.others.size()) +
           " with what was asked for: " + std::string(body.sign()) + some_ranges(g.others, 12) + "]\n";
  }
  body.foot(out, choice);
}

struct Totals {
  std::size_t shown = 0, total = 0, errors = 0, outliers = 0;
  std::size_t cut = 0;  // shown items with a value of which only pieces are shown
};

// "entries: 300 rows compressed to 21: rows 0-5, 17, ... kept"
template <class Body>
std::string describe(const Body& body, const Choice& choice, const std::string& path, bool alone) {
  const std::size_t n = body.items().size();
  std::string out;
  if (!alone && !path.empty()) out += path + ": ";
  out += count_of(n, body.unit()) +
         (choice.shown.size() < n ? " compressed to " + std::to_string(choice.shown.size()) : " kept");
  if (alone && choice.shown.size() < n && body.unit() == "row") {
    out += ": " + plural(body.unit(), choice.shown.size()) + ' ' + some_ranges(choice.shown, 4) + " kept";
  }
  return out;
}

class Composer {
 public:
  Composer(const Document& doc, const Context& context) : cutter_(doc, context), context_(context), doc_(doc) {}

  Reversible run() {
    cutter_.run();
    if (!cutter_.around.empty()) {
      around_ = std::make_unique<ListPart>(doc_, std::move(cutter_.around), ListPart::Shape::members, context_);
    }
    weigh();
    View view = compose(budget_);
    // Costs of rows are a sample's and gaps cost what they cost: at most twice more, with what it missed the budget by,
    // so that the same rows in another order give a view of about the same size.
    const auto size_of = [&](const View& v) { return static_cast<double>(context_.ruler.count(v.text).value); };
    double size = size_of(view), tried = budget_;
    for (int again = 0; again < 2 && view.shown < view.total; ++again) {
      if (std::abs(size - budget_) <= 0.04 * budget_) break;
      tried = std::clamp(tried * budget_ / size, budget_ / 2, 1.5 * budget_);
      View other = compose(tried);
      const double other_size = size_of(other);
      if (std::abs(other_size - budget_) >= std::abs(size - budget_) || other.shown >= other.total) break;
      view = std::move(other);
      size = other_size;
    }
    if (view.shown >= view.total) return {};
    Reversible out{std::move(view), Tokens(static_cast<std::int64_t>(size)), {}, {}};
    look_at_lossless(out);
    return out;
  }

 private:
  // The largest part's least: the encoder may say a part once that stands in several rows. A sample is encoded only
  // where the numbers alone do not decide.
  void look_at_lossless(Reversible& out) const {
    const Tokens bar = out.bar = out.tokens + context_.ruler.count(out.view->statement) + marker_and_gain;
    out.lossless_least = context_.lossless_least;
    if (out.lossless_least > bar) return;
    const Grid* largest = nullptr;
    for (const Part& part : cutter_.parts) {
      const auto* table = std::get_if<TablePart>(&part.body);
      if (table == nullptr) continue;
      const Grid& grid = table->grid();
      out.lossless_least = std::max(out.lossless_least, lossless_floor(grid, bar + Tokens(1)));
      if (largest == nullptr || grid.cells.size() > largest->cells.size()) largest = &grid;
    }
    if (largest != nullptr && out.lossless_least <= bar)
      out.lossless_least = std::max(out.lossless_least, lossless_by_sample(*largest));
  }

  void weigh() {
    const double limit =
        context_.token_budget ? 2 * static_cast<double>(context_.token_budget->value) : 2 * most_budget;
    const auto add = [&](const Items& items) {
      Worth w = worth(items, limit);
      all_ += w.all;
      w.knee = std::min(std::max(w.knee, least_budget / 2), lossless_share * encoded_share * w.all);
      worths_.push_back(w);
      wish_ += w.knee;
    };
    if (around_) add(around_->items());
    for (Part& part : cutter_.parts) {
      if (auto* const table = std::get_if<TablePart>(&part.body)) {
        add(table->items());
        table->forget_classes();
      } else if (const auto* list = std::get_if<ListPart>(&part.body)) {
        add(list->items());
      } else {
        worths_.push_back({});
      }
    }
    if (context_.token_budget) {
      budget_ = static_cast<double>(context_.token_budget->value);
    } else {
      budget_ = std::clamp(wish_, least_budget, most_budget);
      budget_ = std::min(budget_, std::max(60.0, lossless_share * encoded_share * all_));
    }
  }

  View compose(double budget) {
    View view;
    view.fidelity = Fidelity::reversible;
    view.method = "json_selected";
    Totals totals;
    std::string statement;
    std::size_t at = 0;
    const bool alone = cutter_.parts.size() == 1;
    const auto share = [&] { return wish_ > 0 ? budget * worths_[at].knee / wish_ : 0; };
    const auto say = [&](const std::string& what) {
      if (said_ < 6) {
        if (!statement.empty()) statement += "; ";
        statement += what;
      }
      ++said_;
    };
    said_ = 0;
    const auto items = [&](const auto& body, const std::string& path, double most) {
      const Choice choice = choose(body.items(), most, body.gap_cost());
      print_items(view.text, body, choice);
      for (std::uint32_t i : choice.shown) totals.cut += body.cut(i);
      if (most < whole) {
        totals.shown += choice.shown.size();
        totals.total += body.items().size();
      }
      totals.errors += choice.errors;
      totals.outliers += choice.outliers;
      return describe(body, choice, path, alone);
    };
    if (around_) {
      // What stands around the arrays is shown whole unless it is long itself.
      const bool small = !cutter_.parts.empty() && worths_[0].all <= std::max(400.0, budget / 4);
      const std::string said = items(*around_, "", small ? whole : share());
      if (!small) say(said);
      ++at;
    }
    for (const Part& part : cutter_.parts) {
      if (!part.path.empty()) view.text += part.path + ":\n";
      if (const auto* table = std::get_if<TablePart>(&part.body)) {
        say(items(*table, part.path, share()));
        if (view.unit.empty()) view.unit = "rows";
      } else if (const auto* list = std::get_if<ListPart>(&part.body)) {
        say(items(*list, part.path, share()));
        if (view.unit.empty()) view.unit = "items";
      } else if (const auto* series = std::get_if<Series>(&part.body)) {
        view.text += series->text;
        totals.shown += series->shown;
        totals.total += series->total;
        totals.outliers += series->outliers;
        say((alone || part.path.empty() ? "" : part.path + ": ") + count_of(series->total, series->unit) +
            " compressed to " + std::to_string(series->shown));
        if (view.unit.empty()) view.unit = "numbers";
      }
      ++at;
    }
    if (view.unit.empty()) view.unit = "members";
    if (said_ > 6) statement += "; " + std::to_string(said_ - 6) + " more parts";
    if (totals.errors + totals.outliers > 0) {
      statement += "; ";
      if (totals.errors > 0) statement += count_of(totals.errors, "error");
      if (totals.errors > 0 && totals.outliers > 0) statement += ", ";
      if (totals.outliers > 0) statement += count_of(totals.outliers, "outlier");
      statement += " kept";
    }
    if (totals.cut > 0) statement += "; " + count_of(totals.cut, unit_of_cut) + " shown in pieces";
    // What is shown in pieces is not shown.
    if (totals.shown >= totals.total) totals.shown = totals.total - std::min(totals.total, totals.cut);
    while (!view.text.empty() && view.text.back() == '\n') view.text.pop_back();
    view.statement = std::move(statement);
    view.shown = static_cast<std::int64_t>(totals.shown);
    view.total = static_cast<std::int64_t>(totals.total);
    return view;
  }

  Cutter cutter_;
  const Context& context_;
  const Document& doc_;
  std::unique_ptr<ListPart> around_;
  std::vector<Worth> worths_;  // of the lines around, then of each part
  double all_ = 0, wish_ = 0, budget_ = 0;
  std::size_t said_ = 0;
};

}  // namespace

Reversible reversible_view(const Document& doc, const Context& context) {
  const auto opened = open_strings(doc);
  const auto inside = opened ? Document::parse(opened->text) : std::unexpected(json::ParseError{});
  if (!inside) return Composer(doc, context).run();
  Reversible out = Composer(*inside, context).run();
  if (out.view) out.view->text.insert(0, "[x$ = JSON in a string]\n");
  out.tokens += in_strings;
  out.bar += in_strings;
  return out;
}

}  // namespace headroom::compressors::records
