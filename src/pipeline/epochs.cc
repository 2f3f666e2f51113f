#include "pipeline/epochs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <tuple>

#include "history/reads.h"
#include "history/units.h"
#include "messages/image.h"
#include "messages/rewrite.h"
#include "messages/unread.h"
#include "pipeline/births.h"
#include "pipeline/image_facts.h"
#include "pipeline/intent.h"
#include "pipeline/prospects.h"
#include "pipeline/secret_gate.h"
#include "pipeline/sizes.h"

namespace headroom::pipeline {
namespace {

using history::Boundary;
using history::Candidate;
using history::Epoch;
using history::StaleRead;
using history::Trigger;
using tokens::ContentClass;

constexpr std::string_view no_handle = "000000000000";

class Walk {
 public:
  Walk(const Placing& placing, const Money& money)
      : p_(placing), c_(placing.conversation), money_(money), births_(placing), sizes_(c_, money, ruler()) {
    boundary_ends_.reserve(c_.boundaries.size());
    Ends end{0, 0, 0};
    for (const int b : c_.boundaries) {
      while (end.leaf < c_.leaves.size() && c_.leaves[end.leaf].message <= b) ++end.leaf;
      while (end.call < c_.calls.size() && c_.calls[end.call].message <= b) ++end.call;
      while (end.image < c_.images.size() && c_.images[end.image].message <= b) ++end.image;
      boundary_ends_.push_back(end);
    }
  }

  Course run() {
    Standing s = resume();
    const int last = static_cast<int>(c_.boundaries.size()) - 1;
    for (int b = s.ordinal + 1; b <= last; ++b) {
      advance(s, b);
      if (const auto epoch = decide(s, b, false)) act(s, *epoch, b);
      if (b == last - 1) keep(s, b);  // for other ends of the same conversation: a turn tried again, a branch
    }
    if (last >= 0) keep(s, last);
    // Asked for by this request alone: not part of what is kept.
    if (last >= 0 && asked() && (!ends_in_epoch(s) || s.last_epoch.position.cut > 0)) {
      if (const auto epoch = decide(s, last, true)) act(s, *epoch, last);
    }
    int settled = last > 0 ? message_of(last - 1) + 1 : 0;
    if (ends_in_epoch(s)) settled = std::min(settled, s.last_epoch.position.cut);
    take_in(s, {c_.leaves.size(), c_.calls.size(), c_.images.size()}, c_.message_count);
    std::vector<history::Position> epochs = s.fold.epochs();
    std::vector<EpochReport> reports = s.reports;
    return {std::move(s), money_, std::move(epochs), std::move(reports), settled, std::move(spellings_)};
  }

 private:
  struct Ends {
    std::size_t leaf, call, image;
  };

  bool ends_in_epoch(const Standing& s) const { return !s.fold.epochs().empty() && s.last_epoch.ordinal == s.ordinal; }
  bool asked() const { return p_.options.compact || p_.options.token_budget; }
  int message_of(int ordinal) const { return c_.boundaries[static_cast<std::size_t>(ordinal)]; }

  // Where a prefix of this conversation already stands.
  Standing resume() {
    Standing fresh(history::Fold(money_.terms, p_.options.epoch.mode, p_.options.epoch.positions));
    if (!p_.services.cache || c_.boundaries.empty()) return fresh;
    digests_ = digest_prefixes();
    for (std::size_t b = c_.boundaries.size(); b-- > 0;) {
      const auto found = p_.services.cache->find<Standing>(digests_[b]);
      if (!found) continue;
      resumed_ = b;
      facts_ = found->facts;
      return *found;
    }
    return fresh;
  }

