#include "compressors/json/cell_evidence.h"

#include <optional>
#include <utility>

#include "salience/mask.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;
using salience::Field;
using salience::Severity;

bool is_container(const Document& doc, NodeId id) {
  return doc.is(id, Kind::object) || doc.is(id, Kind::array);
}

void worsen(Evidence& worst, const Evidence& e) {
  if (e.severity > worst.severity || (e.severity == worst.severity && worst.weak && !e.weak)) worst = e;
}

// {"key": "http.status_code", "value": 500} is a field of that name.
std::optional<std::pair<NodeId, NodeId>> named_value(const Document& doc, NodeId object) {
  std::optional<NodeId> name, value;
  std::size_t members = 0;
  for (const json::Member m : doc.members(object)) {
    if (++members > 4) return std::nullopt;
    const std::string_view key = doc.string_raw(m.key);
    if ((key == "key" || key == "name" || key == "k") && doc.is(m.value, Kind::string)) name = m.value;
    if (key == "value" || key == "v") value = m.value;
  }
  if (!name || !value) return std::nullopt;
  return std::pair{*name, *value};
}

Evidence container(const Document& doc, NodeId node, std::string& scratch, int depth) {
  Evidence worst;
  if (depth > 64) return worst;
  const auto judge = [&](NodeId value, Field field) {
    if (is_container(doc, value)) {
      Evidence e = container(doc, value, scratch, depth + 1);
      worsen(worst, e);
    } else if (!(doc.is(value, Kind::number) && field == Field::other)) {
      worsen(worst, evidence_of(field, cell_text(doc, value, scratch)));
    }
  };
  if (doc.is(node, Kind::array)) {
    for (NodeId e : doc.elements(node)) judge(e, Field::other);
    return worst;
  }
  if (const auto pair = named_value(doc, node)) {
    std::string name_scratch;
    judge(pair->second, salience::field_of(cell_text(doc, pair->first, name_scratch)));
    return worst;
  }
  for (const json::Member m : doc.members(node)) judge(m.value, salience::field_of(doc.string_raw(m.key)));
  return worst;
}

// Program text names errors without having any: three or more of its tell-tales.
bool looks_like_code(std::string_view text) {
  constexpr std::string_view signs[] = {"()",     "):",    ");",      " = ",     " == ",     "->",        "=>",
                                        "::",     "self.", "return ", "import ", "def ",     "function ", "const ",
                                        "class ", "if (",  "=None",   "\"\"\"",  "#include", "{\n"};
  int found = 0;
  for (std::string_view s : signs) found += text.find(s) != std::string_view::npos;
  return found >= 3 || (found >= 1 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n'));
}

}  // namespace

std::string_view cell_text(const Document& doc, NodeId node, std::string& scratch) {
  if (!doc.is(node, Kind::string)) return doc.raw(node);
  if (!doc[node].escaped()) return doc.string_raw(node);
  scratch = doc.string(node);
  return scratch;
}

Evidence evidence_of(Field field, std::string_view text) {
  Evidence out;
  if (field != Field::other || text.size() <= long_text) {
    out.severity = salience::field_severity(field, text);
    if (out.severity < Severity::error) return out;
    std::string scratch;
    out.kind = salience::template_key(text.substr(0, 1024), scratch);
    out.weak = field == Field::other && looks_like_code(text);
    return out;
  }
  // Of a long text: the worst word, told by its line.
  for (const salience::SevereWord& w : salience::severe_words(text)) {
    if (w.severity <= out.severity) continue;
    out.severity = w.severity;
    if (w.severity < Severity::error) continue;
    std::size_t begin = w.begin, end = w.begin + w.size;
    while (begin > 0 && w.begin - begin < 60 && text[begin - 1] != '\n') --begin;
    while (end < text.size() && end - w.begin < 60 && text[end] != '\n') ++end;
    std::string scratch;
    out.kind = salience::template_key(text.substr(begin, end - begin), scratch);
    out.weak = w.begin > long_text / 2 || looks_like_code(text.substr(0, 4096));
  }
  return out;
}

Evidence evidence_of_container(const Document& doc, NodeId node) {
  std::string scratch;
  return container(doc, node, scratch, 0);
}

}  // namespace headroom::compressors::records
