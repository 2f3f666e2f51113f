// What reading a request costs, by wire format and by content: parse, read, project, and the check of the result.
//
//   read_speed
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "json/writer.h"
#include "messages/check.h"
#include "messages/conversation.h"
#include "messages/projection.h"

namespace {

using namespace headroom;
using messages::Format;

// Tool output of about `bytes`: what kind of bytes decides what reading costs.
std::string output(std::string_view content, std::uint64_t seed, std::size_t bytes) {
  std::string text;
  for (int n = 1; text.size() < bytes; ++n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::string value = std::to_string(seed >> 44);
    if (content == "code") {
      text += "    result_" + value + " = self.compute(\"" + std::to_string(n) + "\", limit)\n";
    } else if (content == "json") {
      text += "{\"id\":" + value + ",\"name\":\"n" + value + "\",\"ok\":true}\n";
    } else {
      text += "第" + value + "行：处理请求失败，原因未知 né à " + value + "\n";
    }
  }
  return text;
}

std::string body(Format format, std::string_view content, int turns, std::size_t bytes) {
  json::Writer w;
  w.object().key("model").string("m");
  const bool gemini = format == Format::gemini, responses = format == Format::responses;
  w.key(gemini ? "contents" : responses ? "input" : "messages").array();
  for (int i = 0; i < turns; ++i) {
    const std::string id = "call_" + std::to_string(i), text = output(content, static_cast<std::uint64_t>(i), bytes);
    const std::string arguments = "{\"path\":\"src/file_" + std::to_string(i) + ".cc\"}";
    switch (format) {
      case Format::responses:
        w.object().key("type").string("function_call").key("call_id").string(id).key("name").string("read");
        w.key("arguments").string(arguments).end();
        w.object()
            .key("type")
            .string("function_call_output")
            .key("call_id")
            .string(id)
            .key("output")
            .string(text)
            .end();
        break;
      case Format::anthropic:
        w.object().key("role").string("assistant").key("content").array().object().key("type").string("tool_use");
        w.key("id").string(id).key("name").string("read").key("input").raw(arguments).end().end().end();
        w.object().key("role").string("user").key("content").array().object().key("type").string("tool_result");
        w.key("tool_use_id").string(id).key("content").string(text).end().end().end();
        break;
      case Format::gemini:
        w.object().key("role").string("model").key("parts").array().object().key("functionCall").object();
        w.key("name").string("read").key("args").raw(arguments).end().end().end().end();
        w.object().key("role").string("user").key("parts").array().object().key("functionResponse").object();
        w.key("name").string("read").key("response").object().key("output").string(text).end().end().end().end().end();
        break;
      case Format::converse:
        w.object().key("role").string("assistant").key("content").array().object().key("toolUse").object();
        w.key("toolUseId").string(id).key("name").string("read").key("input").raw(arguments).end().end().end().end();
        w.object().key("role").string("user").key("content").array().object().key("toolResult").object();
        w.key("toolUseId").string(id).key("content").array().object().key("text").string(text).end();
        w.end().end().end().end().end();
        break;
      default:
        w.object().key("role").string("assistant").key("tool_calls").array().object().key("id").string(id);
        w.key("type").string("function").key("function").object().key("name").string("read");
        w.key("arguments").string(arguments).end().end().end().end();
        w.object().key("role").string("tool").key("tool_call_id").string(id).key("content").string(text).end();
    }
  }
  w.end().end();
  return std::move(w).take();
}

// As clients write that keep to ASCII: é as \u00e9.
std::string in_ascii(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size();) {
    const utf8::CodePoint c = utf8::decode(body, i);
    if (c.value < 0x80) {
      out += body[i];
    } else {
      char u[12];
      std::snprintf(u, sizeof u, "\\u%04x", static_cast<unsigned>(c.value));
      out += u;
    }
    i += c.size;
  }
  return out;
}

// The least of some runs, in MB/s: what the work costs where nothing else runs.
template <class F>
double rate(std::size_t bytes, F&& f) {
  double least = 1e9;
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return static_cast<double>(bytes) / 1e6 / least;
}

}  // namespace

int main() {
  std::printf("%-10s %-5s %8s | MB/s: %6s %6s %8s %6s\n", "format", "text", "bytes", "parse", "read", "project",
              "check");
  for (const Format format : {Format::openai, Format::responses, Format::anthropic, Format::gemini, Format::converse}) {
    for (const char* content : {"code", "json", "utf-8", "ascii"}) {
      std::string text = body(format, content, 100, 10'000);
      if (std::string_view(content) == "ascii") text = in_ascii(text);
      std::size_t kept = 0;
      const double parse = rate(text.size(), [&] { kept += json::Document::parse(text)->size(); });
      const double read = rate(text.size(), [&] { kept += messages::read(text)->leaves.size(); });
      const auto c = messages::read(text);
      const double project = rate(text.size(), [&] { kept += messages::project(*c).size(); });
      const double check = rate(text.size(), [&] { kept += messages::violation(*c, text, {}).has_value(); });
      std::printf("%-10s %-5s %8zu |       %6.0f %6.0f %8.0f %6.0f%s\n", std::string(to_string(format)).c_str(),
                  content, text.size(), parse, read, project, check, kept == 0 ? "!" : "");
    }
  }
}
