#include "compressors/config/record_cuts.h"

namespace headroom::compressors::config {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

class Cutter {
 public:
  Cutter(const Config& config, std::string_view text, bool innermost)
      : c_(config), text_(text), innermost_(innermost) {}

  Records run() {
    bool inside = false;
    for (std::size_t i = 0; i < c_.lines.size(); ++i) {
      const std::string_view line = c_.lines[i].text;
      const ConfigLine& part = c_.parts[i];
      const bool head = part.part != Part::goes_on && part.depth == 0 && line.starts_with('[');
      if (innermost_ ? part.part == Part::item && !head : head) {
        out_.records.push_back({out_.pieces.size(), 0});
        inside = true;
      }
      if (innermost_ && (head || part.part != Part::item)) inside = false;
      if (!inside) continue;
      const std::size_t begin = static_cast<std::size_t>(line.data() - text_.data());
      out_.pieces.push_back({begin, begin + c_.lines[i].full().size(), out_.holes.size(), 0});
      ++out_.records.back().pieces;
      if (head) {
        name(line, begin);
      } else if (c_.style == Style::ini) {
        ini_value(line, begin, part);
      } else if (part.part == Part::entry || part.part == Part::item || part.part == Part::closing) {
        toml_values(line, begin, part.part == Part::entry);
      }
      out_.pieces.back().holes = out_.holes.size() - out_.pieces.back().first_hole;
    }
    return std::move(out_);
  }

 private:
  void add(std::size_t begin, std::size_t end) { out_.holes.push_back({begin, end}); }

  void name(std::string_view line, std::size_t begin) {
    const std::size_t from = line.find_first_not_of('['), to = line.find(']');
    if (from < to && to != std::string_view::npos) add(begin + from, begin + to);
  }

  void ini_value(std::string_view line, std::size_t begin, const ConfigLine& part) {
    if (part.part != Part::entry) return;
    std::size_t from = line.find_first_of("=:");
    if (from == std::string_view::npos) return;
    for (++from; from < line.size() && is_blank(line[from]);) ++from;
    if (from < line.size()) add(begin + from, begin + line.size());
  }

  // Strings without their quotes, and what stands bare.
  void toml_values(std::string_view line, std::size_t begin, bool entry) {
    std::size_t i = entry ? line.find('=') : 0;
    bool value = !entry;  // behind "=", not a key
    int inline_tables = 0;
    while (i < line.size() && line[i] != '#') {
      const char c = line[i];
      if (c == '"' || c == '\'') {
        std::size_t end = i + 1;
        while (end < line.size() && line[end] != c) end += line[end] == '\\' && c == '"' ? 2 : 1;
        if (end >= line.size()) return;
        if (value) add(begin + i + 1, begin + end);
        i = end + 1;
        continue;
      }
      if (c == '=') value = true;
      if (c == '{') ++inline_tables;
      if (c == '}') --inline_tables;
      if (c == '{' || (c == ',' && inline_tables > 0)) value = false;
      if (is_blank(c) || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') {
        ++i;
        continue;
      }
      const std::size_t end = std::min(line.find_first_of(" \t,=[]{}#\"'", i), line.size());
      if (value) add(begin + i, begin + end);
      i = end;
    }
  }

  const Config& c_;
  std::string_view text_;
  bool innermost_;
  Records out_;
};

}  // namespace

Records table_records(const Config& config, std::string_view text, bool innermost) {
  return Cutter(config, text, innermost).run();
}

}  // namespace headroom::compressors::config
