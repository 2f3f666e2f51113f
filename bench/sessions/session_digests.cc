// session_digests SESSIONS [THREADS]: one digest for each recorded session, of all that Headroom makes of it: forwarded
// bodies under three classes of options, answers to retrievals, replies relayed with traces, traces turned back.
//
//   fix_click 3f2a91c07d5e8b64a0c1d2e3f4051627
//
// Two builds, or one with another number of threads, must print the same lines: tools/same_bytes.py compares them.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "api/core.h"
#include "base/hash.h"
#include "json/strings.h"
#include "replay/recorded.h"

namespace {

using namespace headroom;

class Digest {
 public:
  explicit Digest(const replay::Recorded& session) : session_(session) {}

  Hash128 of_all() {
    const auto limit = static_cast<std::int64_t>(32'000 + session_.request(session_.requests() - 1).size() / 10);
    pipeline::Options lossless, steady, short_of_room;
    for (pipeline::Options* o : {&steady, &short_of_room}) o->retrieval = pipeline::Retrieval::auto_;
    for (pipeline::Options* o : {&lossless, &steady, &short_of_room}) o->model = session_.model();
    short_of_room.model_limit = Tokens(limit);
    for (const pipeline::Options& o : {lossless, steady, short_of_room}) of_class(o);
    return sum_;
  }

 private:
  void take(std::string_view bytes) {
    const Hash128 one = hash128(bytes);
    const std::uint64_t both[] = {sum_.low, sum_.high, one.low, one.high};
    sum_ = hash128({reinterpret_cast<const char*>(both), sizeof both});
  }

  void of_class(const pipeline::Options& options) {
    api::Core core{api::Config{}};
    const std::size_t n = session_.requests();
    std::vector<std::string> handles;
    std::string body, forwarded;
    for (std::size_t i = 0; i < n; ++i) {
      if (i % 3 != 0 && i + 1 != n) continue;
      api::Input input;
      input.kind = api::Input::Kind::body;
      input.format = session_.format();
      input.text = body = session_.request(i);
      const pipeline::Outcome out = core.compress(input, options);
      take(forwarded = out.output);
      for (const std::string& epoch : out.epochs) take(epoch);
      handles.clear();
      for (const pipeline::MarkerInfo& m : out.markers) handles.push_back(m.hash);
    }
    if (handles.size() > 40) handles.resize(40);
    for (const std::string& handle : handles) of_answers(core, body, options, handle);
    if (!handles.empty()) of_relay(core, body, forwarded, options, handles.front());
  }

  void of_answers(api::Core& core, const std::string& body, const pipeline::Options& options,
                  const std::string& handle) {
    for (const char* query : {"", "error failed test", "zzz nothing like it"}) {
      api::RetrieveCall call;
      call.hash = handle;
      call.body = body;
      call.options = options;
      call.query = query;
      const auto found = core.retrieve(call, Tokens(1200));
      take(found ? found->text : found.error().message);
    }
  }

  // A turn with a call of ours beside one of the client's, and the request that follows it.
  void of_relay(api::Core& core, const std::string& body, const std::string& forwarded,
                const pipeline::Options& options, const std::string& handle) {
    const bool anthropic = session_.format() == "anthropic";
    if (!anthropic && session_.format() != "openai") return;
    const std::string arguments = R"({"hash":")" + handle + R"(","query":"error"})";
    api::RelayCall setup;
    setup.format = session_.format();
    setup.body = body;
    setup.request = forwarded;
    setup.options = options;
    auto relay = core.open_relay(std::move(setup));
    if (!relay) return;
    (*relay)->head({200, "application/json"});
    (*relay)->bytes(
        anthropic
            ? R"({"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"So."},)"
              R"({"type":"tool_use","id":"own","name":"headroom_retrieve","input":)" +
                  arguments +
                  R"(},{"type":"tool_use","id":"client","name":"Bash","input":{"command":"ls"}}],)"
                  R"("stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})"
            : R"({"id":"m","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":)"
              R"("assistant","content":"So.","tool_calls":[{"id":"own","type":"function","function":{"name":)"
              R"("headroom_retrieve","arguments":)" +
                  json::quote(arguments) +
                  R"(}},{"id":"client","type":"function","function":{"name":"Bash","arguments":"{}"}}]},)"
                  R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})");
    const relay::Output reply = (*relay)->end();
    take(reply.client);
    const std::size_t trace = reply.client.find("[headroom_retrieve");
    if (trace == std::string::npos) return;
    const std::size_t end = reply.client.find("}]", trace);
    const std::string text = reply.client.substr(trace, end + 2 - trace);  // still escaped
    const std::string next =
        anthropic
            ? R"({"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"text","text":")" +
                  text + R"("},{"type":"tool_use","id":"client","name":"Bash","input":{}}]},)" +
                  R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"client","content":"ok"}]}]})"
            : R"({"messages":[{"role":"user","content":"go"},{"role":"assistant","content":")" + text +
                  R"(","tool_calls":[{"id":"client","type":"function","function":{"name":"Bash","arguments":"{}"}}]},)" +
                  R"({"role":"tool","tool_call_id":"client","content":"ok"}]})";
    const auto restored = core.restore(next, session_.format(), {}, options);
    if (restored) take(restored->body);
  }

  const replay::Recorded& session_;
  Hash128 sum_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "session_digests SESSIONS [THREADS]\n"), 2;
  const int threads = argc > 2 ? std::max(1, std::atoi(argv[2])) : 1;
  const auto sessions = replay::load_all(argv[1]);
  if (!sessions) return std::fprintf(stderr, "%s\n", sessions.error().message.c_str()), 1;
  std::vector<Hash128> digests(sessions->size());
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> workers;
  workers.reserve(static_cast<std::size_t>(threads));
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (std::size_t i = next++; i < sessions->size(); i = next++) digests[i] = Digest((*sessions)[i]).of_all();
    });
  }
  for (std::thread& w : workers) w.join();
  for (std::size_t i = 0; i < digests.size(); ++i) {
    std::printf("%s %016llx%016llx\n", (*sessions)[i].name().c_str(), static_cast<unsigned long long>(digests[i].high),
                static_cast<unsigned long long>(digests[i].low));
  }
  return 0;
}
