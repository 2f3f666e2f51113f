#include "pipeline/additions.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "messages/our_tool.h"
#include "pipeline/align/cache_key.h"
#include "pipeline/align/relocate.h"

namespace headroom::pipeline {

namespace {

void join_tool(const messages::Conversation& c, tokens::Counter& ruler, Additions& out) {
  auto added = messages::add_tool(c);
  if (!added) return;
  out.tokens += ruler.count(added->value);
  out.tool = true;
  out.edits.push_back(std::move(added->edit));
  out.plan.appended.push_back(added->list);
  out.changes.push_back({std::move(added->pointer), -1, "", std::move(added->value)});
}

void move_values(const messages::Conversation& c, const Options& options, tokens::Counter& ruler, Additions& out) {
  if (std::ranges::find(options.roles, "system") != options.roles.end()) {
    out.warnings.emplace_back("relocate does nothing where roles names system: its texts have views");
    return;
  }
  auto moved = relocate(c, options.relocate, ruler);
  if (!moved) return;
  out.moved = true;
  out.tokens += moved->tokens;
  std::ranges::move(moved->edits, std::back_inserter(out.edits));
  std::ranges::move(moved->changes, std::back_inserter(out.changes));
  std::ranges::move(moved->plan.changed, std::back_inserter(out.plan.changed));
  std::ranges::move(moved->plan.appended, std::back_inserter(out.plan.appended));
}

void set_cache_key(const messages::Conversation& c, const Options& options, tokens::Counter& ruler,
                   std::string_view key, Additions& out) {
  auto member = derive_cache_key(c, settled_system(c, out.moved ? options.relocate : Relocate::off, ruler), key);
  if (!member) return;
  out.edits.push_back(std::move(member->edit));
  out.plan.appended.push_back(c.root);
  out.changes.push_back({messages::pointer_of(c.doc, c.root) + "/prompt_cache_key", -1, "", std::move(member->value)});
}

}  // namespace

Additions additions_to(const messages::Conversation& c, const Options& options, const Capability& capability,
                       tokens::Counter& ruler, std::string_view key) {
  Additions out;
  if (!options.optimize) return out;
  if (capability.inject) join_tool(c, ruler, out);
  if (options.relocate != Relocate::off) move_values(c, options, ruler, out);
  if (options.prompt_cache_key == CacheKey::derive && !key.empty()) set_cache_key(c, options, ruler, key, out);
  return out;
}

void sort_edits(std::vector<Edit>& edits) {
  std::ranges::sort(
      edits, [](const Edit& a, const Edit& b) { return std::tie(a.offset, a.length) < std::tie(b.offset, b.length); });
}

}  // namespace headroom::pipeline
