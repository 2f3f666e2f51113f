#include "replay/recorded.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "json/document.h"

namespace headroom::replay {
namespace {

using json::Document;

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::invalid_request, "recorded session: " + std::move(what));
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::not_found, "cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Of a count or a time in seconds: what is none of them is 0.
long number(std::string_view raw) {
  constexpr long most = 1'000'000'000;
  long n = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), n);
  return n < 0 || n > most ? 0 : n;
}

// A member of the root that is a list of numbers.
template <class T>
bool read_numbers(const Document& doc, std::string_view key, std::vector<T>& out) {
  const auto list = doc.member(0, key);
  if (!list || !doc.is(*list, json::Kind::array)) return false;
  for (const json::NodeId id : doc.elements(*list)) {
    if (!doc.is(id, json::Kind::number)) return false;
    out.push_back(static_cast<T>(number(doc.raw(id))));
  }
  return true;
}

// "2026-10-05 09:00:00".
bool is_clock(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd dd:dd:dd";
  return text.size() == shape.size() &&
         std::ranges::equal(text, shape, [](char c, char s) { return s == 'd' ? c >= '0' && c <= '9' : c == s; });
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
    if (at == line.npos) return line;
    return line.substr(0, at) + ",{\"cachePoint\":" + mark + "}" + line.substr(at);
  }
  const auto doc = Document::parse(line);
  const auto content = doc ? doc->member(0, "content") : std::nullopt;
  if (!content) return line;
  const json::Node& node = (*doc)[*content];
  if (node.kind() == json::Kind::string) {
    return line.substr(0, node.begin()) + "[{\"type\":\"text\",\"text\":" + std::string(doc->raw(*content)) +
           ",\"cache_control\":" + mark + "}]" + line.substr(node.end());
  }
  const std::size_t at = line.rfind("}]}");
  if (at == line.npos) return line;
  return line.substr(0, at) + ",\"cache_control\":" + mark + line.substr(at);
}

}  // namespace

Result<Recorded> Recorded::load(const std::string& path) {
  const auto file = read_file(path),
             meta = read_file(path.substr(0, path.size() < 5 ? 0 : path.size() - 5) + ".meta.json");
  if (!file) return std::unexpected(file.error());
  if (!meta) return std::unexpected(meta.error());
  return parse(path, *file, *meta);
}

Result<Recorded> Recorded::parse(const std::string& name, std::string_view body, std::string_view meta) {
  Recorded r;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    r.messages_.emplace_back(body.substr(begin, end - begin));
    begin = end + 1;
  }
  if (r.messages_.size() < 3) return malformed(name + " is not one message a line");
  r.head_ = std::move(r.messages_.front());
  r.tail_ = std::move(r.messages_.back());
  r.messages_.erase(r.messages_.begin());
  r.messages_.pop_back();
  for (std::string& line : r.messages_) {
    if (line.ends_with(',')) line.pop_back();
  }

  const auto doc = Document::parse(meta);
  if (!doc || !doc->is(0, json::Kind::object)) return malformed(name + " has no readable .meta.json");
  const auto text = [&](std::string_view key) {
    const auto id = doc->member(0, key);
    return id && doc->is(*id, json::Kind::string) ? doc->string(*id) : std::string();
  };
  r.name_ = text("name"), r.format_ = text("format"), r.model_ = text("model");
  r.client_ = text("client"), r.story_ = text("story"), r.list_ = text("list"), r.clock_text_ = text("clock");
  if (!r.clock_text_.empty() && !is_clock(r.clock_text_)) return malformed(name + ": clock is no time");
  if (!read_numbers(*doc, "requests", r.counts_) || !read_numbers(*doc, "gaps", r.gaps_)) {
    return malformed(name + ": requests or gaps are missing, or no numbers");
  }
  for (std::size_t i = 1; i < r.counts_.size(); ++i) {
    if (r.counts_[i] <= r.counts_[i - 1]) return malformed(name + ": requests do not grow");
  }
  if (r.gaps_.size() != r.counts_.size() || r.counts_.empty() || r.counts_.back() > r.messages_.size()) {
    return malformed(name + ": requests and gaps do not fit the messages");
  }
  if (const auto marks = doc->member(0, "marks"); marks && doc->is(*marks, json::Kind::object)) {
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
  body += '\n';
  for (std::size_t k = 0; k < lines.size(); ++k) body.append(lines[k]).append(k + 1 < lines.size() ? ",\n" : "\n");
  body.append(tail_).push_back('\n');
  if (!clock_text_.empty()) {
    long seconds = 0;
    for (std::size_t k = 1; k <= i; ++k) seconds += gaps_[k];
    const std::size_t at = body.find(clock_text_);
    if (at != body.npos) body.replace(at, clock_text_.size(), clock_after(clock_text_, seconds));
  }
  return body;
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

Result<std::vector<Recorded>> load_all(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".meta.json")) paths.push_back(path.substr(0, path.size() - 10) + ".json");
  }
  if (paths.empty()) return fail(ErrorKind::not_found, "no sessions in " + folder);
  std::sort(paths.begin(), paths.end());
  std::vector<Recorded> all;
  for (const std::string& path : paths) {
    auto session = Recorded::load(path);
    if (!session) return std::unexpected(session.error());
    all.push_back(std::move(*session));
  }
  return all;
}

}  // namespace headroom::replay