  // For each boundary, of the class and of all that decisions up to it are made from, by the body's own spelling.
  std::vector<Hash128> digest_prefixes() {
    std::vector<Hash128> out;
    spellings_.reserve(c_.leaves.size());
    std::string part;
    Hash128 h = p_.class_digest;
    std::size_t leaf = 0, call = 0, image = 0, message = 0;
    const auto add = [&](std::string_view bytes) {
      const Hash128 d = hash128(bytes);
      part.append(reinterpret_cast<const char*>(&d), sizeof d);
      return d;
    };
    for (std::size_t b = 0; b < c_.boundaries.size(); ++b) {
      part.assign("standing");
      part.append(reinterpret_cast<const char*>(&h), sizeof h);
      for (; message <= static_cast<std::size_t>(c_.boundaries[b]); ++message)
        part += static_cast<char>(c_.message_list[message].role);
      for (; leaf < boundary_ends_[b].leaf; ++leaf) {
        const messages::Leaf& l = c_.leaves[leaf];
        const std::int64_t facts[] = {l.message, l.call, static_cast<int>(l.role), l.error, static_cast<int>(l.part)};
        part.append(reinterpret_cast<const char*>(facts), sizeof facts);
        spellings_.push_back(add(c_.doc.raw(l.node)));
      }
      for (; call < boundary_ends_[b].call; ++call) {
        const messages::Call& k = c_.calls[call];
        const std::int64_t facts[] = {
            k.message, k.result >= 0 && c_.results[static_cast<std::size_t>(k.result)].message <= c_.boundaries[b]};
        part.append(reinterpret_cast<const char*>(facts), sizeof facts);
        add(k.name);
        add(k.arguments);
      }
      for (; image < boundary_ends_[b].image; ++image) {
        const messages::Image& x = c_.images[image];
        const std::int64_t facts[] = {x.message, x.call, x.low_detail};
        part.append(reinterpret_cast<const char*>(facts), sizeof facts);
        add(messages::raw_data(c_, x));
      }
      h = hash128(part);
      out.push_back(h);
    }
    return out;
  }

  void keep(Standing& s, int last) {
    keep_facts(s, last);
    if (!p_.services.cache || resumed_ == static_cast<std::size_t>(last)) return;
    std::size_t bytes = sizeof s + s.leaves.size() * sizeof(LeafState) + s.sizes.size() * sizeof(Size) +
                        s.calls.size() * sizeof(Tokens);
    for (const LeafState& l : s.leaves) {
      if (l.placed) bytes += sizeof(Placed) + l.placed->text.size();
      if (l.lines) bytes += 40 + static_cast<std::size_t>(l.before.value) * 3;  // readings: 20 bytes a line
    }
    for (const history::Entry& e : s.entries) bytes += sizeof e + e.line.size();
    for (const history::Facts& f : s.facts) bytes += sizeof f + (f ? history::bytes_of(*f) : 0);
    // The next turn goes on from here, another end of it from the boundary before: what lies further back is of use to
    // nobody but one that starts anew there.
    if (resumed_ && last >= 2) p_.services.cache->erase(digests_[static_cast<std::size_t>(last) - 2]);
    p_.services.cache->put(digests_[static_cast<std::size_t>(last)], std::make_shared<const Standing>(s), bytes);
  }

  // Of the texts up to the boundary, whose calls lie there too: the digest says all that they depend on.
  void keep_facts(Standing& s, int last) const {
    const Ends end = boundary_ends_[static_cast<std::size_t>(last)];
    s.facts = facts_;
    if (s.facts.size() > end.leaf) s.facts.resize(end.leaf);
    for (std::size_t i = 0; i < s.facts.size(); ++i) {
      if (c_.leaves[i].call >= static_cast<int>(end.call)) s.facts[i] = nullptr;
    }
  }

  // ---- births -------------------------------------------------------------------------------------------------------

  // The boundary's run of messages, with the model's turn before it.
  void advance(Standing& s, int b) {
    const Ends end = boundary_ends_[static_cast<std::size_t>(b)];
    take_in(s, end, message_of(b) + 1);
    s.ordinal = b;
    leave_window(p_, s, message_of(b));
  }

  void take_in(Standing& s, const Ends& end, int messages) {
    s.sizes.resize(static_cast<std::size_t>(messages));
    for (; s.images.size() < end.image;) {
      s.images.push_back(tokens_of_image(p_, c_.images[s.images.size()]));
      sizes_.add_image(s, s.images.size() - 1);
    }
    while (s.calls.size() < end.call) {
      const messages::Call& call = c_.calls[s.calls.size()];
      s.calls.push_back(ruler().count(call.name) + ruler().count(call.arguments));
      sizes_.add_call(s, s.calls.size() - 1);
    }
    while (s.leaves.size() < end.leaf) {
      const std::size_t i = s.leaves.size();
      s.leaves.push_back(births_.take(i));
      place(s, i, Moment::birth, nullptr, s.leaves[i].budget);
      const messages::Leaf& leaf = c_.leaves[i];
      if (leaf.role == messages::Role::user && is_typed(p_.texts[i])) s.asks = asks(i);
      sizes_.add_leaf(s, i);
    }
  }

  bool asks(std::size_t leaf) const {
    return p_.options.protect_analysis_context && asks_about_code(p_.texts[leaf], p_.options.intent_words);
  }

