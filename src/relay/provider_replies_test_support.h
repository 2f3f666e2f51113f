// For tests: a scripted provider's replies in every wire format, as event streams or whole bodies, and how the official
// packages read them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relay/provider_blocks_test_support.h"
#include "relay/sse.h"

namespace headroom::relay::test {

class Replies : public Blocks {
 public:
  using Blocks::Blocks;

  std::string stream(const Round& round, int number, Usage usage, bool cut = false) const {
    switch (wire_) {
      case Wire::anthropic:
        return anthropic(round, number, usage, cut);
      case Wire::openai:
        return chat(round, number, usage, cut);
      case Wire::responses:
        return responses(round, number, usage, cut);
      default:
        return gemini(round, number, usage, cut);
    }
  }

  std::string whole(const Round& round, int number, Usage usage) const {
    const std::string n = std::to_string(number);
    const bool calls = has_call(round);
    switch (wire_) {
      case Wire::anthropic:
        return Json{{"id", "msg_" + n},         {"type", "message"},
                    {"role", "assistant"},      {"model", "claude"},
                    {"content", blocks(round)}, {"stop_reason", calls ? "tool_use" : "end_turn"},
                    {"stop_sequence", nullptr}, {"usage", anthropic_usage(usage)}}
            .dump();
      case Wire::openai:
        return Json{{"id", "chatcmpl-" + n},
                    {"object", "chat.completion"},
                    {"created", 1700000000 + number},
                    {"model", "gpt"},
                    {"choices",
                     {{{"index", 0},
                       {"message", blocks(round)},
                       {"logprobs", nullptr},
                       {"finish_reason", calls ? "tool_calls" : "stop"}}}},
                    {"usage", chat_usage(usage)}}
            .dump();
      case Wire::responses:
        return response(round, number, usage, "completed").dump();
      case Wire::gemini:
        return Json{
            {"candidates",
             {{{"content", {{"parts", blocks(round)}, {"role", "model"}}}, {"finishReason", "STOP"}, {"index", 0}}}},
            {"usageMetadata", gemini_usage(usage)},
            {"modelVersion", "gemini"},
            {"responseId", "resp_" + n}}
            .dump();
      case Wire::converse:
        return Json{{"output", {{"message", {{"role", "assistant"}, {"content", blocks(round)}}}}},
                    {"stopReason", calls ? "tool_use" : "end_turn"},
                    {"usage",
                     {{"inputTokens", usage.input},
                      {"outputTokens", usage.output},
                      {"totalTokens", usage.input + usage.output},
                      {"cacheReadInputTokens", usage.cached}}},
                    {"metrics", {{"latencyMs", 12}}}}
            .dump();
    }
    return {};
  }

  Reply read_stream(std::string_view bytes) const {
    Reply reply;
    Json state;
    std::int64_t number = -1;
    std::map<int, Json> open;
    SseParser().feed(bytes, [&](const SseEvent& event) {
      if (!event.has_data) return;
      if (event.data == "[DONE]") {
        reply.complete = true;
        return;
      }
      const Json e = Json::parse(event.data);
      switch (wire_) {
        case Wire::anthropic:
          read_anthropic(e, reply, open);
          break;
        case Wire::openai:
          read_chat(e, reply, open);
          break;
        case Wire::responses:
          if (e.contains("sequence_number")) {
            EXPECT_EQ(e["sequence_number"], ++number);
          }
          read_responses(e, reply, open);
          break;
        default:
          read_gemini(e, reply);
          break;
      }
    });
    return reply;
  }

  Reply read_whole(std::string_view bytes) const {
    Reply reply;
    const Json b = Json::parse(bytes);
    reply.complete = true;
    switch (wire_) {
      case Wire::anthropic:
        reply.id = b["id"];
        reply.stop = b["stop_reason"];
        reply.usage = {b["usage"]["input_tokens"], b["usage"]["output_tokens"], b["usage"]["cache_read_input_tokens"]};
        reply.items = items(b["content"]);
        break;
      case Wire::openai: {
        reply.id = b["id"];
        reply.stop = b["choices"][0]["finish_reason"];
        reply.usage = chat_usage_of(b["usage"]);
        reply.items = items(b["choices"][0]["message"]);
        break;
      }
      case Wire::responses:
        reply.id = b["id"];
        reply.stop = b["status"];
        reply.usage = responses_usage_of(b["usage"]);
        reply.items = items(b["output"]);
        break;
      case Wire::gemini:
        read_gemini(b, reply);
        break;
      case Wire::converse:
        reply.stop = b["stopReason"];
        reply.usage = {b["usage"]["inputTokens"], b["usage"]["outputTokens"], b["usage"]["cacheReadInputTokens"]};
        reply.items = items(b["output"]["message"]["content"]);
        break;
    }
    return reply;
  }

