#include "relay/sse.h"

#include <algorithm>
#include <cstring>

namespace headroom::relay {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The first CR or LF at or after `from`.
std::size_t find_break(std::string_view text, std::size_t from) {
  const auto find = [&](char c, std::size_t end) -> std::size_t {
    const void* const at = from < end ? std::memchr(text.data() + from, c, end - from) : nullptr;
    return at == nullptr ? end : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
  };
  const std::size_t line_feed = find('\n', text.size());
  return find('\r', line_feed);
}

// The value of a field's line: what follows the colon, without one space.
std::size_t value_at(std::string_view line, std::size_t name) {
  std::size_t at = name;
  if (at < line.size() && line[at] == ':') ++at;
  if (at < line.size() && line[at] == ' ') ++at;
  return at;
}

bool is_field(std::string_view line, std::string_view name) {
  return line.starts_with(name) && (line.size() == name.size() || line[name.size()] == ':');
}

}  // namespace

bool SseParser::find_line(std::size_t& end, std::size_t& next) {
  end = find_break(buffer_, scan_);
  scan_ = end;
  if (end == buffer_.size()) return false;
  next = end + 1;
  if (buffer_[end] == '\n') {
    after_cr_ = false;
    return true;
  }
  if (end == line_ && after_cr_) return true;  // a stream of CRs: do not wait for a LF behind the empty line
  if (next == buffer_.size()) return false;
  after_cr_ = buffer_[next] != '\n';
  if (!after_cr_) ++next;
  return true;
}

void SseParser::read_line(std::string_view line, std::size_t begin) {
  any_line_ = true;
  if (is_field(line, "event")) {
    type_ = {begin + value_at(line, 5), begin + line.size()};
  } else if (is_field(line, "data")) {
    const Field field{begin + value_at(line, 4), begin + line.size()};
    const std::string_view value = std::string_view(buffer_).substr(field.begin, field.end - field.begin);
    if (++data_lines_ == 2) joined_.assign(buffer_, data_.begin, data_.end - data_.begin);
    if (data_lines_ >= 2) joined_.append("\n").append(value);
    if (data_lines_ == 1) data_ = field;
  }
}

void SseParser::tell(std::size_t end, const std::function<void(const SseEvent&)>& sink) {
  const std::string_view all(buffer_);
  SseEvent event;
  event.raw = all.substr(event_, end - event_);
  event.type = all.substr(type_.begin, type_.end - type_.begin);
  event.has_data = data_lines_ > 0;
  event.one_line = data_lines_ == 1;
  event.data = data_lines_ > 1 ? std::string_view(joined_) : all.substr(data_.begin, data_.end - data_.begin);
  sink(event);
  event_ = end;
  any_line_ = false;
  data_lines_ = 0;
  type_ = data_ = {};
}

void SseParser::feed(std::string_view bytes, const std::function<void(const SseEvent&)>& sink) {
  buffer_ += bytes;
  if (!started_) {
    const std::size_t known = std::min(buffer_.size(), byte_order_mark.size());
    const bool mark = buffer_.compare(0, known, byte_order_mark, 0, known) == 0;
    if (mark && known < byte_order_mark.size()) return;
    started_ = true;
    if (mark) line_ = scan_ = byte_order_mark.size();
  }
  for (std::size_t end = 0, next = 0; find_line(end, next);) {
    const std::size_t begin = line_;
    line_ = scan_ = next;
    if (end > begin) {
      read_line(std::string_view(buffer_).substr(begin, end - begin), begin);
    } else if (any_line_) {
      tell(next, sink);
    }
  }
  // What was told is let go; positions move along.
  if (event_ == 0) return;
  buffer_.erase(0, event_);
  line_ -= event_;
  scan_ -= event_;
  for (Field* f : {&type_, &data_}) {
    if (f->end > 0) *f = {f->begin - event_, f->end - event_};
  }
  event_ = 0;
}

std::string with_data(const SseEvent& event, std::string_view data) {
  std::string out;
  out.reserve(event.raw.size() + data.size());
  if (event.one_line && !event.data.empty() && data.find_first_of("\r\n") == std::string_view::npos) {
    const auto at = static_cast<std::size_t>(event.data.data() - event.raw.data());
    return out.append(event.raw, 0, at).append(data).append(event.raw, at + event.data.size());
  }
  return event_of(event.type, data);
}

std::string event_of(std::string_view type, std::string_view data) {
  std::string out;
  if (!type.empty()) out.append("event: ").append(type).append("\n");
  while (true) {
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out.append("data: ").append(data, 0, end).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return out.append("\n");
}

}  // namespace headroom::relay
