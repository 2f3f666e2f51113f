// Conversations made by a generator, and the ways in which clients write one down: five wire formats, and for each any
// key order, white space, spelling of strings, place of cache marks, and a content as a string or as a list.
#pragma once

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/strings.h"
#include "messages/conversation.h"

namespace headroom::wire {

using messages::Format;

inline constexpr Format formats[] = {Format::openai, Format::responses, Format::anthropic, Format::gemini,
                                     Format::converse};

// ---- a conversation, in no format ---------------------------------------------------------------------------------

struct Result {
  std::string tool, arguments;  // the call's, JSON
  std::string text;
  bool error = false;
};

struct Turn {
  std::string user;  // "": the tool results are all there is
  std::string assistant;
  std::vector<Result> results;
};

struct Talk {
  std::string system;
  std::vector<Turn> turns;
};

// ---- JSON that is not written down yet ----------------------------------------------------------------------------

struct Member;
struct Value {
  enum class Kind { raw, string, array, object } kind = Kind::raw;
  std::string text;  // raw JSON, or a string's value
  std::vector<Member> members;
  std::vector<Value> elements;
};

struct Member {
  std::string first;
  Value second;
};

inline Value raw(std::string json) {
  return {Value::Kind::raw, std::move(json), {}, {}};
}
inline Value text(std::string_view value) {
  return {Value::Kind::string, std::string(value), {}, {}};
}
inline Value list(std::vector<Value> elements) {
  return {Value::Kind::array, "", {}, std::move(elements)};
}
inline Value object(std::vector<Member> members) {
  return {Value::Kind::object, "", std::move(members), {}};
}

// How a client writes: everything that must not matter.
struct Style {
  std::mt19937 random{0};
  bool shuffled = false;  // key order
  bool spaced = false;    // white space between tokens
  bool escaped = false;   // \u00e9, \/, \u0041 here and there
  bool parts = false;     // contents as lists of one part where a string would do
  int marked_turn = -1;   // the turn whose newest block has the cache mark
  bool strange = false;   // further members, with numbers that no double holds

  bool chance(unsigned one_in) { return random() % one_in == 0; }
};

class Printer {
 public:
  explicit Printer(Style& style) : style_(style) {}
  std::string print(const Value& v) {
    out_.clear();
    value(v);
    return std::move(out_);
  }

