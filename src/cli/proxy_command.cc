// headroom proxy, headroom dashboard, headroom token.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "api/nearest.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/memory.h"
#include "cli/proxy_settings.h"
#include "cli/successor.h"
#include "cli/words.h"
#include "json/document.h"
#include "json/writer.h"
#include "proxy/dashboard.h"
#include "proxy/options.h"
#include "proxy/server.h"

namespace headroom::cli {
namespace {

using proxy::Configuration;

// Tells the service manager (sd_notify(3)); nobody listens where there is none.
void notify_manager(const Context& context, std::string_view state) {
  const std::string_view path = context.environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  static_cast<void>(
      ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size));
  ::close(fd);
}

std::string start_screen(const Context& context, const Configuration& c, std::uint16_t port) {
  const std::string bold = context.colour ? "\x1b[1m" : "", plain = context.colour ? "\x1b[0m" : "";
  const std::string base = base_url(c.setup, port);
  std::string text = bold + "headroom proxy " + std::string(api::version()) + plain + " listens on " +
                     (c.setup.uds.empty() ? bold + base + plain : "unix:" + c.setup.uds) + ", mode " +
                     std::string(proxy::to_string(c.settings.mode)) + "\n\n  forwards to\n";
  for (std::size_t i = 0; i < proxy::providers; ++i) {
    const auto& url = c.settings.upstreams.bases[i].url;
    if (!url) continue;
    text += "    " + padded(proxy::to_string(static_cast<proxy::Provider>(i)), 12) +
            (url->origin.tls ? "https://" : "http://") + url->origin.authority() + url->path + "\n";
  }
  if (c.setup.uds.empty()) {
    text += "\n  point a client at it\n";
    text += "    export ANTHROPIC_BASE_URL=" + base + "\n";
    text += "    export OPENAI_BASE_URL=" + base + "/v1\n";
    text += "    export GOOGLE_GEMINI_BASE_URL=" + base + "\n";
  }
  if (!c.token_file.empty()) text += "\n  token for figures and originals: " + c.token_file + "\n";
  return text + "\n";
}

// Whether somebody listens there: what is shown would only say that the page cannot be reached.
bool answers(const proxy::Setup& setup) {
  const std::string host = setup.host == "localhost" || setup.host == "0.0.0.0" ? "127.0.0.1"
                           : setup.host == "::"                                 ? "::1"
                                                                                : setup.host;
  const auto address = http::parse_address(host, setup.port);
  if (!address) return true;  // a name: left to the browser
  const int fd = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;
  const timeval patience{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address->storage), address->size) == 0;
  ::close(fd);
  return connected;
}

// The user's browser, by the desktop's own opener; false if there is no desktop or no opener.
bool open_browser(const Context& context, const std::string& url) {
#if defined(__APPLE__)
  const char* const opener = "open";
#else
  const char* const opener = "xdg-open";
  if (context.environment("DISPLAY").empty() && context.environment("WAYLAND_DISPLAY").empty()) return false;
#endif
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    ::execlp(opener, opener, url.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

proxy::Rights rights_of(std::string_view text, std::string& wrong) {
  proxy::Rights rights;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const auto right = proxy::parse_right(text.substr(0, comma))) {
      rights.add(*right);
    } else {
      wrong = text.substr(0, comma);
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return rights;
}

std::string rights_text(const proxy::Rights& rights) {
  std::string text;
  for (const auto r : {proxy::Right::data, proxy::Right::content, proxy::Right::read, proxy::Right::admin}) {
    if (rights.has(r)) text.append(text.empty() ? "" : ",").append(to_string(r));
  }
  return text;
}

Exit add_token(const Context& context, const Arguments& arguments, const std::filesystem::path& file,
               std::vector<proxy::Token> tokens, const std::string& name) {
  proxy::Token token;
  token.name = name;
  std::string wrong;
  token.rights = rights_of(arguments.get("rights", "data"), wrong);
  if (!wrong.empty())
    return context.refuse(
        {ErrorKind::invalid_request, "no such right: " + wrong + "; known: data, content, read, admin"});
  token.workspace = arguments.get("workspace", "default");
  const std::string retrieval = arguments.get("retrieval", "none");
  if (retrieval != "none" && retrieval != "tool")
    return context.refuse({ErrorKind::invalid_request, "--retrieval takes none or tool"});
  token.retrieval_tool = retrieval == "tool";
  if (token.retrieval_tool) token.rights.add(proxy::Right::content);  // what it redeems, it reads
  const auto text = proxy::new_token();
  if (!text) return context.refuse(text.error());
  token.digest = proxy::digest_of_token(*text);
  tokens.push_back(std::move(token));
  if (const auto ok = proxy::write_tokens(file, tokens); !ok) return context.refuse(ok.error());
  if (!arguments.has("json")) return context.print(*text + "\n");
  json::Writer out;
  out.object().key("name").string(name).key("token").string(*text).end();
  return context.print(std::move(out).take() + "\n");
}

}  // namespace

std::span<const FlagRow> proxy_flags() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const proxy::OptionRow& row : proxy::proxy_options()) all.push_back(flag_of(row.name));
    return all;
  }();
  static const std::vector<FlagRow> flags = [] {
    std::vector<FlagRow> all;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const proxy::OptionRow& row = proxy::proxy_options()[i];
      all.push_back({names[i], '\0', row.values, row.help});
    }
    return all;
  }();
  return flags;
}

