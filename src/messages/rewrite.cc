#include "messages/rewrite.h"

#include "json/strings.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

// How a user message of ours looks, around its text as a JSON string.
struct Shape {
  Format format;
  std::string_view before, after;
  bool own_message = true;  // false: the text joins the content of the message before
};
constexpr Shape shapes[] = {
    {Format::openai, R"({"role":"user","content":)", "}"},
    {Format::responses, R"({"role":"user","content":)", "}"},
    {Format::anthropic, R"({"role":"user","content":)", "}"},
    {Format::gemini, R"({"role":"user","parts":[{"text":)", "}]}"},
    {Format::converse, R"({"text":)", "}", false},
    {Format::vercel, R"({"role":"user","content":[{"type":"text","text":)", "}]}"},
};

const Shape& shape_of(Format format) {
  for (const Shape& s : shapes) {
    if (s.format == format) return s;
  }
  return shapes[0];
}

std::string ours(const Shape& shape, std::string_view text) {
  std::string out(shape.before);
  return out.append(json::quote(text)).append(shape.after);
}

NodeId node_of(const Conversation& c, int message) {
  return c.message_list[static_cast<std::size_t>(message)].node;
}

}  // namespace

bool can_leave(const Conversation& c) {
  return c.doc.is(c.messages, Kind::array);
}

void replace_runs(const Conversation& c, std::span<const Run> runs, std::vector<Edit>& edits, Plan& plan) {
  const Shape& shape = shape_of(c.format);
  for (const Run& run : runs) {
    const std::size_t end = c.doc[node_of(c, run.end - 1)].end();
    const NodeId before = node_of(c, run.first - 1);
    const NodeId content = c.doc.member(before, "content").value_or(0);  // 0: the body itself, which is no content
    const bool joins = !shape.own_message && content != 0 && c.doc.is(content, Kind::array);
    plan.left.push_back({run.first, run.end - 1, !joins});
    if (!joins) {
      const std::size_t begin = c.doc[node_of(c, run.first)].begin();
      edits.push_back({begin, end - begin, ours(shape, run.text)});
      continue;
    }
    const std::string comma = c.doc.count(content) > 0 ? "," : "";
    edits.push_back({c.doc[content].end() - std::size_t{1}, 0, comma + ours(shape, run.text)});
    plan.appended.push_back(content);
    edits.push_back({c.doc[before].end(), end - c.doc[before].end(), ""});
  }
}

}  // namespace headroom::messages
