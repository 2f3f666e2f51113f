// The C++ header against the C ABI: typed calls, parity with the core, every wrong configuration refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "api/core.h"
#include "headroom/headroom.hpp"
#include "json/document.h"
#include "json/strings.h"

namespace headroom {
namespace {

std::string field(const std::string& json, std::string_view name) {
  const auto doc = json::Document::parse(json);
  if (!doc) return "(not JSON)";
  const auto member = doc->member(0, name);
  if (!member) return "(none)";
  return doc->is(*member, json::Kind::string) ? doc->string(*member) : std::string(doc->raw(*member));
}

std::string rows(int n) {
  std::string text = "[";
  for (int i = 0; i < n; ++i) {
    text += (i ? "," : "") + std::string("{\"id\":") + std::to_string(i) +
            ",\"state\":\"active\",\"note\":\"row \\u00e9 " + std::to_string(i * 7) + "\"}";
  }
  return text + "]";
}

TEST(Capi, GivesTheBytesOfTheCore) {
  const Handle handle;
  api::Core core{api::Config{}};
  const std::string request = "{\"op\":\"compress\",\"content\":" + json::quote(rows(200)) + "}";
  EXPECT_EQ(handle.call(request).json, core.call(request).json);
}

TEST(Capi, APriceFileIsReadWhenTheHandleIsOpened) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "headroom_capi_prices.json";
  const std::string config = "{\"prices\":" + json::quote(file.string()) + "}";
  const auto open = [&](std::string_view rows) {
    std::ofstream(file) << R"({"date":"2026-01-01","source":"x","rows":)" << rows << "}";
    headroom_handle* handle = nullptr;
    std::string said;
    const auto sink = [](void* to, const char* json, size_t size) {
      static_cast<std::string*>(to)->assign(json, size);
    };
    const int status = headroom_open(config.data(), config.size(), &handle, sink, &said);
    headroom_close(handle);
    return std::pair(status, said);
  };
  EXPECT_EQ(open("[]").first, HEADROOM_OK);
  const auto [status, said] = open(R"([{"glob":"a","in":"1"}])");
  EXPECT_EQ(status, HEADROOM_BAD_REQUEST);
  EXPECT_NE(said.find("row 1: in or out is missing"), std::string::npos) << said;
  std::filesystem::remove(file);
}

TEST(Capi, DecodeGivesTheOriginalBack) {
  const Handle handle;
  const std::string text = rows(200);
  const Answer answer = handle.compress_content(text);
  ASSERT_TRUE(answer.ok()) << answer.json;
  const std::string view = field(answer.json, "content");
  ASSERT_LT(view.size(), text.size());
  const Answer decoded = handle.decode(view);
  ASSERT_TRUE(decoded.ok()) << decoded.json;
  EXPECT_TRUE(json::same_tokens(field(decoded.json, "content"), text));
}

TEST(Capi, WhatAViewLeavesOutComesBack) {
  const Handle handle;
  const std::string text = rows(2000);
  const Answer answer = handle.compress_content(text, {.options = R"({"retrieval":"tool","token_budget":300})"});
  ASSERT_TRUE(answer.ok()) << answer.json;
  const auto doc = json::Document::parse(answer.json);
  const auto hashes = doc->member(0, "ccr_hashes");
  ASSERT_EQ(doc->count(*hashes), 1u) << answer.json.substr(0, 400);
  const Answer original = handle.retrieve(doc->string(json::Document::first_child(*hashes)));
  EXPECT_EQ(field(original.json, "text"), text);
  EXPECT_EQ(field(original.json, "status"), "live");
}

TEST(Capi, BrokenBodyComesBackAsItWent) {
  const Handle handle;
  const Answer answer = handle.compress_body("{\"messages\": [");
  EXPECT_TRUE(answer.ok()) << answer.json;
  EXPECT_EQ(field(answer.json, "body"), "{\"messages\": [");
  EXPECT_NE(field(answer.json, "skipped").find("not_json"), std::string::npos);
}

TEST(Capi, RefusesConfigurations) {
  for (const char* config : {"[]", "{\"store\":\"tape\"}", "{\"store\":\"sqlite\"}", "{\"ttl\":-1}",
                             "{\"ttl\":\"soon\"}", "{\"workspace\":\"../x\"}", "{\"min_lossy\":1}", "{"}) {
    EXPECT_THROW(Handle{config}, OpenError) << config;
  }
}

TEST(Capi, OneHandleServesManyThreads) {
  const Handle handle;
  const std::string text = rows(2000);
  const CompressOptions options{.options = R"({"retrieval":"tool"})"};
  const std::string expected = handle.compress_content(text, options).json;
  std::vector<std::string> got(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& answer : got) {
      threads.emplace_back([&] { answer = handle.compress_content(text, options).json; });
    }
  }
  for (const std::string& answer : got) EXPECT_EQ(answer, expected);
}

}  // namespace
}  // namespace headroom
