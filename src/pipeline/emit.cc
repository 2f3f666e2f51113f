#include "pipeline/emit.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <unordered_map>

#include "base/lines.h"
#include "history/units.h"
#include "json/strings.h"
#include "messages/check.h"
#include "messages/edit.h"
#include "messages/image.h"
#include "messages/rewrite.h"
#include "pipeline/image_facts.h"
#include "pipeline/images.h"
#include "pipeline/left_runs.h"
#include "pipeline/put_later.h"
#include "pipeline/secret_gate.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;
using messages::Leaf;

constexpr Tokens group_size{1'000'000};    // of originals that are put at once: some 4 MB
constexpr std::size_t source_bytes = 200;  // of a call's arguments, kept beside an original

class Emitter {
 public:
  Emitter(std::string_view body, const Placing& placing, const Course& course, Additions added, Redeem redeem)
      : body_(body),
        p_(placing),
        c_(placing.conversation),
        s_(course.standing),
        course_(course),
        added_(std::move(added)),
        redeem_(redeem) {}

  Outcome outcome() {
    collect();
    redeem();
    write_edits();
    report();
    for (const history::Position& at : course_.epochs) out_.epochs.push_back(history::to_string(at));
    out_.epoch_reports = course_.reports;
    return check();
  }

 private:
  // What a text becomes in this very answer.
  struct Going {
    std::shared_ptr<const Placed> placed;
    std::optional<Reason> skipped;
    bool gone = false;
  };

  void collect() {
    going_.reserve(s_.leaves.size());
    for (const LeafState& l : s_.leaves) going_.push_back({l.placed, l.skipped, l.gone});
    runs_ = left_runs(s_);
    images_ = plan_images(p_, course_);
    std::erase_if(images_.changes, [&](const ImageChange& x) { return has_left(c_.images[x.image].message); });
  }

