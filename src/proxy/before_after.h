// What a rewriting changed, text by text, for --log-messages: the one place where contents are kept to be looked at, at
// the operator's word, in memory (ledger/views.h).
//
// At most the last 20 changed texts of a request; O(body) for a body of which something changed.
#pragma once

#include <string_view>
#include <vector>

#include "ledger/views.h"
#include "pipeline/compress.h"

namespace headroom::proxy {

// `body`: what `outcome` was made of.
std::vector<ledger::View> before_and_after(std::string_view body, const pipeline::Outcome& outcome);

}  // namespace headroom::proxy
