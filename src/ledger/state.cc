#include "ledger/state.h"

#include <algorithm>

namespace headroom::ledger {
namespace {

// The entry of a bounded map; what comes when it is full is "other".
template <class Key, class Value>
Value& entry(std::map<Key, Value>& map, const Key& key, const Key& other, std::size_t most) {
  const auto found = map.find(key);
  if (found != map.end()) return found->second;
  return map[map.size() + 1 < most ? key : other];
}

}  // namespace

ProviderName provider_of(const RouteName& route) {
  return ProviderName::own(route.view().substr(0, route.view().find('.')));
}

void State::add(const Exchange& exchange, const Explained& explained, const Bill* bill) {
  const Row& row = exchange.row;
  totals.add(row);
  entry(models, row.md, ModelName("other"), most_models).add(row);
  entry(providers, provider_of(row.rt), ProviderName("other"), most_providers).add(row);
  cached += row.usage && row.usage->read > 0;
  rate_limited += row.st == 429;
  latency.add(row.total);
  overhead.add(row.own);
  if (row.first_byte.count() > 0) first_byte.add(row.first_byte);
  if (exchange.queued.count() > 0) queue.add(exchange.queued);

  if (explained.miss.cause != MissCause::none) {
    MissSum& sum =
        misses[static_cast<std::size_t>(explained.miss.segment)][static_cast<std::size_t>(explained.miss.cause)];
    ++sum.times;
    sum.tokens += explained.tokens_again;
    sum.microusd += explained.miss.microusd;
  }
  if (bill) {
    for (const SavedPart& part : bill->saved) {
      saved[static_cast<std::size_t>(part.basis)] += part.microusd;
      entry(parts, {part.tool, part.kind}, {ToolName("other"), KindName("other")}, most_parts) +=
          {1, part.tokens, part.microusd};
    }
    for (std::size_t i = 0; i < spent.size(); ++i) spent[i] += bill->spent[i];
  }
  events.push_back({next_event++, row, exchange.transforms, exchange.mode, exchange.stream});
  if (events.size() > most_events) events.pop_front();
}

void State::reset() {
  State fresh;
  fresh.events = std::move(events);
  fresh.next_event = next_event;
  *this = std::move(fresh);
}

}  // namespace headroom::ledger