  bool has_left(int message) const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [message](const LeftRun& r) { return r.first <= message && message < r.end; });
  }

  // ---- originals ----------------------------------------------------------------------------------------------------

  store::Source source_of(const Leaf& leaf) const {
    if (leaf.call < 0) return {};
    const messages::Call& call = c_.calls[static_cast<std::size_t>(leaf.call)];
    if (!may_be_stored(call.arguments, p_.options.secrets, p_.services.store_leaves_process)) return {call.name, ""};
    return {call.name, call.arguments.substr(0, source_bytes)};
  }

  // A handle that must resolve, and who needs it.
  struct Need {
    std::string_view handle;
    std::ptrdiff_t leaf = -1;  // -1: of what left, or of an image
    const Left* left = nullptr;
    ImageChange* image = nullptr;
    const messages::Image* picture = nullptr;  // of a unit that left
  };

  void redeem() {
    std::vector<Need> needs;
    for (std::size_t i = 0; i < going_.size(); ++i) {
      const Placed* placed = going_[i].placed.get();
      if (placed && !placed->handle.empty()) needs.push_back({placed->handle, static_cast<std::ptrdiff_t>(i), nullptr});
    }
    for (const Left& l : s_.left) needs.push_back({l.handle, -1, &l});
    for (ImageChange& x : images_.changes) needs.push_back({x.handle, -1, nullptr, &x});
    std::deque<std::string> handles;
    for (const Left& l : s_.left) need_pictures(l, handles, needs);
    const auto of_text = [](const Need& need) { return need.leaf >= 0; };
    if (put_later({needs.begin(), std::ranges::find_if_not(needs, of_text)})) std::erase_if(needs, of_text);
    if (needs.empty()) return;
    const auto store = p_.services.store();
    if (!store) {
      for (const Need& need : needs) refused(need, store.error());
    } else {
      put(**store, renew(**store, std::move(needs)));
    }
    told_ = out_.skipped.size();
  }

  void need_pictures(const Left& left, std::deque<std::string>& handles, std::vector<Need>& needs) const {
    if (left.content) return;
    const auto [image, end] = history::within(c_.images, left.unit.first, left.unit.end);
    for (std::size_t i = image; i < end; ++i) {
      const auto facts = facts_of(p_, c_.images[i]);
      if (facts->bytes > 0) needs.push_back({handles.emplace_back(facts->handle), -1, &left, nullptr, &c_.images[i]});
    }
  }

  // Two texts of this request have one handle: the store must say which one keeps it, and the other stays raw.
  bool name_two_texts(const std::vector<Need>& needs) const {
    std::unordered_map<std::string_view, std::ptrdiff_t> named;
    for (const Need& need : needs) {
      const auto [first, fresh] = named.try_emplace(need.handle, need.leaf);
      if (fresh) continue;
      const auto a = static_cast<std::size_t>(first->second), b = static_cast<std::size_t>(need.leaf);
      if (c_.doc.raw(c_.leaves[a].node) != c_.doc.raw(c_.leaves[b].node) && p_.texts[a] != p_.texts[b]) return true;
    }
    return false;
  }

  // Texts of a request that is its own first store: who asks for one has the request, and in it the text. The store
  // serves those who ask from elsewhere, so the answer does not wait for it. False: nothing was done.
  bool put_later(const std::vector<Need>& needs) {
    Services& s = p_.services;
    if (needs.empty() || redeem_ != Redeem::in_hand || !s.later) return false;
    auto known = known_stored();
    if (!known || name_two_texts(needs)) return false;
    auto work = std::make_unique<PutLater>(PutLater{s.store, std::move(*known), s.put_failed});
    std::vector<Need> fresh;
    for (const Need& need : needs) {
      const store::Handle handle = *store::parse_handle(need.handle);
      if (work->known.has(handle)) {
        work->renewed.push_back(handle);
      } else {
        fresh.push_back(need);
      }
    }
    std::deque<std::string> rendered;
    std::size_t bytes = 256;
    for (const store::Original& o : originals_of(fresh, rendered)) {
      bytes += o.content.size();
      work->fresh.push_back({o, std::string(o.content)});
    }
    std::move_only_function<void()> job = [work = std::move(work)] { work->run(); };
    if (!s.later(bytes, job)) return false;
    if (s.put_failed && s.put_failed->exchange(false)) out_.skipped.push_back({"", -1, Reason::store_failed});
    return true;
  }

  // Of no use where each call may have another store, or where an original of a batch must live longer.
  std::optional<KnownStored> known_stored() const {
    const Services& s = p_.services;
    if (!s.same_store || !s.cache || p_.options.in_batch) return std::nullopt;
    return KnownStored(*s.cache, s.key->handle_key);
  }

  // What this process put before and the store still has is renewed; what is left over must be put.
  std::vector<Need> renew(store::Store& store, std::vector<Need> needs) const {
    const auto known = known_stored();
    if (!known) return needs;
    std::vector<store::Handle> handles;
    handles.reserve(needs.size());
    for (const Need& need : needs) handles.push_back(*store::parse_handle(need.handle));
    const std::vector<bool> there = known->renew(store, handles);
    std::vector<Need> missing;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      if (!there[i]) missing.push_back(needs[i]);
    }
    return missing;
  }

  // The originals of what is needed. `rendered` holds those that are no text of the body: views into it stay.
  std::vector<store::Original> originals_of(std::span<const Need> needs, std::deque<std::string>& rendered) {
    std::optional<history::Past> past;
    std::vector<store::Original> originals;
    for (const Need& need : needs) {
      store::Original o;
      if (need.leaf >= 0) {
        const auto i = static_cast<std::size_t>(need.leaf);
        o.content = p_.texts[i];
        o.kind = "slot";
        o.source = source_of(c_.leaves[i]);
        o.tokens = static_cast<std::uint64_t>(s_.leaves[i].before.value);
      } else if (need.image || need.picture) {
        const messages::Image& image = need.picture ? *need.picture : c_.images[need.image->image];
        o.content = rendered.emplace_back(messages::bytes_of(c_, image).value_or(""));
        o.kind = "image";
        if (image.call >= 0) o.source = {c_.calls[static_cast<std::size_t>(image.call)].name, ""};
        o.tokens = static_cast<std::uint64_t>((need.picture ? tokens_of_image(p_, image) : need.image->before).value);
      } else {
        if (!need.left->content && !past) {
          past = past_without_texts(c_, {}, errors_of(s_), {});
          past->pictures = pictures_of(p_);
        }
        o.content = need.left->content ? std::string_view(*need.left->content)
                                       : rendered.emplace_back(render_unit(*past, need.left->unit, p_.texts));
        o.kind = need.left->content ? "index" : "unit";
        o.source = pipeline::source_of(*need.left);
        o.tokens = static_cast<std::uint64_t>(need.left->tokens.value);
      }
      o.lines = count_lines(o.content);
      if (p_.options.in_batch) o.ttl = p_.services.ttl_batch;
      originals.push_back(std::move(o));
    }
    return originals;
  }

  // A transaction for all; of huge bodies in groups, so that rendered and sealed contents never stand in memory at
  // once.
  void put(store::Store& store, std::span<const Need> needs) {
    while (!needs.empty()) {
      Tokens size = size_of(needs[0]);
      std::size_t n = 1;
      while (n < needs.size() && (size += size_of(needs[n])) <= group_size) ++n;
      put_group(store, needs.first(n));
      needs = needs.subspan(n);
    }
  }
  // About.
  Tokens size_of(const Need& need) const {
    if (need.leaf >= 0) return s_.leaves[static_cast<std::size_t>(need.leaf)].before;
    const messages::Image* const image = need.image ? &c_.images[need.image->image] : need.picture;
    return image ? Tokens(static_cast<std::int64_t>(c_.doc[image->data].size() / 4)) : need.left->tokens;
  }

  void put_group(store::Store& store, std::span<const Need> needs) {
    std::deque<std::string> rendered;
    const std::vector<store::Original> originals = originals_of(needs, rendered);
    const auto answers = store.put(originals);
    const auto known = known_stored();
    for (std::size_t k = 0; k < answers.size(); ++k) {
      if (!answers[k] || store::to_string(*answers[k]) != needs[k].handle) {
        refused(needs[k], answers[k] ? Error{ErrorKind::internal, "the store has another key"} : answers[k].error());
      } else if (known) {
        known->add(*answers[k]);
      }
    }
  }

  void refused(const Need& need, const Error& error) {
    if (need.image) return refused(*need.image, error);
    const std::ptrdiff_t owner = need.leaf;
    const Reason reason = error.kind == ErrorKind::collision ? Reason::collision : Reason::store_failed;
    const bool in_hand = redeem_ == Redeem::in_hand && error.kind != ErrorKind::collision;
    if (owner >= 0 && in_hand) {
      const Leaf& leaf = c_.leaves[static_cast<std::size_t>(owner)];
      out_.skipped.push_back({leaf.pointer, leaf.message, reason});
      return;
    }
    if (!out_.error) out_.error = error;
    if (owner < 0) {
      runs_.clear();
      for (Going& g : going_) g.gone = false;
      const bool told = std::any_of(out_.skipped.begin(), out_.skipped.end(),
                                    [&](const Skipped& x) { return x.pointer.empty() && x.reason == reason; });
      if (!told) out_.skipped.push_back({"", -1, reason});
      return;
    }
    const auto i = static_cast<std::size_t>(owner);
    going_[i].placed = lossless_view(p_, i, s_.leaves[i]);
    going_[i].skipped = going_[i].placed ? std::nullopt : std::optional(reason);
    out_.skipped.push_back({c_.leaves[i].pointer, c_.leaves[i].message, reason});
  }

  // The image stays as it came: no text in hand could give it back.
  void refused(ImageChange& change, const Error& error) {
    const messages::Image& image = c_.images[change.image];
    if (!out_.error) out_.error = error;
    out_.skipped.push_back(
        {image.pointer, image.message, error.kind == ErrorKind::collision ? Reason::collision : Reason::store_failed});
    change.handle.clear();
  }

  // ---- edits --------------------------------------------------------------------------------------------------------

  void write_edits() {
    plan_ = std::move(added_.plan);
    out_.edits = std::move(added_.edits);
    out_.changes = std::move(added_.changes);
    out_.edits.reserve(out_.edits.size() + going_.size());
    out_.changes.reserve(out_.changes.size() + going_.size());
    for (std::size_t i = 0; i < going_.size(); ++i) {
      if (!going_[i].placed || going_[i].gone) continue;
      const Leaf& leaf = c_.leaves[i];
      // The views of a long conversation come again with every turn: they are shared, not copied.
      const std::shared_ptr<const Placed>& placed = going_[i].placed;
      const SharedText text(std::shared_ptr<const std::string>(placed, &placed->text));
      messages::Replacement now = replacement_of(i, text);
      std::ranges::move(now.edits, std::back_inserter(out_.edits));
      out_.changes.push_back({std::move(now.pointer), leaf.message, text, std::move(now.value)});
      messages::plan_leaf(c_, leaf, plan_);
    }
    for (const ImageChange& x : images_.changes) write_image(x);
    std::vector<messages::Run> runs;
    runs.reserve(runs_.size());
    for (const LeftRun& r : runs_) runs.push_back({r.first, r.end, r.text});
    messages::replace_runs(c_, runs, out_.edits, plan_);
    sort_edits(out_.edits);
    out_.output = splice(body_, out_.edits);
    out_.changed = !out_.edits.empty();
  }

  void write_image(const ImageChange& change) {
    if (change.handle.empty()) return;
    const messages::Image& image = c_.images[change.image];
    if (change.data.empty()) return messages::replace_image(c_, image, change.statement, out_.edits, plan_);
    messages::replace_bytes(c_, image, change.data, change.statement, out_.edits, plan_);
  }

  // A view in the client's spelling: what a string becomes depends on nothing but its raw bytes and the view.
  struct Respelled {
    SharedText value;
    bool writable = true;
  };
  messages::Replacement replacement_of(std::size_t i, std::string_view text) {
    const Leaf& leaf = c_.leaves[i];
    const json::Node& node = c_.doc[leaf.node];
    const bool keeps = p_.services.cache && leaf.part != messages::Part::json_value;
    Hash128 key;
    if (keeps) {
      const bool known = i < course_.spellings.size();
      const Hash128 parts[] = {known ? course_.spellings[i] : hash128(c_.doc.raw(leaf.node)), hash128(text)};
      key = hash128("respelled " + std::string(reinterpret_cast<const char*>(parts), sizeof parts));
      if (const auto found = p_.services.cache->find<Respelled>(key)) {
        writable_ &= found->writable;
        return {{{node.begin(), node.size(), found->value}}, leaf.pointer, {}};
      }
    }
    messages::Replacement now = messages::replace_leaf(c_, leaf, text);
    // Not every text can be written: two halves of a pair that only meet in the view would read as one character.
    bool writable = true;
    if (now.value.empty()) {
      const std::string_view value = now.edits.front().replacement;
      writable = json::unescape(value.substr(1, value.size() - 2)) == text;
    }
    writable_ &= writable;
    if (keeps) {
      const auto made = std::make_shared<const Respelled>(Respelled{now.edits.front().replacement, writable});
      p_.services.cache->put(key, made, sizeof *made + made->value.size());
    }
    return now;
  }

  // The body as it came, if the result does not read as it should.
  Outcome check() {
    if (!out_.changed || (writable_ && !messages::violation(c_, out_.output, std::move(plan_)))) return std::move(out_);
    Outcome raw;
    raw.output = body_;
    raw.before = raw.after = out_.before;
    raw.skipped.push_back({"", -1, Reason::check_failed});
    raw.error = Error{ErrorKind::internal, "the result does not read as the request did; the original is kept"};
    return raw;
  }

  // ---- report -------------------------------------------------------------------------------------------------------

  void report() {
    out_.redeem = redeem_;
    out_.tool_added = added_.tool;
    if (added_.tool) out_.transforms.emplace_back("retrieve_tool");
    if (added_.moved) out_.transforms.emplace_back("relocate");
    out_.warnings = std::move(added_.warnings);
    for (const Tokens t : s_.calls) out_.before += t;
    out_.after = out_.before;
    out_.rows.reserve(going_.size() + runs_.size() + images_.changes.size());
    for (std::size_t i = 0; i < going_.size(); ++i) {
      const Tokens before = s_.leaves[i].before;
      out_.before += before;
      if (going_[i].gone) continue;
      out_.after += going_[i].placed ? going_[i].placed->tokens : before;
      report_leaf(i, before);
    }
    report_runs();
    report_images();
    out_.after += added_.tokens;
    if (!std::ranges::is_sorted(out_.rows, {}, &Row::order)) std::ranges::sort(out_.rows, {}, &Row::order);
  }

  void report_leaf(std::size_t i, Tokens before) {
    const Leaf& leaf = c_.leaves[i];
    Row row;
    row.order = i;
    row.message = leaf.message;
    row.role = messages::to_string(leaf.role);
    if (leaf.call >= 0) row.tool = c_.calls[static_cast<std::size_t>(leaf.call)].name;
    row.before = row.after = before;
    if (const Placed* placed = going_[i].placed.get()) {
      row.kind = placed->kind;
      row.method = placed->method;
      row.after = placed->tokens;
      row.note = placed->statement.empty() ? "lossless: every value still there" : placed->statement;
      out_.lossless = out_.lossless && placed->lossless;
      note_transform(placed->method);
      if (!placed->handle.empty()) {
        out_.markers.push_back({placed->handle, leaf.pointer, leaf.message, std::string(placed->kind), placed->shown,
                                placed->total, std::string(placed->unit), before, placed->original_bytes});
      }
      if (s_.leaves[i].secret) out_.skipped.push_back({leaf.pointer, leaf.message, Reason::secret});
    } else if (going_[i].skipped) {
      row.note = to_string(*going_[i].skipped);
      // Told before only by a store that refused.
      const auto end = out_.skipped.begin() + static_cast<std::ptrdiff_t>(told_);
      const bool told = std::any_of(out_.skipped.begin(), end, [&](const Skipped& s) {
        return s.pointer == leaf.pointer && s.reason == *going_[i].skipped;
      });
      if (!told) out_.skipped.push_back({leaf.pointer, leaf.message, *going_[i].skipped});
    }
    out_.rows.push_back(std::move(row));
  }

  // What left, a row for each run; a marker for each handle.
  void report_runs() {
    if (runs_.empty()) return;
    note_transform("units");
    out_.lossless = false;
    for (std::size_t k = 0; k < c_.calls.size(); ++k) {
      const int m = c_.calls[k].message;
      const bool left =
          std::any_of(runs_.begin(), runs_.end(), [m](const LeftRun& r) { return r.first <= m && m < r.end; });
      if (left) out_.after -= s_.calls[k];
    }
    for (const LeftRun& r : runs_) {
      Row row;
      row.message = r.first;
      row.role = "user";
      row.kind = row.method = "units";
      row.after = p_.counters->ruler().count(r.text);
      out_.after += row.after;
      for (std::size_t i = 0; i < going_.size(); ++i) {
        const int m = c_.leaves[i].message;
        if (m < r.first) row.order = i + 1;
        if (m >= r.first && m < r.end) row.before += s_.leaves[i].before;
      }
      row.note = std::to_string(r.end - r.first) + " messages left; an index stands for them";
      out_.rows.push_back(std::move(row));
    }
    const std::string base = c_.root == c_.messages ? "/" : "/messages/";
    for (const Left& l : s_.left) {
      out_.markers.push_back({l.handle, l.content ? "" : base + std::to_string(l.unit.first),
                              l.content ? -1 : l.unit.first, l.content ? "index" : "unit", 0,
                              l.content ? 1 : l.unit.end - l.unit.first, l.content ? "texts" : "messages", l.tokens,
                              l.content ? l.content->size() : 0});
    }
  }

  void report_images() {
    std::ranges::move(images_.warnings, std::back_inserter(out_.warnings));
    out_.images_before = out_.images_after = images_.all;
    for (const ImageChange& x : images_.changes) {
      if (x.handle.empty()) continue;
      const messages::Image& image = c_.images[x.image];
      out_.images_after += x.after - x.before;
      out_.lossless = false;
      note_transform("image");
      out_.markers.push_back({x.handle, image.pointer, image.message, "image", 0, 1, "images", x.before, x.bytes});
      Row row;
      row.message = image.message;
      row.role = image.in_result ? "tool" : "user";
      if (image.call >= 0) row.tool = c_.calls[static_cast<std::size_t>(image.call)].name;
      row.kind = row.method = "image";
      row.before = x.before, row.after = x.after;
      row.note = x.statement.substr(1, x.statement.find(". Retrieve") - 1);
      for (std::size_t i = 0; i < c_.leaves.size() && c_.leaves[i].message <= image.message; ++i) row.order = i + 1;
      out_.rows.push_back(std::move(row));
    }
    out_.before += out_.images_before;
    out_.after += out_.images_after;
  }

  void note_transform(std::string_view method) {
    if (std::find(out_.transforms.begin(), out_.transforms.end(), method) == out_.transforms.end())
      out_.transforms.emplace_back(method);
  }

  const std::string_view body_;
  const Placing& p_;
  const Conversation& c_;
  const Standing& s_;
  const Course& course_;
  Additions added_;
  const Redeem redeem_;
  Outcome out_;
  std::vector<Going> going_;
  std::vector<LeftRun> runs_;
  ImagePlan images_;
  messages::Plan plan_;
  bool writable_ = true;
  std::size_t told_ = 0;  // entries of out_.skipped that redeem() made
};

}  // namespace

Outcome emit(std::string_view body, const Placing& placing, const Course& course, Additions added, Redeem redeem) {
  return Emitter(body, placing, course, std::move(added), redeem).outcome();
}

}  // namespace headroom::pipeline
