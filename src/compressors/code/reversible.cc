#include "compressors/code/reversible.h"

#include <algorithm>
#include <string>
#include <vector>

#include "compressors/code/bodies.h"
#include "compressors/code/stub.h"
#include "compressors/code/wanted.h"
#include "compressors/statements.h"

namespace headroom::compressors::code {
namespace {

constexpr int most_repairs = 6;              // rounds of putting bodies back until the view parses
constexpr std::size_t lines_per_error = 20;  // more errors, and the tree says too little

constexpr Tokens least_gain{6};           // of a gap, beyond its stub
constexpr std::size_t surely_pays = 600;  // bytes: ten stubs

// A stub in the view's code, or a part of the source.
struct Gap {
  Rows rows;
  std::size_t cut;
  std::string stub;
};

struct Draft {
  std::vector<Gap> gaps;  // in order
  std::string code;       // the view without gutter
};

class Shortener {
 public:
  Shortener(const Recognised& source, const Context& context, Syntax syntax)
      : source_(source),
        context_(context),
        language_(*source.language),
        code_(source.code()),
        syntax_(std::move(syntax)),
        starts_(row_starts(code_)),
        wanted_(context.query, code_, syntax_.nodes()),
        stubs_(source, code_, starts_, syntax_) {}

  std::optional<View> run() {
    choose_cuts();
    if (!repair_until_it_parses()) return std::nullopt;
    if (context_.token_budget) {
      const Tokens least = context_.ruler.count(draft_.code);
      if (least < *context_.token_budget) {
        spend(*context_.token_budget - least);
        if (!draft_.gaps.empty() && !parses()) return std::nullopt;
      }
    }
    if (draft_.gaps.empty()) return std::nullopt;
    return view();
  }

 private:
  // The first step at which half of the source leaves, or what the budget asks for; else the last.
  void choose_cuts() {
    for (const CutOptions& options : {CutOptions{0, false}, {last_step, false}, {last_step, true}}) {
      cuts_ = find_cuts(code_, starts_, syntax_, language_, wanted_, options);
      kept_.assign(cuts_.size(), 0);
      draft();
      if (context_.token_budget ? context_.ruler.count(draft_.code) <= *context_.token_budget
                                : draft_.code.size() * 2 <= code_.size())
        return;
    }
  }

  bool repair_until_it_parses() {
    for (int i = 0; i < most_repairs && !draft_.gaps.empty(); ++i) {
      if (parses()) return true;
      repair();
      draft();
    }
    return !draft_.gaps.empty() && parses();
  }

  void draft() {
    draft_ = {};
    for (std::size_t c = 0; c < cuts_.size(); ++c) {
      if (kept_[c] != 0) continue;
      for (const Rows& rows : cuts_[c].rows) {
        std::string stub = stubs_.stub(rows, cuts_[c].of);
        if (pays(rows, stub)) draft_.gaps.push_back({rows, c, std::move(stub)});
      }
    }
    std::uint32_t row = 0;
    draft_.code.reserve(code_.size());
    for (const Gap& gap : draft_.gaps) {
      draft_.code.append(code_, starts_[row], starts_[gap.rows.first] - starts_[row]);
      draft_.code.append(gap.stub).append(line_end(gap.rows.last));
      row = gap.rows.last + 1;
    }
    draft_.code.append(code_, starts_[row], code_.size() - starts_[row]);
  }

  // A gap that costs as much as it hides is none.
  bool pays(const Rows& rows, std::string_view stub) const {
    const std::string_view hidden = code_.substr(starts_[rows.first], starts_[rows.last + 1] - starts_[rows.first]);
    if (hidden.size() > surely_pays) return true;
    return tokens::Counter::estimate(stub) + least_gain <= tokens::Counter::estimate(hidden);
  }

  std::string_view line_end(std::uint32_t row) const {
    const std::string_view text = code_.substr(0, starts_[row + 1]);
    if (text.ends_with("\r\n")) return "\r\n";
    return text.ends_with('\n') ? "\n" : "";
  }

