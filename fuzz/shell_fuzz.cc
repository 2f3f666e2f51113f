// Any bytes as a shell command, as a patch, and as a tool's arguments: paths that come out have a text, and none is
// made of anything but the input's own words.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "history/patch.h"
#include "history/paths.h"
#include "history/shell.h"
#include "history/touch.h"

namespace hr = headroom::history;

namespace {

void check(const hr::Touches& touches) {
  for (const hr::Touch& t : touches.list) {
    if (t.lines.first < 1 || (t.lines.last != 0 && t.lines.last < t.lines.first)) std::abort();
    const std::string normal = hr::normal_path(t.path, "/work");
    if (!normal.empty() && hr::normal_path(normal, "") != normal) std::abort();
    if (touches.only_reads && t.effect == hr::Effect::read && t.conditional) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(hr::script_touches(text));
  check(hr::argv_touches({"bash", "-lc", std::string(text)}));
  std::vector<hr::Touch> touches;
  hr::patch_touches(text, touches);
  for (const char* name : {"Bash", "Read", "apply_patch", "str_replace_based_edit_tool"}) {
    const hr::Call call{name, text, 0};
    check(hr::touches_of(call));
    if (hr::call_label(call).find('\n') != std::string::npos) std::abort();
  }
  hr::stated_directory(text);
  return 0;
}
