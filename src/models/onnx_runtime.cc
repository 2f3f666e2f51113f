#include "models/onnx_runtime.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <utility>

namespace headroom::models {
namespace {

// --- the part of the C interface that is used
//
// Types are opaque. A call that can fail returns null, or a status that we must release.
using Status = void;
struct Env;
struct SessionOptions;
struct Session;
struct MemoryInfo;
struct Value;
struct TypeInfo;
struct TensorInfo;
struct Allocator;

constexpr std::uint32_t interface_version = 1;
constexpr int log_fatal = 4, optimise_extended = 2, arena_allocator = 1, memory_default = 0;
constexpr int element_float = 1, element_int64 = 7;

// Places in the table, counted from 0, with their types.
using GetErrorMessage = const char* (*)(const Status*);
using CreateEnv = Status* (*)(int level, const char* id, Env** out);
using CreateSessionFromArray = Status* (*)(const Env*, const void*, std::size_t, const SessionOptions*, Session** out);
using Run = Status* (*)(Session*, const void* run_options, const char* const* names, const Value* const* inputs,
                        std::size_t n, const char* const* output_names, std::size_t outputs, Value** out);
using CreateSessionOptions = Status* (*)(SessionOptions** out);
using SetNumber = Status* (*)(SessionOptions*, int);
using SetOption = Status* (*)(SessionOptions*);
using GetCount = Status* (*)(const Session*, std::size_t* out);
using GetTypeInfo = Status* (*)(const Session*, std::size_t, TypeInfo** out);
using GetName = Status* (*)(const Session*, std::size_t, Allocator*, char** out);
using CreateTensor = Status* (*)(const MemoryInfo*, void*, std::size_t bytes, const std::int64_t* shape,
                                 std::size_t rank, int type, Value** out);
using GetData = Status* (*)(Value*, void** out);
using CastToTensor = Status* (*)(const TypeInfo*, const TensorInfo** out);
using GetElementType = Status* (*)(const TensorInfo*, int* out);
using GetElements = Status* (*)(const TensorInfo*, std::size_t* out);
using GetShape = Status* (*)(const Value*, TensorInfo** out);
using CreateMemory = Status* (*)(int allocator, int memory, MemoryInfo** out);
using FreeMemory = Status* (*)(Allocator*, void*);
using GetAllocator = Status* (*)(Allocator** out);
template <class T>
using Release = void (*)(T*);

constexpr std::size_t get_error_message = 2, create_env = 3, create_session_from_array = 8, run_session = 9,
                      create_session_options = 10, disable_mem_pattern = 17, disable_cpu_mem_arena = 19,
                      set_log_severity = 22, set_optimisation = 23, set_intra_threads = 24, set_inter_threads = 25,
                      get_input_count = 30, get_output_count = 31, get_input_type = 33, get_output_type = 34,
                      get_input_name = 36, get_output_name = 37, create_tensor = 49, get_tensor_data = 51,
                      cast_to_tensor = 55, get_element_type = 60, get_element_count = 64, get_tensor_shape = 65,
                      create_cpu_memory = 69, allocator_free = 76, get_allocator = 78, release_env = 92,
                      release_status = 93, release_memory = 94, release_session = 95, release_value = 96,
                      release_type_info = 98, release_tensor_info = 99, release_session_options = 100;

struct Api {
  void* entries[102];
};
struct ApiBase {
  const Api* (*get_api)(std::uint32_t version);
  const char* (*get_version)();
};

// Releases what it holds.
template <class T>
class Owned {
 public:
  explicit Owned(Release<T> release) : release_(release) {}
  ~Owned() {
    if (value_ != nullptr) release_(value_);
  }
  Owned(Owned&& o) noexcept : value_(std::exchange(o.value_, nullptr)), release_(o.release_) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  Owned& operator=(Owned&&) = delete;
  T** place() { return &value_; }
  T* get() const { return value_; }

 private:
  T* value_ = nullptr;
  Release<T> release_;
};

}  // namespace

struct OnnxRuntime::Impl {
  const Api* api;
  std::string version;

