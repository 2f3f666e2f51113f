#include "history/fold.h"

#include <algorithm>
#include <charconv>

namespace headroom::history {
namespace {

// Wider than any product of prices, tokens and boundaries of a 64 MiB body.
__extension__ using Wide = __int128;

constexpr int least_boundaries = 6;         // between epochs
constexpr Tokens least_saving{2000};        // of a paying epoch
constexpr std::int64_t least_share = 5;     // per cent of the forwarded size
constexpr std::int64_t requests_ahead = 4;  // one more for each so many so far
constexpr std::int64_t limit_growth = 10;   // per cent of the usable limit, between limit epochs

std::optional<int> parse_index(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

Tokens threshold(Tokens forwarded) {
  return std::max(least_saving, Tokens(forwarded.value * least_share / 100));
}

}  // namespace

std::string_view to_string(Trigger trigger) {
  constexpr std::string_view names[] = {"paying", "limit", "asked"};
  return names[static_cast<std::size_t>(trigger)];
}

std::string to_string(Position position) {
  std::string text = std::to_string(position.message);
  if (position.cut > 0) text += "@" + std::to_string(position.cut);
  return text;
}

std::optional<Position> parse_position(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto message = parse_index(text.substr(0, at));
  const auto cut = at == text.npos ? std::optional(0) : parse_index(text.substr(at + 1));
  if (!message || !cut || *cut > *message) return std::nullopt;
  return Position{*message, *cut};
}

Fold::Fold(const Terms& terms, EpochMode mode, std::vector<Position> positions)
    : terms_(terms), mode_(mode), positions_(std::move(positions)) {
  std::sort(positions_.begin(), positions_.end());
}

bool Fold::over_limit(Tokens forwarded_high) const {
  if (terms_.usable.value <= 0 || forwarded_high <= terms_.high_mark()) return false;
  if (!after_limit_) return true;
  const std::int64_t grows_from = std::max(terms_.usable, *after_limit_).value;
  return (forwarded_high - *after_limit_).value * 100 >= grows_from * limit_growth;
}

bool Fold::may_pay(int ordinal, Tokens saving, Tokens forwarded) const {
  return mode_ == EpochMode::automatic && terms_.priced() && ordinal - std::max(rested_, 0) >= least_boundaries &&
         saving >= threshold(forwarded);
}

std::optional<Epoch> Fold::paying(const Boundary& b) const {
  const auto candidates = b.candidates.size() > most_candidates
                              ? b.candidates.subspan(b.candidates.size() - most_candidates)
                              : b.candidates;
  Tokens saving;
  for (const Candidate& c : candidates) saving += c.saving;
  if (!may_pay(b.ordinal, saving, b.forwarded)) return std::nullopt;
  const Tokens least = threshold(b.forwarded);
  const std::int64_t end = b.before[static_cast<std::size_t>(b.message) + 1];
  // From the last candidate to the first: what a cut there would save and cost.
  std::optional<Epoch> best;
  Wide best_gain = 0, asked = 0;  // `asked`: times asked_one_in
  saving = Tokens();
  for (std::size_t i = candidates.size(); i-- > 0;) {
    const Candidate& c = candidates[i];
    saving += c.saving;
    if (c.answer.value > 0) {
      asked += static_cast<Wide>(terms_.read) * b.forwarded.value + static_cast<Wide>(terms_.write) * c.answer.value;
    }
    if (i > 0 && candidates[i - 1].message == c.message) continue;  // a cut takes a message whole
    if (saving < least) continue;
    const std::int64_t kept = end - b.before[static_cast<std::size_t>(c.message)] - saving.value;
    const Wide cost = static_cast<Wide>(terms_.write - terms_.read) * kept + asked / asked_one_in;
    const Wide ahead = static_cast<Wide>(terms_.read) * (b.ordinal + 1) * saving.value;
    const Wide gain = ahead / requests_ahead - cost;
    if (gain < 0 || (best && gain <= best_gain)) continue;
    best_gain = gain;
    best = Epoch{Trigger::paying, {b.message, c.message}, b.ordinal,
                 saving,          Tokens(kept),           static_cast<std::int64_t>((ahead - cost) / 1000)};
  }
  return best;
}

std::optional<Epoch> Fold::at(const Boundary& b, bool asked) const {
  const auto forced = std::lower_bound(positions_.begin(), positions_.end(), Position{b.message, 0});
  const bool listed = mode_ == EpochMode::positions && forced != positions_.end() && forced->message == b.message;
  const bool may_limit = mode_ == EpochMode::automatic || mode_ == EpochMode::limit || asked || listed;
  Epoch epoch{Trigger::asked, {b.message, listed ? forced->cut : 0}, b.ordinal, {}, {}, 0};
  if (may_limit && epoch.position.cut == 0 && over_limit(b.forwarded_high)) {
    epoch.trigger = Trigger::limit;
    return epoch;
  }
  if (asked || listed) return epoch;
  return paying(b);
}

void Fold::done(const Epoch& epoch, Tokens forwarded_high) {
  epochs_.push_back(epoch.position);
  last_ = rested_ = epoch.ordinal;
  if (epoch.trigger == Trigger::limit) after_limit_ = forwarded_high;
}

}  // namespace headroom::history
