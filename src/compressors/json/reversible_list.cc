#include "compressors/json/reversible_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <unordered_map>

#include "base/hash.h"
#include "base/utf8.h"
#include "compressors/json/cell_evidence.h"
#include "compressors/json/cells.h"
#include "compressors/json/odd_numbers.h"
#include "compressors/json/reversible_long.h"
#include "salience/mask.h"
#include "salience/rounding.h"
#include "salience/statistics.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;
using salience::Severity;

constexpr std::size_t most_words = 24;      // features of one item
constexpr std::size_t looked_at = 512;      // bytes of an item read for words
constexpr std::size_t most_templates = 12;  // named one by one
constexpr std::size_t least_template = 3;
constexpr std::size_t most_names = 48;      // names of members left out
constexpr std::size_t clipped_size = 1100;  // what is shown of a long value, about

bool is_container(const Document& doc, NodeId id) {
  return doc.is(id, Kind::object) || doc.is(id, Kind::array);
}

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u >= 0x80;
}

// Shown numbers of ours: four significant digits are enough.
std::string brief(double x) {
  char buffer[32];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, salience::round20(x), std::chars_format::general, 4);
  return {buffer, r.ptr};
}

}  // namespace

ListPart::ListPart(const Document& doc, std::vector<ListItem> items, Shape shape, const Context& context)
    : query_(&context.query), doc_(doc), list_(std::move(items)), shape_(shape) {
  read(context);
}

std::string_view ListPart::unit() const {
  switch (shape_) {
    case Shape::strings:
      return "string";
    case Shape::values:
      return "item";
    case Shape::members:
      return "member";
  }
  return "item";
}

bool ListPart::cut(std::uint32_t item) const {
  return doc_[list_[item].node].size() > long_value;
}

