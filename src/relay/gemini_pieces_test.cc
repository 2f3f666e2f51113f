// Calls that Gemini streams in pieces: ours are held until they are whole and answered; the client's go on as they
// come.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "json/document.h"
#include "relay/relay.h"

namespace headroom::relay {
namespace {

Originals originals(bool in_hand = true) {
  Originals o;
  o.in_hand = [in_hand](store::Handle) { return in_hand; };
  o.retrieve = [](const pipeline::RetrieveRequest& r, Tokens) {
    return "lines " + std::string(r.lines) + " of " + std::string(r.hash) + " within " +
           std::to_string(r.max_tokens->value);
  };
  o.count = [](std::string_view text) { return Tokens(static_cast<std::int64_t>(text.size())); };
  return o;
}

std::string event(const std::string& part, std::string_view reason = {}) {
  std::string data = R"(data: {"candidates":[{"content":{"role":"model","parts":[)" + part + "]},\"index\":0";
  if (!reason.empty()) data.append(",\"finishReason\":\"").append(reason).append("\"");
  return data + "}]}\r\n\r\n";
}

std::string pieces_of(const std::string& name) {
  return event(R"({"functionCall":{"name":")" + name +
               R"(","id":"f1","willContinue":true},"thoughtSignature":"c2ln"})") +
         event(
             R"({"functionCall":{"partialArgs":[{"jsonPath":"$.hash","stringValue":"48219","willContinue":true}],"willContinue":true}})") +
         event(
             R"({"functionCall":{"partialArgs":[{"jsonPath":"$.hash","stringValue":"3075514"}],"willContinue":true}})") +
         event(
             R"({"functionCall":{"partialArgs":[{"jsonPath":"$['lines']","stringValue":"1-\u0039"},{"jsonPath":"$.max_tokens","numberValue":500}],"willContinue":true}})") +
         event(R"({"functionCall":{}})");
}

struct Played {
  std::string client, request;
};

Played play(const std::string& reply, std::size_t split, bool alias = false, bool in_hand = true) {
  Setup setup;
  setup.wire = Wire::gemini;
  setup.request = R"({"contents":[{"role":"user","parts":[{"text":"q"}]}]})";
  setup.originals = originals(in_hand);
  setup.alias = alias;
  Relay relay(std::move(setup));
  Played p;
  const auto take = [&](const Output& o) {
    p.client += o.client;
    p.request += o.request;
    return o.state;
  };
  take(relay.head({200, "text/event-stream"}));
  auto state = Output::State::open;
  for (std::size_t at = 0; at < reply.size(); at += split) {
    const auto now = take(relay.bytes(std::string_view(reply).substr(at, split)));
    if (now != Output::State::open) state = now;
  }
  if (state != Output::State::asks) take(relay.end());
  return p;
}

TEST(GeminiPieces, OursAreAnsweredOnceWhole) {
  const std::string reply =
      event(R"({"text":"let me look"})") + pieces_of("headroom_retrieve") + event(R"({"text":""})", "STOP");
  for (std::size_t split = 1; split <= reply.size();
       split = split < 90 ? split + 1 : reply.size() + (split == reply.size())) {
    const Played p = play(reply, split);
    ASSERT_EQ(p.client.find("functionCall"), std::string::npos) << p.client;
    const auto doc = json::Document::parse(p.request);
    ASSERT_TRUE(doc) << p.request;
    ASSERT_NE(
        p.request.find(
            R"({"functionCall":{"id":"f1","name":"headroom_retrieve","args":{"hash":"482193075514","lines":"1-\u0039","max_tokens":500}},"thoughtSignature":"c2ln"})"),
        std::string::npos)
        << p.request;
    ASSERT_NE(p.request.find("lines 1-9 of 482193075514 within 500"), std::string::npos) << p.request;
  }
}

TEST(GeminiPieces, TheClientsGoOnAsTheyCome) {
  const std::string reply = pieces_of("run") + event(R"({"text":""})", "STOP");
  for (const std::size_t split : {std::size_t{1}, std::size_t{7}, reply.size()}) {
    const Played p = play(reply, split);
    EXPECT_EQ(p.client, reply);
    EXPECT_EQ(p.request, "");
  }
}

// Under an alias a handle that is not in hand is the client's own: its parts go out, in order, once that is known.
TEST(GeminiPieces, WhatIsNotOursAfterAllIsReleased) {
  const Played p = play(pieces_of("mcp__x__headroom_retrieve") + event(R"({"text":""})", "STOP"), 11, true, false);
  EXPECT_EQ(p.request, "");
  std::size_t at = 0;
  for (const char* piece : {R"("willContinue":true},"thoughtSignature":"c2ln")", R"("stringValue":"48219")",
                            R"("stringValue":"3075514")", R"("numberValue":500)", R"({"functionCall":{}})"}) {
    at = p.client.find(piece, at);
    ASSERT_NE(at, std::string::npos) << piece << "\n" << p.client;
  }
}

TEST(GeminiPieces, OneThatIsCutOffStandsForNothing) {
  std::string reply = pieces_of("headroom_retrieve");
  reply.resize(reply.rfind("data: "));  // without its last part
  const Played p = play(reply + event(R"({"text":""})", "MAX_TOKENS"), 13);
  EXPECT_EQ(p.request, "");
  EXPECT_EQ(p.client.find("functionCall"), std::string::npos);
  EXPECT_NE(p.client.find("MAX_TOKENS"), std::string::npos);
}

}  // namespace
}  // namespace headroom::relay
