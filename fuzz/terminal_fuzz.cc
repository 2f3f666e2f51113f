// Any bytes as output of a terminal: marks come back, what is shown keeps its line numbers, decoding never fails on
// what is no view.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/lines.h"
#include "compressors/terminal/marks.h"
#include "compressors/terminal/screen.h"
#include "pipeline/terminal_views.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto marked = hr::compressors::terminal::mark(text)) {
    if (hr::compressors::terminal::unmark(marked->legend, marked->returns, marked->text) != text) std::abort();
  }
  if (const auto screen = hr::compressors::terminal::read_screen(text)) {
    const std::size_t before = hr::count_lines(text), after = hr::count_lines(screen->text);
    if (before != after && before != after + 1) std::abort();
    if (screen->text.size() > text.size()) std::abort();
  }
  hr::pipeline::decode_terminal(text);
  static hr::tokens::Witnesses counters;
  const hr::search::Query none;
  const hr::pipeline::BlockRequest request{text, counters.ruler().count(text), none, {}, true, false, {}};
  if (hr::pipeline::has_terminal_codes(request)) {
    hr::pipeline::view_of_screen(request, {}, counters);
    const auto marked = hr::pipeline::view_with_marks(request, {}, counters);
    if (marked && hr::pipeline::decode_terminal(marked->text) != text) std::abort();
  }
  return 0;
}
