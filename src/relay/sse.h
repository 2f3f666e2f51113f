// Server-sent events, incrementally: the same events for every split of the bytes, with the bytes of each kept.
//
//   ": hi\n\nevent: ping\ndata: {}\r\n\r\n"  ->  {raw ": hi\n\n"}, {type "ping", data "{}", raw "event: ping..."}
//
// Lines end in LF, CRLF or CR, mixed as they come; a byte order mark at the start is skipped. An event is told as soon
// as the empty line behind it has been read; blocks of comments alone are told too (without data), since their bytes go
// on. Empty lines before an event belong to its bytes, so the raws joined are the stream. A final block without its
// empty line is no event: pending() has it. O(n); memory: one event.
//
// Where a line end is a CR and the next byte has not come, a CRLF is waited for, but after a line that ended in CR
// alone.
//
// Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace headroom::relay {

struct SseEvent {
  std::string_view raw;   // its bytes in the stream, with the empty line
  std::string_view type;  // of its last `event` field; "" if none
  std::string_view data;  // its `data` lines joined by LF
  bool has_data = false;
  bool one_line = false;  // the data stands in one line of `raw`: data is a part of raw
};

class SseParser {
 public:
  // `sink` is called for each event that is complete; its views are valid inside the call only.
  void feed(std::string_view bytes, const std::function<void(const SseEvent&)>& sink);
  // What has come of the event at hand.
  std::string_view pending() const { return std::string_view(buffer_).substr(event_); }

 private:
  struct Field {
    std::size_t begin = 0, end = 0;
  };
  // The end of the line that begins at line_ and of its line end; false if it has not come yet.
  bool find_line(std::size_t& end, std::size_t& next);
  void read_line(std::string_view line, std::size_t begin);
  void tell(std::size_t end, const std::function<void(const SseEvent&)>& sink);

  std::string buffer_;
  std::size_t event_ = 0, line_ = 0, scan_ = 0;  // where the event, the line and what is not looked at yet begin
  bool started_ = false;                         // a byte order mark can no longer come
  bool any_line_ = false, after_cr_ = false;
  int data_lines_ = 0;
  Field type_, data_;
  std::string joined_;
};

// The event's bytes with other data; its other fields and line ends stay.
std::string with_data(const SseEvent& event, std::string_view data);

// An event made of these fields; `type` "" for none.
std::string event_of(std::string_view type, std::string_view data);

}  // namespace headroom::relay
