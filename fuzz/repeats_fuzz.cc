// Any bytes as a conversation's results, parted by NUL: every view decodes to its block, shows what it says it shows,
// and is shorter; decoding never fails on what is no view.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "history/repeats.h"

namespace hr = headroom::history;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> texts;
  std::vector<std::string> labels;
  std::vector<std::vector<hr::Lines>> shown;
  hr::Index index;
  while (!rest.empty() && texts.size() < 32) {
    const std::string_view text = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    // The label is the text's first word: some are equal, some hold the grammar's own words.
    const std::string label(text.substr(0, std::min(text.find('\n'), std::size_t{40})));
    const hr::Reading reading = hr::read_lines(text);
    const auto found = index.find(reading, text, texts, "482193075514");
    std::vector<hr::Earlier> earlier;
    for (std::size_t k = 0; k < texts.size(); ++k) earlier.push_back({texts[k], labels[k], shown[k]});
    hr::decode_repeats(text, earlier);
    if (found) {
      if (found->view.size() >= text.size()) std::abort();
      if (hr::decode_repeats(found->view, earlier) != text) std::abort();
      shown.push_back(found->shown);
    } else {
      const hr::NumberedLines lines(text);
      shown.push_back(lines.count() == 0 ? std::vector<hr::Lines>{} : std::vector<hr::Lines>{{0, lines.count()}});
    }
    index.add(reading, label, shown.back());
    texts.push_back(text);
    labels.push_back(label);
  }
  return 0;
}
