// A row's line: its bound, its way back, and that nothing planted gets in.
#include "ledger/row.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace headroom::ledger {
namespace {

std::int64_t any_number() {
  return *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1000), rc::gen::inRange<std::int64_t>(0, 1'000'000'000),
                         rc::gen::arbitrary<std::int64_t>(),
                         rc::gen::element(std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min(), std::int64_t{0}));
}

template <std::size_t N>
Word<N> any_word() {
  const auto size = *rc::gen::inRange<std::size_t>(0, N + 1);
  return Word<N>::own(*rc::gen::container<std::string>(size, rc::gen::element('a', 'Z', '0', '.', '-', '/')));
}

Row any_row() {
  Row row;
  row.t = Time(std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(0, 253402214400000)));
  row.id = any_word<16>();
  row.rt = any_word<20>();
  row.md = any_word<40>();
  row.st = *rc::gen::inRange(0, 1000);
  row.by = any_word<16>();
  row.cv = {*rc::gen::arbitrary<std::uint64_t>() >> 16};
  row.bytes_in = any_number(), row.bytes_out = any_number();
  row.tokens_before = any_number(), row.tokens_after = any_number();
  if (*rc::gen::arbitrary<bool>()) row.usage = Usage{any_number(), any_number(), any_number(), any_number()};
  if (*rc::gen::arbitrary<bool>()) row.money = Money{any_number(), any_number(), any_number()};
  row.q = static_cast<int>(*rc::gen::inRange(0, 1000));
  row.own = Micros(any_number()), row.first_byte = Micros(any_number()), row.total = Micros(any_number());
  row.ep = static_cast<EpochCause>(*rc::gen::inRange(0, 4));
  row.mi = {static_cast<Segment>(*rc::gen::inRange(0, 4)), static_cast<MissCause>(*rc::gen::inRange(0, 9)),
            any_number()};
  row.x = any_word<24>();
  for (LabelId& label : row.labels) label = static_cast<LabelId>(*rc::gen::arbitrary<std::uint32_t>());
  return row;
}

RC_GTEST_PROP(RowLine, IsShortJsonOnOneLineAndKeepsWhatSumsAreMadeOf, ()) {
  const Row row = any_row();
  const std::string line = to_line(row);
  RC_ASSERT(line.size() <= longest_row);
  RC_ASSERT(line.find('\n') == line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  RC_ASSERT(json.at("st") == row.st);
  RC_ASSERT(json.contains("u") == row.usage.has_value());
  RC_ASSERT(json.contains("m") == row.money.has_value());
  const auto back = parse_row(line);
  RC_ASSERT(back.has_value());
  RC_ASSERT(to_line(*back) == line);
}

RC_GTEST_PROP(RowLine, KeepsEveryOrdinaryNumber, ()) {
  Row row = any_row();
  const auto tokens = rc::gen::inRange<std::int64_t>(0, 10'000'000);
  row.usage = Usage{*tokens, *tokens, *tokens, *tokens};
  row.tokens_before = *tokens, row.tokens_after = *tokens;
  row.money = Money{*rc::gen::inRange<std::int64_t>(-900'000'000, 9'000'000'000), *tokens, *tokens};
  const auto back = parse_row(to_line(row));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->usage == row.usage);
  RC_ASSERT(back->money->saved == row.money->saved && back->money->spent == row.money->spent &&
            back->money->billed == row.money->billed);
  RC_ASSERT(back->tokens_before == row.tokens_before && back->tokens_after == row.tokens_after);
  RC_ASSERT(back->t == row.t && back->id == row.id && back->md == row.md && back->rt == row.rt);
}

RC_GTEST_PROP(RowLine, ReaderTakesAnyBytes, (const std::string& bytes)) {
  (void)parse_row(bytes);
  std::string line = to_line(any_row());
  const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
  line[at] = *rc::gen::arbitrary<char>();
  if (const auto row = parse_row(line)) RC_ASSERT(to_line(*row).size() <= longest_row);
}

TEST(RowLine, LooksAsItsCommentSays) {
  Row row;
  row.t = *parse_iso("2026-01-05T09:12:44.031Z");
  row.id = "7f3a9c21d0e4", row.rt = "anthropic.messages", row.md = "claude-sonnet-4-5", row.st = 200, row.by = "local";
  row.cv = {0x5f0c1e2d3a4b};
  row.bytes_in = 182345, row.bytes_out = 96120, row.tokens_before = 57812, row.tokens_after = 21456;
  row.usage = Usage{312, 56000, 1200, 890};
  row.money = Money{12345, 210, 19800};
  row.own = Micros(812), row.first_byte = Micros(640'100), row.total = Micros(8'123'000);
  row.mi = {Segment::system, MissCause::changed, 18400};
  EXPECT_EQ(
      to_line(row),
      R"({"t":"2026-01-05T09:12:44.031Z","id":"7f3a9c21d0e4","rt":"anthropic.messages","md":"claude-sonnet-4-5",)"
      R"("st":200,"by":"local","cv":"5f0c1e2d3a4b","b":[182345,96120],"k":[57812,21456],"u":[312,56000,1200,890],)"
      R"("m":[12345,210,19800],"ms":[0.812,640,8123],"mi":["system","changed",18400]})"
      "\n");
}

TEST(RowLine, TimesRoundToFourDigits) {
  const auto ms = [](std::int64_t us) {
    Row row;
    row.own = Micros(us), row.total = Micros(1000);
    const std::string line = to_line(row);
    const std::size_t at = line.find("\"ms\":[") + 6;
    return line.substr(at, line.find(',', at) - at);
  };
  EXPECT_EQ(ms(0), "0");
  EXPECT_EQ(ms(7), "0.007");
  EXPECT_EQ(ms(50), "0.05");
  EXPECT_EQ(ms(9999), "9.999");
  EXPECT_EQ(ms(31258), "31.25");
  EXPECT_EQ(ms(100'499), "100");
  EXPECT_EQ(ms(100'500), "101");
  EXPECT_EQ(ms(-5), "0");
}

TEST(Words, RefuseContentAndKeys) {
  EXPECT_EQ(ModelName::of("claude-sonnet-4-5-20250929").view(), "claude-sonnet-4-5-20250929");
  EXPECT_EQ(ModelName::of("us.anthropic.claude-3-haiku-v1:0").view(), "us.anthropic.claude-3-haiku-v1:0");
  EXPECT_EQ(ModelName::of("meta-llama/Llama-3.1-405B-Instruct").view(), "meta-llama/Llama-3.1-405B-Instruct");
  for (const char* const planted :
       {"two words", "a\nb", "caf\xC3\xA9", "sk-ant-api03-AbCdEfGhIjKlMnOpQrSt0123", "AKIAIOSFODNN7EXAMPL3",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdef0123456789abcdef",
        "a-name-of-more-than-forty-characters-in-all", "\"}", "a,b", "a=b", "a?b"}) {
    EXPECT_TRUE(ModelName::of(planted).empty()) << planted;
  }
}

TEST(Iso, RefusesWhatIsNoTime) {
  EXPECT_TRUE(parse_iso("2024-02-29T23:59:59.999Z"));
  for (const char* const bad : {"", "2023-02-29T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01 00:00:00.000Z",
                                "2024-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z"}) {
    EXPECT_FALSE(parse_iso(bad)) << bad;
  }
}

}  // namespace
}  // namespace headroom::ledger
