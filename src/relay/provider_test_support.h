// For tests: a scripted provider of every wire format, and a client of it. The provider writes rounds as event streams
// or whole bodies; the client reads replies as the official packages do and sends its history back; read_request()
// brings a request to one form, so that what the provider wrote can be compared with what it gets back.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "relay/call.h"
#include "relay/sse.h"

namespace headroom::relay::test {

using Json = nlohmann::ordered_json;

struct Item {
  enum Kind { text, thinking, client, own } kind;
  std::string value;      // text; arguments of a call
  std::string id = {};    // of a call; of a thinking its signature
  std::string name = {};  // of a call
};
using Round = std::vector<Item>;

struct Usage {
  int input = 0, output = 0, cached = 0;
  Usage operator+(const Usage& o) const { return {input + o.input, output + o.output, cached + o.cached}; }
  bool operator==(const Usage&) const = default;
};

// What a client made of a reply.
struct Reply {
  Round items;
  Usage usage;
  std::string stop, id;
  bool complete = false;
  std::string error;
};

class Provider {
 public:
  explicit Provider(Wire wire) : wire_(wire) {}

  bool has_call(const Round& round) const {
    for (const Item& i : round) {
      if (i.kind == Item::client || i.kind == Item::own) return true;
    }
    return false;
  }

  // A round as the provider writes it. `cut`: by its token limit.
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

  // The round as blocks, parts or items; of chat the message.
  Json blocks(const Round& round) const {
    Json out = Json::array();
    std::string text;
    Json calls = Json::array();
    std::string reasoning;
    for (const Item& i : round) {
      switch (wire_) {
        case Wire::anthropic:
          if (i.kind == Item::text) out.push_back({{"type", "text"}, {"text", i.value}});
          if (i.kind == Item::thinking)
            out.push_back({{"type", "thinking"}, {"thinking", i.value}, {"signature", i.id}});
          if (i.kind >= Item::client)
            out.push_back({{"type", "tool_use"}, {"id", i.id}, {"name", i.name}, {"input", Json::parse(i.value)}});
          break;
        case Wire::openai:
          if (i.kind == Item::text) text += i.value;
          if (i.kind == Item::thinking) reasoning += i.value;
          if (i.kind >= Item::client)
            calls.push_back(
                {{"id", i.id}, {"type", "function"}, {"function", {{"name", i.name}, {"arguments", i.value}}}});
          break;
        case Wire::responses:
          if (i.kind == Item::text)
            out.push_back(
                {{"id", "msg_x"},
                 {"type", "message"},
                 {"status", "completed"},
                 {"role", "assistant"},
                 {"content", {{{"type", "output_text"}, {"text", i.value}, {"annotations", Json::array()}}}}});
          if (i.kind == Item::thinking)
            out.push_back({{"id", "rs_x"},
                           {"type", "reasoning"},
                           {"summary", {{{"type", "summary_text"}, {"text", i.value}}}},
                           {"encrypted_content", i.id}});
          if (i.kind >= Item::client)
            out.push_back({{"id", "fc_" + i.id},
                           {"type", "function_call"},
                           {"status", "completed"},
                           {"call_id", i.id},
                           {"name", i.name},
                           {"arguments", i.value}});
          break;
        case Wire::gemini:
          if (i.kind == Item::text) out.push_back({{"text", i.value}});
          if (i.kind == Item::thinking) out.push_back({{"text", i.value}, {"thought", true}});
          if (i.kind >= Item::client) {
            Json part{{"functionCall", {{"name", i.name}, {"args", Json::parse(i.value)}}}};
            if (!i.id.empty()) part["thoughtSignature"] = i.id;
            out.push_back(part);
          }
          break;
        case Wire::converse:
          if (i.kind == Item::text) out.push_back({{"text", i.value}});
          if (i.kind == Item::thinking)
            out.push_back({{"reasoningContent", {{"reasoningText", {{"text", i.value}, {"signature", i.id}}}}}});
          if (i.kind >= Item::client)
            out.push_back({{"toolUse", {{"toolUseId", i.id}, {"name", i.name}, {"input", Json::parse(i.value)}}}});
          break;
      }
    }
    if (wire_ != Wire::openai) return out;
    Json message{{"role", "assistant"}, {"content", text.empty() ? Json(nullptr) : Json(text)}};
    if (!reasoning.empty()) message["reasoning_content"] = reasoning;
    if (!calls.empty()) message["tool_calls"] = calls;
    return message;
  }

  // --- the client

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