  // What stands for a text from now on. `stale`: why it may be replaced whole.
  void place(Standing& s, std::size_t i, Moment moment, const StaleRead* stale, std::optional<Tokens> budget) {
    LeafState& l = s.leaves[i];
    l.placed = nullptr;
    if (!l.skipped || !is_final(*l.skipped)) {
      l.skipped.reset();
      const bool late = moment == Moment::epoch && l.waits && may_change_code(s, i);
      choose(i, l, late ? Moment::epoch : Moment::birth, budget);
      l.placed = l.chosen.placed;
      if (!l.placed) l.skipped = l.chosen.reason;
      const bool code_stays = l.code && !late && p_.options.keep_code > 0;
      if (code_stays) {
        l.skipped = s.asks ? Reason::code_asked_about : Reason::code_recent;
      } else if (may_repeat(p_, i, s)) {
        if (const auto pointer = choose_pointer(p_, i, l, s.index, earlier(s), l.now())) l.placed = pointer;
      }
      if (const auto same = choose_same(p_, i, s)) l.placed = same;
      if (stale) {
        if (const auto line = place_stale(p_, i, l, stale->statement, l.now())) l.placed = line;
      }
      if (l.placed) l.skipped.reset();
    }
    enter(p_, i, s);
  }

  // The text's own view, unless it is the one that was chosen last.
  void choose(std::size_t i, LeafState& l, Moment moment, std::optional<Tokens> budget) const {
    if (l.chosen_at == moment && l.budget == budget) return;
    l.chosen = choose_view(p_, i, l, moment, budget);
    l.chosen_at = moment, l.budget = budget;
  }

  // The texts in the index, decoded when one is asked for.
  history::TextOf earlier(const Standing& s) const {
    return [this, &s](std::size_t block) { return p_.texts[s.indexed[block]]; };
  }

  // At an epoch: outside the window, and nobody asks about code.
  bool may_change_code(const Standing& s, std::size_t i) const {
    return !(s.asks && s.leaves[i].code) && c_.leaves[i].message <= message_of(s.ordinal) - p_.options.keep_code;
  }

  tokens::Counter& ruler() const { return p_.counters->ruler(); }

  // ---- the fold -----------------------------------------------------------------------------------------------------

  std::optional<Epoch> decide(Standing& s, int b, bool asked) {
    if (!p_.options.optimize) return std::nullopt;
    const Size size = sizes_.whole(s);
    Boundary at{b, message_of(b), Tokens(size.centre), Tokens(size.high), {}, {}};
    if (auto whatever_pays = s.fold.at(at, asked)) return whatever_pays;
    std::vector<Candidate> list;
    std::vector<std::int64_t> before;
    if (!asked && s.fold.may_pay(b, Tokens(size.centre), at.forwarded)) {
      before.push_back(0);
      for (const Size& m : s.sizes) before.push_back(before.back() + m.centre);
      at.before = before;
      const std::vector<StaleRead> reads = p_.lossy ? stale(at.message) : std::vector<StaleRead>{};
      const auto count = [&](Unknown unknown) {
        list = candidates(p_, sizes_, s, at.message, reads, unknown);
        at.candidates = list;
      };
      // Views are made only as long as their bound could pay: most texts wait long for an epoch, if one comes at all.
      Tokens room = room_to_look(s, b);
      do {
        count(Unknown::expected);
      } while ((s.fold.at(at) || list.size() > history::most_candidates) && look_ahead(p_, s, room));
      count(Unknown::whole);
    }
    return s.fold.at(at, asked);
  }

  // A request that brings much waits for its own views: those of older texts are put off, but not for ever.
  Tokens room_to_look(Standing& s, int b) const {
    Tokens born;
    for (std::size_t i = b > 0 ? boundary_ends_[static_cast<std::size_t>(b) - 1].leaf : 0; i < s.leaves.size(); ++i)
      born += s.leaves[i].before;
    const bool puts_off = born > much_born && s.put_off < most_put_off;
    s.put_off = puts_off ? s.put_off + 1 : 0;
    return puts_off ? Tokens() : most_looked_at;
  }

  // ---- what an epoch does -------------------------------------------------------------------------------------------

