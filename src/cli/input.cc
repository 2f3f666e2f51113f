#include "cli/input.h"

#include <algorithm>

#include "api/nearest.h"
#include "compressors/compressor.h"
#include "json/document.h"
#include "messages/conversation.h"

namespace headroom::cli {

bool nothing_to_read(const Context& context, const Arguments& arguments) {
  return arguments.positional.empty() && is_terminal(context.in);
}

Result<Blob> read_input(const Arguments& arguments) {
  return Blob::read_file(arguments.positional.empty() ? "-" : arguments.positional.front());
}

Result<api::Input> classify(std::string_view text, const Arguments& arguments) {
  api::Input input;
  input.text = text;
  input.format = arguments.get("format");
  input.hints = {arguments.get("kind"), arguments.get("query"), arguments.get("tool"), arguments.get("arguments")};
  if (!arguments.positional.empty() && arguments.positional.front() != "-") {
    input.hints.path = arguments.positional.front();
  }
  if (!input.hints.kind.empty() && !compressors::find(input.hints.kind)) {
    std::vector<std::string_view> kinds;
    for (const compressors::Compressor& c : compressors::all()) kinds.push_back(c.kind);
    return fail(ErrorKind::invalid_request, api::unknown_name("kind", input.hints.kind, kinds));
  }
  if (!input.format.empty() && !messages::parse_format(input.format)) {
    return fail(ErrorKind::invalid_request, api::unknown_name("format", input.format, messages::format_names()));
  }
  const bool forced_text = arguments.has("text") || !input.hints.kind.empty();
  const bool body = !forced_text && (!input.format.empty() || api::is_body(text));
  input.kind = body ? api::Input::Kind::body : api::Input::Kind::content;
  return input;
}

std::optional<std::string> broken_body(std::string_view text) {
  constexpr std::size_t head = 256;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') return std::nullopt;
  const std::string_view opening = text.substr(first, head);
  if (opening.find("\"messages\"") == text.npos && opening.find("\"contents\"") == text.npos) return std::nullopt;
  const auto doc = json::Document::parse(text);
  if (doc) return std::nullopt;
  return doc.error().message + " at byte " + std::to_string(doc.error().offset);
}

}  // namespace headroom::cli
