// May a text go to the store of this call? Asked only of what would be stored.
//
//   secrets=memory   in a store within the process: yes; elsewhere: not if a secret is found in it
//   secrets=encrypt  yes
//   secrets=raw      not if a secret is found in it
#pragma once

#include <string_view>

#include "pipeline/options.h"

namespace headroom::pipeline {

bool may_be_stored(std::string_view text, SecretsOption option, bool store_leaves_process);

}  // namespace headroom::pipeline
