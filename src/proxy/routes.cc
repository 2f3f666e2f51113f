#include "proxy/routes.h"

#include <algorithm>

namespace headroom::proxy {
namespace {

using enum Action;
using P = Provider;
using D = Dialect;
using R = Right;
using E = Endpoint;

// clang-format off
constexpr Route table[] = {
    {"POST", "/v1/messages", "anthropic.messages", rewrite, P::anthropic, "anthropic", R::data, D::anthropic},
    {"POST", "/v1/messages/count_tokens", "anthropic.count", rewrite, P::anthropic, "anthropic", R::data, D::anthropic, E::none, false},
    {"POST", "/v1/messages/batches", "anthropic.batches", lossless, P::anthropic, "anthropic", R::data, D::anthropic, E::none, false},
    {"POST", "/anthropic/v1/messages", "azure.messages", rewrite, P::azure, "anthropic", R::data, D::anthropic},
    {"POST", "/v1/chat/completions", "openai.chat", rewrite, P::openai, "openai", R::data, D::openai},
    {"POST", "/chat/completions", "openai.chat", rewrite, P::openai, "openai", R::data, D::openai},
    {"POST", "/inference/v1/chat/completions", "openai.chat", rewrite, P::openai, "openai", R::data, D::openai},
    {"POST", "/v1/responses", "openai.responses", rewrite, P::openai, "responses", R::data, D::openai},
    {"POST", "/responses", "openai.responses", rewrite, P::openai, "responses", R::data, D::openai},
    {"POST", "/v1/codex/responses", "openai.responses", rewrite, P::openai, "responses", R::data, D::openai},
    {"GET",  "/v1/responses", "openai.responses", relay, P::openai, "responses", R::data, D::openai},
    {"GET",  "/responses", "openai.responses", relay, P::openai, "responses", R::data, D::openai},
    {"GET",  "/v1/codex/responses", "openai.responses", relay, P::openai, "responses", R::data, D::openai},
    {"GET",  "/backend-api/responses", "chatgpt.responses", relay, P::chatgpt, "responses", R::data, D::openai},
    {"GET",  "/backend-api/codex/responses", "chatgpt.responses", relay, P::chatgpt, "responses", R::data, D::openai},
    {"GET",  "/openai/v1/responses", "azure.responses", relay, P::azure, "responses", R::data, D::openai},
    {"POST", "/backend-api/responses", "chatgpt.responses", rewrite, P::chatgpt, "responses", R::data, D::openai},
    {"POST", "/backend-api/codex/responses", "chatgpt.responses", rewrite, P::chatgpt, "responses", R::data, D::openai},
    {"",     "/backend-api/**", "chatgpt.other", relay, P::chatgpt, "", R::data, D::openai},
    {"POST", "/v1beta/models/*:generateContent", "gemini.generate", rewrite, P::gemini, "gemini", R::data, D::gemini},
    {"POST", "/v1beta/models/*:streamGenerateContent", "gemini.generate", rewrite, P::gemini, "gemini", R::data, D::gemini},
    {"POST", "/v1beta/models/*:countTokens", "gemini.count", rewrite, P::gemini, "gemini", R::data, D::gemini, E::none, false},
    {"POST", "/v1beta/models/*:batchGenerateContent", "gemini.batch", lossless, P::gemini, "gemini", R::data, D::gemini, E::none, false},
    {"POST", "/v1/models/*:generateContent", "gemini.generate", rewrite, P::gemini, "gemini", R::data, D::gemini},
    {"POST", "/v1/models/*:streamGenerateContent", "gemini.generate", rewrite, P::gemini, "gemini", R::data, D::gemini},
    {"POST", "/v1/models/*:countTokens", "gemini.count", rewrite, P::gemini, "gemini", R::data, D::gemini, E::none, false},
    {"POST", "/v1/models/*:batchGenerateContent", "gemini.batch", lossless, P::gemini, "gemini", R::data, D::gemini, E::none, false},
    {"",     "/v1beta/**", "gemini.other", relay, P::gemini, "", R::data, D::gemini},
    {"POST", "/v1internal:generateContent", "cloudcode.generate", rewrite, P::cloudcode, "gemini", R::data, D::gemini},
    {"POST", "/v1internal:streamGenerateContent", "cloudcode.generate", rewrite, P::cloudcode, "gemini", R::data, D::gemini},
    {"POST", "/v1internal:countTokens", "cloudcode.count", rewrite, P::cloudcode, "gemini", R::data, D::gemini, E::none, false},
    {"",     "/v1internal:**", "cloudcode.other", relay, P::cloudcode, "", R::data, D::gemini},
    {"POST", "/projects/*/locations/*/publishers/google/models/*:generateContent", "vertex.generate", rewrite, P::vertex, "gemini", R::data, D::gemini},
    {"POST", "/projects/*/locations/*/publishers/google/models/*:streamGenerateContent", "vertex.generate", rewrite, P::vertex, "gemini", R::data, D::gemini},
    {"POST", "/projects/*/locations/*/publishers/google/models/*:countTokens", "vertex.count", rewrite, P::vertex, "gemini", R::data, D::gemini, E::none, false},
    {"POST", "/projects/*/locations/*/publishers/anthropic/models/*:rawPredict", "vertex.messages", rewrite, P::vertex, "anthropic", R::data, D::anthropic},
    {"POST", "/projects/*/locations/*/publishers/anthropic/models/*:streamRawPredict", "vertex.messages", rewrite, P::vertex, "anthropic", R::data, D::anthropic},
    {"",     "/projects/*/locations/**", "vertex.other", relay, P::vertex, "", R::data, D::gemini},
    {"POST", "/*/projects/*/locations/*/publishers/google/models/*:generateContent", "vertex.generate", rewrite, P::vertex, "gemini", R::data, D::gemini},
    {"POST", "/*/projects/*/locations/*/publishers/google/models/*:streamGenerateContent", "vertex.generate", rewrite, P::vertex, "gemini", R::data, D::gemini},
    {"POST", "/*/projects/*/locations/*/publishers/google/models/*:countTokens", "vertex.count", rewrite, P::vertex, "gemini", R::data, D::gemini, E::none, false},
    {"POST", "/*/projects/*/locations/*/publishers/anthropic/models/*:rawPredict", "vertex.messages", rewrite, P::vertex, "anthropic", R::data, D::anthropic},
    {"POST", "/*/projects/*/locations/*/publishers/anthropic/models/*:streamRawPredict", "vertex.messages", rewrite, P::vertex, "anthropic", R::data, D::anthropic},
    {"",     "/*/projects/*/locations/**", "vertex.other", relay, P::vertex, "", R::data, D::gemini},
    {"POST", "/model/*/invoke", "bedrock.invoke", relay, P::bedrock, "", R::data, D::bedrock},
    {"POST", "/model/*/invoke-with-response-stream", "bedrock.invoke", relay, P::bedrock, "", R::data, D::bedrock},
    {"",     "/model/**", "bedrock.other", relay, P::bedrock, "", R::data, D::bedrock},
    {"POST", "/openai/deployments/*/chat/completions", "azure.chat", rewrite, P::azure, "openai", R::data, D::openai},
    {"POST", "/openai/v1/chat/completions", "azure.chat", rewrite, P::azure, "openai", R::data, D::openai},
    {"POST", "/openai/v1/responses", "azure.responses", rewrite, P::azure, "responses", R::data, D::openai},
    {"",     "/openai/**", "azure.other", relay, P::azure, "", R::data, D::openai},

    {"GET",  "/livez", "own.livez", own, P::by_headers, "", R::open, D::own, E::livez},
    {"GET",  "/readyz", "own.readyz", own, P::by_headers, "", R::open, D::own, E::readyz},
    {"GET",  "/health", "own.health", own, P::by_headers, "", R::open, D::own, E::health},
    {"GET",  "/dashboard", "own.dashboard", own, P::by_headers, "", R::open, D::own, E::dashboard},
    {"GET",  "/dashboard/*", "own.dashboard", own, P::by_headers, "", R::open, D::own, E::dashboard},
    {"POST", "/v1/compress", "own.compress", own, P::by_headers, "", R::data, D::own, E::compress},
    {"POST", "/v1/usage", "own.usage", own, P::by_headers, "", R::data, D::own, E::usage},
    {"POST", "/v1/retrieve", "own.retrieve", own, P::by_headers, "", R::content, D::own, E::retrieve},
    {"GET",  "/v1/retrieve/stats", "own.retrieve", own, P::by_headers, "", R::content, D::own, E::retrieve_stats},
    {"POST", "/v1/retrieve/tool_call", "own.retrieve", own, P::by_headers, "", R::content, D::own, E::tool_call},
    {"GET",  "/v1/retrieve/*", "own.retrieve", own, P::by_headers, "", R::content, D::own, E::retrieve_get},
    {"GET",  "/stats", "own.stats", own, P::by_headers, "", R::read, D::own, E::stats},
    {"GET",  "/stats-history", "own.stats", own, P::by_headers, "", R::read, D::own, E::stats_history},
    {"GET",  "/metrics", "own.metrics", own, P::by_headers, "", R::read, D::own, E::metrics},
    {"GET",  "/debug/memory", "own.memory", own, P::by_headers, "", R::read, D::own, E::memory},
    {"GET",  "/events", "own.events", own, P::by_headers, "", R::read, D::own, E::events},
    {"GET",  "/transformations/feed", "own.feed", own, P::by_headers, "", R::read, D::own, E::feed},
    {"GET",  "/transformations/view", "own.feed", own, P::by_headers, "", R::read, D::own, E::view},
    {"POST", "/cache/clear", "own.admin", own, P::by_headers, "", R::admin, D::own, E::cache_clear},
    {"POST", "/stats/reset", "own.admin", own, P::by_headers, "", R::admin, D::own, E::stats_reset},
    {"POST", "/admin/reload", "own.admin", own, P::by_headers, "", R::admin, D::own, E::reload},
    {"",     "/v1/telemetry**", "own.none", own, P::by_headers, "", R::data, D::own, E::not_offered},
    {"",     "/v1/feedback**", "own.none", own, P::by_headers, "", R::data, D::own, E::not_offered},
    {"",     "/v1/toin**", "own.none", own, P::by_headers, "", R::data, D::own, E::not_offered},
    {"POST", "/v1/compress/response", "own.none", own, P::by_headers, "", R::data, D::own, E::not_offered},

    {"",     "**", "other.relay", relay, P::by_headers, "", R::data, D::own},
};
// clang-format on

constexpr std::string_view provider_names[] = {"anthropic", "openai", "gemini",  "cloudcode", "vertex",
                                               "bedrock",   "azure",  "chatgpt", "grok",      "other"};

}  // namespace

std::span<const Route> routes() {
  return table;
}

bool matches(std::string_view pattern, std::string_view path) {
  for (;;) {
    if (pattern == "**") return true;
    if (pattern.empty()) return path.empty();
    if (pattern.front() != '*') {
      if (path.empty() || path.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      path.remove_prefix(1);
      continue;
    }
    // Up to the segment's end; of what stands behind the star in its segment the last place counts.
    pattern.remove_prefix(1);
    const std::size_t segment = std::min(path.find('/'), path.size());
    const std::string_view literal = pattern.substr(0, std::min(pattern.find('/'), pattern.size()));
    if (segment <= literal.size() || !path.substr(0, segment).ends_with(literal)) return false;
    pattern.remove_prefix(literal.size());
    path.remove_prefix(segment);
  }
}

const Route& find_route(std::string_view method, std::string_view path) {
  path = path.substr(0, path.find('?'));
  for (const Route& route : table) {
    if ((route.method.empty() || route.method == method) && matches(route.pattern, path)) return route;
  }
  return table[std::size(table) - 1];
}

std::string_view to_string(Provider provider) {
  return provider_names[static_cast<std::size_t>(provider)];
}

std::string_view to_string(Right right) {
  constexpr std::string_view names[] = {"open", "data", "content", "read", "admin"};
  return names[static_cast<std::size_t>(right)];
}

Prefixes read_prefixes(std::string_view target) {
  Prefixes p{{}, {}, target};
  for (;;) {
    std::string_view* const into = p.path.starts_with("/p/") && p.project.empty() ? &p.project
                                   : p.path.starts_with("/k/") && p.token.empty() ? &p.token
                                                                                  : nullptr;
    if (!into) return p;
    const std::string_view rest = p.path.substr(3);
    const std::size_t end = rest.find_first_of("/?");
    if (end == 0 || end == rest.npos || rest[end] == '?') return p;
    *into = rest.substr(0, end);
    p.path = rest.substr(end);
  }
}

}  // namespace headroom::proxy
