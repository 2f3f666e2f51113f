#include "pipeline/answer_words.h"

#include <charconv>

#include "base/utf8.h"
#include "images/codec.h"

namespace headroom::pipeline {

std::string for_bracket(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, utf8::floor_boundary(text, limit)));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = ' ';
  }
  if (out.size() < text.size()) out += "...";
  return out;
}

std::string list(std::span<const Range> ranges) {
  std::string out;
  for (std::size_t i = 0; i < ranges.size() && i < listed_ranges; ++i) {
    out.append(i > 0 ? ", " : "").append(to_string(ranges[i]));
  }
  if (ranges.size() > listed_ranges)
    out.append(", ").append(std::to_string(ranges.size() - listed_ranges)).append(" more");
  return out;
}

std::string counted(std::size_t n, std::string_view noun) {
  return std::to_string(n).append(" ").append(noun).append(n == 1 ? "" : "s");
}

std::string describe(const store::Source& source) {
  std::string out = for_bracket(source.tool, 60);
  if (!source.arguments.empty())
    out.append(out.empty() ? "\"" : " \"").append(for_bracket(source.arguments, 80)).append("\"");
  return out;
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string spelled(const Item& item) {
  constexpr std::string_view prefix[] = {"", "r", "b"};
  return std::string(prefix[static_cast<int>(item.kind)]).append(to_string(item.range));
}

std::optional<RetrieveAnswer> describe_image(store::Handle handle, std::string_view content) {
  const auto file = images::read_header(content);
  if (!file) return std::nullopt;
  const std::string hash = store::to_string(handle);
  RetrieveAnswer answer;
  answer.status = store::Status::live;
  answer.partial = true;
  answer.total = 1;
  answer.unit = "images";
  answer.text = "[" + hash + ": " + (file->kind == images::FileKind::png ? "PNG" : "JPEG") + " image, " +
                std::to_string(file->size.width) + "x" + std::to_string(file->size.height) + ", " +
                counted(content.size(), "byte") + "; no text can show it: headroom retrieve " + hash +
                " > FILE writes it as it was]";
  return answer;
}

}  // namespace headroom::pipeline
