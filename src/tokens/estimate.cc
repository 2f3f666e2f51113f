#include "tokens/counter.h"

namespace headroom::tokens {

Tokens Counter::estimate(std::string_view text) {
  return Counter().count(text);
}

}  // namespace headroom::tokens
