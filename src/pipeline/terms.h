// What the fold decides by, from the request: the model's prices and limit, and the part of it that is no message.
#pragma once

#include "history/fold.h"
#include "messages/conversation.h"
#include "pipeline/options.h"
#include "prices/prices.h"
#include "tokens/counter.h"
#include "tokens/models.h"

namespace headroom::pipeline {

struct Money {
  history::Terms terms;
  const prices::Row* row = nullptr;            // null: the model is not in the file
  const tokens::ModelTokens* model = nullptr;  // how its tokens compare with the ruler's
  Tokens fixed;                                // tools and system on the ruler, rounded up to 1,024
};

// The model's name: the option's, else the body's.
std::string_view model_of(const messages::Conversation& conversation, const Options& options);

Money money_of(const messages::Conversation& conversation, const Options& options, const prices::Prices& prices,
               tokens::Counter& counter);

}  // namespace headroom::pipeline
