// Result<T>: what the world may refuse (files, databases, callers' input). "Nothing to gain" is std::nullopt instead.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace headroom {

enum class ErrorKind {
  invalid_request,  // the caller's mistake: the message names the thing and, if there is one, the nearest valid name
  unavailable,      // the world failed: file, database, lock
  full,             // no room for another original
  collision,        // another content already has this handle
  corrupt,          // what was read is not what was written
  not_found,
  too_large,
  internal,  // our bug
};

struct Error {
  ErrorKind kind;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace headroom
