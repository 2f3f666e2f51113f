#include "ledger/retrievals.h"

#include <algorithm>

#include "base/utf8.h"
#include "json/writer.h"
#include "store/store.h"

namespace headroom::ledger {

void Retrievals::add(Retrieval retrieval) {
  std::size_t size = std::min(retrieval.query.size(), longest_query);
  while (size > 0 && size < retrieval.query.size() &&
         (static_cast<unsigned char>(retrieval.query[size]) & 0xC0) == 0x80)
    --size;
  retrieval.query.resize(size);
  const std::scoped_lock lock(mutex_);
  ++count_;
  last_.push_front(std::move(retrieval));
  if (last_.size() > most) last_.pop_back();
}

std::string Retrievals::json(const Gauges& gauges) const {
  json::Writer out;
  const std::scoped_lock lock(mutex_);
  out.object().key("store").object();
  out.key("entries").number(gauges.store.entries).key("max_entries").number(gauges.store.most_entries);
  out.key("original_tokens_cached").number(gauges.store.original_tokens);
  out.key("compressed_tokens_cached").number(gauges.store.shown_tokens).key("retrievals").number(count_).end();
  out.key("recent_retrievals").array();
  for (const Retrieval& one : last_) {
    out.object().key("hash").string(store::to_string(store::Handle{one.hash})).key("query");
    if (one.query.empty()) {
      out.null();
    } else {
      out.string(one.query);
    }
    out.key("items_retrieved").number(one.items).key("total_items").number(one.total_items);
    out.key("tool_name").string(one.tool.view()).key("retrieval_type").string(one.type.view());
    out.key("result").string(to_string(one.result)).end();
  }
  out.end().end();
  return std::move(out).take();
}

}  // namespace headroom::ledger
