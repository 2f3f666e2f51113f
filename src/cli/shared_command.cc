// headroom shared: named texts between agents. headroom audit: the log of retrievals.
#include "api/answer.h"
#include "api/core.h"
#include "api/nearest.h"
#include "api/shared_context.h"
#include "api/values.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/io.h"
#include "json/writer.h"
#include "store/audit.h"

namespace headroom::cli {
namespace {

struct Asked {
  const Context& context;
  const Arguments& arguments;
  const api::Settings& settings;
  api::Core& core;
  bool json;
  std::string key;
};

Exit put(const Asked& a) {
  api::SharedCall call;
  call.key = a.key;
  call.agent = a.arguments.get("agent");
  if (a.arguments.has("if-version")) {
    const auto n = api::GivenValue::text(a.arguments.get("if-version")).integer();
    if (!n || *n < 0) return a.context.refuse({ErrorKind::invalid_request, "--if-version takes a whole number"});
    call.if_version = static_cast<std::uint64_t>(*n);
  }
  const auto blob = Blob::read_file(a.arguments.positional.size() > 2 ? a.arguments.positional[2] : "-");
  if (!blob) return a.context.refuse(blob.error());
  const auto answer = a.core.shared_put(call, blob->view(), a.settings.call.secrets);
  if (!answer) return a.context.refuse(answer.error());
  const Exit exit = answer->stored ? Exit::done : Exit::no;
  if (a.json) return a.context.print(api::shared_put_answer(a.key, *answer) + "\n", exit);
  const std::string version = std::to_string(answer->version);
  if (!answer->stored) {
    a.context.say("the current version is " + version + "; nothing was written");
    return exit;
  }
  return a.context.print(version + "\n");
}

Exit get(const Asked& a) {
  const auto record = a.core.shared_get(a.key);
  if (!record) return a.context.refuse(record.error());
  if (!*record) {
    if (a.json) return a.context.print(api::shared_missing_answer(a.key) + "\n", Exit::no);
    a.context.say("nothing is shared under this key");
    return Exit::no;
  }
  if (a.arguments.has("full"))
    return a.context.print(a.json ? api::shared_get_answer(**record, nullptr) + "\n" : (*record)->content);
  const pipeline::Outcome view = a.core.shared_view(**record, a.settings.call);
  if (view.error) a.context.say(view.error->message);
  return a.context.print(a.json ? api::shared_get_answer(**record, &view) + "\n" : view.output);
}

Exit keys(const Asked& a) {
  const auto records = a.core.shared_records();
  if (!records) return a.context.refuse(records.error());
  if (a.json) return a.context.print(api::shared_keys_answer(*records) + "\n");
  std::string text;
  for (const store::Record& r : *records) text += r.name + "\n";
  return a.context.print(text);
}

Exit stats(const Asked& a) {
  const auto records = a.core.shared_records();
  if (!records) return a.context.refuse(records.error());
  if (a.json) return a.context.print(api::shared_stats_answer(*records) + "\n");
  std::uint64_t bytes = 0;
  for (const store::Record& r : *records) bytes += r.size;
  return a.context.print("entries    " + std::to_string(records->size()) + "\nbytes      " + std::to_string(bytes) +
                         "\n");
}

Exit erase(const Asked& a) {
  const auto erased = a.core.shared_erase(a.key);
  if (!erased) return a.context.refuse(erased.error());
  const Exit exit = *erased ? Exit::done : Exit::no;
  if (a.json) return a.context.print(*erased ? "{\"erased\":true}\n" : "{\"erased\":false}\n", exit);
  if (!*erased) a.context.say("nothing is shared under this key");
  return exit;
}

Exit clear(const Asked& a) {
  const auto removed = a.core.shared_clear();
  if (!removed) return a.context.refuse(removed.error());
  const std::string n = std::to_string(*removed);
  return a.context.print(a.json ? "{\"removed\":" + n + "}\n" : n + " removed\n");
}

struct Verb {
  std::string_view name;
  bool takes_key;
  Exit (*run)(const Asked& asked);
};
constexpr Verb verbs[] = {{"put", true, put},      {"get", true, get},     {"keys", false, keys},
                          {"stats", false, stats}, {"erase", true, erase}, {"clear", false, clear}};

}  // namespace

Exit run_shared(const Context& context, const Arguments& arguments) {
  if (arguments.positional.empty()) return show_usage(context, "shared");
  const std::string& name = arguments.positional.front();
  for (const Verb& verb : verbs) {
    if (verb.name != name) continue;
    if (verb.takes_key && arguments.positional.size() < 2)
      return context.refuse({ErrorKind::invalid_request, "shared " + name + " needs a KEY"});
    const auto loaded = load_settings(context, arguments.options);
    if (!loaded) return context.refuse(loaded.error());
    api::Config handle = loaded->settings.handle;
    handle.ends_after_call = true;
    api::Core core(std::move(handle));
    return verb.run({context, arguments, loaded->settings, core, arguments.has("json"),
                     verb.takes_key ? arguments.positional[1] : std::string()});
  }
  constexpr std::string_view names[] = {"put", "get", "keys", "stats", "erase", "clear"};
  return context.refuse({ErrorKind::invalid_request, api::unknown_name("shared command", name, names)});
}

Exit run_audit(const Context& context, const Arguments& arguments) {
  constexpr std::string_view names[] = {"verify"};
  const std::string what = arguments.positional.empty() ? "verify" : arguments.positional.front();
  if (what != names[0])
    return context.refuse({ErrorKind::invalid_request, api::unknown_name("audit command", what, names)});
  const auto loaded = read_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  const auto verdict = store::verify_audit(api::Core(loaded->settings.handle).audit_file());
  if (!verdict) return context.refuse(verdict.error());
  const Exit exit = verdict->broken == 0 ? Exit::done : Exit::no;
  if (arguments.has("json")) {
    json::Writer out;
    out.object().key("lines").number(static_cast<std::int64_t>(verdict->lines));
    out.key("broken")
        .number(static_cast<std::int64_t>(verdict->broken))
        .key("last_hash")
        .string(verdict->last_hash)
        .end();
    return context.print(std::move(out).take() + "\n", exit);
  }
  if (verdict->lines == 0) return context.print("nothing yet\n");
  if (exit == Exit::no) {
    context.say("line " + std::to_string(verdict->broken) + " of the audit log does not hold");
    return exit;
  }
  return context.print(std::to_string(verdict->lines) + " lines hold; the last is " + verdict->last_hash + "\n");
}

}  // namespace headroom::cli