void ListPart::read(const Context& context) {
  const std::size_t n = list_.size();
  std::string scratch, masked;
  // Words are features where several items have them; templates as well.
  std::unordered_map<std::uint64_t, std::uint32_t> words, templates;
  std::vector<std::uint32_t> word_count;
  std::vector<std::uint32_t> item_words, words_from{0};  // of all items, one behind the other
  template_of_.resize(n);
  std::string sample;
  const std::size_t step = std::max<std::size_t>(1, n / 16);
  for (std::size_t i = 0; i < n; ++i) {
    const NodeId node = list_[i].node;
    const bool container = is_container(doc_, node);
    const std::string_view text = container ? doc_.raw(node) : cell_text(doc_, node, scratch);
    Evidence e;
    if (container) {
      e = evidence_of_container(doc_, node);
    } else if (shape_ == Shape::members) {
      e = evidence_of(salience::field_of(list_[i].path), text);
    } else {
      e = evidence_of(salience::Field::other, text);
    }
    if (e.severity >= Severity::error)
      items_.severe.push_back({static_cast<std::uint32_t>(i), e.kind, e.severity, e.weak});

    const std::string_view head = text.substr(0, looked_at);
    masked.clear();
    if (shape_ == Shape::members) salience::mask_to(masked, list_[i].path);
    masked += static_cast<char>('0' + static_cast<int>(doc_[node].kind()));
    if (shape_ != Shape::members) salience::mask_to(masked, head);
    const auto [t, fresh_template] =
        templates.try_emplace(hash64(masked), static_cast<std::uint32_t>(template_size_.size()));
    if (fresh_template) template_size_.push_back(0);
    ++template_size_[t->second];
    template_of_[i] = t->second;

    const std::string_view source = shape_ == Shape::members ? std::string_view(list_[i].path) : head;
    const std::size_t mine = item_words.size();
    for (std::size_t at = 0; at < source.size() && item_words.size() - mine < most_words;) {
      while (at < source.size() && !is_word(source[at])) ++at;
      const std::size_t begin = at;
      while (at < source.size() && is_word(source[at])) ++at;
      if (at - begin < 2) continue;
      const auto [w, fresh] =
          words.try_emplace(hash64(source.substr(begin, at - begin)), static_cast<std::uint32_t>(word_count.size()));
      if (fresh) word_count.push_back(0);
      if (std::find(item_words.begin() + static_cast<std::ptrdiff_t>(mine), item_words.end(), w->second) ==
          item_words.end()) {
        item_words.push_back(w->second);
        ++word_count[w->second];
      }
    }
    words_from.push_back(static_cast<std::uint32_t>(item_words.size()));
    const std::size_t own = doc_[node].size() > long_value ? clipped_size : doc_[node].size();
    const std::size_t size = own + list_[i].path.size() + 6;
    items_.cost.push_back(static_cast<std::uint32_t>(size));
    if (i % step == 0 && sample.size() < 6000) line(sample, static_cast<std::uint32_t>(i));
  }
  // Bytes -> tokens at the sample's rate.
  const std::string_view measured = std::string_view(sample).substr(0, utf8::floor_boundary(sample, 16384));
  const double rate = measured.empty() ? 0.3
                                       : static_cast<double>(context.ruler.count(measured).value) /
                                             static_cast<double>(measured.size());
  for (std::uint32_t& c : items_.cost) c = static_cast<std::uint32_t>(std::max(1.0, std::ceil(rate * c)));

  const auto words_of = [&](std::size_t i) {
    return std::span(item_words).subspan(words_from[i], words_from[i + 1] - words_from[i]);
  };
  // Feature ids: words that two items share, then templates that two items share.
  std::vector<std::uint32_t> word_id(word_count.size(), ~0u), template_id(template_size_.size(), ~0u);
  std::uint32_t next = 0;
  for (std::size_t w = 0; w < word_count.size(); ++w) {
    if (word_count[w] >= 2) word_id[w] = next++;
  }
  for (std::size_t t = 0; t < template_size_.size(); ++t) {
    if (template_size_[t] >= 2) template_id[t] = next++;
  }
  items_.features.feature_count = next;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::uint32_t w : words_of(i)) {
      if (word_id[w] != ~0u) items_.features.ids.push_back(word_id[w]);
    }
    if (template_id[template_of_[i]] != ~0u) items_.features.ids.push_back(template_id[template_of_[i]]);
    items_.features.end_item();
  }

  // The knee is found on words and templates of 2 % of the items or more.
  const std::size_t least = std::max<std::size_t>(2, n / 50);
  items_.classes.feature_count = next;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::uint32_t w : words_of(i)) {
      if (word_count[w] >= least) items_.classes.ids.push_back(word_id[w]);
    }
    const std::uint32_t t = template_of_[i];
    if (template_size_[t] >= least) items_.classes.ids.push_back(template_id[t]);
    items_.classes.end_item();
  }

  // Rare templates, where templates say something: most items share theirs.
  std::size_t rare = 0;
  for (std::uint32_t s : template_size_) rare += salience::is_rare(s, n) ? s : 0;
  if (rare > 0 && shape_ != Shape::members) {
    auto& list = rare <= salience::shown_outliers(n) ? items_.rare : items_.notable;
    if (rare * 5 <= n) {
      for (std::size_t i = 0; i < n; ++i) {
        if (salience::is_rare(template_size_[template_of_[i]], n)) list.push_back(static_cast<std::uint32_t>(i));
      }
    }
  }
  // The first of every large template.
  std::vector<std::uint32_t> large;
  for (std::uint32_t t = 0; t < template_size_.size(); ++t) {
    if (template_size_[t] >= std::max<std::size_t>(least_template, n / 50)) large.push_back(t);
  }
  if (large.size() <= most_templates) {
    std::vector<bool> met(template_size_.size(), false);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t t = template_of_[i];
      if (met[t] || !std::binary_search(large.begin(), large.end(), t)) continue;
      met[t] = true;
      items_.pinned.push_back(static_cast<std::uint32_t>(i));
    }
  }

  if (!context.query.empty()) {
    std::vector<std::string> joined;
    std::vector<std::string_view> texts;
    if (shape_ == Shape::members) {
      for (const ListItem& i : list_) joined.push_back(i.path + ": " + std::string(doc_.raw(i.node)));
      texts.assign(joined.begin(), joined.end());
    } else {
      for (const ListItem& i : list_) texts.push_back(doc_.raw(i.node));
    }
    ask(items_, context.query, texts, {});
  }
}

