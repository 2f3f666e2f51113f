#include "compressors/diff/head_templates.h"

#include <algorithm>
#include <map>

namespace headroom::compressors {
namespace {

constexpr std::size_t most_templates = 26, fewest_heads = 3;
constexpr std::int64_t legend_tokens = 3, least_gain = 3,  // legend: letter, "=", line end
    header_tokens = 8;                                     // what the header says of the letters
constexpr char hole = '*';

// A head cut at its two holes: everything else is `text`.
struct Cut {
  std::string text, name, blobs;
};

std::optional<Cut> cut_head(const FileHead& h) {
  if (h.change == FileChange::renamed || h.change == FileChange::copied || h.blobs.empty()) return std::nullopt;
  const std::size_t slash = h.old_path.rfind('/') + 1;  // npos + 1 == 0
  const std::size_t name_end = std::min(h.old_path.find('.', slash), h.old_path.size());
  if (name_end == slash || h.old_path.find_first_of("*\r\n") != std::string::npos) return std::nullopt;
  Cut cut;
  cut.name = h.old_path.substr(slash, name_end - slash);
  FileHead rest = h;
  rest.old_path = rest.new_path = h.old_path.substr(0, slash) + hole + h.old_path.substr(name_end);
  const std::string line = head_line(rest);
  const std::string blobs = shown_blobs(h);
  const std::size_t at = line.rfind(' ' + blobs) + 1;
  cut.text = line.substr(0, at) + hole + line.substr(at + blobs.size());
  cut.blobs = blobs;
  return cut;
}

}  // namespace

std::vector<HeadTemplate> choose_templates(const std::vector<FileHead>& heads, tokens::Counter& ruler) {
  std::map<std::string, std::int64_t> counts;
  for (const FileHead& h : heads) {
    if (auto cut = cut_head(h)) ++counts[std::move(cut->text)];
  }
  struct Candidate {
    std::string text;
    std::int64_t gain;
  };
  std::vector<Candidate> candidates;
  for (auto& [text, count] : counts) {
    if (count < static_cast<std::int64_t>(fewest_heads)) continue;
    const std::int64_t tokens = ruler.count(text).value;
    const std::int64_t gain = count * (tokens - 3) - tokens - legend_tokens;  // the holes' signs and the letter
    if (gain >= least_gain) candidates.push_back({text, gain});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.gain > b.gain; });
  if (candidates.size() > most_templates) candidates.resize(most_templates);
  std::int64_t gained = 0;
  for (const Candidate& c : candidates) gained += c.gain;
  if (gained <= header_tokens) candidates.clear();
  std::vector<HeadTemplate> out;
  out.reserve(candidates.size());
  for (Candidate& c : candidates) out.push_back({static_cast<char>('A' + out.size()), std::move(c.text)});
  return out;
}

std::optional<std::string> filled_template(const FileHead& head, const std::vector<HeadTemplate>& templates) {
  if (templates.empty()) return std::nullopt;
  const std::optional<Cut> cut = cut_head(head);
  if (!cut) return std::nullopt;
  for (const HeadTemplate& t : templates) {
    if (t.text == cut->text) return std::string(1, t.letter) + ' ' + cut->name + ' ' + cut->blobs;
  }
  return std::nullopt;
}

std::optional<FileHead> read_filled(std::string_view line, const std::vector<HeadTemplate>& templates) {
  if (line.size() < 5 || line[1] != ' ') return std::nullopt;
  for (const HeadTemplate& t : templates) {
    if (t.letter != line[0]) continue;
    const std::string_view words = line.substr(2);
    const std::size_t blank = words.rfind(' '), first = t.text.find(hole), last = t.text.rfind(hole);
    if (blank == std::string_view::npos || first == last) return std::nullopt;
    std::string full = t.text.substr(0, first);
    full += words.substr(0, blank);
    full += t.text.substr(first + 1, last - first - 1);
    full += words.substr(blank + 1);
    full += t.text.substr(last + 1);
    return parse_head_line(full);
  }
  return std::nullopt;
}

}  // namespace headroom::compressors
