// The core's operations by their names: the JSON of a request to the typed call, its result to the JSON of an answer.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/answer.h"
#include "api/core_impl.h"
#include "api/request.h"
#include "api/shared_context.h"
#include "api/simulation.h"
#include "api/tool.h"
#include "json/writer.h"
#include "ledger/savings.h"

namespace headroom::api {
namespace {

Answer refused(const Error& error) {
  const bool caller = error.kind == ErrorKind::invalid_request || error.kind == ErrorKind::not_found;
  return {caller ? Status::bad_request : Status::failed, error_answer(error)};
}

template <class T, class Write>
Answer answer_of(const Result<T>& result, Write write) {
  if (!result) return refused(result.error());
  return {Status::answered, write(*result)};
}

Answer answer_shortened(const Request& r, const pipeline::Outcome& outcome, std::string_view simulated) {
  const Status status = outcome.error ? Status::failed : Status::answered;
  return {status, compress_answer(r.input, outcome, r.returned, r.warnings, simulated).joined()};
}

}  // namespace

Answer Core::call(std::string_view text) {
  const auto request = parse_request(text);
  if (!request) return refused(request.error());
  const Request& r = **request;
  switch (r.op) {
    case Operation::compress:
      return answer_shortened(r, compress(r.input, r.options), {});
    case Operation::simulate: {
      const pipeline::Outcome outcome = simulate(r.input, r.options);
      return answer_shortened(r, outcome, simulated_members(r.input, outcome));
    }
    case Operation::count:
      return answer_of(count(r.input, r.model), count_answer);
    case Operation::retrieve:
      return answer_of(retrieve(r.retrieve, r.options.answer_tokens), retrieve_answer);
    case Operation::decode:
      return answer_of(decode(r.input.text), [](const std::string& original) {
        json::Writer out;
        out.object().key("content").string(original).end();
        return std::move(out).take();
      });
    case Operation::restore: {
      const auto restored = restore(r.input.text, r.format, limits_of(r.options), r.options);
      json::Writer out;
      out.object().key("body").string(restored ? std::string_view(restored->body) : r.input.text);
      out.key("restored").number(std::int64_t{restored ? restored->calls : 0}).end();
      return {Status::answered, std::move(out).take()};
    }
    case Operation::tool_call:
      return answer_of(answer_tool_call(r.call, r.input.text, r.format, limits_of(r.options), r.options),
                       [](const std::optional<ToolAnswer>& answer) {
                         json::Writer out;
                         out.object().key("ours").boolean(answer.has_value());
                         if (answer) out.key("answer").raw(answer->block).key("text").string(answer->text);
                         out.end();
                         return std::move(out).take();
                       });
    case Operation::tool:
      return {Status::answered, "{\"tool\":" + std::string(*tool_definition(r.format)) + "}"};
    case Operation::formats:
      return {Status::answered, formats_answer()};
    case Operation::store_stats:
      return answer_of(store_stats(), [](const store::Stats& stats) { return stats_answer(stats); });
    case Operation::store_purge:
      return answer_of(store_purge(r.older_than),
                       [](std::uint64_t n) { return "{\"removed\":" + std::to_string(n) + "}"; });
    case Operation::stats:
      if (impl_->config.logs.empty())
        return refused(
            Error{ErrorKind::invalid_request, "there is no ledger: the handle's configuration names no logs"});
      return {Status::answered, ledger::savings_json(ledger::savings(impl_->config.logs, r.savings), r.savings.by)};
    case Operation::shared_put:
      return answer_of(shared_put(r.shared, r.input.text, r.options.secrets),
                       [&](const store::RecordAnswer& a) { return shared_put_answer(r.shared.key, a); });
    case Operation::shared_get:
      return answer_of(shared_get(r.shared.key), [&](const std::optional<store::Record>& record) {
        if (!record) return shared_missing_answer(r.shared.key);
        if (r.shared.full) return shared_get_answer(*record, nullptr);
        const pipeline::Outcome view = shared_view(*record, r.options);
        return shared_get_answer(*record, &view);
      });
    case Operation::shared_keys:
      return answer_of(shared_records(), [](const auto& records) { return shared_keys_answer(records); });
    case Operation::shared_stats:
      return answer_of(shared_records(), [](const auto& records) { return shared_stats_answer(records); });
    case Operation::shared_erase:
      return answer_of(shared_erase(r.shared.key),
                       [](bool erased) { return std::string(erased ? "{\"erased\":true}" : "{\"erased\":false}"); });
    case Operation::shared_clear:
      return answer_of(shared_clear(), [](std::uint64_t n) { return "{\"removed\":" + std::to_string(n) + "}"; });
  }
  return refused(Error{ErrorKind::internal, "operation without an answer"});
}

}  // namespace headroom::api
