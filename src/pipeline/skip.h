// Why a slot, or a whole body, was left alone: the one list (answers, headers and statistics use the same words).
#pragma once

#include <cstdint>
#include <string_view>

namespace headroom::pipeline {

enum class Reason : std::uint8_t {
  // of a slot
  too_small,
  role_off,
  tool_excluded,
  instruction_file,
  exact_tool,
  small_error,
  code_recent,
  code_asked_about,
  frozen,
  vetoed,
  own_output,
  not_recognised,
  not_text,
  no_gain,
  not_judged,
  no_way_back,
  secret,
  store_failed,
  collision,
  work_limit,
  failed,
  // of a whole body
  bypass,
  mode_off,
  not_json,
  duplicate_key,
  too_deep,
  too_large,
  encoding,
  signed_body,
  check_failed,
};

// "too_small"...; signed_body is "signed".
std::string_view to_string(Reason reason);

}  // namespace headroom::pipeline