  void act(Standing& s, const Epoch& epoch, int b) {
    Standing after = s;
    rewrite(after, epoch, b);
    sizes_.measure(after);
    if (epoch.trigger == Trigger::paying && !holds(s, after, epoch)) {
      s.fold.declined(b);
      return;
    }
    if (epoch.trigger == Trigger::limit && p_.lossy && messages::can_leave(c_)) drop_units(after, epoch, b);
    after.last_epoch = epoch;
    const Tokens was(sizes_.whole(s).centre), is(sizes_.whole(after).centre);
    after.reports.push_back({to_string(epoch.position), std::string(to_string(epoch.trigger)), was, is,
                             epoch.trigger == Trigger::paying ? epoch.gain_nano : 0});
    after.fold.done(epoch, Tokens(sizes_.whole(after).high));
    s = std::move(after);
  }

  // The saving was foretold from each text by itself; what pointers and targets make of it shows only now.
  bool holds(const Standing& before, const Standing& after, const Epoch& epoch) const {
    const std::int64_t saved = sizes_.whole(before).centre - sizes_.whole(after).centre;
    return saved > 0 && saved * 10 >= epoch.saving.value * 9;
  }

  void rewrite(Standing& s, const Epoch& epoch, int b) {
    const std::vector<StaleRead> reads = p_.lossy ? stale_at(s, message_of(b)) : std::vector<StaleRead>{};
    std::map<int, const StaleRead*> stale;
    for (const StaleRead& r : reads) stale[r.block] = &r;
    Tokens open;  // of the texts that may change: a conversation's budget is shared among them
    for (const LeafState& l : s.leaves) open += l.skipped && is_final(*l.skipped) ? Tokens() : l.before;
    s.index = history::Index();
    s.indexed.clear();
    s.to_enter.reset();
    for (std::size_t i = 0; i < s.leaves.size(); ++i) {
      LeafState& l = s.leaves[i];
      if (l.gone) continue;
      if (c_.leaves[i].message < epoch.position.cut) {
        enter(p_, i, s);
        continue;
      }
      const auto found = stale.find(static_cast<int>(i));
      place(s, i, Moment::epoch, found == stale.end() ? nullptr : found->second, budget_of(p_.options, l.before, open));
    }
    s.active.clear();
    for (std::size_t i = 0; i < s.window; ++i) {
      const LeafState& l = s.leaves[i];
      if (l.out && !l.placed && !l.gone) s.active.push_back(static_cast<int>(i));
    }
  }

  // The records of what lies at or before a message, with what is known of each text.
  history::Past past(const Standing& s) const {
    std::vector<Tokens> tokens;
    std::vector<bool> errors, slots;
    for (const LeafState& l : s.leaves) {
      tokens.push_back(l.before);
      errors.push_back(l.error);
      slots.push_back(l.slot);
    }
    return past_without_texts(c_, tokens, errors, slots);
  }
  std::vector<StaleRead> stale_at(const Standing& s, int through) {
    const history::Past records = past(s);
    return history::stale_reads(records, facts_through(records, through), through);
  }
  // For the look ahead: slots are not gated yet. Facts of texts are kept; which reads are stale is asked anew at each
  // boundary, since a path that is named later can make an earlier one ambiguous.
  std::vector<StaleRead> stale(int through) {
    if (!bare_past_) {
      std::vector<bool> slots;
      slots.reserve(c_.leaves.size());
      for (const messages::Leaf& leaf : c_.leaves) slots.push_back(leaf.role == messages::Role::tool);
      bare_past_ = past_without_texts(c_, {}, {}, slots);
    }
    return history::stale_reads(*bare_past_, facts_through(*bare_past_, through), through);
  }
  // Of the texts up to a message. Most texts count as failures only where their result says so: those facts are kept.
  std::vector<history::Facts> facts_through(const history::Past& records, int through) {
    facts_.resize(c_.leaves.size());
    std::vector<history::Facts> out;
    std::string buffer;
    for (std::size_t i = 0; i < c_.leaves.size() && c_.leaves[i].message <= through; ++i) {
      const bool usual = records.blocks[i].error == c_.leaves[i].error;
      history::Facts& facts = usual ? facts_[i] : facts_of_failures_[i];
      if (!facts) {
        history::Block block = records.blocks[i];
        block.text = p_.texts.look(i, buffer);
        facts = history::block_facts(records, block);
      }
      out.push_back(facts);
    }
    return out;
  }

