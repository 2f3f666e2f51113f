// What many heads of a patch share, said once: a letter stands for it, what fills its holes follows.
//
//   cache/base.cpython-310.pyc deleted 100644 9ef891f         A=cache/*.cpython-310.pyc deleted 100644 *
//   cache/tasks.cpython-310.pyc deleted 100644 a8c6e71   ->   A base 9ef891f
//   cache/queues.cpython-310.pyc deleted 100644 32af850       A tasks a8c6e71
//                                                             A queues 32af850
//
// The holes are the file's name up to its first dot and the blobs. At most 26 templates, those that save most tokens.
// O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/diff/file_head.h"
#include "tokens/counter.h"

namespace headroom::compressors {

struct HeadTemplate {
  char letter = 0;
  std::string text;  // with its two holes
};

std::vector<HeadTemplate> choose_templates(const std::vector<FileHead>& heads, tokens::Counter& ruler);

// "A base 9ef891f"; nullopt if no template fits.
std::optional<std::string> filled_template(const FileHead& head, const std::vector<HeadTemplate>& templates);

// nullopt if the line does not begin with a letter of `templates` and a blank, or its words do not fill them.
std::optional<FileHead> read_filled(std::string_view line, const std::vector<HeadTemplate>& templates);

}  // namespace headroom::compressors
