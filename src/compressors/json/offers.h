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
  explicit Bar(const Reversible& reversible) {
    if (!reversible.view) return;
    tokens_ = reversible.bar();
    nothing_passes_ = reversible.lossless_least > *tokens_;
  }
  bool nothing_passes() const { return nothing_passes_; }
  // By the estimate, which is a few per cent off.
  bool passes(Tokens estimate) const { return !tokens_ || Tokens(estimate.value * 4 / 5) <= *tokens_; }
  bool passes(std::string_view view) const { return !tokens_ || passes(tokens::Counter::estimate(view)); }

 private:
  std::optional<Tokens> tokens_;
  bool nothing_passes_ = false;
};

}  // namespace headroom::compressors::records
