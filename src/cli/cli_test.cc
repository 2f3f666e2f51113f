// The reader of config.toml and the words for people; the commands themselves are tested from outside (tests/cli/).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "cli/command.h"
#include "cli/toml.h"
#include "cli/words.h"
#include "json/document.h"

namespace headroom::cli {
namespace {

TEST(Toml, ReadsWhatOptionsNeed) {
  const auto settings =
      parse_toml("# c\r\na = 1_000\nb='x\\y' # c\n\"c\" = [ 'p',\n \"q\\n\", ] \nd = -1.5e3\ne = true\nf = []");
  ASSERT_TRUE(settings) << settings.error().message;
  std::string seen;
  for (const Setting& s : *settings) seen += s.key + ":" + s.json + " ";
  EXPECT_EQ(seen, "a:1000 b:\"x\\\\y\" c:[\"p\",\"q\\n\"] d:-1.5e3 e:true f:[] ");
}

TEST(Toml, RefusesTheRestByLine) {
  for (const char* text :
       {"a",      "a =",     "a = b",  "a = 'x",         "a = \"\\q\"",       "a = [1",   "a = [[1]]",
        "[t]",    "a = 1 2", "a = {}", "a = 2026-01-05", "a = \"\"\"x\"\"\"", "= 1",      "a = inf",
        "a = .7", "a = 7.",  "a = 07", "a = 1e400x",     "a=1\na=2",          "a = \xff", "a = \"\\ud800\""}) {
    const auto settings = parse_toml(text);
    EXPECT_FALSE(settings) << text;
  }
  EXPECT_TRUE(parse_toml("\n\nx").error().message.starts_with("line 3"));
}

RC_GTEST_PROP(Toml, AnyBytesEnd, (const std::string& bytes)) {
  for (const std::string& text : {bytes, "a = " + bytes, "a = [" + bytes, "a = \"" + bytes}) {
    const auto settings = parse_toml(text);
    if (!settings) continue;
    for (const Setting& s : *settings) RC_ASSERT(json::Document::parse(s.json).has_value());
  }
}

TEST(Parse, FlagsOptionsAndFiles) {
  const Command& compress = *find_command("compress");
  const std::string_view words[] = {"-k", "log", "--min-lossy=9", "--no-optimize", "--exclude", "a", "--exclude", "b",
                                    "--", "-x"};
  const auto arguments = parse_arguments(compress, words);
  ASSERT_TRUE(arguments) << arguments.error().message;
  EXPECT_EQ(arguments->get("kind"), "log");
  EXPECT_EQ(arguments->options, (GivenFlags{{"min_lossy", "9"}, {"optimize", "false"}, {"exclude", "a,b"}}));
  EXPECT_EQ(arguments->positional, std::vector<std::string>{"-x"});
}

TEST(Words, Figures) {
  EXPECT_EQ(counted(0), "0");
  EXPECT_EQ(counted(-1234567), "-1,234,567");
  EXPECT_EQ(percent(Tokens(1), Tokens(3)), "33.3 %");
  EXPECT_EQ(percent(Tokens(0), Tokens(0)), "100.0 %");
  EXPECT_EQ(padded("abcdef", 5), "ab...");
  EXPECT_EQ(wrapped("aa bb cc", 5, 1), " aa\n bb\n cc\n");
}

}  // namespace
}  // namespace headroom::cli
