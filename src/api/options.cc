#include "api/options.h"

#include <algorithm>
#include <array>
#include <limits>

#include "api/nearest.h"
#include "api/values.h"
#include "models/registry.h"
#include "store/redis_link.h"

namespace headroom::api {
namespace {

using pipeline::FidelityOption;
using pipeline::Retrieval;
using pipeline::SecretsOption;
using pipeline::TraceOption;

// clang-format off
constexpr OptionRow rows[] = {
    {"fidelity", "", Group::views, "auto|lossless", "lossless: only views that decode to the original",
     [](Settings& s) -> Slot { return &s.call.fidelity; }},
    {"token_budget", "", Group::views, "N", "Tokens that a conversation, or one content's view, should take (reversible views only)",
     [](Settings& s) -> Slot { return &s.call.token_budget; }, 1},
    {"target_ratio", "", Group::views, "0..1", "Share of the tokens to keep (reversible views only)",
     [](Settings& s) -> Slot { return &s.call.target_ratio; }, 0, 1},
    {"optimize", "", Group::views, "true|false", "false: count only, change nothing",
     [](Settings& s) -> Slot { return &s.call.optimize; }},

    {"images", "", Group::views, "true|false", "Make images smaller where the model bills less and text in them stays legible; older repeats leave",
     [](Settings& s) -> Slot { return &s.call.images; }},

    {"relocate", "", Group::views, "off|dates|ids|all", "Move these values out of the system prompt to the end of the request, so that the cache holds",
     [](Settings& s) -> Slot { return &s.call.relocate; }},
    {"prompt_cache_key", "", Group::views, "client|derive", "derive: a prompt_cache_key where an OpenAI request has none",
     [](Settings& s) -> Slot { return &s.call.prompt_cache_key; }},

    {"min_lossless", "", Group::gates, "N", "Leave texts under this many tokens alone",
     [](Settings& s) -> Slot { return &s.call.min_lossless; }},
    {"min_lossy", "min_tokens_to_compress", Group::gates, "N", "No reversible view of texts under this many tokens",
     [](Settings& s) -> Slot { return &s.call.min_lossy; }},
    {"keep_code", "protect_recent", Group::gates, "N", "Leave source code in the last N messages alone",
     [](Settings& s) -> Slot { return &s.call.keep_code; }, 0, 1'000'000},
    {"protect_analysis_context", "", Group::gates, "true|false", "Leave all code alone when the user asks to analyse, explain, debug, review or fix",
     [](Settings& s) -> Slot { return &s.call.protect_analysis_context; }},
    {"intent_words", "", Group::gates, "WORD,...", "The words by which such a question is known; empty: the built-in list",
     [](Settings& s) -> Slot { return &s.call.intent_words; }},
    {"roles", "", Group::gates, "ROLE,...", "Whose texts may change: tool, user, system, assistant",
     [](Settings& s) -> Slot { return &s.call.roles; }},
    {"exclude", "exclude_tools", Group::gates, "GLOB,...", "Tools whose results are left alone",
     [](Settings& s) -> Slot { return &s.call.exclude; }},
    {"exact", "", Group::gates, "GLOB,...", "Tools whose results keep their lines (edits quote them)",
     [](Settings& s) -> Slot { return &s.call.exact; }},
    {"instruction_files", "", Group::gates, "GLOB,...", "Files whose text is left alone when it is read",
     [](Settings& s) -> Slot { return &s.call.instruction_files; }},
    {"frozen_message_count", "", Group::gates, "N", "Leave the first N messages alone",
     [](Settings& s) -> Slot { return &s.call.frozen_message_count; }, 0, 1'000'000'000},
    {"protect_messages", "", Group::gates, "INDEX,...", "Leave these messages alone",
     [](Settings& s) -> Slot { return &s.call.protect_messages; }, 0, 1'000'000'000},
    {"biases", "", Group::gates, "INDEX=FACTOR,...", "Factor on the budget of a message; 1e9 keeps all of it",
     [](Settings& s) -> Slot { return &s.call.biases; }},

    {"secrets", "", Group::gates, "memory|encrypt|raw",
     "Contents with a secret: never on a disk or a server (lossless there); stored encrypted; or left as they are",
     [](Settings& s) -> Slot { return &s.call.secrets; }},

    {"retrieval", "", Group::retrieval, "none|tool|auto", "Who can redeem what a view leaves out; none: lossless views only; auto: we add the tool",
     [](Settings& s) -> Slot { return &s.call.retrieval; }},
    {"inject", "", Group::retrieval, "eager|never", "With retrieval auto: whether headroom_retrieve joins the request's own tools",
     [](Settings& s) -> Slot { return &s.call.inject; }},
    {"answer_tokens", "", Group::retrieval, "N", "Size of a retrieve answer that asks for a part and names no size",
     [](Settings& s) -> Slot { return &s.call.answer_tokens; }, 1, 16'000},
    {"rounds", "", Group::retrieval, "N", "Rounds of retrieve calls answered within one turn, where we answer them",
     [](Settings& s) -> Slot { return &s.call.rounds; }, 0, 1'000},
    {"round_tokens", "", Group::retrieval, "N", "Tokens of all answers within one turn, where we answer them",
     [](Settings& s) -> Slot { return &s.call.round_tokens; }, 1, 1'000'000},
    {"trace", "", Group::retrieval, "auto|always|never", "When a retrieve call that the client did not see leaves a trace in the turn",
     [](Settings& s) -> Slot { return &s.call.trace; }},

    {"compact", "", Group::epochs, "true|false", "The list ends here: rewrite all of it at once (token_budget implies it)",
     [](Settings& s) -> Slot { return &s.call.compact; }},
    {"epoch", "", Group::epochs, "auto|limit|off|POSITION,...", "When earlier bytes may change; positions are those an answer named",
     [](Settings& s) -> Slot { return &s.call.epoch; }},
    {"high", "", Group::epochs, "PERCENT", "Share of the model's limit above which turns leave",
     [](Settings& s) -> Slot { return &s.call.high; }, 1, 100},
    {"low", "", Group::epochs, "PERCENT", "Share of the model's limit down to which they leave",
     [](Settings& s) -> Slot { return &s.call.low; }, 1, 100},
    {"model_limit", "", Group::epochs, "N", "Tokens that the model takes, where the price file does not say or is not to be believed",
     [](Settings& s) -> Slot { return &s.call.model_limit; }, 1},
    {"keep_units", "", Group::epochs, "N", "The last N turns never leave",
     [](Settings& s) -> Slot { return &s.call.keep_units; }, 0, 1'000'000},

    {"prose_model", "", Group::models, "extractive|small|NAME|DIR", "Who judges sentences of prose: a built-in ranking, a model that headroom model add knows, or its directory",
     [](Settings& s) -> Slot { return &s.handle.prose_model; }},
    {"onnxruntime", "", Group::models, "LIBRARY", "The library libonnxruntime.so that runs such a model; none: where the system has it",
     [](Settings& s) -> Slot { return &s.handle.onnxruntime; }},

    {"prices", "", Group::prices, "FILE", "A price file instead of the one compiled in (docs/formats/prices.md)",
     [](Settings& s) -> Slot { return &s.handle.prices; }},

    {"store", "", Group::store, "sqlite|memory|redis://HOST:PORT", "Where originals are kept (rediss:// with TLS)",
     [](Settings& s) -> Slot { return &s.handle; }},
    {"store_bytes", "", Group::store, "BYTES", "Room for originals (memory: at most 256MiB unless given)",
     [](Settings& s) -> Slot { return &s.handle.store_bytes; }, 1, std::int64_t{1} << 50},
    {"ttl", "", Group::store, "TIME", "How long an original is kept after it was last used",
     [](Settings& s) -> Slot { return &s.handle.ttl; }, 1, 3'650LL * 86'400},
    {"ttl_batch", "", Group::store, "TIME", "The same of originals of batches, which are answered within a day",
     [](Settings& s) -> Slot { return &s.handle.ttl_batch; }, 1, 3'650LL * 86'400},
    {"synchronous", "", Group::store, "true|false", "sqlite: every commit reaches the disk; a power cut loses nothing",
     [](Settings& s) -> Slot { return &s.handle.synchronous; }},
    {"audit", "", Group::store, "true|false", "Write a line to audit.jsonl for every original that is asked for (headroom audit verify)",
     [](Settings& s) -> Slot { return &s.handle.audit; }},
    {"workspace", "", Group::store, "NAME", "Unit of isolation: other workspaces have other handles",
     [](Settings& s) -> Slot { return &s.handle.workspace; }},
};

constexpr PeerRow peer_rows[] = {
    {"compress_user_messages", "roles", "true|false", "Adds user to roles"},
    {"compress_system_messages", "roles", "true|false", "Adds system to roles"},
    {"compress_assistant_messages", "roles", "true|false", "Adds assistant to roles"},
    {"mode", "", "agent|ccr", "agent: fidelity lossless; ccr: retrieval tool"},
    {"savings_profile", "", "agent-90|balanced|coding|general", "Sets target_ratio and keep_code"},
    {"verify_lossless", "", "true", "Always on"},
    {"kompress_model", "prose_model", "none|disabled|DIR", "Sets prose_model to a directory"},
    {"session_id", "", "TEXT", "A label; changes nothing"},
};
// clang-format on

struct Choice {
  std::string_view name;
  int value;
};
constexpr Choice fidelities[] = {{"auto", static_cast<int>(FidelityOption::auto_)},
                                 {"lossless", static_cast<int>(FidelityOption::lossless)}};
constexpr Choice retrievals[] = {{"none", static_cast<int>(Retrieval::none)},
                                 {"tool", static_cast<int>(Retrieval::tool)},
                                 {"auto", static_cast<int>(Retrieval::auto_)}};
constexpr Choice injections[] = {{"eager", static_cast<int>(pipeline::Inject::eager)},
                                 {"never", static_cast<int>(pipeline::Inject::never)}};
constexpr Choice secret_choices[] = {{"memory", static_cast<int>(SecretsOption::memory)},
                                     {"encrypt", static_cast<int>(SecretsOption::encrypt)},
                                     {"raw", static_cast<int>(SecretsOption::raw)}};
constexpr Choice traces[] = {{"auto", static_cast<int>(TraceOption::auto_)},
                             {"always", static_cast<int>(TraceOption::always)},
                             {"never", static_cast<int>(TraceOption::never)}};
constexpr Choice relocations[] = {{"off", static_cast<int>(pipeline::Relocate::off)},
                                  {"dates", static_cast<int>(pipeline::Relocate::dates)},
                                  {"ids", static_cast<int>(pipeline::Relocate::ids)},
                                  {"all", static_cast<int>(pipeline::Relocate::all)}};
constexpr Choice cache_keys[] = {{"client", static_cast<int>(pipeline::CacheKey::client)},
                                 {"derive", static_cast<int>(pipeline::CacheKey::derive)}};
constexpr Choice stores[] = {{"sqlite", static_cast<int>(Config::StoreKind::sqlite)},
                             {"memory", static_cast<int>(Config::StoreKind::memory)}};
constexpr std::string_view roles[] = {"tool", "user", "system", "assistant"};

constexpr std::span<const Choice> choices_of(FidelityOption) {
  return fidelities;
}
constexpr std::span<const Choice> choices_of(Retrieval) {
  return retrievals;
}
constexpr std::span<const Choice> choices_of(SecretsOption) {
  return secret_choices;
}
constexpr std::span<const Choice> choices_of(TraceOption) {
  return traces;
}
constexpr std::span<const Choice> choices_of(pipeline::Inject) {
  return injections;
}
constexpr std::span<const Choice> choices_of(pipeline::Relocate) {
  return relocations;
}
constexpr std::span<const Choice> choices_of(pipeline::CacheKey) {
  return cache_keys;
}

template <class T>
concept Enumeration = std::is_enum_v<T>;

// The value could not be read as the place's type, or is out of range: what the place takes.
enum class Set { done, wrong_type, out_of_range };

// Puts a value into a place.
struct Setter {
  const OptionRow& row;
  const GivenValue& given;

  bool in_range(double n) const {
    return n >= static_cast<double>(row.minimum) && n <= static_cast<double>(row.maximum);
  }
  template <class T, class Make>
  Set store(const std::optional<T>& value, Make make) const {
    if (!value) return Set::wrong_type;
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      if (!in_range(static_cast<double>(*value))) return Set::out_of_range;
    }
    make(*value);
    return Set::done;
  }

  Set operator()(bool* p) const {
    return store(given.boolean(), [p](bool v) { *p = v; });
  }
  Set operator()(int* p) const {
    return store(given.integer(), [p](std::int64_t v) { *p = static_cast<int>(v); });
  }
  Set operator()(Tokens* p) const {
    return store(given.integer(), [p](std::int64_t v) { *p = Tokens(v); });
  }
  Set operator()(std::optional<Tokens>* p) const {
    if (given.is_none()) return p->reset(), Set::done;
    return store(given.integer(), [p](std::int64_t v) { *p = Tokens(v); });
  }
  Set operator()(std::optional<double>* p) const {
    if (given.is_none()) return p->reset(), Set::done;
    return store(given.number(), [p](double v) { *p = v; });
  }
  Set operator()(std::vector<std::string>* p) const {
    const auto list = given.strings();
    if (list && row.name == "roles") {
      for (const std::string& role : *list) {
        if (std::ranges::find(roles, role) == std::end(roles)) return Set::wrong_type;
      }
    }
    return store(list, [p](const std::vector<std::string>& v) { *p = v; });
  }
  Set operator()(std::vector<int>* p) const {
    const auto list = given.integers();
    if (!list) return Set::wrong_type;
    for (const std::int64_t n : *list) {
      if (!in_range(static_cast<double>(n))) return Set::out_of_range;
    }
    p->assign(list->begin(), list->end());
    return Set::done;
  }
  Set operator()(std::map<int, double>* p) const {
    return store(given.numbers_by_index(), [p](const std::map<int, double>& v) { *p = v; });
  }
  Set operator()(pipeline::EpochOption* p) const {
    constexpr std::pair<std::string_view, history::EpochMode> modes[] = {{"auto", history::EpochMode::automatic},
                                                                         {"limit", history::EpochMode::limit},
                                                                         {"off", history::EpochMode::off}};
    if (const auto word = given.string()) {
      for (const auto& [name, mode] : modes) {
        if (name == *word) return *p = {mode, {}}, Set::done;
      }
    }
    std::vector<std::string> texts;
    if (const auto list = given.strings()) {
      texts = *list;
    } else if (const auto numbers = given.integers()) {
      for (const std::int64_t n : *numbers) texts.push_back(std::to_string(n));
    } else {
      return Set::wrong_type;
    }
    std::vector<history::Position> positions;
    for (const std::string& text : texts) {
      const auto position = history::parse_position(text);
      if (!position) return Set::wrong_type;
      positions.push_back(*position);
    }
    *p = {history::EpochMode::positions, std::move(positions)};
    return Set::done;
  }
  Set operator()(std::chrono::seconds* p) const {
    const auto time = given.duration();
    if (time && !in_range(static_cast<double>(time->count()))) return Set::out_of_range;
    return store(time, [p](std::chrono::seconds v) { *p = v; });
  }
  Set operator()(Bytes* p) const {
    return store(given.bytes(), [p](std::uint64_t v) { *p = Bytes{v}; });
  }
  Set operator()(std::string* p) const {  // workspace: part of a file name
    const auto name = given.string();
    if (!name || name->empty() || name->size() > 64 || name->front() == '.') return Set::wrong_type;
    for (const char c : *name) {
      const bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
      if (!letter && c != '-' && c != '_' && c != '.') return Set::wrong_type;
    }
    return store(name, [p](const std::string& v) { *p = v; });
  }
  Set operator()(PriceFile* p) const {
    if (given.is_none()) return *p = {}, Set::done;
    return store(given.string(), [p](const std::string& v) { *p = {v, nullptr}; });
  }
  Set operator()(ProseModel* p) const {
    const auto name = given.string();
    if (given.is_none() || (name && *name == default_model())) return *p = {}, Set::done;
    const bool path = name && name->find('/') != std::string::npos;
    if (!name || (!path && !is_built_in_model(*name) && !models::is_model_name(*name))) return Set::wrong_type;
    return *p = {*name, nullptr}, Set::done;
  }
  Set operator()(OnnxLibrary* p) const {
    if (given.is_none()) return *p = {}, Set::done;
    return store(given.string(), [p](const std::string& v) { p->path = v; });
  }
  Set operator()(Config* p) const {  // store: a kind, or the address of a server
    const auto name = given.string();
    if (!name) return Set::wrong_type;
    for (const Choice& c : stores) {
      if (c.name == *name) return p->store = static_cast<Config::StoreKind>(c.value), p->store_url.clear(), Set::done;
    }
    if (!store::parse_redis_url(*name)) return Set::wrong_type;
    p->store = Config::StoreKind::redis;
    p->store_url = *name;
    return Set::done;
  }
  template <Enumeration E>
  Set operator()(E* p) const {
    const auto name = given.string();
    if (!name) return Set::wrong_type;
    for (const Choice& c : choices_of(*p)) {
      if (c.name == *name) return *p = static_cast<E>(c.value), Set::done;
    }
    return Set::wrong_type;
  }
};

std::string shown(std::string_view value) {
  constexpr std::size_t most = 60;
  std::string s(value.substr(0, most));
  if (value.size() > most) s += "...";
  return s;
}

Result<void> refuse(std::string_view name, std::string_view values, std::string_view value) {
  std::string message = "option ";
  message.append(name).append(" takes ").append(values).append(", not ").append(shown(value));
  return fail(ErrorKind::invalid_request, std::move(message));
}

Result<void> set(const OptionRow& row, std::string_view name, const GivenValue& given, std::string_view value,
                 Settings& settings) {
  switch (std::visit(Setter{row, given}, row.at(settings))) {
    case Set::done:
      return {};
    case Set::wrong_type:
      return refuse(name, row.values, value);
    case Set::out_of_range:
      break;
  }
  std::string message = "option ";
  message.append(name).append(" takes ").append(std::to_string(row.minimum)).append(" to ");
  message.append(std::to_string(row.maximum)).append(", not ").append(shown(value));
  return fail(ErrorKind::invalid_request, std::move(message));
}

void set_role(std::vector<std::string>& list, std::string_view role, bool on) {
  std::erase(list, role);
  if (on) list.emplace_back(role);
}

// A directory, as a path: names are option prose_model's.
Result<void> set_kompress_model(const PeerRow& row, const std::string& text, std::string_view value,
                                Settings& settings) {
  if (text == "disabled" || text == "none") return {};
  if (text.find('/') == std::string::npos) return refuse(row.name, row.values, value);
  settings.handle.prose_model = {text, nullptr};
  return {};
}

Result<void> set_peer(const PeerRow& row, const GivenValue& given, std::string_view value, Settings& settings) {
  pipeline::Options& call = settings.call;
  if (row.name.starts_with("compress_")) {
    const auto on = given.boolean();
    if (!on) return refuse(row.name, row.values, value);
    const std::string_view rest = row.name.substr(9);
    set_role(call.roles, rest.substr(0, rest.find('_')), *on);
    return {};
  }
  if (row.name == "verify_lossless") {
    return given.boolean() == true ? Result<void>{} : refuse(row.name, row.values, value);
  }
  if (row.name == "kompress_model" && given.is_none()) return {};
  const auto text = given.string();
  if (!text) return refuse(row.name, row.values, value);
  if (row.name == "session_id") return {};
  if (row.name == "kompress_model") return set_kompress_model(row, *text, value, settings);
  if (row.name == "mode") {
    if (*text == "agent") return call.fidelity = FidelityOption::lossless, Result<void>{};
    if (*text == "ccr") return call.retrieval = Retrieval::tool, Result<void>{};
    return refuse(row.name, row.values, value);
  }
  struct Profile {
    std::string_view name;
    std::optional<double> ratio;
    int keep_code;
  };
  const int usual = pipeline::Options{}.keep_code;
  const Profile profiles[] = {
      {"agent-90", 0.10, 2}, {"balanced", 0.30, usual}, {"coding", std::nullopt, usual}, {"general", std::nullopt, 0}};
  for (const Profile& p : profiles) {
    if (p.name != *text) continue;
    call.target_ratio = p.ratio;
    call.keep_code = p.keep_code;
    return {};
  }
  return refuse(row.name, row.values, value);
}

// Writes a value as JSON.
struct Printer {
  json::Writer& out;
  void operator()(const bool* p) const { out.boolean(*p); }
  void operator()(const int* p) const { out.number(std::int64_t{*p}); }
  void operator()(const Tokens* p) const { out.number(p->value); }
  void operator()(const std::optional<Tokens>* p) const { *p ? out.number((*p)->value) : out.null(); }
  void operator()(const std::optional<double>* p) const { *p ? out.number(**p) : out.null(); }
  void operator()(const std::vector<std::string>* p) const {
    out.array();
    for (const std::string& s : *p) out.string(s);
    out.end();
  }
  void operator()(const std::vector<int>* p) const {
    out.array();
    for (const int n : *p) out.number(std::int64_t{n});
    out.end();
  }
  void operator()(const std::map<int, double>* p) const {
    out.object();
    for (const auto& [index, factor] : *p) out.key(std::to_string(index)).number(factor);
    out.end();
  }
  void operator()(const pipeline::EpochOption* p) const {
    constexpr std::string_view words[] = {"auto", "limit", "off"};
    if (p->mode != history::EpochMode::positions) {
      out.string(words[static_cast<std::size_t>(p->mode)]);
      return;
    }
    out.array();
    for (const history::Position& position : p->positions) out.string(history::to_string(position));
    out.end();
  }
  void operator()(const std::chrono::seconds* p) const { out.number(std::int64_t{p->count()}); }
  void operator()(const Bytes* p) const { out.number(static_cast<std::int64_t>(p->value)); }
  void operator()(const std::string* p) const { out.string(*p); }
  void operator()(const PriceFile* p) const { p->path.empty() ? out.null() : out.string(p->path); }
  void operator()(const ProseModel* p) const { p->name.empty() ? out.string(default_model()) : out.string(p->name); }
  void operator()(const OnnxLibrary* p) const { p->path.empty() ? out.null() : out.string(p->path); }
  void operator()(const Config* p) const {
    if (p->store == Config::StoreKind::redis)
      return static_cast<void>(out.string(store::without_password(p->store_url)));
    for (const Choice& c : stores) {
      if (c.value == static_cast<int>(p->store)) out.string(c.name);
    }
  }
  template <Enumeration E>
  void operator()(const E* p) const {
    for (const Choice& c : choices_of(*p)) {
      if (c.value == static_cast<int>(*p)) out.string(c.name);
    }
  }
};

constexpr std::size_t count_names() {
  std::size_t n = std::size(peer_rows);
  for (const OptionRow& row : rows) n += 1 + !row.alias.empty();
  return n;
}
constexpr auto names = [] {
  std::array<std::string_view, count_names()> list{};
  std::size_t n = 0;
  for (const OptionRow& row : rows) list[n++] = row.name;
  for (const OptionRow& row : rows) {
    if (!row.alias.empty()) list[n++] = row.alias;
  }
  for (const PeerRow& row : peer_rows) list[n++] = row.name;
  return list;
}();

}  // namespace

std::string_view to_string(Group group) {
  constexpr std::string_view group_names[] = {"views", "gates", "retrieval", "epochs", "models", "prices", "store"};
  return group_names[static_cast<std::size_t>(group)];
}

std::span<const OptionRow> options() {
  return rows;
}
std::span<const PeerRow> peer_options() {
  return peer_rows;
}
std::span<const std::string_view> option_names() {
  return names;
}

const OptionRow* find_option(std::string_view name) {
  for (const OptionRow& row : rows) {
    if (row.name == name || (!row.alias.empty() && row.alias == name)) return &row;
  }
  return nullptr;
}

void Layer::add_text(std::string_view name, std::string_view text) {
  given_.push_back({std::string(name), false, std::string(text)});
}

void Layer::add_json(std::string_view name, std::string_view json) {
  given_.push_back({std::string(name), true, std::string(json)});
}

Result<void> Layer::apply(Settings& settings, std::vector<std::string>& warnings) const {
  const auto given = [this](std::string_view name) {
    return std::ranges::any_of(given_, [name](const Given& g) { return g.name == name; });
  };
  // The peer's names first, then aliases, then ours: the later wins.
  for (int turn = 0; turn < 3; ++turn) {
    for (const Given& g : given_) {
      const GivenValue value = g.is_json ? GivenValue::json(g.value) : GivenValue::text(g.value);
      const auto peer = std::ranges::find(peer_rows, g.name, &PeerRow::name);
      const OptionRow* row = find_option(g.name);
      if (!row && peer == std::end(peer_rows)) {
        return fail(ErrorKind::invalid_request, unknown_name("option", g.name, names));
      }
      if (turn != (row ? (g.name == row->alias ? 1 : 2) : 0)) continue;
      const std::string_view ours = row ? row->name : peer->target;
      if (turn < 2 && !ours.empty() && given(ours)) {
        warnings.push_back("option " + g.name + " is ignored: " + std::string(ours) + " is given too");
        continue;
      }
      const auto done = row ? set(*row, g.name, value, g.value, settings) : set_peer(*peer, value, g.value, settings);
      if (!done) return done;
    }
  }
  return {};
}

void write_value(json::Writer& out, const OptionRow& row, const Settings& settings) {
  Settings copy = settings;
  std::visit(Printer{out}, row.at(copy));
}

}  // namespace headroom::api
