#include "compressors/prose/sentence_breaks.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace headroom::compressors::prose {
namespace {

using enum SentenceClass;

struct ClassRow {
  char32_t first;
  SentenceClass of;
};
constexpr auto class_rows = std::to_array<ClassRow>({
#include "compressors/prose/sentence_class.inc"
});

constexpr SentenceClass look_up(char32_t c) {
  const auto* row = std::upper_bound(class_rows.begin(), class_rows.end(), c,
                                     [](char32_t value, const ClassRow& r) { return value < r.first; });
  return (row - 1)->of;
}

constexpr auto ascii = [] {
  std::array<SentenceClass, 128> table{};
  for (char32_t c = 0; c < 128; ++c) table[c] = look_up(c);
  return table;
}();

bool is_paragraph_end(SentenceClass c) {
  return c == sep || c == cr || c == lf;
}

class Breaker {
 public:
  Breaker(std::string_view text, LineEnds line_ends) : text_(text), blanks_(line_ends == LineEnds::blanks) {}

  std::vector<std::size_t> run() {
    std::size_t at = 0;
    while (at < text_.size()) {
      std::size_t size = 0;
      const SentenceClass c = class_at(at, size);
      if (at > 0 && breaks_before(c, at)) {
        ends_.push_back(at);
        state_ = State::start;
      }
      advance(c);
      at += size;
    }
    if (!text_.empty()) ends_.push_back(text_.size());
    return std::move(ends_);
  }

 private:
  // How far behind a stop we are: SATerm, then Close*, then Sp*, then a paragraph's end.
  enum class State : std::uint8_t { start, inside, stop, close, space, paragraph };

  SentenceClass class_at(std::size_t at, std::size_t& size) const {
    const auto byte = static_cast<unsigned char>(text_[at]);
    SentenceClass c = other;
    if (byte < 0x80) {
      size = 1;
      c = ascii[byte];
    } else {
      const utf8::CodePoint p = utf8::decode(text_, at);
      size = p.size;
      if (p.valid) c = look_up(p.value);
    }
    return blanks_ && is_paragraph_end(c) ? sp : c;
  }

  bool breaks_before(SentenceClass c, std::size_t at) {
    if (previous_raw_ == cr && c == lf) return false;                     // SB3
    if (is_paragraph_end(previous_raw_)) return true;                     // SB4
    if (c == extend) return false;                                        // SB5
    if (state_ == State::inside || state_ == State::start) return false;  // SB998
    const bool stop = state_ == State::stop, up_to_close = stop || state_ == State::close;
    if (is_aterm_) {
      if (stop && c == numeric) return false;                                                    // SB6
      if (stop && c == upper && (before_stop_ == upper || before_stop_ == lower)) return false;  // SB7
      if (lower_follows(c, at)) return false;                                                    // SB8
    }
    if (c == continues || c == sterm || c == aterm) return false;                     // SB8a
    if (up_to_close && (c == close || c == sp || is_paragraph_end(c))) return false;  // SB9
    if (c == sp || is_paragraph_end(c)) return false;                                 // SB10
    return true;                                                                      // SB11
  }

  // Is the next letter or stop a lower-case letter? The answer holds for all that lies before it.
  bool lower_follows(SentenceClass c, std::size_t at) {
    if (at < lower_known_to_) return lower_;
    lower_ = false;
    for (;;) {
      lower_ = c == lower;
      if (lower_ || c == other_letter || c == upper || is_paragraph_end(c) || c == sterm || c == aterm) break;
      std::size_t size = 0;
      class_at(at, size);
      at += size;
      if (at >= text_.size()) break;
      c = class_at(at, size);
    }
    lower_known_to_ = at;
    return lower_;
  }

  void advance(SentenceClass c) {
    previous_raw_ = c;
    if (c == extend) {
      if (state_ == State::start) state_ = State::inside;
      return;  // SB5
    }
    if (c == aterm || c == sterm) {
      before_stop_ = previous_;
      is_aterm_ = c == aterm;
      state_ = State::stop;
    } else if (c == close && (state_ == State::stop || state_ == State::close)) {
      state_ = State::close;
    } else if (c == sp && state_ >= State::stop && state_ <= State::space) {
      state_ = State::space;
    } else {
      state_ = State::inside;
    }
    previous_ = c;
  }

  std::string_view text_;
  bool blanks_;
  std::vector<std::size_t> ends_;
  State state_ = State::start;
  bool is_aterm_ = false;
  bool lower_ = false;
  std::size_t lower_known_to_ = 0;
  SentenceClass previous_ = other;      // extending marks left out
  SentenceClass before_stop_ = other;   // what the stop follows
  SentenceClass previous_raw_ = other;  // the very last one
};

}  // namespace

SentenceClass sentence_class(char32_t c) {
  return c < 128 ? ascii[c] : look_up(c);
}

std::vector<std::size_t> sentence_breaks(std::string_view text, LineEnds line_ends) {
  return Breaker(text, line_ends).run();
}

}  // namespace headroom::compressors::prose
