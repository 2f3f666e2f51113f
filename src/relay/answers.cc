#include "relay/answers.h"

#include <algorithm>

#include "relay/patch.h"
#include "store/store.h"

namespace headroom::relay {
namespace {

constexpr std::string_view budget_used =
    "[budget used: no more retrieval in this turn; go on with what is shown above]";
constexpr std::string_view no_arguments =
    "[no original: the arguments are no JSON object; give {\"hash\": \"12 digits of a marker\"}]";

std::string scalar(const Document& doc, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, 0, keys);
  if (!value) return {};
  if (doc.is(*value, Kind::string)) return doc.string(*value);
  return doc.is(*value, Kind::number) ? std::string(doc.raw(*value)) : std::string();
}

}  // namespace

Arguments read_arguments(std::string_view json) {
  Arguments a;
  const auto doc = Document::parse(json);
  if (!doc || !doc->is(0, Kind::object)) return a;
  a.readable = true;
  a.hash = scalar(*doc, {"hash"});
  a.lines = scalar(*doc, {"lines"});
  a.rows = scalar(*doc, {"rows"});
  a.path = scalar(*doc, {"path"});
  a.query = scalar(*doc, {"query"});
  a.cursor = scalar(*doc, {"cursor"});
  for (const std::string_view name : {"max_tokens", "limit"}) {
    const auto n = find_integer(*doc, 0, {name});
    if (n && *n > 0 && !a.max_tokens) a.max_tokens = Tokens(*n);
  }
  return a;
}

pipeline::RetrieveRequest Arguments::request(Tokens answer_tokens, Tokens left) const {
  pipeline::RetrieveRequest r;
  r.hash = hash;
  r.lines = lines;
  r.rows = rows;
  r.path = path;
  r.query = query;
  r.cursor = cursor;
  r.max_tokens = std::min(max_tokens.value_or(answer_tokens), left);
  r.for_model = true;
  return r;
}

void Answers::given(std::string_view arguments, std::string_view text) {
  const auto handle = store::parse_handle(read_arguments(arguments).hash);
  if (handle) given_[handle->value] += originals_.count(text);
}

void Answers::turn() {
  rounds_ = 0;
  spent_ = Tokens(0);
}

bool Answers::in_hand(const Call& call) const {
  const auto handle = store::parse_handle(read_arguments(call.arguments).hash);
  return handle && originals_.in_hand(*handle);
}

std::string Answers::answer(const Call& call) {
  const Tokens left = limits_.round_tokens - spent_;
  if (rounds_ >= limits_.rounds || left < Tokens(pipeline::min_answer_tokens)) return std::string(budget_used);
  const Arguments a = read_arguments(call.arguments);
  if (!a.readable) return std::string(no_arguments);
  const auto handle = store::parse_handle(a.hash);
  const Tokens given = handle ? given_[handle->value] : Tokens(0);
  std::string text = originals_.retrieve(a.request(limits_.answer_tokens, left), given);
  const Tokens size = originals_.count(text);
  spent_ += size;
  if (handle) given_[handle->value] += size;
  return text;
}

}  // namespace headroom::relay
