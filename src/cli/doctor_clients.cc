// What doctor sees of clients: which settings of this shell and of agents' own files point where.
#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/doctor.h"
#include "cli/io.h"
#include "http/address.h"
#include "json/document.h"

namespace headroom::cli {
namespace {

// What an address has to end in for its client: SDKs of OpenAI append /chat/completions, Anthropic's /v1/messages.
enum class Ends : std::uint8_t { origin, v1 };

struct ClientRow {
  const char* variable;
  Ends ends;
};
constexpr ClientRow rows[] = {
    {"ANTHROPIC_BASE_URL", Ends::origin},
    {"ANTHROPIC_API_BASE", Ends::origin},
    {"ANTHROPIC_HOST", Ends::origin},
    {"ANTHROPIC_BEDROCK_BASE_URL", Ends::origin},
    {"ANTHROPIC_VERTEX_BASE_URL", Ends::origin},
    {"OPENAI_BASE_URL", Ends::v1},
    {"OPENAI_API_BASE", Ends::v1},
    {"OPENAI_HOST", Ends::origin},
    {"GOOGLE_GEMINI_BASE_URL", Ends::origin},
    {"GOOGLE_VERTEX_BASE_URL", Ends::origin},
    {"CODE_ASSIST_ENDPOINT", Ends::origin},
    {"GOOGLE_HOST", Ends::origin},
    {"COPILOT_API_URL", Ends::origin},
    {"HEADROOM_BASE_URL", Ends::origin},
};

// The path without our prefixes: /p/LABEL, /k/TOKEN.
std::string_view without_prefixes(std::string_view path) {
  while (path.starts_with("/p/") || path.starts_with("/k/")) {
    const std::size_t end = path.find('/', 3);
    path = end == path.npos ? std::string_view() : path.substr(end);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Where a client's requests go. `where`: "ANTHROPIC_BASE_URL"; `set`: how it is set again, up to the value.
// True if it points at this proxy.
bool check_address(Inspection& i, const std::string& where, const std::string& set, std::string_view value, Ends ends) {
  const auto url = http::parse_url(value);
  if (!url) {
    i.warn(where + " is no address: " + shown_url(value), set + i.address + (ends == Ends::v1 ? "/v1" : ""));
    return false;
  }
  const auto numeric = http::parse_address(url->origin.host);
  const bool local = url->origin.host == "localhost" || (numeric && http::is_loopback(*numeric));
  const std::string points = where + " -> " + shown_url(value);
  if (!local || !i.configuration.setup.uds.empty()) {
    i.note(points + ": not through the proxy", "if it should: " + set + i.address + (ends == Ends::v1 ? "/v1" : ""));
    return false;
  }
  if (url->origin.port != i.configuration.setup.port) {
    proxy::Setup other;
    other.host = url->origin.host;
    other.port = url->origin.port;
    const Answering answering = ask_proxy(other);
    if (answering.is_proxy) return i.ok(points + ": another proxy, which answers"), false;
    if (answering.connected) return i.note(points + ": another program on this machine"), false;
    i.warn(points + ": nothing answers there", set + i.address + (ends == Ends::v1 ? "/v1" : ""));
    return false;
  }
  const bool tls = !i.configuration.setup.tls_cert.empty();
  const bool runs = i.answering.is_proxy || (tls && i.answering.connected);
  if (url->origin.tls != tls) {
    i.warn(points + (tls ? ": the proxy speaks https there" : ": the proxy speaks http there"),
           set + i.address + (ends == Ends::v1 ? "/v1" : ""));
  } else if (const bool v1 = without_prefixes(url->path).ends_with("/v1"); v1 != (ends == Ends::v1)) {
    i.warn(points + (v1 ? ": its client puts /v1 there itself" : ": it has to end in /v1"),
           set + i.address + (ends == Ends::v1 ? "/v1" : ""));
  } else if (!runs) {
    i.warn(points + ": no proxy runs there, so this client fails", "headroom proxy");
  } else {
    i.ok(points);
  }
  return true;
}

// Claude Code's own settings win over the shell's.
bool check_claude(Inspection& i) {
  std::filesystem::path folder(i.context.environment("CLAUDE_CONFIG_DIR"));
  if (folder.empty() && !i.context.environment("HOME").empty())
    folder = std::filesystem::path(i.context.environment("HOME")) / ".claude";
  const std::filesystem::path file = folder / "settings.json";
  std::error_code error;
  if (folder.empty() || !std::filesystem::exists(file, error)) return false;
  const auto blob = Blob::read_file(file.string());
  const auto doc = blob ? json::Document::parse(blob->view())
                        : std::expected<json::Document, json::ParseError>(std::unexpected(json::ParseError{}));
  if (!doc) {
    i.note(file.string() + " cannot be read");
    return false;
  }
  const auto env = doc->member(0, "env");
  const auto value = env ? doc->member(*env, "ANTHROPIC_BASE_URL") : std::nullopt;
  if (!value || !doc->is(*value, json::Kind::string)) return false;
  return check_address(i, file.string() + ": env.ANTHROPIC_BASE_URL", "there, which wins over the shell's, put ",
                       doc->string(*value), Ends::origin);
}

}  // namespace

std::string shown_url(std::string_view text) {
  const auto url = http::parse_url(text);
  if (!url) return "(not shown)";  // it may hold a name and a password
  std::string out = (url->origin.tls ? "https://" : "http://") + url->origin.authority();
  std::string_view path = url->path;
  while (path.starts_with("/k/") || path.starts_with("/p/")) {
    const std::size_t end = std::min(path.find('/', 3), path.size());
    out += path.starts_with("/k/") ? std::string_view("/k/...") : path.substr(0, end);
    path.remove_prefix(end);
  }
  return out.append(path);
}

void check_clients(Inspection& i) {
  bool any = false, ours = false;
  for (const ClientRow& row : rows) {
    const std::string_view value = i.context.environment(row.variable);
    if (value.empty()) continue;
    any = true;
    ours |= check_address(i, row.variable, std::string("export ") + row.variable + "=", value, row.ends);
  }
  const std::size_t before = i.findings.size();
  ours |= check_claude(i);
  any |= i.findings.size() != before;
  if (!any)
    i.note("no client setting of this shell names an address",
           "export ANTHROPIC_BASE_URL=" + i.address + " OPENAI_BASE_URL=" + i.address + "/v1");
  else if (!ours && i.answering.is_proxy)
    i.note("none of them points at the proxy that runs at " + i.address);
}

// A proxy variable without loopback in NO_PROXY sends what is meant for us to that proxy.
void check_proxies(Inspection& i) {
  std::string_view except = i.context.environment("NO_PROXY");
  if (except.empty()) except = i.context.environment("no_proxy");
  const bool spared = except == "*" || except.find("127.0.0.1") != except.npos ||
                      (i.configuration.setup.host == "localhost" && except.find("localhost") != except.npos);
  for (const char* const name : {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}) {
    if (i.context.environment(name).empty()) continue;
    if (spared) return i.ok(std::string(name) + " is set, and NO_PROXY spares this machine");
    return i.warn(
        std::string(name) + " is set and NO_PROXY does not spare this machine: clients may ask that proxy for ours",
        "export NO_PROXY=127.0.0.1,localhost");
  }
  const auto& proxy = i.configuration.setup.client.proxy;
  i.ok(proxy ? "providers are reached through HTTPS_PROXY, " + proxy->authority() : "none");
}

}  // namespace headroom::cli
