#include "compressors/json/block.h"

#include <algorithm>

#include "compressors/json/cells.h"
#include "compressors/json/run.h"
#include "compressors/statements.h"
#include "json/strings.h"

namespace headroom::compressors::records {

using json::Kind;
using json::NodeId;
using Role = ColumnPlan::Role;

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view separators = "|, \t";
constexpr std::size_t sample_rows = 24;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_control(std::string_view s) {
  return std::any_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// A value inside "name=value; name=value".
void append_entry(std::string& out, std::string_view cell) {
  if (!cell.empty() && (cell[0] == '"' || cell[0] == '[' || cell[0] == '{')) {
    out += cell;
  } else if (cell.empty() || cell.find(';') != npos || cell.front() == ' ' || cell.back() == ' ' || has_control(cell)) {
    out += json::quote(cell);
  } else {
    out += cell;
  }
}

// True if a line ends in " x12", as repeated lines do.
bool reads_as_repeat(std::string_view line) {
  std::size_t at = line.size();
  while (at > 0 && is_digit(line[at - 1])) --at;
  return at < line.size() && line.substr(0, at).ends_with(" x");
}

// Keeps a line that is JSON from reading as a statement of ours: inside strings these spellings are equal.
void defuse(std::string& out, std::size_t line_begin) {
  std::string line = out.substr(line_begin);
  if (!reads_as_statement(line)) return;
  const auto replace = [&line](std::string_view from, std::string_view to) {
    for (std::size_t at = line.find(from); at != npos; at = line.find(from, at + to.size())) {
      line.replace(at, from.size(), to);
    }
  };
  replace(", complete", "\\u002c complete");
  replace("hash=", "hash\\u003d");
  out.replace(line_begin, npos, line);
}

}  // namespace

BlockPrinter::BlockPrinter(const TablePlan& plan) : plan_(plan) {
  for (std::size_t c = 0; c < plan.size(); ++c) {
    const Role role = plan[c].role;
    if (role == Role::cell && c != plan.below) shown_.push_back(c);
    names_.emplace(plan.table().columns()[c].name, c);
  }
}

std::size_t BlockPrinter::column_named(std::string_view name) const {
  const auto it = names_.find(name);
  return it == names_.end() || plan_[it->second].role != Role::cell || it->second == plan_.below ? npos : it->second;
}

std::string BlockPrinter::printed(const Pattern& pattern) const {
  return pattern.print([this](std::size_t c) { return plan_.table().columns()[c].name; });
}

bool BlockPrinter::reads_back(const Pattern& pattern) const {
  return Pattern::parse(printed(pattern), [this](std::string_view name) { return column_named(name); }).pieces ==
         pattern.pieces;
}

bool BlockPrinter::prepare(tokens::Counter* ruler) {
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    const ColumnPlan& column = plan_[c];
    if (!column.pattern.empty()) {
      if (!reads_back(column.pattern)) return false;
      const std::string text = printed(column.pattern);
      if (column.role == Role::derived &&
          (text.find(';') != npos || has_control(text) || text.front() == ' ' || text.back() == ' ' || text[0] == '"' ||
           text[0] == '[' || text.starts_with("{\"") || text.starts_with("{}"))) {
        return false;
      }
      marks_.cell |= column.pattern.has(Piece::Kind::cell);
      marks_.column |= column.pattern.has(Piece::Kind::column);
      marks_.heading |= column.pattern.has(Piece::Kind::heading);
      marks_.parent |= column.pattern.has(Piece::Kind::parent);
    }
    for (const Letter& letter : column.letters) marks_.cell |= letter.name != 0 && letter.hole;
  }
  return choose_separator(ruler);
}

// True if a column that others stand on has a filler that the separator would have quoted.
bool BlockPrinter::needs_bare(std::size_t c, char separator) const {
  if (!plan_[c].patterned || !plan_[c].referenced) return false;
  for (std::size_t r = 0; r < plan_.table().rows(); ++r) {
    if (plan_.filler(r, c).find(separator) != npos) return true;
  }
  return false;
}

bool BlockPrinter::choose_separator(tokens::Counter* ruler) {
  if (shown_.size() < 2) return true;
  bool blank = true;  // a blank may separate only where every row has every cell
  for (const std::size_t c : shown_) {
    blank = blank && plan_.table().columns()[c].present() + plan_.table().apart_count() == plan_.table().rows();
    const std::string& name = plan_.table().columns()[c].name;
    blank = blank && name != "is" && name != "by";
  }
  std::int64_t best = 0;
  std::string sample;
  const std::size_t rows = plan_.table().rows();
  const std::size_t step = std::max<std::size_t>(1, rows / sample_rows);
  char chosen = 0;
  for (const char s : separators) {
    if (s == ' ' && !blank) continue;
    if (std::any_of(shown_.begin(), shown_.end(), [&](std::size_t c) { return needs_bare(c, s); })) continue;
    separator_ = s;
    sample.clear();
    for (std::size_t r = 0; r < rows; r += step) {
      if (plan_.table().apart(r)) continue;
      print_row(sample, r);
      sample += '\n';
    }
    const std::int64_t cost = ruler != nullptr ? ruler->count(sample).value : tokens::Counter::estimate(sample).value;
    if (chosen == 0 || cost < best) {
      best = cost;
      chosen = s;
    }
  }
  separator_ = chosen;
  return chosen != 0;
}