void ListPart::line(std::string& out, std::uint32_t item) const {
  const ListItem& i = list_[item];
  if (shape_ == Shape::members) {
    out += i.path;
  } else {
    out += std::to_string(item);
  }
  out += ": ";
  std::string json;
  if (doc_[i.node].size() > long_value) append_minified(json, doc_.raw(i.node));
  if (json.size() > long_value) {
    append_long(out, json, *query_);
  } else {
    append_cell(out, doc_, i.node, {'\n', true, false});
  }
  out += '\n';
}

void ListPart::gap(std::string& out, std::uint32_t first, std::uint32_t last, std::size_t errors) const {
  if (shape_ == Shape::members) return;  // the foot names them
  out += "[#" + std::to_string(first);
  if (last > first)
    out += '-' + std::to_string(last) + ": " + std::to_string(last - first + 1) + ' ' + std::string(unit()) + 's';
  if (errors > 0) out += ", " + std::to_string(errors) + (errors == 1 ? " error" : " errors");
  out += "]\n";
}

void ListPart::foot(std::string& out, const Choice& choice) const {
  const std::size_t n = list_.size();
  std::vector<bool> shown(n, false);
  for (std::uint32_t i : choice.shown) shown[i] = true;
  if (shape_ == Shape::members) {
    // Names, numbered ones as one; beyond the limit only their first steps.
    std::map<std::string, std::size_t> names, heads;
    std::size_t left = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (shown[i]) continue;
      ++left;
      ++names[salience::masked(list_[i].path)];
      const std::size_t dot = list_[i].path.find_first_of(".[");
      ++heads[salience::masked(std::string_view(list_[i].path).substr(0, dot)) +
              (dot == std::string::npos ? "" : ".*")];
    }
    if (left == 0) return;
    const auto& said = names.size() <= most_names ? names : heads;
    out += '[' + std::to_string(left) + " members left out:";
    std::size_t count = 0;
    for (const auto& [name, times] : said) {
      if (++count > most_names * 4) {
        out += " ...";
        break;
      }
      out += count == 1 ? " " : ", ";
      out += name;
      if (times > 1) out += " x" + std::to_string(times);
    }
    out += "]\n";
    return;
  }
  // Large templates by their exemplar: how many, where.
  std::map<std::uint32_t, std::vector<std::uint32_t>> left;  // by first shown item of the template
  std::vector<std::uint32_t> exemplar(template_size_.size(), ~0u);
  for (std::size_t i = n; i-- > 0;) {
    if (shown[i]) exemplar[template_of_[i]] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t t = template_of_[i];
    if (!shown[i] && exemplar[t] != ~0u && template_size_[t] >= std::max<std::size_t>(least_template, n / 50)) {
      left[exemplar[t]].push_back(static_cast<std::uint32_t>(i));
    }
  }
  if (left.size() > most_templates) return;
  for (const auto& [first, items] : left) {
    out += '[' + std::to_string(items.size()) + " more like #" + std::to_string(first);
    out += ": #" + some_ranges(items, 6) + "]\n";
  }
}

