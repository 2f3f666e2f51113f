// A stand-in for libonnxruntime.so: the same table of functions at the same places, and behind it a "model" whose score
// of a token is known from the token's number alone:
//
//   score(id) = (id mod 257) / 256
//
// So src/models is tested where no ONNX Runtime is. The bytes of the "model" file say how it behaves: "fake" runs,
// "fake other inputs" has other ports, "fake fails" fails when it runs, anything else does not load. That the places
// are those of the real library is what tests/models/real_model_test.py shows.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

struct Status {
  const char* message;
};
struct Session {
  bool other, fails;
};
struct Value {
  std::vector<std::int64_t> ids;
  std::vector<float> scores;
};
struct Info {
  int type;
  std::size_t count;
};

Status* failed(const char* why) {
  return new Status{why};
}
const char* message_of(const Status* s) {
  return s->message;
}
template <class T>
void release(T* value) {
  delete value;
}
void release_nothing(void*) {}
Status* create_env(int, const char*, void** out) {
  static int env;
  *out = &env;
  return nullptr;
}
Status* create_session(const void*, const void* data, std::size_t size, const void*, Session** out) {
  const std::string_view model(static_cast<const char*>(data), size);
  if (!model.starts_with("fake")) return failed("no model");
  *out = new Session{model == "fake other inputs", model == "fake fails"};
  return nullptr;
}
Status* create_options(void** out) {
  static int options;
  *out = &options;
  return nullptr;
}
Status* set_number(void*, int) {
  return nullptr;
}
Status* set_option(void*) {
  return nullptr;
}
Status* input_count(const Session*, std::size_t* n) {
  *n = 2;
  return nullptr;
}
Status* output_count(const Session*, std::size_t* n) {
  *n = 1;
  return nullptr;
}
Status* input_type(const Session*, std::size_t, Info** out) {
  *out = new Info{7, 0};
  return nullptr;
}
Status* output_type(const Session*, std::size_t, Info** out) {
  *out = new Info{1, 0};
  return nullptr;
}
Status* input_name(const Session* s, std::size_t i, void*, char** out) {
  *out = ::strdup(i == 0 ? "input_ids" : s->other ? "token_type_ids" : "attention_mask");
  return nullptr;
}
Status* output_name(const Session*, std::size_t, void*, char** out) {
  *out = ::strdup("final_scores");
  return nullptr;
}
Status* free_name(void*, void* name) {
  ::free(name);
  return nullptr;
}
Status* create_tensor(const void*, void* data, std::size_t bytes, const std::int64_t*, std::size_t, int, Value** out) {
  const auto* ids = static_cast<const std::int64_t*>(data);
  *out = new Value{{ids, ids + bytes / sizeof *ids}, {}};
  return nullptr;
}
Status* run(Session* s, const void*, const char* const*, const Value* const* inputs, std::size_t, const char* const*,
            std::size_t, Value** out) {
  if (s->fails) return failed("out of luck");
  *out = new Value;
  for (const std::int64_t id : inputs[0]->ids) (*out)->scores.push_back(static_cast<float>(id % 257) / 256);
  return nullptr;
}
Status* shape(const Value* v, Info** out) {
  *out = new Info{1, v->scores.size()};
  return nullptr;
}
Status* cast(const Info* info, const Info** out) {
  *out = info;
  return nullptr;
}
Status* element_type(const Info* info, int* out) {
  *out = info->type;
  return nullptr;
}
Status* element_count(const Info* info, std::size_t* out) {
  *out = info->count;
  return nullptr;
}
Status* data_of(Value* v, void** out) {
  *out = v->scores.data();
  return nullptr;
}
Status* create_memory(int, int, void** out) {
  static int memory;
  *out = &memory;
  return nullptr;
}
Status* allocator(void** out) {
  static int memory;
  *out = &memory;
  return nullptr;
}

struct Table {
  void* entries[102] = {};
  Table() {
    const auto put = [this](std::size_t place, auto function) { entries[place] = reinterpret_cast<void*>(function); };
    put(2, message_of), put(3, create_env), put(8, create_session), put(9, run), put(10, create_options);
    put(17, set_option), put(19, set_option), put(22, set_number), put(23, set_number), put(24, set_number);
    put(25, set_number), put(30, input_count), put(31, output_count), put(33, input_type), put(34, output_type);
    put(36, input_name), put(37, output_name), put(49, create_tensor), put(51, data_of), put(55, cast);
    put(60, element_type), put(64, element_count), put(65, shape), put(69, create_memory), put(76, free_name);
    put(78, allocator), put(92, release_nothing), put(93, release<Status>), put(94, release_nothing);
    put(95, release<Session>), put(96, release<Value>), put(98, release<Info>), put(99, release<Info>);
    put(100, release_nothing);
  }
};

const void* get_api(std::uint32_t version) {
  static const Table table;
  return version == 1 ? table.entries : nullptr;
}
const char* get_version() {
  return "0.0.fake";
}
struct Base {
  const void* (*api)(std::uint32_t);
  const char* (*version)();
};

}  // namespace

extern "C" const void* OrtGetApiBase() {
  static const Base base{get_api, get_version};
  return &base;
}
