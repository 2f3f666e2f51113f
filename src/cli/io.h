// Bytes in and out by system calls, into one block that grows without being copied. Files are not mapped: a log that is
// cut while we read it would end the process.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headroom::cli {

// The bytes of a file or a stream. Movable; the view is valid as long as this lives.
class Blob {
 public:
  Blob() = default;

  std::string_view view() const { return {data_.get(), size_}; }

  static Result<Blob> read_fd(int fd, std::string_view name);
  // "-" is the standard input.
  static Result<Blob> read_file(const std::string& path);

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
};

// Writes all pieces, in order. A short write (full disk, closed pipe) is an error.
Result<void> write_all(int fd, std::initializer_list<std::string_view> pieces);

bool is_terminal(int fd);

}  // namespace headroom::cli