  template <class F>
  F at(std::size_t place) const {
    return reinterpret_cast<F>(api->entries[place]);
  }
  template <class T>
  Owned<T> owned(std::size_t release) const {
    return Owned<T>(at<Release<T>>(release));
  }
  Result<void> check(Status* status) const {
    if (status == nullptr) return {};
    std::string message = at<GetErrorMessage>(get_error_message)(status);
    at<Release<Status>>(release_status)(status);
    std::replace(message.begin(), message.end(), '\n', ' ');
    return fail(ErrorKind::unavailable, "ONNX Runtime " + version + ": " + message.substr(0, 400));
  }
};

OnnxRuntime::OnnxRuntime(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxRuntime::~OnnxRuntime() = default;
std::string_view OnnxRuntime::version() const {
  return impl_->version;
}

Result<std::shared_ptr<const OnnxRuntime>> OnnxRuntime::open(const std::string& library) {
  std::vector<std::string> names{"libonnxruntime.so.1", "libonnxruntime.so"};
  if (!library.empty()) names = {library};
  void* handle = nullptr;
  std::string why;
  for (const std::string& name : names) {
    // Never unloaded: its threads and its C++ runtime outlive any session of ours.
    handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle != nullptr) break;
    const char* error = ::dlerror();
    why = error != nullptr ? error : name + " cannot be opened";
  }
  if (handle == nullptr) {
    return fail(ErrorKind::unavailable,
                "ONNX Runtime is needed to run this model and was not found (" + why +
                    "); option onnxruntime names its library, which the PyPI package onnxruntime carries");
  }
  using GetApiBase = const ApiBase* (*)();
  const auto get_base = reinterpret_cast<GetApiBase>(::dlsym(handle, "OrtGetApiBase"));
  const ApiBase* base = get_base != nullptr ? get_base() : nullptr;
  const Api* api = base != nullptr ? base->get_api(interface_version) : nullptr;
  if (api == nullptr) {
    return fail(ErrorKind::unavailable,
                "the library that option onnxruntime names is no ONNX Runtime with C interface 1");
  }
  auto impl = std::make_unique<Impl>();
  impl->api = api;
  impl->version = base->get_version();
  return std::shared_ptr<const OnnxRuntime>(new OnnxRuntime(std::move(impl)));
}

struct OnnxSession::Impl {
  std::shared_ptr<const OnnxRuntime> runtime;
  Owned<Env> env;
  Owned<Session> session;
  Owned<MemoryInfo> memory;
  std::string ids, mask, output;
};

OnnxSession::OnnxSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OnnxSession::~OnnxSession() = default;

namespace {

// The names of a model's inputs (or outputs), with their element types.
struct Port {
  std::string name;
  int type = 0;
};

}  // namespace

Result<std::shared_ptr<const OnnxSession>> OnnxRuntime::load(std::shared_ptr<const OnnxRuntime> runtime,
                                                             std::string_view model, const OnnxInterface& interface) {
  const OnnxRuntime::Impl& api = *runtime->impl_;
  auto env = api.owned<Env>(release_env);
  auto options = api.owned<SessionOptions>(release_session_options);
  auto session = api.owned<Session>(release_session);
  auto memory = api.owned<MemoryInfo>(release_memory);
  Allocator* allocator = nullptr;
  const auto steps = [&]() -> Result<void> {
    if (auto ok = api.check(api.at<CreateEnv>(create_env)(log_fatal, "headroom", env.place())); !ok) return ok;
    if (auto ok = api.check(api.at<CreateSessionOptions>(create_session_options)(options.place())); !ok) return ok;
    const std::pair<std::size_t, int> numbers[] = {{set_log_severity, log_fatal},
                                                   {set_optimisation, optimise_extended},
                                                   {set_intra_threads, 1},
                                                   {set_inter_threads, 1}};
    for (const auto& [place, number] : numbers) {
      if (auto ok = api.check(api.at<SetNumber>(place)(options.get(), number)); !ok) return ok;
    }
    for (const std::size_t place : {disable_mem_pattern, disable_cpu_mem_arena}) {
      if (auto ok = api.check(api.at<SetOption>(place)(options.get())); !ok) return ok;
    }
    if (auto ok = api.check(api.at<CreateSessionFromArray>(create_session_from_array)(
            env.get(), model.data(), model.size(), options.get(), session.place()));
        !ok)
      return ok;
    if (auto ok = api.check(api.at<GetAllocator>(get_allocator)(&allocator)); !ok) return ok;
    return api.check(api.at<CreateMemory>(create_cpu_memory)(arena_allocator, memory_default, memory.place()));
  };
  if (auto ok = steps(); !ok) return std::unexpected(ok.error());

  const auto ports = [&](bool inputs) -> Result<std::vector<Port>> {
    std::size_t n = 0;
    if (auto ok = api.check(api.at<GetCount>(inputs ? get_input_count : get_output_count)(session.get(), &n)); !ok)
      return std::unexpected(ok.error());
    std::vector<Port> out(n);
    for (std::size_t i = 0; i < n; ++i) {
      char* name = nullptr;
      if (auto ok =
              api.check(api.at<GetName>(inputs ? get_input_name : get_output_name)(session.get(), i, allocator, &name));
          !ok)
        return std::unexpected(ok.error());
      out[i].name = name;
      if (auto ok = api.check(api.at<FreeMemory>(allocator_free)(allocator, name)); !ok)
        return std::unexpected(ok.error());
      auto type = api.owned<TypeInfo>(release_type_info);
      const TensorInfo* tensor = nullptr;
      auto ok =
          api.check(api.at<GetTypeInfo>(inputs ? get_input_type : get_output_type)(session.get(), i, type.place()));
      if (ok) ok = api.check(api.at<CastToTensor>(cast_to_tensor)(type.get(), &tensor));
      if (ok && tensor != nullptr) ok = api.check(api.at<GetElementType>(get_element_type)(tensor, &out[i].type));
      if (!ok) return std::unexpected(ok.error());
    }
    return out;
  };
  const auto inputs = ports(true), outputs = ports(false);
  if (!inputs) return std::unexpected(inputs.error());
  if (!outputs) return std::unexpected(outputs.error());
  const auto has = [](const std::vector<Port>& list, std::string_view name, int type) {
    return std::any_of(list.begin(), list.end(), [&](const Port& p) { return p.name == name && p.type == type; });
  };
  if (inputs->size() != 2 || !has(*inputs, interface.ids, element_int64) ||
      !has(*inputs, interface.mask, element_int64) || !has(*outputs, interface.output, element_float)) {
    std::string found;
    for (const auto* list : {&*inputs, &*outputs}) {
      for (const Port& p : *list)
        found += (found.empty() ? "" : list == &*outputs && &p == list->data() ? " -> " : ", ") + p.name;
    }
    return fail(ErrorKind::invalid_request, "the model is " + found.substr(0, 200) + "; it must be " +
                                                std::string(interface.ids) + ", " + std::string(interface.mask) +
                                                " (int64) -> " + std::string(interface.output) + " (float)");
  }
  auto impl = std::unique_ptr<OnnxSession::Impl>(
      new OnnxSession::Impl{std::move(runtime), std::move(env), std::move(session), std::move(memory),
                            std::string(interface.ids), std::string(interface.mask), std::string(interface.output)});
  return std::shared_ptr<const OnnxSession>(new OnnxSession(std::move(impl)));
}

Result<std::vector<float>> OnnxSession::run(std::span<const std::int64_t> ids) const {
  const OnnxRuntime::Impl& api = *impl_->runtime->impl_;
  std::vector<std::int64_t> values(ids.begin(), ids.end()), mask(ids.size(), 1);
  const std::int64_t shape[] = {1, static_cast<std::int64_t>(ids.size())};
  auto ids_value = api.owned<Value>(release_value), mask_value = api.owned<Value>(release_value),
       result = api.owned<Value>(release_value);
  auto info = api.owned<TensorInfo>(release_tensor_info);
  const auto create = api.at<CreateTensor>(create_tensor);
  const std::size_t bytes = ids.size() * sizeof(std::int64_t);
  auto ok = api.check(create(impl_->memory.get(), values.data(), bytes, shape, 2, element_int64, ids_value.place()));
  if (ok) ok = api.check(create(impl_->memory.get(), mask.data(), bytes, shape, 2, element_int64, mask_value.place()));
  const char* const names[] = {impl_->ids.c_str(), impl_->mask.c_str()};
  const Value* const inputs[] = {ids_value.get(), mask_value.get()};
  const char* const output = impl_->output.c_str();
  if (ok)
    ok = api.check(
        api.at<Run>(run_session)(impl_->session.get(), nullptr, names, inputs, 2, &output, 1, result.place()));
  std::size_t n = 0;
  void* data = nullptr;
  if (ok) ok = api.check(api.at<GetShape>(get_tensor_shape)(result.get(), info.place()));
  if (ok) ok = api.check(api.at<GetElements>(get_element_count)(info.get(), &n));
  if (ok) ok = api.check(api.at<GetData>(get_tensor_data)(result.get(), &data));
  if (!ok) return std::unexpected(ok.error());
  if (n != ids.size())
    return fail(ErrorKind::unavailable,
                "the model gave " + std::to_string(n) + " scores for " + std::to_string(ids.size()) + " tokens");
  const auto* scores = static_cast<const float*>(data);
  return std::vector<float>(scores, scores + n);
}

}  // namespace headroom::models