  // --- parsing again

  bool parses() {
    std::optional<std::vector<std::uint32_t>> errors;
    if (syntax_.errors().empty()) {
      std::vector<Replacement> replacements;
      replacements.reserve(draft_.gaps.size());
      for (const Gap& gap : draft_.gaps) {
        replacements.push_back({starts_[gap.rows.first], starts_[gap.rows.last + 1], gap.rows.first, gap.rows.last + 1,
                                static_cast<std::uint32_t>(gap.stub.size() + line_end(gap.rows.last).size()), 1});
      }
      errors = syntax_.errors_of(draft_.code, replacements);
    } else {
      // How errors are recovered from depends on what was parsed before: only a fresh parse says what a reader sees.
      errors = Syntax::errors(draft_.code, language_);
    }
    if (!errors) {
      bad_.clear();
      return false;
    }
    bad_ = std::move(*errors);
    return bad_.size() <= syntax_.errors().size();
  }

  // Puts back what stands nearest to each error that the source does not have.
  void repair() {
    bool any = false;
    for (const std::uint32_t bad : bad_) {
      const std::uint32_t row = source_row(bad);
      if (std::binary_search(syntax_.errors().begin(), syntax_.errors().end(), row)) continue;
      const Gap* nearest = nullptr;
      std::uint32_t distance = ~0U;
      for (const Gap& gap : draft_.gaps) {
        if (kept_[gap.cut] != 0) continue;
        const Cut& cut = cuts_[gap.cut];
        std::uint32_t from = gap.rows.first, to = gap.rows.last;
        if (cut.of == Cut::Of::body) {
          from = syntax_.nodes()[cut.callable].first_row;
          to = syntax_.nodes()[cut.callable].last_row;
        }
        const std::uint32_t d = row < from ? from - row : row > to ? row - to : 0;
        if (d < distance) {
          distance = d;
          nearest = &gap;
        }
      }
      if (nearest == nullptr) continue;
      kept_[nearest->cut] = 1;
      any = true;
    }
    if (!any) std::fill(kept_.begin(), kept_.end(), 1);
  }

  std::uint32_t source_row(std::uint32_t view_row) const {
    std::uint32_t hidden = 0;
    for (const Gap& gap : draft_.gaps) {
      if (gap.rows.first - hidden >= view_row) break;
      hidden += gap.rows.last - gap.rows.first;
    }
    return std::min(view_row + hidden, static_cast<std::uint32_t>(starts_.size()) - 2);
  }

  // --- budget

  // Puts bodies back, those that say most first, while they fit.
  void spend(Tokens left) {
    const Occurrences seen = occurrences(code_);
    struct Offer {
      std::size_t cut;
      std::uint32_t references;
      bool is_public;
      std::uint32_t rows;
      Tokens price;
    };
    std::vector<Offer> offers;
    for (std::size_t c = 0; c < cuts_.size(); ++c) {
      if (kept_[c] != 0) continue;
      Offer offer{c, 0, false, 0, {}};
      if (cuts_[c].of == Cut::Of::body) {
        const Node& n = syntax_.nodes()[cuts_[c].callable];
        const std::string_view name = code_.substr(n.name_begin, n.name_end - n.name_begin);
        if (const auto found = seen.find(name); found != seen.end()) offer.references = found->second;
        const std::string_view head = code_.substr(starts_[n.first_row], std::min(n.end - starts_[n.first_row], 200U));
        const std::string_view signature = head.substr(0, head.find('\n'));
        offer.is_public = !name.empty() && name[0] != '_' && name[0] != '#' &&
                          signature.find("private") == std::string_view::npos &&
                          signature.find("protected") == std::string_view::npos;
      }
      for (const Rows& rows : cuts_[c].rows) {
        offer.rows += rows.last - rows.first + 1;
        offer.price +=
            tokens::Counter::estimate(code_.substr(starts_[rows.first], starts_[rows.last + 1] - starts_[rows.first]));
      }
      offers.push_back(offer);
    }
    std::sort(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) {
      if (a.references != b.references) return a.references > b.references;
      if (a.is_public != b.is_public) return a.is_public;
      return a.rows != b.rows ? a.rows < b.rows : a.cut < b.cut;
    });
    for (const Offer& offer : offers) {
      if (offer.price > left) continue;
      left -= offer.price;
      kept_[offer.cut] = 1;
    }
    draft();
  }

