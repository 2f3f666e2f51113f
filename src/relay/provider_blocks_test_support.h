// For tests: what a model writes - texts, thoughts with signatures, calls - in the words of every wire format, and
// back.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "relay/call.h"

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

class Blocks {
 public:
  explicit Blocks(Wire wire) : wire_(wire) {}

  bool has_call(const Round& round) const {
    for (const Item& i : round) {
      if (i.kind == Item::client || i.kind == Item::own) return true;
    }
    return false;
  }

  // A round as the provider writes it. `cut`: by its token limit.
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

  static std::string line(const Item& i) {
    constexpr const char* names[] = {"text", "thinking", "client", "own"};
    return std::string(names[i.kind]) + " " + i.id + " " + i.name + " " + i.value;
  }

 private:
  static Item call(std::string id, std::string name, std::string arguments) {
    const bool own = is_our_tool(name);
    return {own ? Item::own : Item::client, std::move(arguments), std::move(id), std::move(name)};
  }

 protected:
  Wire wire_;
};

}  // namespace headroom::relay::test
