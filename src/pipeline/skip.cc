#include "pipeline/skip.h"

#include <array>

namespace headroom::pipeline {

std::string_view to_string(Reason reason) {
  constexpr std::array<std::string_view, 30> names{
      "too_small",     "role_off",         "tool_excluded", "instruction_file", "exact_tool", "small_error",
      "code_recent",   "code_asked_about", "frozen",        "vetoed",           "own_output", "not_recognised",
      "not_text",      "no_gain",          "not_judged",    "no_way_back",      "secret",     "store_failed",
      "collision",     "work_limit",       "failed",        "bypass",           "mode_off",   "not_json",
      "duplicate_key", "too_deep",         "too_large",     "encoding",         "signed",     "check_failed"};
  static_assert(names.size() == static_cast<std::size_t>(Reason::check_failed) + 1);
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace headroom::pipeline