 private:
  static std::string event(std::string_view type, const Json& data) { return event_of(type, data.dump()); }
  static std::vector<std::string> pieces(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size(); i += 7) out.push_back(text.substr(i, 7));
    return out;
  }

  static Json anthropic_usage(Usage u) {
    return {{"input_tokens", u.input},
            {"cache_read_input_tokens", u.cached},
            {"output_tokens", u.output},
            {"service_tier", "standard"}};
  }

  std::string anthropic(const Round& round, int number, Usage usage, bool cut) const {
    const auto of = [](std::string type, Json data) {
      Json e{{"type", type}};
      e.update(data);
      return event(type, e);
    };
    Usage start = usage;
    start.output = 1;
    std::string out = of("message_start", {{"message",
                                            {{"id", "msg_" + std::to_string(number)},
                                             {"type", "message"},
                                             {"role", "assistant"},
                                             {"model", "claude"},
                                             {"content", Json::array()},
                                             {"stop_reason", nullptr},
                                             {"stop_sequence", nullptr},
                                             {"usage", anthropic_usage(start)}}}});
    out += of("ping", Json::object());
    int index = 0;
    for (const Item& i : round) {
      const auto delta = [&](Json d) { out += of("content_block_delta", {{"index", index}, {"delta", d}}); };
      const bool last = index + 1 == static_cast<int>(round.size());
      if (i.kind == Item::text) {
        out += of("content_block_start", {{"index", index}, {"content_block", {{"type", "text"}, {"text", ""}}}});
        for (const std::string& p : pieces(i.value)) delta({{"type", "text_delta"}, {"text", p}});
      } else if (i.kind == Item::thinking) {
        out += of("content_block_start",
                  {{"index", index}, {"content_block", {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}}}});
        for (const std::string& p : pieces(i.value)) delta({{"type", "thinking_delta"}, {"thinking", p}});
        delta({{"type", "signature_delta"}, {"signature", i.id}});
      } else {
        out +=
            of("content_block_start",
               {{"index", index},
                {"content_block", {{"type", "tool_use"}, {"id", i.id}, {"name", i.name}, {"input", Json::object()}}}});
        delta({{"type", "input_json_delta"}, {"partial_json", ""}});
        const std::string args = cut && last ? i.value.substr(0, i.value.size() / 2) : i.value;
        for (const std::string& p : pieces(args)) delta({{"type", "input_json_delta"}, {"partial_json", p}});
      }
      out += of("content_block_stop", {{"index", index}});
      ++index;
    }
    out += of("message_delta", {{"delta",
                                 {{"stop_reason", cut               ? "max_tokens"
                                                  : has_call(round) ? "tool_use"
                                                                    : "end_turn"},
                                  {"stop_sequence", nullptr}}},
                                {"usage", {{"output_tokens", usage.output}}}});
    return out + of("message_stop", Json::object());
  }

  void read_anthropic(const Json& e, Reply& r, std::map<int, Json>& open) const {
    const std::string type = e["type"];
    if (type == "message_start") {
      EXPECT_TRUE(r.id.empty());
      r.id = e["message"]["id"];
      r.usage.input = e["message"]["usage"]["input_tokens"];
      r.usage.cached = e["message"]["usage"]["cache_read_input_tokens"];
    } else if (type == "content_block_start") {
      EXPECT_EQ(e["index"], r.items.size());
      open[e["index"]] = e["content_block"];
      open[e["index"]]["json"] = "";
      r.items.emplace_back();
    } else if (type == "content_block_delta") {
      Json& b = open.at(e["index"]);
      const Json& d = e["delta"];
      const auto add = [&](const char* to, const char* from) {
        if (d.contains(from)) b[to] = b[to].get<std::string>() + d[from].get<std::string>();
      };
      add("text", "text");
      add("thinking", "thinking");
      add("signature", "signature");
      add("json", "partial_json");
    } else if (type == "content_block_stop") {
      Json b = open.at(e["index"]);
      open.erase(e["index"].get<int>());
      if (b["type"] == "tool_use" && b["json"] != "")
        b["input"] = Json::parse(b["json"].get<std::string>(), nullptr, false);
      r.items[e["index"]] = items(Json::array({b}))[0];
    } else if (type == "message_delta") {
      r.stop = e["delta"]["stop_reason"];
      const Json& u = e["usage"];
      r.usage.output = u["output_tokens"];
      if (u.contains("input_tokens")) r.usage.input = u["input_tokens"];
      if (u.contains("cache_read_input_tokens")) r.usage.cached = u["cache_read_input_tokens"];
    } else if (type == "message_stop") {
      EXPECT_TRUE(open.empty());
      r.complete = true;
    } else if (type == "error") {
      r.error = e["error"]["message"];
    }
  }

  static Json chat_usage(Usage u) {
    return {{"prompt_tokens", u.input},
            {"completion_tokens", u.output},
            {"total_tokens", u.input + u.output},
            {"prompt_tokens_details", {{"cached_tokens", u.cached}}}};
  }
  static Usage chat_usage_of(const Json& u) {
    EXPECT_EQ(u["total_tokens"], u["prompt_tokens"].get<int>() + u["completion_tokens"].get<int>());
    return {u["prompt_tokens"], u["completion_tokens"], u["prompt_tokens_details"]["cached_tokens"]};
  }

  std::string chat(const Round& round, int number, Usage usage, bool cut) const {
    std::string out;
    const auto chunk = [&](Json choices, Json usage_value) {
      out += event("", {{"id", "chatcmpl-" + std::to_string(number)},
                        {"object", "chat.completion.chunk"},
                        {"created", 1700000000 + number},
                        {"model", "gpt"},
                        {"system_fingerprint", "fp"},
                        {"choices", choices},
                        {"usage", usage_value}});
    };
    const auto delta = [&](Json d) {
      chunk(Json::array({Json{{"index", 0}, {"delta", d}, {"logprobs", nullptr}, {"finish_reason", nullptr}}}),
            nullptr);
    };
    delta({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}});
    int index = 0, at = 0;
    for (const Item& i : round) {
      ++at;
      if (i.kind == Item::text) {
        for (const std::string& p : pieces(i.value)) delta({{"content", p}});
      } else if (i.kind == Item::thinking) {
        for (const std::string& p : pieces(i.value)) delta({{"reasoning_content", p}});
      } else {
        delta({{"tool_calls",
                {{{"index", index},
                  {"id", i.id},
                  {"type", "function"},
                  {"function", {{"name", i.name}, {"arguments", ""}}}}}}});
        const bool last = at == static_cast<int>(round.size());
        const std::string args = cut && last ? i.value.substr(0, i.value.size() / 2) : i.value;
        for (const std::string& p : pieces(args))
          delta({{"tool_calls", {{{"index", index}, {"function", {{"arguments", p}}}}}}});
        ++index;
      }
    }
    chunk(Json::array({Json{{"index", 0},
                            {"delta", Json::object()},
                            {"logprobs", nullptr},
                            {"finish_reason", cut               ? "length"
                                              : has_call(round) ? "tool_calls"
                                                                : "stop"}}}),
          nullptr);
    chunk(Json::array(), chat_usage(usage));
    return out + "data: [DONE]\n\n";
  }

  void read_chat(const Json& e, Reply& r, std::map<int, Json>& open) const {
    if (e.contains("error")) {
      r.error = e["error"]["message"];
      return;
    }
    if (r.id.empty()) r.id = e["id"];
    EXPECT_EQ(e["id"], r.id);
    EXPECT_EQ(e["created"].get<int>() - 1700000000, std::stoi(r.id.substr(9)));
    if (e.contains("usage") && !e["usage"].is_null()) r.usage = chat_usage_of(e["usage"]);
    if (e["choices"].empty()) return;
    const Json& c = e["choices"][0];
    const Json& d = c["delta"];
    Json& m = open[0];
    for (const char* key : {"content", "reasoning_content"}) {
      if (!d.contains(key) || !d[key].is_string() || d[key] == "") continue;
      m[key] = (m.contains(key) ? m[key].get<std::string>() : std::string()) + d[key].get<std::string>();
    }
    if (d.contains("tool_calls")) {
      for (const Json& t : d["tool_calls"]) {
        const std::size_t index = t["index"];
        Json& calls = m["tool_calls"];
        EXPECT_LE(index, calls.size());
        if (index == calls.size()) {
          EXPECT_TRUE(t.contains("id"));
          calls.push_back(t);
          calls.back().erase("index");
        } else {
          Json& f = calls[index]["function"]["arguments"];
          f = f.get<std::string>() + t["function"]["arguments"].get<std::string>();
        }
      }
    }
    if (c["finish_reason"].is_string()) {
      EXPECT_TRUE(r.stop.empty());
      r.stop = c["finish_reason"];
    }
    r.items = m.is_null() ? Round{} : items(m);
  }

  static Json responses_usage(Usage u) {
    return {{"input_tokens", u.input},
            {"input_tokens_details", {{"cached_tokens", u.cached}}},
            {"output_tokens", u.output},
            {"output_tokens_details", {{"reasoning_tokens", 0}}},
            {"total_tokens", u.input + u.output}};
  }
  static Usage responses_usage_of(const Json& u) {
    return {u["input_tokens"], u["output_tokens"], u["input_tokens_details"]["cached_tokens"]};
  }

  Json response(const Round& round, int number, Usage usage, std::string status) const {
    return {{"id", "resp_" + std::to_string(number)},
            {"object", "response"},
            {"created_at", 1700000000 + number},
            {"status", status},
            {"model", "gpt"},
            {"output", status == "in_progress" ? Json::array() : blocks(round)},
            {"parallel_tool_calls", true},
            {"tool_choice", "auto"},
            {"tools", Json::array()},
            {"usage", status == "in_progress" ? Json(nullptr) : responses_usage(usage)}};
  }

  std::string responses(const Round& round, int number, Usage usage, bool cut) const {
    std::string out;
    int sequence = 0, index = 0;
    const auto of = [&](std::string type, Json data) {
      Json e{{"type", type}, {"sequence_number", sequence++}};
      e.update(data);
      out += event(type, e);
    };
    of("response.created", {{"response", response(round, number, usage, "in_progress")}});
    of("response.in_progress", {{"response", response(round, number, usage, "in_progress")}});
    const Json whole = blocks(round);
    for (const Item& i : round) {
      Json item = whole[index], opened = item;
      const std::string id = item["id"];
      const auto part = [&](std::string type, Json data) {
        Json e{{"item_id", id}, {"output_index", index}};
        e.update(data);
        of(type, e);
      };
      if (i.kind == Item::text) {
        opened["content"] = Json::array();
        opened["status"] = "in_progress";
        of("response.output_item.added", {{"output_index", index}, {"item", opened}});
        Json empty{{"type", "output_text"}, {"text", ""}, {"annotations", Json::array()}};
        part("response.content_part.added", {{"content_index", 0}, {"part", empty}});
        for (const std::string& p : pieces(i.value))
          part("response.output_text.delta", {{"content_index", 0}, {"delta", p}, {"logprobs", Json::array()}});
        part("response.output_text.done", {{"content_index", 0}, {"text", i.value}, {"logprobs", Json::array()}});
        part("response.content_part.done", {{"content_index", 0}, {"part", item["content"][0]}});
      } else if (i.kind == Item::thinking) {
        opened["summary"] = Json::array();
        of("response.output_item.added", {{"output_index", index}, {"item", opened}});
        part("response.reasoning_summary_text.delta", {{"summary_index", 0}, {"delta", i.value}});
      } else {
        opened["arguments"] = "";
        opened["status"] = "in_progress";
        const bool broken = cut && index + 1 == static_cast<int>(round.size());
        if (broken) {
          item["status"] = "incomplete";
          item["arguments"] = i.value.substr(0, 3);
        }
        of("response.output_item.added", {{"output_index", index}, {"item", opened}});
        for (const std::string& p : pieces(i.value)) part("response.function_call_arguments.delta", {{"delta", p}});
        if (!broken) part("response.function_call_arguments.done", {{"arguments", i.value}});
      }
      of("response.output_item.done", {{"output_index", index}, {"item", item}});
      ++index;
    }
    const std::string status = cut ? "incomplete" : "completed";
    of("response." + status, {{"response", response(round, number, usage, status)}});
    return out;
  }

  void read_responses(const Json& e, Reply& r, std::map<int, Json>& open) const {
    const std::string type = e["type"];
    if (type == "error") r.error = e["message"];
    EXPECT_TRUE(type != "response.created" || open.empty());
    if (type == "response.output_item.added") {
      EXPECT_EQ(e["output_index"], open.size());
      open[e["output_index"]] = e["item"];
    }
    if (type == "response.output_item.done") open.at(e["output_index"]) = e["item"];
    if (type == "response.completed" || type == "response.incomplete") {
      Json all = Json::array();
      for (const auto& [index, item] : open) all.push_back(item);
      EXPECT_EQ(e["response"]["output"], all);
      r.items = items(e["response"]["output"]);
      r.usage = responses_usage_of(e["response"]["usage"]);
      r.stop = e["response"]["status"];
      r.id = e["response"]["id"];
      r.complete = true;
    }
  }

  static Json gemini_usage(Usage u) {
    return {{"promptTokenCount", u.input},
            {"candidatesTokenCount", u.output},
            {"totalTokenCount", u.input + u.output},
            {"cachedContentTokenCount", u.cached},
            {"promptTokensDetails", {{{"modality", "TEXT"}, {"tokenCount", u.input}}}}};
  }

  std::string gemini(const Round& round, int number, Usage usage, bool cut) const {
    std::string out;
    const Json parts = blocks(round);
    const auto chunk = [&](Json list, Json reason) {
      Json candidate{{"content", {{"parts", list}, {"role", "model"}}}, {"index", 0}};
      if (!reason.is_null()) candidate["finishReason"] = reason;
      out += event("", {{"candidates", {candidate}},
                        {"usageMetadata", gemini_usage(usage)},
                        {"modelVersion", "gemini"},
                        {"responseId", "resp_" + std::to_string(number)}});
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (round[i].kind == Item::text) {
        for (const std::string& p : pieces(round[i].value)) chunk(Json::array({Json{{"text", p}}}), nullptr);
      } else {
        chunk(Json::array({parts[i]}), nullptr);
      }
    }
    chunk(Json::array({Json{{"text", ""}}}), cut ? "MAX_TOKENS" : "STOP");
    return out;
  }

  void read_gemini(const Json& e, Reply& r) const {
    if (e.contains("error")) {
      r.error = e["error"]["message"];
      return;
    }
    if (r.id.empty()) r.id = e["responseId"];
    EXPECT_EQ(e["responseId"], r.id);
    if (e.contains("usageMetadata")) {
      const Json& u = e["usageMetadata"];
      r.usage = {u["promptTokenCount"], u["candidatesTokenCount"], u["cachedContentTokenCount"]};
      EXPECT_EQ(u["promptTokensDetails"][0]["tokenCount"], u["promptTokenCount"]);
    }
    for (const Json& c : e["candidates"]) {
      if (c.contains("content")) {
        for (const Item& i : items(c["content"]["parts"])) {
          // As the packages do: pieces of text are joined.
          if (i.kind == Item::text && !r.items.empty() && r.items.back().kind == Item::text && i.id.empty() &&
              r.items.back().id.empty()) {
            r.items.back().value += i.value;
          } else if (i.kind != Item::text || !i.value.empty()) {
            r.items.push_back(i);
          }
        }
      }
      if (c.contains("finishReason")) {
        EXPECT_TRUE(r.stop.empty());
        r.stop = c["finishReason"];
        r.complete = true;
      }
    }
  }
};

}  // namespace headroom::relay::test