 private:
  void space() {
    constexpr std::string_view blanks[] = {"", "", " ", "\n", "\t", "  ", "\r\n"};
    if (style_.spaced) out_ += blanks[style_.random() % std::size(blanks)];
  }
  void string(std::string_view s) {
    const std::string plain = json::escape(s);
    out_ += '"';
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const char c = plain[i];
      if (c == '\\') {
        out_.append(plain, i, plain[i + 1] == 'u' ? 6 : 2);
        i += plain[i + 1] == 'u' ? 5 : 1;
      } else if (style_.escaped && c == '/') {
        out_ += style_.chance(2) ? "\\/" : "/";
      } else if (style_.escaped && static_cast<unsigned char>(c) < 0x80 && style_.chance(40)) {
        char u[8];
        std::snprintf(u, sizeof u, "\\u%04x", static_cast<unsigned>(c));
        out_ += u;
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }
  void value(const Value& v) {
    switch (v.kind) {
      case Value::Kind::raw:
        out_ += v.text;
        break;
      case Value::Kind::string:
        string(v.text);
        break;
      case Value::Kind::array:
        out_ += '[';
        for (std::size_t i = 0; i < v.elements.size(); ++i) {
          if (i > 0) out_ += ',';
          space();
          value(v.elements[i]);
          space();
        }
        out_ += ']';
        break;
      case Value::Kind::object: {
        std::vector<std::size_t> order(v.members.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        if (style_.shuffled) std::shuffle(order.begin(), order.end(), style_.random);
        out_ += '{';
        for (std::size_t i = 0; i < order.size(); ++i) {
          if (i > 0) out_ += ',';
          space();
          string(v.members[order[i]].first);
          space();
          out_ += ':';
          space();
          value(v.members[order[i]].second);
          space();
        }
        out_ += '}';
        break;
      }
    }
  }

  Style& style_;
  std::string out_;
};

// ---- the formats ----------------------------------------------------------------------------------------------------

class Body {
 public:
  Body(const Talk& talk, Format format, Style& style) : talk_(talk), format_(format), style_(style) {}

  std::string write() {
    for (std::size_t i = 0; i < talk_.turns.size(); ++i) turn(talk_.turns[i], i);
    std::vector<Member> body;
    const bool gemini = format_ == Format::gemini;
    body.emplace_back(gemini ? "contents" : format_ == Format::responses ? "input" : "messages", list(list_));
    if (format_ != Format::gemini && format_ != Format::converse) body.emplace_back("model", text("some-model"));
    system(body);
    if (style_.strange) {
      body.emplace_back("x_float", raw("1.0"));
      body.emplace_back("x_huge", raw("1e400"));
      body.emplace_back("x_long", raw("9223372036854775808"));
      body.emplace_back("x_any", raw(R"({"a":[null,true,-0.0e-7],"b":"\ud800 \u0000"})"));
    }
    return Printer(style_).print(object(std::move(body)));
  }

 private:
  Value marked(Value block, bool mark) {
    if (!mark) return block;
    if (format_ == Format::anthropic || format_ == Format::openai)
      block.members.emplace_back("cache_control", raw(R"({"type":"ephemeral"})"));
    return block;
  }
  // A text as a content: a string, or a list of one part.
  Value content(std::string_view type, std::string_view value, bool mark) {
    if (!style_.parts && !mark) return text(value);
    return list({marked(object({{"type", text(type)}, {"text", text(value)}}), mark)});
  }

  void system(std::vector<Member>& body) {
    if (talk_.system.empty()) return;
    switch (format_) {
      case Format::openai:
        break;  // a message
      case Format::responses:
        body.emplace_back("instructions", text(talk_.system));
        break;
      case Format::gemini:
        body.emplace_back("systemInstruction", object({{"parts", list({object({{"text", text(talk_.system)}})})}}));
        break;
      case Format::converse:
        body.emplace_back("system", list({object({{"text", text(talk_.system)}})}));
        break;
      default:
        body.emplace_back("system", content("text", talk_.system, false));
    }
  }

  void turn(const Turn& t, std::size_t index) {
    const bool mark = static_cast<int>(index) == style_.marked_turn;
    if (index == 0 && format_ == Format::openai && !talk_.system.empty())
      list_.push_back(object({{"role", text("system")}, {"content", content("text", talk_.system, false)}}));
    switch (format_) {
      case Format::responses:
        return responses(t, index);
      case Format::anthropic:
        return anthropic(t, index, mark);
      case Format::gemini:
        return gemini(t);
      case Format::converse:
        return converse(t, index, mark);
      default:
        return chat(t, index, mark);
    }
  }

  static std::string id(std::size_t turn, std::size_t call) {
    return "call_" + std::to_string(turn) + "_" + std::to_string(call);
  }

  void chat(const Turn& t, std::size_t index, bool mark) {
    if (!t.user.empty()) list_.push_back(object({{"role", text("user")}, {"content", content("text", t.user, false)}}));
    std::vector<Value> calls;
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      const Value function = object({{"name", text(t.results[i].tool)}, {"arguments", text(t.results[i].arguments)}});
      calls.push_back(object({{"id", text(id(index, i))}, {"type", text("function")}, {"function", function}}));
    }
    Value message = object({{"role", text("assistant")}, {"content", text(t.assistant)}});
    if (!calls.empty()) message.members.emplace_back("tool_calls", list(std::move(calls)));
    list_.push_back(std::move(message));
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      const bool last = mark && i + 1 == t.results.size();
      list_.push_back(object({{"role", text("tool")},
                              {"tool_call_id", text(id(index, i))},
                              {"content", content("text", t.results[i].text, last)}}));
    }
  }

