// What the makers of lossless tables share: the options that the context asks for, and the bar a table must pass beside
// a reversible view.
#pragma once

#include <cstdint>
#include <optional>

#include "compressors/compressor.h"
#include "compressors/json/encode.h"
#include "compressors/json/reversible.h"

namespace headroom::compressors::records {

inline EncodeOptions options_of(const Context& context) {
  EncodeOptions options;
  options.ruler = &context.ruler;
  for (const search::Term& term : context.query.terms()) {
    if (term.whole_identifier) options.whole_names.push_back(term.text);
  }
  return options;
}

// What a lossless view may cost to be of use beside a reversible one: what stays above need not be made, or proved.
class Bar {
 public:
  Bar(const Reversible& reversible, tokens::Counter& ruler) : ruler_(ruler) {
    if (!reversible.view) return;
    tokens_ = reversible.bar;
    nothing_passes_ = reversible.lossless_least > *tokens_;
  }
  bool nothing_passes() const { return nothing_passes_; }
  // By the estimate, which is a few per cent off, where that is enough.
  bool passes(std::string_view view) const {
    if (!tokens_) return true;
    const std::int64_t estimate = tokens::Counter::estimate(view).value;
    if (estimate * 4 > tokens_->value * 5) return false;
    return estimate * 5 < tokens_->value * 4 || !ruler_.exceeds(view, *tokens_);
  }

 private:
  tokens::Counter& ruler_;
  std::optional<Tokens> tokens_;
  bool nothing_passes_ = false;
};

}  // namespace headroom::compressors::records
