// The rows of the last 1,000 requests as an event stream and as a list.
#include "json/writer.h"
#include "ledger/state.h"

namespace headroom::ledger {
namespace {

constexpr std::string_view label_names[] = {"project", "user", "stack"};
constexpr std::string_view modes[] = {"optimize", "audit", "off"};

}  // namespace

std::string event_json(const Event& event, const Labels& labels) {
  std::string out = to_line(event.row);
  out.resize(out.size() - 2);  // "}\n"
  json::Writer more;
  more.object();
  more.key("mode").string(modes[static_cast<std::size_t>(event.mode)]).key("stream").boolean(event.stream);
  more.key("transforms").array();
  for (const TransformName& name : event.transforms) {
    if (!name.empty()) more.string(name.view());
  }
  more.end();
  for (std::size_t i = 0; i < event.row.labels.size(); ++i) {
    const auto found = labels.find(event.row.labels[i]);
    if (found != labels.end()) more.key(label_names[i]).string(found->second);
  }
  more.end();
  return out + ',' + more.text().substr(1);
}

}  // namespace headroom::ledger
