// ONNX Runtime, found at run time: the library is opened when a model is, and nobody needs it who has none.
//
//   OnnxRuntime::open("")  ->  libonnxruntime.so.1 or libonnxruntime.so as the loader finds them
//   OnnxRuntime::open("/opt/ort/libonnxruntime.so.1.20.1")
//
// No headers of it are needed to build. Its C interface is a table of functions that only ever grows at its end: the
// first 102 entries are those of version 1 and cannot move (docs/decisions/0022). We ask for that version and use only
// these. One thread, no arena, the CPU's own provider: what comes out depends on the library's version and the
// processor, and on nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headroom::models {

// One model, ready to run. Thread-safe.
class OnnxSession {
 public:
  ~OnnxSession();
  OnnxSession(const OnnxSession&) = delete;
  OnnxSession& operator=(const OnnxSession&) = delete;

  // Runs a batch of one: `ids` with an attention mask of ones. The values of the one output, as many as ids.
  Result<std::vector<float>> run(std::span<const std::int64_t> ids) const;

 private:
  friend class OnnxRuntime;
  struct Impl;
  explicit OnnxSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a model must take and give: int64 tensors and one tensor of floats.
struct OnnxInterface {
  std::string_view ids, mask, output;
};

class OnnxRuntime {
 public:
  // `library`: a file, or "" for the loader's search path.
  static Result<std::shared_ptr<const OnnxRuntime>> open(const std::string& library);
  ~OnnxRuntime();
  OnnxRuntime(const OnnxRuntime&) = delete;
  OnnxRuntime& operator=(const OnnxRuntime&) = delete;

  // "1.20.1".
  std::string_view version() const;
  // A model from its bytes, which need not outlive the call.
  static Result<std::shared_ptr<const OnnxSession>> load(std::shared_ptr<const OnnxRuntime> runtime,
                                                         std::string_view model, const OnnxInterface& interface);

 private:
  friend class OnnxSession;
  struct Impl;
  explicit OnnxRuntime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace headroom::models
