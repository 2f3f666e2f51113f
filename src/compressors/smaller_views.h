// What kinds of two views offer: a lossless one if it is shorter than the text, then a reversible one if that is
// shorter still.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compressors/compressor.h"

namespace headroom::compressors {

// Long texts are only estimated: no figure shown depends on it.
inline Tokens size_for_choice(const Context& context, std::string_view text) {
  constexpr std::size_t long_text = std::size_t{1} << 16;
  if (text.size() <= long_text && text.data() == context.counted.data() && text.size() == context.counted.size())
    return context.counted_tokens;
  return text.size() > long_text ? tokens::Counter::estimate(text) : context.ruler.count(text);
}

// `encode`: () -> optional<string>, proved to decode. `summarise`: (tokens of the text, tokens of the best so far) ->
// optional<View>; called where loss is allowed.
template <class Encode, class Summarise>
std::vector<View> smaller_views(std::string_view text, const Context& context, std::string_view method, Encode encode,
                                Summarise summarise) {
  std::vector<View> out;
  const Tokens original = size_for_choice(context, text);
  Tokens best = original;
  if (std::optional<std::string> encoded = encode()) {
    const Tokens size = size_for_choice(context, *encoded);
    if (size < original) {
      best = size;
      View& view = out.emplace_back();
      view.text = std::move(*encoded);
      view.method = method;
    }
  }
  if (!context.reversible) return out;
  std::optional<View> view = summarise(original, best);
  if (view && size_for_choice(context, view->text) < best) out.push_back(std::move(*view));
  return out;
}

}  // namespace headroom::compressors