Series number_series(const Document& doc, NodeId array) {
  Series out;
  out.unit = "number";
  std::vector<NodeId> nodes;
  std::vector<double> values;
  for (NodeId e : doc.elements(array)) {
    nodes.push_back(e);
    values.push_back(doc.is(e, Kind::number) ? number_of(doc.raw(e)) : std::numeric_limits<double>::quiet_NaN());
  }
  const std::size_t n = nodes.size();
  out.total = n;
  const salience::Summary s = salience::summarise(values);
  std::vector<bool> shown(n, false);
  const auto raw = [&](std::size_t i) { return doc.raw(nodes[i]); };

  std::string text = "[" + std::to_string(n) + " numbers";
  if (s.count > 0) {
    text += ": min ";
    text += raw(s.min);
    text += ", p50 ";
    text += raw(s.p50);
    text += ", mean " + brief(s.mean) + ", p95 ";
    text += raw(s.p95);
    text += ", max ";
    text += raw(s.max);
  }
  std::vector<std::size_t> far = salience::outliers(values);
  for (std::size_t i : seldom_values(values)) far.push_back(i);
  std::sort(far.begin(), far.end());
  far.erase(std::unique(far.begin(), far.end()), far.end());
  const std::size_t all_far = far.size(), limit = std::max<std::size_t>(12, salience::shown_outliers(n));
  if (far.size() > limit) {
    const double centre = values[s.p50];
    std::sort(far.begin(), far.end(), [&](std::size_t a, std::size_t b) {
      const double x = std::abs(values[a] - centre), y = std::abs(values[b] - centre);
      return x != y ? x > y : a < b;
    });
    far.resize(12);
    std::sort(far.begin(), far.end());
  }
  std::vector<std::size_t> odd;  // what is no number
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(values[i])) odd.push_back(i);
  }
  const std::size_t all_odd = odd.size();
  if (odd.size() > 12) odd.resize(12);
  std::size_t listed = 0;
  for (std::size_t i : far) {
    text += listed++ == 0 ? "; " : ", ";
    text += '#' + std::to_string(i) + " = ";
    text += raw(i);
    shown[i] = true;
  }
  if (all_far > far.size()) text += " and " + std::to_string(all_far - far.size()) + " more far from the median";
  const auto shifts = salience::change_points(values, 4);
  for (const salience::Shift& shift : shifts) {
    text += "; shift " + brief(shift.before) + " to " + brief(shift.after) + " at #" + std::to_string(shift.index);
  }
  for (std::size_t i : odd) {
    std::string cell;
    append_minified(cell, raw(i));
    text += "; #" + std::to_string(i) + " = " + cell.substr(0, utf8::floor_boundary(cell, 200));
    shown[i] = true;
  }
  if (all_odd > odd.size()) text += " and " + std::to_string(all_odd - odd.size()) + " more that are no numbers";
  text += "]\n";

  // First, last, around changes.
  std::vector<bool> around(n, false);
  const auto show = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, n); ++i) around[i] = true;
  };
  show(0, 5);
  show(n > 3 ? n - 3 : 0, n);
  for (const salience::Shift& shift : shifts) show(shift.index > 1 ? shift.index - 2 : 0, shift.index + 2);
  for (std::size_t i = 0; i < n;) {
    if (!around[i]) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < n && around[end]) ++end;
    text += '#' + std::to_string(i) + (end - i > 1 ? '-' + std::to_string(end - 1) : "") + ": ";
    for (std::size_t k = i; k < end; ++k) {
      if (k > i) text += ", ";
      append_minified(text, raw(k));
      shown[k] = true;
    }
    text += '\n';
    i = end;
  }
  out.text = std::move(text);
  out.outliers = far.size();
  out.shown = static_cast<std::size_t>(std::count(shown.begin(), shown.end(), true));
  return out;
}

Series boolean_series(const Document& doc, NodeId array) {
  constexpr std::size_t most_runs = 40;
  Series out;
  out.unit = "boolean";
  struct Run {
    std::string_view value;
    std::size_t first, last;
  };
  std::vector<Run> runs;
  std::map<std::string_view, std::size_t> counts;
  for (NodeId e : doc.elements(array)) {
    const std::string_view value = doc.raw(e);
    ++counts[value];
    if (runs.empty() || runs.back().value != value) runs.push_back({value, out.total, out.total});
    runs.back().last = out.total++;
  }
  out.text = "[" + std::to_string(out.total) + " booleans:";
  bool first = true;
  for (const auto& [value, count] : counts) {
    out.text += (first ? " " : ", ") + std::to_string(count) + "x ";
    out.text += value;
    first = false;
  }
  out.text += "]\n";
  std::size_t said = 0;
  for (const Run& run : runs) {
    // Of many runs: the value that is seldom, then the first ones.
    const bool seldom = counts[run.value] <= salience::shown_outliers(out.total);
    if (runs.size() > most_runs && !seldom && said >= most_runs / 2) continue;
    ++said;
    out.text += '#' + std::to_string(run.first) + (run.last > run.first ? '-' + std::to_string(run.last) : "") + ' ';
    out.text += run.value;
    out.text += '\n';
    out.shown += run.last - run.first + 1;
  }
  return out;
}

}  // namespace headroom::compressors::records
