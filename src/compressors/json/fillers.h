// One column's values while a plan narrows them: what each row's cell prints.
//
//   "item-17" -> the 7 bytes at 1204 -> (shared front taken off) the 2 bytes at 1209
//
// 8 bytes a cell: a place and a size in the document's text or, for strings that hold escapes, in a text of decoded
// ones that the plan keeps. Cells without a value (missing, containers, words) are told from empty ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::records {

class Fillers {
 public:
  // A column of `rows` cells without values over these texts, which must outlive it.
  void begin(std::string_view text, const std::string& decoded, std::size_t rows) {
    text_ = text;
    decoded_ = &decoded;
    cells_.assign(rows, {});
  }

  std::size_t size() const { return cells_.size(); }
  bool empty() const { return cells_.empty(); }
  bool has(std::size_t r) const { return cells_[r].size != none; }

  // data() is null where there is no value.
  std::string_view operator[](std::size_t r) const {
    const Cell cell = cells_[r];
    if (cell.size == none) return {};
    const char* const base =
        cell.at < text_.size() ? text_.data() + cell.at : decoded_->data() + (cell.at - text_.size());
    return {base, cell.size};
  }

  // A value that stands in the text.
  void set(std::size_t r, std::string_view value) {
    cells_[r] = {static_cast<std::uint32_t>(value.data() - text_.data()), static_cast<std::uint32_t>(value.size())};
  }
  // The last `size` bytes of the decoded strings.
  void set_decoded(std::size_t r, std::size_t size) {
    cells_[r] = {static_cast<std::uint32_t>(text_.size() + decoded_->size() - size), static_cast<std::uint32_t>(size)};
  }
  // Takes bytes off a value's front and back.
  void narrow(std::size_t r, std::size_t front, std::size_t back) {
    cells_[r].at += static_cast<std::uint32_t>(front);
    cells_[r].size -= static_cast<std::uint32_t>(front + back);
  }
  // As `from`'s, but only the first `size` bytes.
  void set_front(std::size_t r, const Fillers& from, std::size_t size) {
    cells_[r] = {from.cells_[r].at, static_cast<std::uint32_t>(size)};
  }
  void clear() { std::vector<Cell>().swap(cells_); }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Cell {
    std::uint32_t at = 0, size = none;
  };
  std::string_view text_;
  const std::string* decoded_ = nullptr;
  std::vector<Cell> cells_;
};

}  // namespace headroom::compressors::records
