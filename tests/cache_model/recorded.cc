#include "cache_model/recorded.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "json/document.h"

namespace headroom::sessions {
namespace {

using json::Document;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "recorded sessions: %s\n", what.c_str());
  std::abort();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) give_up("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

long number(std::string_view raw) {
  long n = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), n);
  return n;
}

// "2026-10-05 09:00:00" + seconds within the same month, as a client's clock would show it.
std::string clock_after(const std::string& start, long seconds) {
  const long day = number(std::string_view(start).substr(8, 2));
  const long second = number(std::string_view(start).substr(11, 2)) * 3600 +
                      number(std::string_view(start).substr(14, 2)) * 60 +
                      number(std::string_view(start).substr(17, 2)) + seconds;
  char text[40];
  std::snprintf(text, sizeof text, "%s%02ld %02ld:%02ld:%02ld", start.substr(0, 8).c_str(), day + second / 86400,
                second / 3600 % 24, second / 60 % 60, second % 60);
  return text;
}

// Adds a cache mark to the last block of a message, as clients do; a content that is a string becomes one text block.
std::string marked(const std::string& line, const std::string& format, const std::string& mark) {
  if (format == "converse") {  // {"role":"user","content":[{...}]}: one more block
    const std::size_t at = line.rfind("]}");
    return line.substr(0, at) + ",{\"cachePoint\":" + mark + "}" + line.substr(at);
  }
  const auto doc = Document::parse(line);
  if (!doc) give_up("a message is no JSON");
  const auto content = doc->member(0, "content");
  if (!content) return line;
  const json::Node& node = (*doc)[*content];
  if (node.kind() == json::Kind::string) {
    return line.substr(0, node.begin()) + "[{\"type\":\"text\",\"text\":" + std::string(doc->raw(*content)) +
           ",\"cache_control\":" + mark + "}]" + line.substr(node.end());
  }
  const std::size_t at = line.rfind("}]}");
  return line.substr(0, at) + ",\"cache_control\":" + mark + line.substr(at);
}

}  // namespace

Recorded Recorded::load(const std::string& path) {
  Recorded r;
  const std::string body = read_file(path);
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    r.messages_.push_back(body.substr(begin, end - begin));
    begin = end + 1;
  }
  if (r.messages_.size() < 3) give_up(path + " is not one message a line");
  r.head_ = std::move(r.messages_.front());
  r.tail_ = std::move(r.messages_.back());
  r.messages_.erase(r.messages_.begin());
  r.messages_.pop_back();
  for (std::string& line : r.messages_) {
    if (line.ends_with(',')) line.pop_back();
  }

  const std::string meta = read_file(path.substr(0, path.size() - 5) + ".meta.json");
  const auto doc = Document::parse(meta);
  if (!doc) give_up(path + " has no readable .meta.json");
  const auto text = [&](json::NodeId in, std::string_view key) {
    const auto id = doc->member(in, key);
    return id && doc->is(*id, json::Kind::string) ? doc->string(*id) : std::string();
  };
  r.name_ = text(0, "name"), r.format_ = text(0, "format"), r.model_ = text(0, "model");
  r.client_ = text(0, "client"), r.story_ = text(0, "story"), r.list_ = text(0, "list"),
  r.clock_text_ = text(0, "clock");
  const auto requests = doc->member(0, "requests"), gaps = doc->member(0, "gaps");
  if (!requests || !gaps) give_up(path + ": requests or gaps are missing");
  for (const json::NodeId id : doc->elements(*requests))
    r.counts_.push_back(static_cast<std::size_t>(number(doc->raw(id))));
  for (const json::NodeId id : doc->elements(*gaps)) r.gaps_.push_back(number(doc->raw(id)));
  if (r.gaps_.size() != r.counts_.size() || r.counts_.empty() || r.counts_.back() > r.messages_.size()) {
    give_up(path + ": requests and gaps do not fit the messages");
  }
  if (const auto marks = doc->member(0, "marks")) {
    if (const auto n = doc->member(*marks, "messages")) r.marks_ = static_cast<std::size_t>(number(doc->raw(*n)));
    if (const auto member = doc->member(*marks, "member")) {
      // Compact, as the client's own serialiser writes it.
      for (const char c : doc->raw(*member)) {
        if (c != ' ' && c != '\n') r.mark_.push_back(c);
      }
    }
  }
  return r;
}

void Recorded::mark(std::vector<std::string>& lines) const {
  std::size_t left = marks_;
  for (std::size_t i = lines.size(); i-- > 0 && left > 0;) {
    if (lines[i].find("\"role\":\"user\"") == lines[i].npos && lines[i].find("\"role\": \"user\"") == lines[i].npos)
      continue;
    lines[i] = marked(lines[i], format_, format_ == "converse" ? std::string("{\"type\":\"default\"}") : mark_);
    --left;
  }
}

std::string Recorded::request(std::size_t i) const {
  std::vector<std::string> lines(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(counts_[i]));
  mark(lines);
  std::string body = head_;
  if (!clock_text_.empty()) {
    long seconds = 0;
    for (std::size_t k = 1; k <= i; ++k) seconds += gaps_[k];
    const std::size_t at = body.find(clock_text_);
    if (at != body.npos) body.replace(at, clock_text_.size(), clock_after(clock_text_, seconds));
  }
  body += '\n';
  for (std::size_t k = 0; k < lines.size(); ++k) body.append(lines[k]).append(k + 1 < lines.size() ? ",\n" : "\n");
  return body + tail_ + '\n';
}

std::vector<std::string_view> Recorded::answer(std::size_t i) const {
  std::vector<std::string_view> out;
  const auto is_answer = [](std::string_view line) {
    constexpr std::string_view leads[] = {"{\"role\":\"assistant\"",
                                          "{\"role\": \"assistant\"",
                                          "{\"role\":\"model\"",
                                          "{\"role\": \"model\"",
                                          "{\"type\":\"reasoning\"",
                                          "{\"type\":\"function_call\"",
                                          "{\"type\":\"custom_tool_call\"",
                                          "{\"type\":\"message\",\"role\":\"assistant\""};
    return std::ranges::any_of(leads, [line](std::string_view lead) { return line.starts_with(lead); });
  };
  for (std::size_t k = counts_[i]; k < messages_.size() && is_answer(messages_[k]); ++k) out.emplace_back(messages_[k]);
  return out;
}

std::vector<Recorded> load_all(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".meta.json")) paths.push_back(path.substr(0, path.size() - 10) + ".json");
  }
  if (paths.empty()) give_up("no sessions in " + folder);
  std::sort(paths.begin(), paths.end());
  std::vector<Recorded> all;
  for (const std::string& path : paths) all.push_back(Recorded::load(path));
  return all;
}

}  // namespace headroom::sessions
