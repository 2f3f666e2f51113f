// Code with whole statements left out of its functions' bodies, in place, each gap a comment of the language:
//
//   42  def pay(order):
//   43      if order.closed:
//   44          raise AlreadyClosed(order.id)
//           # [lines 45-61: 17 lines; calls fee, book; 1 return]
//   62      return receipt
//
// (The numbers are there if the source had them.) Every other line is a line of the source, in order. bodies.h says
// what leaves. The view is parsed again before it is accepted: it may hold no more errors than its source; bodies that
// break it are put back. With a token budget, bodies are put back while they fit: those whose function is most referred
// to in the file first, then public ones, then small ones; and if even the least view is over it, returns leave too.
// O(n): a parse of the source, one of what changed (of all, where the source has errors), a few more if something
// breaks.
#pragma once

#include <optional>

#include "compressors/code/recognise.h"
#include "compressors/compressor.h"

namespace headroom::compressors::code {

// nullopt if nothing leaves, or the code does not parse well enough. Takes the syntax out of the source if it has one.
std::optional<View> reversible_view(Recognised& source, const Context& context);

}  // namespace headroom::compressors::code