  void responses(const Turn& t, std::size_t index) {
    if (!t.user.empty())
      list_.push_back(object({{"role", text("user")}, {"content", content("input_text", t.user, false)}}));
    list_.push_back(object({{"type", text("message")},
                            {"role", text("assistant")},
                            {"content", content("output_text", t.assistant, false)}}));
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      list_.push_back(object({{"type", text("function_call")},
                              {"call_id", text(id(index, i))},
                              {"name", text(t.results[i].tool)},
                              {"arguments", text(t.results[i].arguments)}}));
    }
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      Value item = object({{"type", text("function_call_output")},
                           {"call_id", text(id(index, i))},
                           {"output", content("input_text", t.results[i].text, false)}});
      if (t.results[i].error) item.members.emplace_back("status", text("incomplete"));
      list_.push_back(std::move(item));
    }
  }

  void anthropic(const Turn& t, std::size_t index, bool mark) {
    if (!t.user.empty()) list_.push_back(object({{"role", text("user")}, {"content", content("text", t.user, false)}}));
    std::vector<Value> blocks{object({{"type", text("text")}, {"text", text(t.assistant)}})};
    std::vector<Value> results;
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      const Result& r = t.results[i];
      blocks.push_back(object({{"type", text("tool_use")},
                               {"id", text(id(index, i))},
                               {"name", text(r.tool)},
                               {"input", raw(r.arguments)}}));
      const bool last = mark && i + 1 == t.results.size();
      Value result = object({{"type", text("tool_result")},
                             {"tool_use_id", text(id(index, i))},
                             {"content", content("text", r.text, last && style_.chance(2))}});
      if (r.error) result.members.emplace_back("is_error", raw("true"));
      results.push_back(marked(std::move(result), last));
    }
    list_.push_back(object({{"role", text("assistant")}, {"content", list(std::move(blocks))}}));
    if (!results.empty()) list_.push_back(object({{"role", text("user")}, {"content", list(std::move(results))}}));
  }

  void gemini(const Turn& t) {
    const auto content_of = [](std::string_view role, std::vector<Value> parts) {
      return object({{"role", text(role)}, {"parts", list(std::move(parts))}});
    };
    if (!t.user.empty()) list_.push_back(content_of("user", {object({{"text", text(t.user)}})}));
    std::vector<Value> calls{object({{"text", text(t.assistant)}})}, results;
    for (const Result& r : t.results) {
      calls.push_back(object({{"functionCall", object({{"name", text(r.tool)}, {"args", raw(r.arguments)}})}}));
      const Value response = object({{r.error ? "error" : "output", text(r.text)}});
      results.push_back(object({{"functionResponse", object({{"name", text(r.tool)}, {"response", response}})}}));
    }
    list_.push_back(content_of("model", std::move(calls)));
    if (!results.empty()) list_.push_back(content_of("user", std::move(results)));
  }

  void converse(const Turn& t, std::size_t index, bool mark) {
    if (!t.user.empty())
      list_.push_back(object({{"role", text("user")}, {"content", list({object({{"text", text(t.user)}})})}}));
    std::vector<Value> calls{object({{"text", text(t.assistant)}})}, results;
    for (std::size_t i = 0; i < t.results.size(); ++i) {
      const Result& r = t.results[i];
      const Value use =
          object({{"toolUseId", text(id(index, i))}, {"name", text(r.tool)}, {"input", raw(r.arguments)}});
      calls.push_back(object({{"toolUse", use}}));
      Value result = object({{"toolUseId", text(id(index, i))}, {"content", list({object({{"text", text(r.text)}})})}});
      if (r.error) result.members.emplace_back("status", text("error"));
      results.push_back(object({{"toolResult", std::move(result)}}));
    }
    if (mark && !results.empty()) results.push_back(raw(R"({"cachePoint":{"type":"default"}})"));
    list_.push_back(object({{"role", text("assistant")}, {"content", list(std::move(calls))}}));
    if (!results.empty()) list_.push_back(object({{"role", text("user")}, {"content", list(std::move(results))}}));
  }

  const Talk& talk_;
  Format format_;
  Style& style_;
  std::vector<Value> list_;
};

inline std::string write(const Talk& talk, Format format, Style style) {
  return Body(talk, format, style).write();
}

}  // namespace headroom::wire
