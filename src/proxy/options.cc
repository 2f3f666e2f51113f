#include "proxy/options.h"

#include <algorithm>
#include <charconv>

#include "json/document.h"

namespace headroom::proxy {
namespace {

using C = Configuration;
using Text = std::string_view;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid_request, std::move(message));
}

template <class T>
Result<T> number(Text text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return wrong("takes a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

template <class T, class Field>
Result<void> set_number(Field& field, Text text, T least, T most) {
  const auto value = number<T>(text, least, most);
  if (!value) return std::unexpected(value.error());
  field = static_cast<Field>(*value);
  return {};
}

Result<void> set_bytes(std::uint64_t& field, Text text) {
  std::uint64_t factor = 1;
  constexpr std::pair<Text, int> units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"k", 10}, {"m", 20}, {"g", 30}};
  for (const auto& [unit, shift] : units) {
    if (!text.ends_with(unit)) continue;
    factor = std::uint64_t{1} << shift;
    text.remove_suffix(unit.size());
    break;
  }
  const auto value = number<std::uint64_t>(text, 0, std::uint64_t{1} << 40);
  if (!value) return wrong("takes a size: 1048576, 64MiB");
  field = *value * factor;
  return {};
}

// "5", "0.25": micro-dollars.
Result<void> set_money(std::int64_t& field, Text text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const Text fraction = text.substr(std::min(point + 1, text.size()));
  digits.append(fraction).append(6 - std::min<std::size_t>(fraction.size(), 6), '0');
  const auto value = number<std::int64_t>(digits, 0, std::int64_t{1} << 50);
  if (!value || text.empty() || fraction.size() > 6 || point == 0) return wrong("takes US dollars: 5, 0.25");
  field = *value;
  return {};
}

