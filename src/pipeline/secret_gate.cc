#include "pipeline/secret_gate.h"

#include "secrets/secrets.h"

namespace headroom::pipeline {

bool may_be_stored(std::string_view text, SecretsOption option, bool store_leaves_process) {
  if (option == SecretsOption::encrypt || (option == SecretsOption::memory && !store_leaves_process)) return true;
  return !secrets::first(text);
}

}  // namespace headroom::pipeline