Exit run_proxy(const Context& context, const Arguments& arguments) {
  auto c = configure(context, arguments, MainToken::made);
  if (!c) return context.refuse(c.error());
  share_memory();
  c->setup.reload = [&context, &arguments]() -> Result<std::shared_ptr<const proxy::Settings>> {
    auto again = configure(context, arguments, MainToken::made);
    if (!again) return std::unexpected(again.error());
    return std::make_shared<const proxy::Settings>(std::move(again->settings));
  };
  c->setup.inherited = inherited_sockets(context);
  c->setup.succeed = [program = own_program()](const std::vector<int>& listening) {
    return start_successor(program, listening);
  };
  c->setup.succeeded = [&context](int process) { notify_manager(context, "MAINPID=" + std::to_string(process)); };
  proxy::Server::hold_signals();
  auto server = proxy::Server::open(c->setup, std::make_shared<const proxy::Settings>(c->settings));
  if (!server) return context.refuse(server.error());
  Context to_stderr = context;
  to_stderr.out = context.err;
  static_cast<void>(to_stderr.print(start_screen(context, *c, (*server)->port())));
  (*server)->on_notice([&context](std::string_view text) { context.say(text); });
  notify_manager(context, "READY=1");
  tell_predecessor(context);
  (*server)->run(true);
  return Exit::done;
}

Exit run_dashboard(const Context& context, const Arguments& arguments) {
  auto c = configure(context, arguments, MainToken::made);
  if (!c) return context.refuse(c.error());
  if (!c->setup.uds.empty())
    return context.refuse({ErrorKind::invalid_request, "a browser reaches no Unix socket: run the proxy on a port"});
  const proxy::TokenDigest* const secret = proxy::dashboard_secret(c->settings.gate.tokens);
  if (!secret) return context.refuse({ErrorKind::unavailable, "there is no token to open the page with"});
  const std::string base = base_url(c->setup, c->setup.port);
  if (!answers(c->setup))
    return context.refuse({ErrorKind::unavailable, "no proxy answers at " + base + "; start one: headroom proxy"});
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto code = proxy::make_dashboard_code(*secret, now);
  if (!code) return context.refuse(code.error());
  const std::string url = base + "/dashboard?code=" + *code;
  if (!arguments.has("print") && open_browser(context, url)) {
    context.say("opened " + base + "/dashboard");
    return Exit::done;
  }
  context.say("this address works once, within a minute:");
  return context.print(url + "\n");
}

Exit run_token(const Context& context, const Arguments& arguments) {
  const auto file = directories(context).state / "tokens.json";
  const std::string what = arguments.positional.empty() ? "list" : arguments.positional[0];
  const std::string name = arguments.positional.size() > 1 ? arguments.positional[1] : "";
  auto tokens = proxy::read_tokens(file);
  if (!tokens) return context.refuse(tokens.error());
  if (what == "add" && !name.empty()) return add_token(context, arguments, file, std::move(*tokens), name);
  if (what == "remove" && !name.empty()) {
    const std::size_t removed = std::erase_if(*tokens, [&](const proxy::Token& t) { return t.name == name; });
    if (removed == 0) return context.refuse({ErrorKind::not_found, "no token has the name " + name});
    if (const auto ok = proxy::write_tokens(file, *tokens); !ok) return context.refuse(ok.error());
    return Exit::done;
  }
  if (what != "list") return show_usage(context, "token");
  if (arguments.has("json")) {
    json::Writer out;
    out.array();
    for (const proxy::Token& t : *tokens) {
      out.object().key("name").string(t.name).key("rights").string(rights_text(t.rights));
      out.key("workspace").string(t.workspace).key("retrieval").string(t.retrieval_tool ? "tool" : "none").end();
    }
    out.end();
    return context.print(std::move(out).take() + "\n");
  }
  std::string text;
  for (const proxy::Token& t : *tokens) {
    text += padded(t.name, 24) + padded(rights_text(t.rights), 28) + padded(t.workspace, 20) +
            (t.retrieval_tool ? "redeems handles" : "") + "\n";
  }
  if (text.empty()) context.say("nothing yet: headroom token add NAME");
  return context.print(text);
}

}  // namespace headroom::cli
