#include "ledger/money.h"

#include <algorithm>

namespace headroom::ledger {
namespace {

// No sum of what a provider may report overflows with these: 10^10 tokens at 10^8 pico-dollars.
constexpr std::int64_t most_tokens = 10'000'000'000;
std::int64_t sane(std::int64_t tokens) {
  return std::clamp<std::int64_t>(tokens, 0, most_tokens);
}

tokens::ContentClass class_of(const KindName& kind) {
  if (kind.view() == "code" || kind.view() == "diff") return tokens::ContentClass::code;
  if (kind.view() == "text" || kind.view() == "turn") return tokens::ContentClass::prose;
  return tokens::ContentClass::data;
}

// Where in the prompt, in its bytes, each message begins.
class Places {
 public:
  explicit Places(const std::optional<Prompt>& prompt) {
    if (!prompt) return;
    for (const Prompt::Block& block : prompt->blocks) {
      if (block.message >= 0 && static_cast<std::size_t>(block.message) >= begins_.size()) {
        begins_.resize(static_cast<std::size_t>(block.message) + 1, bytes_);
      }
      bytes_ += block.bytes;
    }
  }
  // The share of the prompt before a message, as a fraction; whatever is not known is the beginning.
  double before(int message) const {
    const auto at = static_cast<std::size_t>(message);
    if (message < 0 || at >= begins_.size() || bytes_ == 0) return 0;
    return static_cast<double>(begins_[at]) / static_cast<double>(bytes_);
  }

 private:
  std::vector<std::int64_t> begins_;
  std::int64_t bytes_ = 0;
};

class Classes {
 public:
  Classes(const Exchange& exchange, const Explained& explained, const Usage& first)
      : prompt_(exchange.prompt), places_(exchange.prompt), usage_(first), cause_(explained.miss.cause) {}

  Basis of(int message) const {
    const double before = places_.before(message) * static_cast<double>(usage_.input());
    if (prompt_ && message >= prompt_->fresh_from) {
      const bool written = usage_.written > 0 && before <= static_cast<double>(usage_.read + usage_.written);
      return written ? Basis::written : Basis::uncached;
    }
    // Had we not rewritten what lies before it, it would have been read.
    if (cause_ == MissCause::epoch) return Basis::read;
    if (usage_.read <= 0) return Basis::uncached;
    // Bytes stand in for tokens and may be a quarter off: the doubt goes to the cheaper class.
    const bool reached = cause_ == MissCause::hit || before <= static_cast<double>(usage_.read) * 1.25;
    return reached ? Basis::read : Basis::uncached;
  }

 private:
  const std::optional<Prompt>& prompt_;
  const Places places_;
  const Usage usage_;
  const MissCause cause_;
};

std::int64_t price_of(Basis basis, const Usage& usage, const prices::Row& prices) {
  switch (basis) {
    case Basis::written:
      return usage.written_1h * 2 > usage.written ? prices.write_1h.value : prices.write_5m.value;
    case Basis::read:
      return prices.read.value;
    case Basis::uncached:
      break;
  }
  return prices.in.value;
}

}  // namespace

std::string_view to_string(Basis basis) {
  constexpr std::string_view names[] = {"written", "read", "uncached"};
  return names[static_cast<std::size_t>(basis)];
}
std::string_view to_string(Spending why) {
  constexpr std::string_view names[] = {"rounds", "tool", "epoch"};
  return names[static_cast<std::size_t>(why)];
}

Money Bill::total() const {
  Money out;
  for (const SavedPart& part : saved) out.saved += part.microusd;
  for (const std::int64_t part : spent) out.spent += part;
  out.billed = billed;
  return out;
}

std::int64_t to_micro(std::int64_t pico) {
  return (pico + (pico < 0 ? -500'000 : 500'000)) / 1'000'000;
}

std::int64_t price_of_new(const Usage& usage, const prices::Row& prices) {
  return usage.written > 0 ? price_of(Basis::written, usage, prices) : prices.in.value;
}

std::int64_t cost_of(const Usage& usage, const prices::Row& prices) {
  const std::int64_t hour = std::min(sane(usage.written_1h), sane(usage.written));
  return sane(usage.uncached) * prices.in.value + sane(usage.read) * prices.read.value +
         (sane(usage.written) - hour) * prices.write_5m.value + hour * prices.write_1h.value +
         sane(usage.output) * prices.out.value;
}

Bill bill_of(const Exchange& exchange, const Explained& explained, const prices::Row& prices,
             const tokens::ModelTokens& model) {
  Bill out;
  const Usage all = exchange.row.usage->sane();
  const Usage first = exchange.rounds.empty() ? all : exchange.rounds.front().sane();
  const std::int64_t cost = cost_of(all, prices);
  out.billed = to_micro(cost);

  const Classes classes(exchange, explained, first);
  for (const Removed& removed : exchange.removed) {
    const std::int64_t tokens =
        model.factor(class_of(removed.kind)).estimate(Tokens(sane(removed.before) - sane(removed.after))).value;
    if (tokens <= 0) continue;
    const Basis basis = classes.of(removed.message);
    out.saved.push_back({removed.tool, removed.kind, basis, tokens, to_micro(tokens * price_of(basis, first, prices))});
  }

  // Without us there had been one call: the first one's input, the last one's output.
  if (exchange.rounds.size() > 1) {
    Usage direct = first;
    direct.output = exchange.rounds.back().sane().output;
    out.spent[static_cast<std::size_t>(Spending::rounds)] =
        std::max<std::int64_t>(0, to_micro(cost) - to_micro(cost_of(direct, prices)));
  } else if (exchange.row.q > 0) {  // only their sum is known
    out.spent[static_cast<std::size_t>(Spending::rounds)] = to_micro(cost / (exchange.row.q + 1) * exchange.row.q);
  }
  if (exchange.tool_tokens > 0) {  // tools stand before all else
    const Basis basis = first.read > 0 ? Basis::read : first.written > 0 ? Basis::written : Basis::uncached;
    const std::int64_t tokens = model.data.estimate(Tokens(sane(exchange.tool_tokens))).value;
    out.spent[static_cast<std::size_t>(Spending::tool)] = to_micro(tokens * price_of(basis, first, prices));
  }
  if (explained.miss.cause == MissCause::epoch) {
    out.spent[static_cast<std::size_t>(Spending::epoch)] = explained.miss.microusd;
  }
  return out;
}

}  // namespace headroom::ledger
