#include "pipeline/images.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>

#include "base/base64.h"
#include "base/glob.h"
#include "images/likeness.h"
#include "images/smaller.h"
#include "messages/image.h"
#include "pipeline/gates.h"
#include "pipeline/image_facts.h"
#include "pipeline/terms.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;
using messages::Image;

constexpr int hash_bits = 4;           // as in images/likeness.h; looked at before any two images are decoded
constexpr std::size_t compared = 64;   // images before an epoch whose pixels are compared, the last ones
constexpr std::size_t candidates = 4;  // later images that one is compared with

// Tools whose answers are pictures of a screen that the model points at.
constexpr std::string_view pointing_tools[] = {"computer", "computer_*", "*computer-use*", "*computer_use*"};

bool is_pointing(std::string_view name) {
  return std::ranges::any_of(pointing_tools, [&](std::string_view glob) { return tool_matches(glob, name); });
}

// The request offers a tool of the provider's by which the model points at a screen.
bool offers_pointing(const Conversation& c) {
  if (!c.tools) return false;
  for (json::NodeId tool : c.doc.elements(*c.tools)) {
    for (const std::string_view key : {"type", "name"}) {
      const auto value = c.doc.member(tool, key);
      if (value && c.doc.is(*value, json::Kind::string) && is_pointing(c.doc.string(*value))) return true;
    }
    if (c.doc.member(tool, "computerUse") || c.doc.member(tool, "computer_use")) return true;
  }
  return false;
}

