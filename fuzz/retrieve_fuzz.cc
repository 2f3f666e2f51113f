// Any original and any arguments: an answer is never empty, never over its tokens, the same twice, and its cursor leads
// on.
//
// The first byte chooses the argument and the tokens, the bytes up to the first line end are the argument, the rest the
// original.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/retrieve.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  if (size < 2) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t line = std::min(all.find('\n'), all.size() - 1);
  const std::string_view argument = all.substr(0, line), content = all.substr(line + 1);

  hr::pipeline::RetrieveRequest request{.hash = "42"};
  request.for_model = true;
  request.max_tokens = hr::Tokens(64 << (data[0] >> 4 & 3));
  std::string_view* const places[] = {&request.lines, &request.rows, &request.path, &request.query, &request.cursor};
  if (data[0] % 8 < 5) *places[data[0] % 8] = argument;
  // A program's words are checked too: they reach brackets.
  const hr::store::Source source{std::string(argument.substr(0, 50)), std::string(argument)};

  std::string cursor(request.cursor);
  for (int i = 0; i < 4; ++i) {
    request.cursor = cursor;
    const auto answer =
        hr::pipeline::answer_retrieve(request, hr::store::Handle{42}, content, source, hr::Tokens(2000), ruler);
    const auto again =
        hr::pipeline::answer_retrieve(request, hr::store::Handle{42}, content, source, hr::Tokens(2000), ruler);
    if (answer.text.empty() || answer.text != again.text || answer.cursor != again.cursor) std::abort();
    if (ruler.count(answer.text) > *request.max_tokens) std::abort();
    if (!answer.cursor.empty() && answer.cursor == cursor) std::abort();
    cursor = answer.cursor;
    if (cursor.empty()) break;
  }
  return 0;
}