  // Blocks, parts, items or a chat message as items.
  Round items(const Json& blocks) const {
    Round out;
    if (wire_ == Wire::openai) {
      if (blocks.contains("reasoning_content")) out.push_back({Item::thinking, blocks["reasoning_content"]});
      if (blocks.contains("content") && blocks["content"].is_string()) out.push_back({Item::text, blocks["content"]});
      if (blocks.contains("tool_calls")) {
        for (const Json& c : blocks["tool_calls"]) {
          EXPECT_FALSE(c.contains("index"));
          out.push_back(call(c["id"], c["function"]["name"], c["function"]["arguments"]));
        }
      }
      return out;
    }
    for (const Json& b : blocks) {
      if (wire_ == Wire::anthropic) {
        if (b["type"] == "text") out.push_back({Item::text, b["text"]});
        if (b["type"] == "thinking") out.push_back({Item::thinking, b["thinking"], b["signature"]});
        if (b["type"] == "tool_use") out.push_back(call(b["id"], b["name"], b["input"].dump()));
      } else if (wire_ == Wire::responses) {
        if (b["type"] == "message") {
          out.push_back({Item::text, b["content"].is_string() ? b["content"] : b["content"][0]["text"]});
        } else if (b["type"] == "reasoning") {
          out.push_back({Item::thinking, b["summary"][0]["text"], b["encrypted_content"]});
        } else if (b["type"] == "function_call") {
          out.push_back(call(b["call_id"], b["name"], b["arguments"]));
        }
      } else if (wire_ == Wire::gemini) {
        if (b.contains("functionCall")) {
          out.push_back(
              call(b.value("thoughtSignature", ""), b["functionCall"]["name"], b["functionCall"]["args"].dump()));
        } else if (b.value("thought", false)) {
          out.push_back({Item::thinking, b["text"]});
        } else if (b.contains("text")) {
          out.push_back({Item::text, b["text"], b.value("thoughtSignature", "")});
        }
      } else {
        if (b.contains("text")) out.push_back({Item::text, b["text"]});
        if (b.contains("reasoningContent"))
          out.push_back({Item::thinking, b["reasoningContent"]["reasoningText"]["text"],
                         b["reasoningContent"]["reasoningText"]["signature"]});
        if (b.contains("toolUse"))
          out.push_back(call(b["toolUse"]["toolUseId"], b["toolUse"]["name"], b["toolUse"]["input"].dump()));
      }
    }
    return out;
  }

  // The client's next request: its reply as it has it, and results of its calls (or another question).
  std::string next_request(std::string_view request, const Reply& reply) const {
    Json b = Json::parse(request);
    Json& list = b[wire_ == Wire::gemini ? "contents" : wire_ == Wire::responses ? "input" : "messages"];
    const Json turn = blocks_of_client(reply.items);
    Json results = Json::array();
    for (const Item& i : reply.items) {
      if (i.kind == Item::client) results.push_back(result(i));
    }
    if (wire_ == Wire::responses) {
      for (const Json& item : turn) list.push_back(item);
      for (const Json& r : results) list.push_back(r);
      if (results.empty()) list.push_back({{"role", "user"}, {"content", "go on"}});
    } else if (wire_ == Wire::openai) {
      list.push_back(turn);
      for (const Json& r : results) list.push_back(r);
      if (results.empty()) list.push_back({{"role", "user"}, {"content", "go on"}});
    } else if (wire_ == Wire::gemini) {
      list.push_back({{"role", "model"}, {"parts", turn}});
      if (results.empty()) results.push_back({{"text", "go on"}});
      list.push_back({{"role", "user"}, {"parts", results}});
    } else {
      list.push_back({{"role", "assistant"}, {"content", turn}});
      if (results.empty())
        results.push_back(wire_ == Wire::anthropic ? Json{{"type", "text"}, {"text", "go on"}}
                                                   : Json{{"text", "go on"}});
      list.push_back({{"role", "user"}, {"content", results}});
    }
    return b.dump();
  }