  void drop_units(Standing& s, const Epoch& epoch, int b) {
    history::Past records = past(s);
    records.pictures = pictures_of(p_);
    for (std::size_t i = 0; i < s.leaves.size(); ++i) {
      if (!s.leaves[i].gone) records.blocks[i].text = p_.texts[i];
    }
    const std::vector<int> turns = history::turns_of(records);
    auto judged = history::judge(records, message_of(b), p_.options.keep_units, gone_messages(c_, s));
    const std::vector<bool> more = messages::hold_more(c_);
    std::vector<Tokens> sizes, lines;
    for (history::Judged& j : judged) {
      // What a rendering does not tell would be lost with the unit.
      const bool untold = std::any_of(more.begin() + j.unit.first, more.begin() + j.unit.end, std::identity());
      if (j.hold != history::Hold::keeps && (untold || holds_secret(s, records, j.unit))) j.hold = history::Hold::keeps;
      Size n;
      for (int m = j.unit.first; m < j.unit.end; ++m) n += s.sizes[static_cast<std::size_t>(m)];
      sizes.push_back(Tokens(n.high));
      const history::Entry entry = entry_of(records, turns, j.unit, no_handle);
      lines.push_back(Tokens(sizes_.of(entry.cost + history::head_cost, ContentClass::prose).high));
    }
    const Tokens total(sizes_.whole(s).high);
    const auto out = history::leaving(judged, sizes, lines, total, money_.terms.low_mark(), money_.terms.high_mark());
    if (out.empty()) return;
    for (const int u : out) {
      const history::Unit& unit = judged[static_cast<std::size_t>(u)].unit;
      const std::string handle = store::to_string(store::handle_of(*p_.services.key, history::render(records, unit)));
      s.entries.push_back(entry_of(records, turns, unit, handle));
      s.left.push_back({unit, nullptr, handle, unit.tokens});
    }
    std::sort(s.entries.begin(), s.entries.end(),
              [](const history::Entry& x, const history::Entry& y) { return x.first < y.first; });
    fold_index(s);
    const std::vector<bool> gone = gone_messages(c_, s);
    for (std::size_t i = 0; i < s.leaves.size(); ++i) {
      LeafState& l = s.leaves[i];
      if (c_.leaves[i].message < 0 || !gone[static_cast<std::size_t>(c_.leaves[i].message)]) continue;
      l.gone = true;
      l.placed = nullptr;
      l.readable = false;
      l.lines = nullptr;
      p_.texts.drop(i);
    }
    // Pointers at what left must find another target.
    rewrite(s, epoch, b);
    sizes_.measure(s);
  }
  bool holds_secret(Standing& s, const history::Past& records, const history::Unit& unit) {
    const auto [leaf, leaves_end] = history::within(records.blocks, unit.first, unit.end);
    for (std::size_t i = leaf; i < leaves_end; ++i) {
      if (is_secret(p_, i, s.leaves[i])) return true;
    }
    const auto [call, calls_end] = history::within(records.calls, unit.first, unit.end);
    for (std::size_t i = call; i < calls_end; ++i) {
      if (!may_be_stored(records.calls[i].arguments, p_.options.secrets, p_.services.store_leaves_process)) return true;
    }
    const auto [image, images_end] = history::within(c_.images, unit.first, unit.end);
    for (std::size_t i = image; i < images_end; ++i) {
      const auto facts = facts_of(p_, c_.images[i]);
      if (facts->bytes > 0 && !facts->may_be_stored) return true;
    }
    return false;
  }
  history::Entry entry_of(const history::Past& records, const std::vector<int>& turns, const history::Unit& unit,
                          std::string_view handle) {
    return history::unit_entry(records, unit, turns[static_cast<std::size_t>(unit.first)], handle, ruler());
  }

  void fold_index(Standing& s) {
    const std::size_t n = history::to_fold(s.entries);
    if (n == 0) return;
    auto content = std::make_shared<const std::string>(history::folded_content(s.entries, n));
    const std::string handle = store::to_string(store::handle_of(*p_.services.key, *content));
    const Tokens tokens = ruler().count(*content);
    history::fold(s.entries, n, handle, ruler());
    s.left.push_back({{}, std::move(content), handle, tokens});
  }

  const Placing& p_;
  const messages::Conversation& c_;
  const Money& money_;
  std::vector<Ends> boundary_ends_;
  Births births_;
  Sizes sizes_;
  std::vector<Hash128> digests_;
  std::vector<Hash128> spellings_;
  std::optional<std::size_t> resumed_;                       // the boundary whose standing was known
  std::optional<history::Past> bare_past_;                   // of the whole list, without texts
  std::vector<history::Facts> facts_;                        // of the leaves, as far as they were looked at
  std::map<std::size_t, history::Facts> facts_of_failures_;  // of leaves that are failures by their text alone
};

}  // namespace

Course run_course(const Placing& placing, const Money& money) {
  return Walk(placing, money).run();
}

}  // namespace headroom::pipeline
