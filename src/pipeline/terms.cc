#include "pipeline/terms.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;

// A cache mark that asks for an hour, anywhere in the request: the class of all its writes. By the nodes, of which
// there are few, and not by the text, where every quote would be looked at.
bool has_hour_mark(const Conversation& c) {
  bool any = false;
  for (json::NodeId i = 0; i < c.doc.size() && !any; ++i) any = c.doc.raw(i) == "\"1h\"";
  if (!any) return false;
  for (json::NodeId i = 0; i < c.doc.size(); ++i) {
    if (!c.doc.is(i, json::Kind::object)) continue;
    const auto mark = c.doc.member(i, "cache_control");
    if (!mark) continue;
    const auto ttl = c.doc.member(*mark, "ttl");
    if (ttl && c.doc.is(*ttl, json::Kind::string) && c.doc.string_is(*ttl, "1h")) return true;
  }
  return false;
}

Tokens fixed_part(const Conversation& c, tokens::Counter& counter) {
  Tokens n;
  if (c.tools) n += counter.count(c.doc.raw(*c.tools));
  std::string buffer;
  for (const messages::Leaf& leaf : c.leaves) {
    if (leaf.message >= 0) break;
    n += counter.count(messages::text_of(c, leaf, buffer));
  }
  constexpr std::int64_t step = 1024;
  return Tokens((n.value + step - 1) / step * step);
}

}  // namespace

std::string_view model_of(const Conversation& c, const Options& o) {
  return o.model.empty() ? std::string_view(c.model) : std::string_view(o.model);
}

Money money_of(const Conversation& c, const Options& o, const prices::Prices& prices, tokens::Counter& counter) {
  Money m;
  const std::string_view name = model_of(c, o);
  m.row = prices.of(name);
  m.model = &tokens::tokens_of_model(name);
  m.fixed = fixed_part(c, counter);
  m.terms.high = o.high;
  m.terms.low = std::min(o.low, o.high);
  if (m.row) {
    m.terms.read = m.row->read.value;
    m.terms.write = m.row->write_5m.value;
    if (m.row->write_1h != m.row->write_5m && has_hour_mark(c)) m.terms.write = m.row->write_1h.value;
    m.terms.usable = m.row->limit - m.row->reserve;
  }
  if (o.model_limit) m.terms.usable = std::max(Tokens(1), *o.model_limit - (m.row ? m.row->reserve : Tokens(0)));
  return m;
}

}  // namespace headroom::pipeline
