// The options of a call, with their defaults: what may change, how much may go, who can redeem what is not shown.
// Names and spellings for callers are api/'s table; this is where their values live.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "history/fold.h"

namespace headroom::pipeline {

enum class FidelityOption : std::uint8_t { auto_, lossless };
// Who can redeem a handle: nobody; the caller, which offers and answers our tool; or we, who do both.
enum class Retrieval : std::uint8_t { none, tool, auto_ };
// When our tool joins a request's tools (of `auto`): from the first request on, or never.
enum class Inject : std::uint8_t { eager, never };
// Which values move out of the system prompt, to the end of the request.
enum class Relocate : std::uint8_t { off, dates, ids, all };
// Whose prompt_cache_key a request has: the client's or none, or one of ours if it has none.
enum class CacheKey : std::uint8_t { client, derive };
// How the request travels (of `auto`): no option, whoever carries it says so.
enum class Route : std::uint8_t {
  intercepted,  // we see the reply, streamed or not, and answer calls of our tool
  relayed,      // the reply passes by: WebSockets, Gemini's JSON-array stream
  signed_body,  // a body that must not be edited (SigV4)
};

// Contents in which a secret is found (secrets/secrets.h): kept in memory only, so lossless where the store lies
// elsewhere; stored encrypted like any other; or left as they are and stored nowhere.
enum class SecretsOption : std::uint8_t { memory, encrypt, raw };

// When a call of ours that the client never saw leaves a trace in the assistant's turn (docs/formats/traces.md).
enum class TraceOption : std::uint8_t { auto_, always, never };

// Which epochs may happen on their own: auto, limit, off, or those at these positions and no others.
struct EpochOption {
  history::EpochMode mode = history::EpochMode::automatic;
  std::vector<history::Position> positions;
};

struct Options {
  // Views
  FidelityOption fidelity = FidelityOption::auto_;
  Retrieval retrieval = Retrieval::none;
  Inject inject = Inject::eager;
  Route route = Route::intercepted;
  // The caller has a way of its own to redeem handles, whatever the request's tools are (the command line: headroom
  // retrieve). Otherwise a request with tools must offer ours and leave the model free to call it.
  bool redeems_outside = false;
  // The request is one of a batch, which is answered within a day: its originals are kept that long. No option either.
  bool in_batch = false;
  std::optional<Tokens> token_budget;  // of a conversation, or of the one content's view
  std::optional<double> target_ratio;  // share kept, 0..1: steers reversible views
  bool optimize = true;                // false: counts truly, changes nothing

  bool images = false;  // images may become smaller, and repeats of them leave

  // The provider's cache
  Relocate relocate = Relocate::off;
  CacheKey prompt_cache_key = CacheKey::client;

  // Gates
  Tokens min_lossless{50};
  Tokens min_lossy{250};
  int keep_code = 4;
  bool protect_analysis_context = true;   // false: no intent words
  std::vector<std::string> intent_words;  // empty: the built-in list
  std::vector<std::string> roles{"tool"};
  std::vector<std::string> exclude{"headroom_*", "Skill"};  // tool name globs
  std::vector<std::string> exact{"Read", "read_file", "view", "NotebookRead",
                                 "*str_replace*"};  // line-preserving views only
  std::vector<std::string> instruction_files{"AGENTS.md", "CLAUDE.md",    "GEMINI.md",
                                             "SKILL.md",  ".cursorrules", "*.mdc"};
  int frozen_message_count = 0;       // the first n messages are left alone
  std::vector<int> protect_messages;  // message indices that are left alone
  std::map<int, double> biases;       // message index -> factor on its budget; 1e9 keeps all

  SecretsOption secrets = SecretsOption::memory;

  // Epochs
  bool compact = false;  // the list ends here: rewrite all of it; a token_budget of a conversation implies it
  EpochOption epoch;
  int high = 85, low = 55;            // per cent of the usable limit: when units leave, and down to where
  std::optional<Tokens> model_limit;  // else the price row's
  int keep_units = 4;                 // the last ones, which never leave
  std::string model;                  // else the body's

  // Retrieval
  Tokens answer_tokens{2000};  // what max_tokens of a retrieve call is if not given
  int rounds = 4;              // hidden rounds of one turn that are answered
  Tokens round_tokens{8000};   // of their answers together
  TraceOption trace = TraceOption::auto_;
};

}  // namespace headroom::pipeline
