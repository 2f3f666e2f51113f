// Our rules against Perl's \b{sb} on 600 strings of every class, and on the shapes that the rules were made for.
#include "compressors/prose/sentence_breaks.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace headroom::compressors::prose {
namespace {

struct Vector {
  std::string_view text;
  std::vector<std::size_t> sizes;
};

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> rows{
#include "compressors/prose/sentence_vectors.inc"
  };
  return rows;
}

TEST(SentenceBreaks, AgreeWithPerl) {
  for (const Vector& v : vectors()) {
    std::vector<std::size_t> sizes;
    std::size_t begin = 0;
    for (const std::size_t end : sentence_breaks(v.text, LineEnds::paragraphs)) {
      sizes.push_back(end - begin);
      begin = end;
    }
    EXPECT_EQ(sizes, v.sizes) << v.text;
  }
}

TEST(SentenceBreaks, LineEndsCanBeBlanks) {
  const std::string text = "One line\nand the next. Another\none.";
  EXPECT_EQ(sentence_breaks(text, LineEnds::blanks), (std::vector<std::size_t>{23, text.size()}));
  EXPECT_TRUE(sentence_breaks("", LineEnds::blanks).empty());
}

RC_GTEST_PROP(SentenceBreaksProperty, RiseAndEndWithTheText, (const std::string& text)) {
  for (const LineEnds ends : {LineEnds::blanks, LineEnds::paragraphs}) {
    std::size_t last = 0;
    for (const std::size_t end : sentence_breaks(text, ends)) {
      RC_ASSERT(end > last);
      last = end;
    }
    RC_ASSERT(last == text.size());
  }
}

}  // namespace
}  // namespace headroom::compressors::prose
