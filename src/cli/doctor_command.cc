// headroom doctor: the table of its checks, and how findings are printed.
#include "api/core.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/proxy_settings.h"
#include "cli/words.h"
#include "json/writer.h"

namespace headroom::cli {
namespace {

struct Check {
  std::string_view name;
  void (*run)(Inspection& inspection);
};

constexpr Check checks[] = {
    {"binary", check_binary},
    {"configuration", check_configuration},
    {"directories", check_directories},
    {"key", check_key},
    {"store", check_store},
    {"tokens", check_tokens},
    {"disk", check_disk},
    {"clock", check_clock},
    {"certificate", check_certificate},
    {"port", check_port},
    {"upstreams", check_upstreams},
    {"clients", check_clients},
    {"proxies", check_proxies},
};

constexpr std::string_view words[] = {"ok", "note", "warn", "fail"};
constexpr std::string_view verdicts[] = {"healthy", "healthy", "warnings", "failures"};
constexpr std::string_view colours[] = {"\x1b[32m", "\x1b[36m", "\x1b[33m", "\x1b[31m"};

Level worst_of(const std::vector<Finding>& findings) {
  Level worst = Level::ok;
  for (const Finding& f : findings) worst = std::max(worst, f.level);
  return worst;
}

// 0 healthy, 1 warnings, 2 failures: of this command alone, not a wrong usage.
Exit exit_of(Level worst) {
  return worst == Level::failure ? static_cast<Exit>(2) : worst == Level::warning ? Exit::no : Exit::done;
}

std::string as_json(const Inspection& i) {
  json::Writer out;
  out.object().key("status").string(verdicts[static_cast<std::size_t>(worst_of(i.findings))]);
  out.key("version").string(api::version()).key("online").boolean(i.online).key("findings").array();
  for (const Finding& f : i.findings) {
    out.object().key("check").string(f.check).key("level").string(words[static_cast<std::size_t>(f.level)]);
    out.key("what").string(f.what);
    if (!f.advice.empty()) out.key("advice").string(f.advice);
    out.end();
  }
  out.end().end();
  return std::move(out).take() + "\n";
}

std::string as_text(const Inspection& i) {
  constexpr std::size_t level_column = 6, name_column = 15;
  std::string text;
  std::size_t warnings = 0, failures = 0;
  for (const Finding& f : i.findings) {
    const auto level = static_cast<std::size_t>(f.level);
    warnings += f.level == Level::warning;
    failures += f.level == Level::failure;
    const std::string word = padded(words[level], level_column);
    text += i.context.colour ? std::string(colours[level]) + word + "\x1b[0m" : word;
    text += padded(f.check, name_column) + f.what + "\n";
    if (!f.advice.empty()) text += std::string(level_column + name_column, ' ') + "-> " + f.advice + "\n";
  }
  const auto many = [](std::size_t n, std::string_view what) {
    return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
  };
  text += "\n";
  if (failures + warnings == 0) return text + "healthy\n";
  if (failures > 0) text += many(failures, "failure") + (warnings > 0 ? ", " : "\n");
  if (warnings > 0) text += many(warnings, "warning") + "\n";
  return text;
}

}  // namespace

std::span<const FlagRow> doctor_flags() {
  static const std::vector<FlagRow> flags = [] {
    std::vector<FlagRow> all = {
        {"online", '\0', "", "Also look up the providers' names, connect, and compare clocks"},
        {"alive", '\0', "", "Only whether the proxy answers at its port: exit status 0, else 2 (for health checks)"},
        {"json", 'j', "", "Print the findings as JSON"},
    };
    for (const FlagRow& row : proxy_flags()) all.push_back(row);
    return all;
  }();
  return flags;
}

Exit run_doctor(const Context& context, const Arguments& arguments) {
  Inspection i{context, arguments.has("online"), directories(context), {}, proxy::default_configuration(), {}, {}};
  if (auto c = configure(context, arguments, MainToken::left)) {
    i.configuration = std::move(*c);
  } else {
    i.unreadable = c.error();
    i.configuration.settings.core = command_line_defaults(context);
    i.configuration.setup.state = i.directories.state;
  }
  const proxy::Setup& setup = i.configuration.setup;
  i.address = setup.uds.empty() ? base_url(setup, setup.port) : setup.uds;
  i.answering = ask_proxy(setup);
  if (arguments.has("alive")) {
    const bool alive = i.answering.is_proxy || (i.answering.connected && !setup.tls_cert.empty());
    if (!alive) context.say("no proxy answers at " + i.address);
    return exit_of(alive ? Level::ok : Level::failure);
  }
  for (const Check& check : checks) {
    i.check = check.name;
    check.run(i);
  }
  return context.print(arguments.has("json") ? as_json(i) : as_text(i), exit_of(worst_of(i.findings)));
}

}  // namespace headroom::cli
