// For tests: a scripted provider of every wire format, and a client of it. The provider writes rounds
// (provider_replies_test_support.h); the client sends its history back; read_request() brings a request to one form, so
// that what the provider wrote can be compared with what it gets back.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "relay/provider_replies_test_support.h"

namespace headroom::relay::test {

class Provider : public Replies {
 public:
  using Replies::Replies;

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
};

}  // namespace headroom::relay::test