  // --- the view's text

  // The gutter of a line without its padding: "    12\tx" -> "12\tx".
  std::string_view shown_line(std::size_t index) const {
    std::string_view line = source_.lines[index].full();
    if (source_.is_numbered(index)) line.remove_prefix(line.find_first_not_of(' '));
    return line;
  }

  // What stands in the gutter of a stub: as wide as the line's before it.
  std::string blank_gutter(std::uint32_t row) const {
    if (!source_.gutter) return {};
    while (row > 0 && source_.number(row) == 0) --row;
    const std::string_view line = source_.lines[source_.code_begin() + row].text;
    std::string out(line.substr(0, source_.width(row)));
    out.erase(0, out.find_first_not_of(' '));
    for (char& c : out) {
      if ((c >= '0' && c <= '9') || c == ':') c = ' ';
    }
    return out;
  }

  std::optional<View> view() const {
    View v;
    v.fidelity = Fidelity::reversible;
    v.line_preserving = true;
    v.method = "code_bodies";
    v.unit = "lines";
    const std::size_t begin = source_.code_begin();
    for (std::size_t i = 0; i < begin; ++i) v.text.append(shown_line(i));
    std::uint32_t row = 0;
    std::size_t hidden = 0, bodies = 0, last_cut = ~std::size_t{0};
    for (const Gap& gap : draft_.gaps) {
      while (row < gap.rows.first) v.text.append(shown_line(begin + row++));
      v.text.append(blank_gutter(gap.rows.first)).append(gap.stub).append(line_end(gap.rows.last));
      row = gap.rows.last + 1;
      hidden += gap.rows.last - gap.rows.first + 1;
      bodies += cuts_[gap.cut].of == Cut::Of::body && gap.cut != last_cut;
      last_cut = gap.cut;
    }
    while (row + 1 < starts_.size()) v.text.append(shown_line(begin + row++));
    for (std::size_t i = source_.code_end(); i < source_.lines.size(); ++i) v.text.append(source_.lines[i].full());
    while (v.text.ends_with('\n') || v.text.ends_with('\r')) v.text.pop_back();
    v.total = static_cast<std::int64_t>(source_.lines.size());
    v.shown = v.total - static_cast<std::int64_t>(hidden);
    v.statement.append(std::to_string(v.total)).append(" lines of ").append(language_.name).append(" compressed to ");
    v.statement.append(std::to_string(v.shown)).append(": statements of ").append(counted(bodies, "function"));
    v.statement.append(" left out where the comments say");
    return v;
  }

  const Recognised& source_;
  const Context& context_;
  const Language& language_;
  std::string_view code_;
  Syntax syntax_;
  std::vector<std::uint32_t> starts_;
  Wanted wanted_;
  StubWriter stubs_;
  std::vector<Cut> cuts_;
  std::vector<std::uint8_t> kept_;  // cuts that are put back
  Draft draft_;
  std::vector<std::uint32_t> bad_;  // rows of the draft's errors
};

}  // namespace

std::optional<View> reversible_view(Recognised& source, const Context& context) {
  for (const Line& line : source.lines) {
    if (reads_as_stub(line.text)) return std::nullopt;  // could not be told from one of ours
  }
  auto syntax = source.syntax ? std::move(source.syntax) : Syntax::parse(source.code(), *source.language);
  if (!syntax || syntax->errors().size() * lines_per_error > source.lines.size()) return std::nullopt;
  return Shortener(source, context, *std::move(syntax)).run();
}

}  // namespace headroom::compressors::code