std::string sides(images::Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

// What is known of an image by its bytes, the model and the key: kept, so that a turn looks only at new ones.
struct Known : ImageFacts {
  Tokens before;
  std::string data;  // base64 of the smaller file; "": there is none
  images::Size to;
  Tokens after;
};

class Planner {
 public:
  Planner(const Placing& placing, const Course& course)
      : p_(placing),
        c_(placing.conversation),
        course_(course),
        billing_(images::billing_of(model_of(c_, p_.options))) {}

  ImagePlan plan() {
    if (c_.images.empty()) return {};
    if (!billing_) return warned("what images cost this model is not known: they stay as they are");
    if (!p_.lossy) return warned("images stay as they are where nothing can be retrieved");
    const bool pointing = offers_pointing(c_);
    for (std::size_t i = 0; i < c_.images.size(); ++i) {
      const Image& image = c_.images[i];
      known_.push_back(look(image));
      const Known& known = *known_.back();
      plan_.all += known.before;
      open_.push_back(!pointing && is_open(image) && known.file && known.may_be_stored);
      if (open_.back()) make_smaller(i, known);
    }
    leave_repeats();
    return std::move(plan_);
  }

 private:
  ImagePlan warned(std::string warning) {
    plan_.warnings.push_back(std::move(warning));
    return std::move(plan_);
  }

  bool is_open(const Image& image) const {
    if (image.call >= 0 && is_pointing(c_.calls[static_cast<std::size_t>(image.call)].name)) return false;
    return p_.options.optimize && !closed_place(c_, image.message, image.call, p_.options);
  }

  std::shared_ptr<const Known> look(const Image& image) const {
    std::string seed = "image ";
    seed.append(billing_->glob).append(image.low_detail ? " low " : " - ").append(p_.services.key->handle_key);
    seed.append(" ").append(std::to_string(static_cast<int>(p_.options.secrets)));
    seed += p_.services.store_leaves_process ? 'o' : 'i';
    const Hash128 data = hash128(messages::raw_data(c_, image));
    seed.append(reinterpret_cast<const char*>(&data), sizeof data);
    const Hash128 key = hash128(seed);
    if (p_.services.cache) {
      if (auto found = p_.services.cache->find<Known>(key)) return found;
    }
    auto made = std::make_shared<Known>(Known{*facts_of(p_, image), {}, {}, {}, {}});
    if (made->file) look_closer(image, *made);
    if (p_.services.cache) p_.services.cache->put<Known>(key, made, sizeof *made + made->data.size());
    return made;
  }

  void look_closer(const Image& image, Known& out) const {
    out.before = out.after = images::tokens_of(*billing_, out.file->size, image.low_detail);
    const auto bytes = out.may_be_stored ? messages::bytes_of(c_, image) : std::nullopt;
    const auto smaller = bytes ? images::smaller(*bytes, *billing_, image.low_detail) : std::nullopt;
    if (!smaller) return;
    out.data = base64(smaller->bytes);
    out.to = smaller->to;
    out.after = smaller->after;
  }

  Tokens cost(std::string_view statement) const { return p_.counters->ruler().count(statement); }

  static std::string with_handle(std::string statement, const Known& known) {
    return "[" + std::move(statement) + ". Retrieve with hash=" + known.handle + "]";
  }

  void make_smaller(std::size_t i, const Known& known) {
    if (known.data.empty()) return;
    std::string statement = with_handle("image " + sides(known.file->size) + " shown at " + sides(known.to), known);
    const Tokens after = known.after + cost(statement);
    if (after < known.before)
      plan_.changes.push_back({i, std::move(statement), known.data, known.handle, known.bytes, known.before, after});
  }

  // ---- repeats ------------------------------------------------------------------------------------------------------

  // At each epoch in turn: of images that show the same, before it, the last one stays.
  void leave_repeats() {
    std::vector<bool> gone(c_.images.size());
    for (const history::Position& epoch : course_.epochs) {
      std::size_t end = 0;
      while (end < c_.images.size() && c_.images[end].message <= epoch.message) ++end;
      for (std::size_t i = 0; i < end; ++i) {
        if (gone[i] || !open_[i] || c_.images[i].marked || c_.images[i].message < epoch.cut) continue;
        if (has_repeat(i, end)) gone[i] = true;
      }
    }
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (gone[i]) leave(i);
    }
  }

  void leave(std::size_t i) {
    const Known& known = *known_[i];
    std::string statement = with_handle("image " + sides(known.file->size) + ", shown again later", known);
    const Tokens after = cost(statement);
    const auto at = std::ranges::lower_bound(plan_.changes, i, {}, &ImageChange::image);
    const bool there = at != plan_.changes.end() && at->image == i;
    if (after >= (there ? at->after : known.before)) return;
    ImageChange change{i, std::move(statement), "", known.handle, known.bytes, known.before, after};
    if (there) {
      *at = std::move(change);
    } else {
      plan_.changes.insert(at, std::move(change));
    }
  }

  // One of the images between `i` and `end` shows the same.
  bool has_repeat(std::size_t i, std::size_t end) {
    std::size_t tried = 0;
    for (std::size_t j = i + 1; j < end; ++j) {
      if (!known_[j]->file || known_[j]->file->size != known_[i]->file->size) continue;
      if (known_[j]->handle == known_[i]->handle) return true;
      if (i + compared < end || tried == candidates) continue;
      if (std::popcount(likeness(i) ^ likeness(j)) > hash_bits) continue;
      ++tried;
      const auto a = luma(i), b = luma(j);
      if (a && b && images::are_alike(*a, *b)) return true;
    }
    return false;
  }

  std::optional<images::Pixels> luma(std::size_t i) const {
    const auto bytes = messages::bytes_of(c_, c_.images[i]);
    const auto pixels = bytes ? images::decode(*bytes, *known_[i]->file) : std::nullopt;
    return pixels ? std::optional(images::luma_of(*pixels)) : std::nullopt;
  }

  std::uint64_t likeness(std::size_t i) {
    if (const auto found = likeness_.find(i); found != likeness_.end()) return found->second;
    const Hash128 key = hash128("likeness " + known_[i]->handle + p_.services.key->handle_key);
    std::shared_ptr<const std::uint64_t> kept =
        p_.services.cache ? p_.services.cache->find<std::uint64_t>(key) : nullptr;
    if (!kept) {
      const auto pixels = luma(i);
      // Broken data: a hash of its own, which is near to none.
      kept = std::make_shared<const std::uint64_t>(pixels ? images::likeness_hash(*pixels) : key.low);
      if (p_.services.cache) p_.services.cache->put(key, kept, sizeof *kept);
    }
    return likeness_.emplace(i, *kept).first->second;
  }

  const Placing& p_;
  const Conversation& c_;
  const Course& course_;
  const images::Billing* const billing_;
  std::vector<std::shared_ptr<const Known>> known_;
  std::vector<bool> open_;
  std::map<std::size_t, std::uint64_t> likeness_;
  ImagePlan plan_;
};

}  // namespace

ImagePlan plan_images(const Placing& placing, const Course& course) {
  return placing.options.images ? Planner(placing, course).plan() : ImagePlan();
}

}  // namespace headroom::pipeline