  // A request that asks for the original `text` behind one tool call.
  std::string first_request(const std::string& text) const {
    Json b;
    const Round call{{Item::client, R"({"cmd":"make"})", "call_0", "run"}};
    switch (wire_) {
      case Wire::openai:
        b = {{"model", "gpt"}, {"stream", true}, {"messages", {{{"role", "user"}, {"content", "what failed?"}}}}};
        b["messages"].push_back(blocks(call));
        b["messages"].push_back({{"role", "tool"}, {"tool_call_id", "call_0"}, {"content", text}});
        break;
      case Wire::responses:
        b = {{"model", "gpt"}, {"input", {{{"role", "user"}, {"content", "what failed?"}}}}};
        b["input"].push_back(blocks(call)[0]);
        b["input"].push_back({{"type", "function_call_output"}, {"call_id", "call_0"}, {"output", text}});
        break;
      case Wire::gemini:
        b["contents"].push_back({{"role", "user"}, {"parts", {{{"text", "what failed?"}}}}});
        b["contents"].push_back({{"role", "model"}, {"parts", blocks(call)}});
        b["contents"].push_back(
            {{"role", "user"},
             {"parts", {{{"functionResponse", {{"name", "run"}, {"response", {{"output", text}}}}}}}}});
        break;
      case Wire::anthropic:
        b = {{"model", "claude"}, {"max_tokens", 100}, {"system", "be brief"}};
        b["messages"].push_back({{"role", "user"}, {"content", "what failed?"}});
        b["messages"].push_back({{"role", "assistant"}, {"content", blocks(call)}});
        b["messages"].push_back(
            {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"tool_use_id", "call_0"}, {"content", text}}}}});
        break;
      case Wire::converse:
        b["inferenceConfig"] = Json::object();
        b["messages"].push_back({{"role", "user"}, {"content", {{{"text", "what failed?"}}}}});
        b["messages"].push_back({{"role", "assistant"}, {"content", blocks(call)}});
        b["messages"].push_back(
            {{"role", "user"},
             {"content", {{{"toolResult", {{"toolUseId", "call_0"}, {"content", {{{"text", text}}}}}}}}}});
        break;
    }
    return b.dump();
  }

  // A request in one form: a line per item, results of one place sorted.
  std::vector<std::string> read_request(std::string_view request) const {
    const Json b = Json::parse(request);
    const Json& list = b[wire_ == Wire::gemini ? "contents" : wire_ == Wire::responses ? "input" : "messages"];
    std::vector<std::string> out, results;
    const auto flush = [&] {
      std::sort(results.begin(), results.end());
      out.insert(out.end(), results.begin(), results.end());
      results.clear();
    };
    const auto assistant = [&](const Json& blocks) {
      flush();
      Round joined;  // pieces of one text are one
      for (const Item& i : items(blocks)) {
        const bool more = wire_ == Wire::gemini && i.kind == Item::text && i.id.empty() && !joined.empty() &&
                          joined.back().kind == Item::text;
        if (more) {
          joined.back().value += i.value;
        } else {
          joined.push_back(i);
        }
      }
      for (const Item& i : joined) out.push_back(line(i));
    };
    for (const Json& m : list) {
      const std::string role = m.value("role", "");
      if (wire_ == Wire::responses) {
        if (m.value("type", "") == "function_call_output") {
          results.push_back("result " + m["call_id"].get<std::string>() + " " + m["output"].get<std::string>());
        } else if (role == "user") {
          flush();
          out.push_back("user");
        } else {
          assistant(Json::array({m}));
        }
      } else if (wire_ == Wire::openai) {
        if (role == "tool") {
          results.push_back("result " + m["tool_call_id"].get<std::string>() + " " + m["content"].get<std::string>());
        } else if (role == "assistant") {
          assistant(m);
          out.push_back("end of message");
        } else {
          flush();
          out.push_back("user");
        }
      } else {
        const Json& blocks = m[wire_ == Wire::gemini ? "parts" : "content"];
        if (role == "assistant" || role == "model") {
          assistant(blocks);
          out.push_back("end of message");
          continue;
        }
        bool text = blocks.is_string();
        for (const Json& r : blocks.is_string() ? Json::array() : blocks) {
          if (wire_ == Wire::anthropic && r["type"] == "tool_result") {
            EXPECT_FALSE(text) << "results come first";
            results.push_back("result " + r["tool_use_id"].get<std::string>() + " " + r["content"].get<std::string>());
          } else if (r.contains("functionResponse")) {
            results.push_back("result " + r["functionResponse"]["name"].get<std::string>() + " " +
                              r["functionResponse"]["response"]["output"].get<std::string>());
          } else if (r.contains("toolResult")) {
            results.push_back("result " + r["toolResult"]["toolUseId"].get<std::string>() + " " +
                              r["toolResult"]["content"][0]["text"].get<std::string>());
          } else {
            text = true;
          }
        }
        flush();
        if (text) out.push_back("user");
      }
    }
    flush();
    return out;
  }

  // A round as read_request() shows it.
  std::vector<std::string> lines(const Round& round) const {
    std::vector<std::string> out;
    for (const Item& i : items(blocks(round))) out.push_back(line(i));
    if (wire_ != Wire::responses) out.push_back("end of message");
    return out;
  }

 private:
  static std::string line(const Item& i) {
    constexpr const char* names[] = {"text", "thinking", "client", "own"};
    return std::string(names[i.kind]) + " " + i.id + " " + i.name + " " + i.value;
  }

  static Item call(std::string id, std::string name, std::string arguments) {
    const bool own = is_our_tool(name);
    return {own ? Item::own : Item::client, std::move(arguments), std::move(id), std::move(name)};
  }

  // What the client has: texts that follow each other are blocks of their own, as it got them.
  Json blocks_of_client(const Round& round) const {
    if (wire_ != Wire::gemini) return blocks(round);
    Json parts = blocks(round);
    for (std::size_t i = 0; i < round.size(); ++i) {
      if (round[i].kind == Item::text && !round[i].id.empty()) parts[i]["thoughtSignature"] = round[i].id;
    }
    return parts;
  }

  Json result(const Item& i) const {
    const std::string text = "result of " + i.value;
    switch (wire_) {
      case Wire::anthropic:
        return {{"type", "tool_result"}, {"tool_use_id", i.id}, {"content", text}};
      case Wire::openai:
        return {{"role", "tool"}, {"tool_call_id", i.id}, {"content", text}};
      case Wire::responses:
        return {{"type", "function_call_output"}, {"call_id", i.id}, {"output", text}};
      case Wire::gemini:
        return {{"functionResponse", {{"name", i.name}, {"response", {{"output", text}}}}}};
      case Wire::converse:
        return {{"toolResult", {{"toolUseId", i.id}, {"content", {{{"text", text}}}}}}};
    }
    return {};
  }

  // --- streams

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

  Wire wire_;
};

}  // namespace headroom::relay::test
