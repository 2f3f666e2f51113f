#include "messages/image.h"

#include "base/base64.h"
#include "json/strings.h"

namespace headroom::messages {
namespace {

constexpr std::string_view scheme = "data:", encoding = ";base64,";

// Bytes of a decoded string before the base64 begins; nullopt: it is an address.
std::optional<std::size_t> lead_of(std::string_view text) {
  if (!text.starts_with(scheme)) return text.find(':') == text.npos ? std::optional<std::size_t>(0) : std::nullopt;
  const std::size_t comma = text.find(',');
  if (comma == text.npos || !text.substr(0, comma + 1).ends_with(encoding)) return std::nullopt;
  return comma + 1;
}

std::string text_part(const Image& image, std::string_view statement) {
  return std::string(image.text_before).append(json::quote(statement)).append("}");
}

}  // namespace

std::string_view raw_data(const Conversation& c, const Image& image) {
  return c.doc.string_raw(image.data);
}

std::optional<std::string> bytes_of(const Conversation& c, const Image& image) {
  const std::string text = c.doc.string(image.data);
  const auto lead = lead_of(text);
  return lead ? from_base64(std::string_view(text).substr(*lead)) : std::nullopt;
}

void replace_bytes(const Conversation& c, const Image& image, std::string_view data, std::string_view statement,
                   std::vector<Edit>& edits, Plan& plan) {
  const std::string text = c.doc.string(image.data);
  const std::string lead = text.substr(0, lead_of(text).value_or(0));
  const json::Node& node = c.doc[image.data];
  edits.push_back({node.begin(), node.size(), json::quote(lead + std::string(data))});
  edits.push_back({c.doc[image.part].end(), 0, "," + text_part(image, statement)});
  plan.changed.push_back(image.data);
  plan.followed.push_back(image.part);
}

void replace_image(const Conversation& c, const Image& image, std::string_view statement, std::vector<Edit>& edits,
                   Plan& plan) {
  const json::Node& node = c.doc[image.part];
  edits.push_back({node.begin(), node.size(), text_part(image, statement)});
  plan.changed.push_back(image.part);
}

}  // namespace headroom::messages