bool BlockPrinter::letter_like(const ColumnPlan& column, std::string_view cell) const {
  if (cell.empty() || cell[0] < 'A' || cell[0] > 'Z') return false;
  if (cell.size() > 1 && cell[1] != ' ' && !is_digit(cell[1])) return false;
  return std::any_of(column.letters.begin(), column.letters.end(), [&](const Letter& l) { return l.name == cell[0]; });
}

void BlockPrinter::print_cell(std::string& out, std::size_t r, std::size_t c, char separator, bool last) const {
  const NodeId cell = plan_.table().cell(r, c);
  if (cell == no_cell) return;
  const json::Document& doc = plan_.table().doc();
  const ColumnPlan& column = plan_[c];
  const CellStyle style{separator, last, column.text};
  const Kind kind = doc[cell].kind();
  const bool shared = column.patterned || !column.letters.empty();
  if (kind != Kind::string && !(kind == Kind::number && column.patterned)) {
    append_cell(out, doc, cell, style);
    return;
  }
  const std::string_view filler = plan_.filler(r, c);
  if (kind == Kind::number) {
    out += filler;
    return;
  }
  const auto whole = [&] {
    if (doc[cell].escaped()) {
      out += json::quote(doc.string(cell));
    } else {
      out += doc.raw(cell);
    }
  };
  if (shared && plan_.whole_cell(r, c)) {
    // A severe value is printed whole; bare where nothing could take it for a filler.
    whole();
    return;
  }
  if (!column.letter_of.empty() && column.letter_of[r] != 0) {
    const Letter& letter = column.letters[column.letter_of[r] - 1];
    if (letter.name != 0) {
      if (!letter.hole) {
        out += letter.name;
        return;
      }
      const std::string_view hole =
          filler.substr(letter.front.size(), filler.size() - letter.front.size() - letter.back.size());
      CellStyle inside = style;
      inside.text = true;
      if ((is_bare(hole, inside) || is_scalar(hole)) && (last || separator != ' ')) {
        out += letter.name;
        if (!is_digit(hole[0])) out += ' ';
        out += hole;
        return;
      }
      whole();
      return;
    }
  }
  if (column.patterned) {
    CellStyle inside = style;
    inside.text = true;
    if (filler.data() != nullptr && is_bare(filler, inside) && !letter_like(column, filler) &&
        !filler.starts_with("-- ")) {
      out += filler;
    } else {
      whole();
    }
    return;
  }
  if (letter_like(column, filler) || filler.starts_with("-- ")) {
    whole();
  } else {
    append_cell(out, doc, cell, style);
  }
}

void BlockPrinter::print_row(std::string& out, std::size_t r) const {
  const std::size_t begin = out.size();
  std::size_t end = begin;  // of the last cell that is not missing
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    if (i > 0) out += separator_;
    const std::size_t before = out.size();
    print_cell(out, r, shown_[i], separator_, i + 1 == shown_.size());
    if (out.size() > before) end = out.size();
  }
  // A row that would begin as whole rows do, be blank or read as a statement of ours stands as its JSON, unless rows
  // below it follow.
  const RowKind kind = plan_.table().kind();
  const bool bracket = out[begin] == '[', forges = bracket && reads_as_statement(std::string_view(out).substr(begin));
  if (kind == RowKind::items && forges) defuse(out, begin);
  const bool whole = kind == RowKind::lists ? bracket : out[begin] == '{' || forges;
  if (kind != RowKind::items && plan_.below == npos && (end == begin || whole)) {
    out.resize(begin);
    print_apart(out, r);
    return;
  }
  // Missing cells at the end need no separators.
  if (kind != RowKind::items) out.resize(end);
  if (reads_as_repeat(std::string_view(out).substr(begin))) out += " x1";
}

void BlockPrinter::print_apart(std::string& out, std::size_t r) const {
  const Table& table = plan_.table();
  const std::size_t begin = out.size();
  if (table.kind() == RowKind::keyed) {
    out += '{';
    out += table.doc().raw(table.row(r) - 1);
    out += ':';
  }
  append_minified(out, table.doc().raw(table.row(r)));
  if (table.kind() == RowKind::keyed) out += '}';
  if (table.kind() == RowKind::lists) defuse(out, begin);
}

std::string BlockPrinter::after(std::size_t c) const {
  if (c == 0) return {};
  return ", after " + plan_.table().columns()[c - 1].name;
}

