// A generated conversation: an agent that runs commands whose output nobody can shorten, each with one fact planted in
// it. Once it is longer than its model takes, its turns must leave, and their facts must be found again.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"

namespace headroom {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string word() {
    constexpr std::string_view syllables[] = {"ba",  "ko", "ri",  "tel", "mun", "sa",
                                              "dor", "vi", "lan", "gre", "pu",  "zim"};
    std::string w;
    for (int i = 0; i < 3; ++i) w += syllables[random_() % std::size(syllables)];
    return w;
  }
  std::string prose(int words) {
    std::string out;
    for (int i = 0; i < words; ++i) out += word() + (i % 12 == 11 ? ".\n" : " ");
    return out;
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }

 private:
  std::mt19937 random_;
};

struct Planted {
  std::string subject, fact;
};

struct Generated {
  std::vector<std::string> messages;  // JSON
  std::vector<Planted> planted;       // one a turn

  std::string body(std::size_t count) const {
    std::string out = R"({"model":"claude-sonnet-4-5","messages":[)";
    for (std::size_t i = 0; i < count; ++i) out.append(i ? "," : "").append(messages[i]);
    return out + "]}";
  }
};

inline Generated generate(unsigned seed, int turns, int words) {
  Generator g(seed);
  Generated out;
  const auto text_message = [&](std::string_view role, const std::string& text) {
    json::Writer w;
    w.object().key("role").string(role).key("content").string(text).end();
    out.messages.push_back(std::move(w).take());
  };
  text_message("user", "Survey the services one by one and keep notes.");
  for (int t = 0; t < turns; ++t) {
    const std::string subject = g.word() + "-" + g.word();
    const std::string fact = "The port of " + subject + " is " + std::to_string(10'000 + g.number() % 50'000) + ".";
    const std::string id = "toolu_" + std::to_string(t);
    json::Writer call;
    call.object().key("role").string("assistant").key("content").array();
    call.object().key("type").string("text").key("text").string("Next: " + subject + ".").end();
    call.object().key("type").string("tool_use").key("id").string(id).key("name").string("Bash").key("input").object();
    call.key("command").string("describe " + subject).end().end().end().end();
    out.messages.push_back(std::move(call).take());
    json::Writer result;
    const std::string output = g.prose(words / 2) + "\n" + fact + "\n" + g.prose(words / 2);
    result.object().key("role").string("user").key("content").array().object().key("type").string("tool_result");
    result.key("tool_use_id").string(id).key("content").string(output).end().end().end();
    out.messages.push_back(std::move(result).take());
    out.planted.push_back({subject, fact});
    if (t % 25 == 24) {
      text_message("assistant", "Noted.");
      text_message("user", "Go on with the rest, please.");
    }
  }
  return out;
}

}  // namespace headroom