Result<bool> boolean(Text text) {
  if (text.empty() || text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return wrong("takes true or false");
}

// Comma or white space between them.
template <class F>
Result<void> each(Text text, F&& f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", \t\n"), text.size());
    if (end > 0) {
      if (auto ok = f(text.substr(0, end)); !ok) return ok;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::string lower(Text text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

Result<void> set_seconds(std::chrono::milliseconds& field, Text text) {
  const auto seconds = number<int>(text, 1, 86'400);
  if (!seconds) return std::unexpected(seconds.error());
  field = std::chrono::seconds(*seconds);
  return {};
}

template <Provider P>
Result<void> base(C& c, Text text) {
  return set_base(c, P, text);
}
template <Provider P>
Result<void> headers(C& c, Text text) {
  return set_extra_headers(c, P, text);
}

// clang-format off
constexpr OptionRow rows[] = {
    {"host", "HEADROOM_HOST", "HOST", "Address to listen on (127.0.0.1); beyond loopback a token is needed", true,
     [](C& c, Text t) -> Result<void> { c.setup.host = t; return {}; }},
    {"port", "HEADROOM_PORT", "N", "Port to listen on (8787); 0: any free one", true,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.setup.port, t, 0, 65535); }},
    {"uds", "HEADROOM_UDS", "PATH", "Listen on this Unix socket instead", true,
     [](C& c, Text t) -> Result<void> { c.setup.uds = t; return {}; }},
    {"mode", "HEADROOM_MODE", "MODE", "optimize (default), audit: would-be figures only, off: bytes as they come", false,
     [](C& c, Text t) -> Result<void> {
       if (t == "optimize" || t == "token" || t == "cache") { c.settings.mode = Mode::optimize; return {}; }
       if (t == "audit") { c.settings.mode = Mode::audit; return {}; }
       if (t == "off" || t == "passthrough") { c.settings.mode = Mode::off; return {}; }
       return wrong("takes optimize, audit or off"); }},
    {"config", "HEADROOM_CONFIG", "FILE", "Read this file instead of config.toml; SIGHUP reads it again", true,
     [](C& c, Text t) -> Result<void> { c.config_file = t; return {}; }},
    {"threads", "HEADROOM_THREADS", "N", "Threads that rewrite (one for each core)", true,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.setup.threads, t, 1, 256); }},
    {"anthropic_api_url", "ANTHROPIC_TARGET_API_URL", "URL", "Where Anthropic's requests go", false, base<Provider::anthropic>},
    {"openai_api_url", "OPENAI_TARGET_API_URL", "URL", "Where OpenAI's requests go", false, base<Provider::openai>},
    {"gemini_api_url", "GEMINI_TARGET_API_URL", "URL", "Where Gemini's requests go", false, base<Provider::gemini>},
    {"cloudcode_api_url", "CLOUDCODE_TARGET_API_URL", "URL", "Where Cloud Code's requests go", false, base<Provider::cloudcode>},
    {"vertex_api_url", "VERTEX_TARGET_API_URL", "URL", "Where Vertex requests go, instead of the region's own host", false, base<Provider::vertex>},
    {"bedrock_api_url", "BEDROCK_TARGET_API_URL", "URL", "Where Bedrock's requests go; without it there is no such route", false, base<Provider::bedrock>},
    {"azure_api_url", "AZURE_TARGET_API_URL", "URL", "Where Azure's requests go; without it there is no such route", false, base<Provider::azure>},
    {"chatgpt_api_url", "CHATGPT_TARGET_API_URL", "URL", "Where requests of ChatGPT logins go", false, base<Provider::chatgpt>},
    {"grok_api_url", "GROK_TARGET_API_URL", "URL", "Where Grok's requests go", false, base<Provider::grok>},
    {"anthropic_extra_headers", "ANTHROPIC_HEADERS", "JSON", "Header fields added to requests to that address alone", false, headers<Provider::anthropic>},
    {"openai_extra_headers", "OPENAI_HEADERS", "JSON", "The same for OpenAI", false, headers<Provider::openai>},
    {"gemini_extra_headers", "GEMINI_HEADERS", "JSON", "The same for Gemini", false, headers<Provider::gemini>},
    {"azure_extra_headers", "AZURE_HEADERS", "JSON", "The same for Azure", false, headers<Provider::azure>},
    {"allow_upstream", "HEADROOM_ALLOWED_BASE_URLS", "PATTERN,...", "Hosts and networks that x-headroom-base-url may name, beside the providers'", false,
     [](C& c, Text t) -> Result<void> {
       return each(t, [&](Text p) -> Result<void> {
         if (!add_allowed(c.settings.upstreams.allowed, p)) return wrong("takes hosts (api.example.com, *.example.com) and networks (10.1.0.0/16)");
         return {}; }); }},
    {"allow_host", "HEADROOM_ALLOWED_HOSTS", "HOST,...", "More names under which this proxy may be asked", false,
     [](C& c, Text t) -> Result<void> { return each(t, [&](Text h) -> Result<void> { c.settings.gate.allowed_hosts.push_back(lower(h)); return {}; }); }},
    {"allow_origin", "HEADROOM_CORS_ORIGINS", "ORIGIN,...", "Web pages that may ask: https://app.example.com", false,
     [](C& c, Text t) -> Result<void> { return each(t, [&](Text o) -> Result<void> { c.settings.gate.allowed_origins.emplace_back(o); return {}; }); }},
    {"token_file", "", "FILE", "File with the proxy's token (token in the state directory; made if it is missing)", true,
     [](C& c, Text t) -> Result<void> { c.token_file = t; return {}; }},
    {"require_token", "HEADROOM_REQUIRE_TOKEN", "", "A token is needed on loopback too", false,
     [](C& c, Text t) -> Result<void> { const auto b = boolean(t); if (!b) return std::unexpected(b.error()); c.settings.gate.require_token = *b; return {}; }},
    {"tls_cert", "", "FILE", "Listen with TLS: this certificate, with those that vouch for it (PEM); SIGHUP reads it again", true,
     [](C& c, Text t) -> Result<void> { c.setup.tls_cert = t; return {}; }},
    {"tls_key", "", "FILE", "The certificate's key (PEM)", true,
     [](C& c, Text t) -> Result<void> { c.setup.tls_key = t; return {}; }},
    {"ca_bundle", "HEADROOM_CA_BUNDLE", "FILE", "Certificates that are trusted beside the system's", true,
     [](C& c, Text t) -> Result<void> { c.setup.client.ca_bundle = t; return {}; }},
    {"max_body", "HEADROOM_MAX_BODY", "BYTES", "A larger body is relayed unread (64MiB)", true,
     [](C& c, Text t) -> Result<void> { return set_bytes(c.setup.max_body, t); }},
    {"max_in_flight", "HEADROOM_MAX_IN_FLIGHT", "BYTES", "Bodies in memory together; beyond it reading waits (512MiB)", true,
     [](C& c, Text t) -> Result<void> { return set_bytes(c.setup.max_in_flight, t); }},
    {"cache_bytes", "HEADROOM_CACHE_BYTES", "BYTES", "Finished views that are kept (24MiB): only speed", true,
     [](C& c, Text t) -> Result<void> { return set_bytes(c.settings.core.handle.cache_bytes.value, t); }},
    {"connect_timeout_seconds", "", "N", "From looking up a name to the end of TLS (10)", true,
     [](C& c, Text t) -> Result<void> { return set_seconds(c.setup.client.connect, t); }},
    {"request_timeout_seconds", "", "N", "The longest silence of an upstream (600)", true,
     [](C& c, Text t) -> Result<void> { return set_seconds(c.setup.client.silence, t); }},
    {"retry_max_attempts", "", "N", "Attempts to connect (3)", true,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.setup.client.attempts, t, 1, 20); }},
    {"drain_seconds", "", "N", "How long requests in flight may go on after SIGTERM (5)", true,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.setup.drain, t, 0, 86'400); }},
    {"rpm", "HEADROOM_RPM", "N", "Requests of a caller in a minute; more get a 429", false,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.settings.requests_per_minute, t, 0, 10'000'000); }},
    {"budget", "HEADROOM_BUDGET", "USD", "What a caller may spend in a day (UTC), at list prices; then a 429", false,
     [](C& c, Text t) -> Result<void> { return set_money(c.settings.budget, t); }},
    {"log_file", "HEADROOM_LOG_FILE", "PATH", "Folder of the log (logs in the state directory); -: stderr", true,
     [](C& c, Text t) -> Result<void> { c.setup.log = t; return {}; }},
    {"log_messages", "HEADROOM_LOG_MESSAGES", "", "Keep the texts of the last 50 requests, before and after, in memory for the dashboard", true,
     [](C& c, Text t) -> Result<void> { const auto b = boolean(t); if (!b) return std::unexpected(b.error()); c.setup.log_messages = *b; return {}; }},
    {"log_days", "HEADROOM_LOG_DAYS", "N", "How long its files are kept (90)", true,
     [](C& c, Text t) -> Result<void> { return set_number<int>(c.setup.log_days, t, 1, 36'500); }},
};
// clang-format on

}  // namespace

std::span<const OptionRow> proxy_options() {
  return rows;
}

const OptionRow* find_proxy_option(std::string_view name) {
  const auto at = std::ranges::find(rows, name, &OptionRow::name);
  return at == std::end(rows) ? nullptr : &*at;
}

Result<void> set_base(Configuration& c, Provider provider, std::string_view url) {
  auto parsed = http::parse_url(url);
  if (!parsed) return wrong("takes an address: https://host[:port][/path]");
  c.settings.upstreams.bases[static_cast<std::size_t>(provider)].url = std::move(*parsed);
  return {};
}

Result<void> set_extra_headers(Configuration& c, Provider provider, std::string_view text) {
  const auto doc = json::Document::parse(text);
  auto& to = c.settings.upstreams.bases[static_cast<std::size_t>(provider)].extra_headers;
  to.clear();
  if (!doc || !doc->is(0, json::Kind::object)) return wrong("takes a JSON object of header fields");
  for (const auto [key, value] : doc->members(0)) {
    std::string name = doc->string(key);
    std::string content = doc->is(value, json::Kind::string) ? doc->string(value) : "";
    // Checked as a head is.
    const auto head = http::parse_request("GET / HTTP/1.1\r\nhost: x\r\n" + name + ": " + content + "\r\n\r\n");
    if (content.empty() || !head || !*head || (**head).field_count() != 2)
      return wrong("takes a JSON object of header fields, each with a text");
    to.emplace_back(std::move(name), std::move(content));
  }
  if (!to.empty()) c.settings.gate.holds_credential = true;
  return {};
}

Configuration default_configuration() {
  Configuration c;
  c.settings.upstreams = default_upstreams();
  return c;
}

}  // namespace headroom::proxy