void BlockPrinter::print_constants(std::string& out) const {
  bool open = false;
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    const ColumnPlan& column = plan_[c];
    if (column.role != Role::constant && column.role != Role::derived) {
      if (open) out += '\n';
      open = false;
      continue;
    }
    if (open) {
      out += "; ";
    } else {
      out += "all rows";
      out += after(c);
      out += ": ";
    }
    open = true;
    out += plan_.table().columns()[c].name;
    out += '=';
    if (column.role == Role::derived) {
      out += printed(column.pattern);
      continue;
    }
    std::string cell;
    const NodeId node = plan_.distinct_of(c).values[0];
    append_cell(cell, plan_.table().doc(), node, {';', false, false});
    // A bare value in which a mark would be read is quoted.
    const auto marked = [&] {
      const auto p = Pattern::parse(cell, [this](std::string_view name) { return column_named(name); });
      return std::any_of(p.pieces.begin(), p.pieces.end(), [](const Piece& x) { return x.kind != Piece::Kind::text; });
    };
    if (!cell.empty() && cell[0] != '"' && cell[0] != '[' && cell[0] != '{' && marked()) {
      out += json::quote(cell);
    } else {
      out += cell;
    }
  }
  if (open) out += '\n';
}

void BlockPrinter::print_lookup(std::string& out, std::size_t c) const {
  const ColumnPlan& column = plan_[c];
  const Distinct& keys = plan_.distinct_of(column.by);
  out += plan_.table().columns()[c].name;
  out += " by ";
  out += plan_.table().columns()[column.by].name;
  if (c == 0) {
    out += ", first";
  } else if (column.by + 1 != c) {
    out += after(c);
  }
  out += ": ";
  std::vector<bool> seen(keys.values.size());
  const bool last = !shown_.empty() && shown_.back() == column.by;
  bool first = true;
  for (std::size_t r = 0; r < keys.ids.size(); ++r) {
    const std::uint32_t id = keys.ids[r];
    if (id == Distinct::no_value || seen[id]) continue;
    seen[id] = true;
    if (!first) out += "; ";
    first = false;
    print_cell(out, r, column.by, separator_, last);
    out += '=';
    std::string cell;
    print_cell(cell, r, c, ';', false);
    append_entry(out, cell);
  }
  out += '\n';
}

void BlockPrinter::print_preamble(std::string& out) const {
  if (plan_.table().kind() != RowKind::items) print_constants(out);
  if (plan_.below != npos)
    out += "below" + after(plan_.below) + ": " + plan_.table().columns()[plan_.below].name + '\n';
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    if (plan_[c].role == Role::by) print_lookup(out, c);
  }
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    bool any = false;
    for (const Letter& letter : plan_[c].letters) {
      if (letter.name == 0) continue;
      if (!any) out += plan_.table().columns()[c].name + ": ";
      if (any) out += "; ";
      any = true;
      out += letter.name;
      out += '=';
      const std::string body = letter.hole ? letter.front + "*" + letter.back : letter.front;
      if (body[0] == '"' || body[0] == '[' || body[0] == '{') {
        out += json::quote(body);
      } else {
        append_entry(out, body);
      }
    }
    if (any) out += '\n';
  }
  print_header(out);
}

// The header line names the columns with cells, in order; short patterns stand in it, others above it.
void BlockPrinter::print_header(std::string& out) const {
  std::string header;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const std::size_t c = shown_[i];
    const ColumnPlan& column = plan_[c];
    const std::string& name = plan_.table().columns()[c].name;
    if (i > 0) header += separator_;
    header += name;
    if (column.text) header += ":text";
    // (a look-up's values are cells too: their pattern stands on a line of its own)
    if (!column.patterned) continue;
    const std::string text = printed(column.pattern);
    if (text.find_first_of("|, \t\"") == npos && !has_control(text) && text.size() <= 48) {
      header += '=' + text;
    } else {
      out += name + " is ";
      if (has_control(text) || text[0] == '"' || text.front() == ' ' || text.back() == ' ') {
        out += json::quote(text);
      } else {
        out += text;
      }
      out += '\n';
    }
  }
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    if (plan_[c].role != Role::by || !(plan_[c].patterned || plan_[c].text)) continue;
    out += plan_.table().columns()[c].name;
    if (plan_[c].text) out += ":text";
    const std::string text = plan_[c].patterned ? printed(plan_[c].pattern) : "*";
    out += " is ";
    out += has_control(text) || text[0] == '"' || text.front() == ' ' || text.back() == ' ' ? json::quote(text) : text;
    out += '\n';
  }
  out += header;
  out += '\n';
}

void BlockPrinter::print_rows(std::string& out) const {
  Run run(out);
  std::string line;
  std::string_view heading;
  for (std::size_t r = 0; r < plan_.table().rows(); ++r) {
    line.clear();
    if (plan_.table().apart(r)) {
      print_apart(line, r);
      run.flush();
      out += line + '\n';
      continue;
    }
    if (plan_.heading_column != npos && (r == 0 || plan_.headings[r] != heading)) {
      run.flush();
      heading = plan_.headings[r];
      out += "-- ";
      out += heading;
      out += '\n';
    }
    print_row(line, r);
    run.add(line, separator_, 0);
  }
  run.flush();
}

void BlockPrinter::print(std::string& out) const {
  print_preamble(out);
  print_rows(out);
}

}  // namespace headroom::compressors::records
