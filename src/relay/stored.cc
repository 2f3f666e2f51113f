#include "relay/stored.h"

#include <algorithm>
#include <vector>

#include "json/strings.h"
#include "relay/call.h"
#include "relay/patch.h"

namespace headroom::relay {

bool lacks_tool_output(std::string_view error_body) {
  const auto doc = Document::parse(error_body);
  if (!doc) return false;
  const std::string message = find_string(*doc, 0, {"error", "message"});
  return message.find("No tool output found") != std::string::npos;
}

std::string previous_response(std::string_view request) {
  const auto doc = Document::parse(request);
  return doc ? find_string(*doc, 0, {"previous_response_id"}) : std::string();
}

std::string going_on_from(std::string_view request, std::string_view response) {
  const auto doc = Document::parse(request);
  if (!doc || !doc->is(0, Kind::object)) return std::string(request);
  return Patch(*doc).set(0, "previous_response_id", json::quote(response)).text();
}

std::optional<std::string> with_stored_answers(std::string_view request, std::string_view stored_response,
                                               Answers& answers) {
  const auto body = Document::parse(request), stored = Document::parse(stored_response);
  if (!body || !stored) return std::nullopt;
  const std::string id = previous_response(request);
  if (id.empty() || find_string(*stored, 0, {"id"}) != id) return std::nullopt;
  const auto input = find(*body, 0, {"input"});
  const auto output = find(*stored, 0, {"output"});
  if (!input || !output || !stored->is(*output, Kind::array)) return std::nullopt;
  std::vector<std::string> answered;
  if (body->is(*input, Kind::array)) {
    for (const NodeId item : body->elements(*input)) answered.push_back(find_string(*body, item, {"call_id"}));
  }
  answers.turn();
  std::vector<Answered> open;
  for (const NodeId item : stored->elements(*output)) {
    if (find_string(*stored, item, {"type"}) != "function_call") continue;
    Call call{find_string(*stored, item, {"call_id"}), find_string(*stored, item, {"name"}),
              find_string(*stored, item, {"arguments"}), ""};
    const bool done = std::find(answered.begin(), answered.end(), call.id) != answered.end();
    if (done || !is_our_tool(call.name)) continue;
    std::string text = answers.answer(call);
    open.push_back({std::move(call), std::move(text)});
  }
  if (open.empty()) return std::nullopt;
  const std::string front = answer_turn(Wire::responses, open);
  Patch patch(*body);
  if (body->is(*input, Kind::string)) {
    patch.replace(*input, "[" + front + R"(,{"role":"user","content":)" + std::string(body->raw(*input)) + "}]");
  } else if (body->is(*input, Kind::array)) {
    const std::string rest(body->raw(*input).substr(1));
    patch.replace(*input, "[" + front + (body->count(*input) == 0 ? "" : ",") + rest);
  } else {
    return std::nullopt;
  }
  return patch.text();
}

}  // namespace headroom::relay
