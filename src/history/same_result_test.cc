#include "history/same_result.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace headroom::history {
namespace {

TEST(SameResult, SaysWhichResultIsMeant) {
  EXPECT_EQ((SameResult{"Bash npm test", 0, "482193075514"}).print(),
            "[same as the result of Bash npm test above. Retrieve with hash=482193075514]");
  EXPECT_EQ((SameResult{"Bash npm test", 2}).print(), "[same as result 2 of Bash npm test above]");
  EXPECT_EQ((SameResult{""}).print(), "[same as the result above]");
}

TEST(SameResult, ReadsNothingElse) {
  for (const std::string_view line :
       {"", "[same as ]", "[same as the result of above", "[same as result 0 of a above]", "[same as result -1 above]",
        "[same as result 99999999999999999999999 of a above]", "[same as the resultof a above]",
        "[same as the result of  above. Retrieve with hash=48219307551x]", "[same hunk as above]",
        "same as the result of a above"})
    EXPECT_FALSE(SameResult::parse(line)) << line;
}

RC_GTEST_PROP(SameResult, TheLineIsReadAsItWasWritten, ()) {
  const SameResult same{*rc::gen::container<std::string>(rc::gen::element('a', ' ', '.', ']', '[', '1')),
                        *rc::gen::inRange<std::size_t>(0, 300), *rc::gen::element<std::string>("", "048219307551")};
  const auto read = SameResult::parse(same.print());
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->label == same.label && read->nth == same.nth && read->handle == same.handle);
}

RC_GTEST_PROP(SameResult, TheNameMeansTheOneThatWasNamed, ()) {
  static constexpr std::string_view labels[] = {"", "Bash npm test", "Read a.c"};
  std::vector<ResultAbove> above;
  const int n = *rc::gen::inRange(1, 30);
  for (int i = 0; i < n; ++i) above.push_back({labels[*rc::gen::inRange(0, 3)], *rc::gen::arbitrary<bool>()});
  const auto k = *rc::gen::inRange<std::size_t>(0, above.size());
  above[k].refers = false;
  RC_ASSERT(find_same(name_same(k, above), above) == k);
}

}  // namespace
}  // namespace headroom::history
