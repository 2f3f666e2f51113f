// Bytes that several hold at once and nobody changes: a request's body is written to its provider, watched for the
// answers that it holds, and digested for the ledger, at the same time and on different threads, and is 64 MiB at most;
// one copy.
//
//   SharedText body(std::move(text)), same = body;   same.view().data() == body.view().data()
//
// Empty needs no memory. A copy costs one atomic count; the last one to go frees the bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace headroom {

class SharedText {
 public:
  SharedText() = default;
  // From a string as from a value, and to a view: what takes bytes to keep takes either.
  // NOLINTBEGIN(google-explicit-constructor): meant to convert
  SharedText(std::string text) {
    if (!text.empty()) text_ = std::make_shared<const std::string>(std::move(text));
  }
  SharedText(std::string_view text) : SharedText(std::string(text)) {}
  // A string that is part of something shared: that lives as long.
  SharedText(std::shared_ptr<const std::string> text) : text_(std::move(text)) {
    if (text_ && text_->empty()) text_ = nullptr;
  }
  SharedText(const char* text) : SharedText(std::string(text)) {}
  operator std::string_view() const { return view(); }
  // NOLINTEND(google-explicit-constructor)

  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }
  std::size_t size() const { return text_ ? text_->size() : 0; }
  bool empty() const { return text_ == nullptr; }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace headroom
