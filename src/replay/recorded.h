// The recorded sessions of corpus/sessions/, each as the requests that it was made of.
//
//   NAME.json       {"model":"...","messages":[      head: all before the list
//                   {"role":"user",...},             one message a line
//                   ...
//                   ],"tools":[...]}                 tail
//   NAME.meta.json  {"requests":[1,3,5],...}         how many messages each request held
//
// Request i is head + the first requests[i] messages + tail, with what clients add on the way: the cache marks on the
// newest messages (they move from turn to turn) and a clock in the system prompt, if the session has them. The message
// behind the last request is the model's last answer. bench/sessions/replay.py builds the same bytes.
//
// Loading is O(file), a request O(its size).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headroom::replay {

class Recorded {
 public:
  // `path` of NAME.json.
  static Result<Recorded> load(const std::string& path);
  // The bytes of both files. `name` is for messages.
  static Result<Recorded> parse(const std::string& name, std::string_view body, std::string_view meta);

  const std::string& name() const { return name_; }
  const std::string& format() const { return format_; }  // "openai", "responses", "anthropic", "gemini", "converse"
  const std::string& model() const { return model_; }
  const std::string& client() const { return client_; }
  const std::string& story() const { return story_; }

  std::size_t requests() const { return counts_.size(); }
  std::string request(std::size_t i) const;
  // How many messages of the list request i holds.
  std::size_t messages_of(std::size_t i) const { return counts_[i]; }
  // Raw JSON of the messages with which the model answered request i, one string each.
  std::vector<std::string_view> answer(std::size_t i) const;
  // Seconds between the answer to request i - 1 and request i; 0 for the first.
  long gap(std::size_t i) const { return gaps_[i]; }
  // The list's name in the body: "messages", "input", "contents".
  const std::string& list() const { return list_; }
  // The system prompt shows the time: it differs from request to request.
  bool clocked() const { return !clock_text_.empty(); }
  // All messages, raw JSON.
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  void mark(std::vector<std::string>& lines) const;

  std::string name_, format_, model_, client_, story_, list_, head_, tail_;
  std::vector<std::string> messages_;
  std::vector<std::size_t> counts_;
  std::vector<long> gaps_;
  std::size_t marks_ = 0;   // newest messages that carry a cache mark
  std::string mark_;        // the mark's own JSON
  std::string clock_text_;  // its first place is replaced by the time of the request, if not empty
};

// All sessions of a folder, by name; a folder without any is an error: a test over no session would prove nothing.
Result<std::vector<Recorded>> load_all(const std::string& folder);

}  // namespace headroom::replay
