#include "compressors/config/record_notation.h"

namespace headroom::compressors::config {

namespace {

std::string heading_with(std::string_view what, std::string_view name, std::size_t lines, const RecordMarks& marks,
                         bool lists, bool rows) {
  std::string out = "[" + std::string(name) + ", " + std::to_string(lines) + " lines" + std::string(what) + "; ";
  out.append(marks.hole).append(" = the rows' cells, between ");
  out += marks.separator == "\t" ? "tabs" : marks.separator;
  if (lists) out += "; {,x,} = x for each value";
  if (rows) out += "; {+x+} = x for each + row";
  if (!marks.goes_on.empty()) out.append("; ").append(marks.goes_on).append(" = no line end");
  return out + "]\n";
}

}  // namespace

std::string heading(std::string_view name, std::size_t lines, const RecordMarks& marks, bool lists, bool rows) {
  return heading_with(", complete", name, lines, marks, lists, rows);
}
std::string heading_of_some(std::string_view name, std::size_t lines, const RecordMarks& marks, bool lists, bool rows) {
  return heading_with(", rows with their numbers", name, lines, marks, lists, rows);
}

std::string shape_line(char letter, std::size_t lines) {
  return std::string("[") + letter + ", " + std::to_string(lines) + (lines == 1 ? " line]\n" : " lines]\n");
}

std::string rows_line(std::size_t rows) {
  return "[" + std::to_string(rows) + (rows == 1 ? " row]\n" : " rows]\n");
}

}  // namespace headroom::compressors::config
