#include "ledger/views.h"

#include <utility>

#include "base/utf8.h"
#include "json/writer.h"

namespace headroom::ledger {
namespace {

// Cut at a character.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
}

}  // namespace

void Views::add(RequestId request, std::vector<View> views) {
  Kept kept{request, std::move(views), 0, 0};
  for (View& view : kept.views) {
    const std::size_t whole = view.before.size() + view.after.size();
    cut(view.before, longest_text);
    cut(view.after, longest_text);
    kept.bytes += view.before.size() + view.after.size() + sizeof(View);
    kept.cut += whole - view.before.size() - view.after.size();
  }
  if (kept.bytes > most_bytes) return;
  const std::scoped_lock lock(mutex_);
  bytes_ += kept.bytes;
  kept_.push_back(std::move(kept));
  while (kept_.size() > most || bytes_ > most_bytes) {
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

std::optional<std::string> Views::json(std::string_view request) const {
  const std::scoped_lock lock(mutex_);
  for (const Kept& kept : kept_) {
    if (kept.request.view() != request) continue;
    json::Writer out;
    out.object().key("id").string(request).key("bytes_cut").number(static_cast<std::int64_t>(kept.cut));
    out.key("views").array();
    for (const View& view : kept.views) {
      out.object().key("tool").string(view.tool).key("kind").string(view.kind);
      out.key("tokens_before").number(view.tokens_before).key("tokens_after").number(view.tokens_after);
      out.key("before").string(view.before).key("after").string(view.after).end();
    }
    out.end().end();
    return std::move(out).take();
  }
  return std::nullopt;
}

std::string Views::list() const {
  json::Writer out;
  const std::scoped_lock lock(mutex_);
  out.object().key("requests").array();
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) out.string(at->request.view());
  out.end().end();
  return std::move(out).take();
}

}  // namespace headroom::ledger
