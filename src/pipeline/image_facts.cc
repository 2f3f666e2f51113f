#include "pipeline/image_facts.h"

#include "base/hash.h"
#include "images/billing.h"
#include "messages/image.h"
#include "pipeline/secret_gate.h"
#include "pipeline/terms.h"

namespace headroom::pipeline {
namespace {

constexpr Tokens usual_image{1500};

std::shared_ptr<const ImageFacts> read(const Placing& p, const messages::Image& image) {
  auto out = std::make_shared<ImageFacts>();
  const auto bytes = messages::bytes_of(p.conversation, image);
  if (!bytes) return out;
  out->bytes = bytes->size();
  out->file = images::read_header(*bytes);
  out->may_be_stored = may_be_stored(*bytes, p.options.secrets, p.services.store_leaves_process);
  if (p.lossy) out->handle = store::to_string(store::handle_of(*p.services.key, *bytes));
  return out;
}

}  // namespace

std::shared_ptr<const ImageFacts> facts_of(const Placing& p, const messages::Image& image) {
  if (!p.services.cache) return read(p, image);
  std::string seed = "image facts ";
  seed += p.lossy ? p.services.key->handle_key : "-";
  seed.append(" ").append(std::to_string(static_cast<int>(p.options.secrets)));
  seed += p.services.store_leaves_process ? 'o' : 'i';
  const Hash128 data = hash128(messages::raw_data(p.conversation, image));
  seed.append(reinterpret_cast<const char*>(&data), sizeof data);
  const Hash128 key = hash128(seed);
  if (auto found = p.services.cache->find<ImageFacts>(key)) return found;
  auto made = read(p, image);
  p.services.cache->put(key, made, sizeof *made);
  return made;
}

Tokens tokens_of_image(const Placing& p, const messages::Image& image) {
  const images::Billing* const billing = images::billing_of(model_of(p.conversation, p.options));
  if (billing == nullptr) return usual_image;
  const auto facts = facts_of(p, image);
  return facts->file ? images::tokens_of(*billing, facts->file->size, image.low_detail) : usual_image;
}

std::vector<history::Picture> pictures_of(const Placing& p) {
  std::vector<history::Picture> out;
  for (const messages::Image& image : p.conversation.images) {
    const auto facts = facts_of(p, image);
    std::string text = "[image";
    if (facts->file)
      text.append(" ").append(std::to_string(facts->file->size.width)).append("x") +=
          std::to_string(facts->file->size.height);
    if (facts->bytes > 0) text.append(", ").append(std::to_string(facts->bytes)).append(" bytes");
    if (!facts->handle.empty()) text.append(". Retrieve with hash=").append(facts->handle);
    out.push_back({image.message, text + "]"});
  }
  return out;
}

}  // namespace headroom::pipeline
