// Listings: what is read, that every byte comes back, and that what is shown stands in the original.
#include "compressors/listing/listing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/lines.h"
#include "compressors/listing/grouped.h"
#include "compressors/listing/listing_text.h"
#include "compressors/listing/ranges.h"
#include "compressors/listing/rows.h"
#include "compressors/listing/summary.h"
#include "compressors/listing/tree.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

using listing::LineKind;
using listing::Listing;
using listing::Style;

std::vector<View> views_of(std::string_view text, bool reversible = false, std::string_view asked = {}) {
  static tokens::Counter ruler;
  const std::vector<search::QueryText> texts{{asked, 1}};
  const search::Query query = search::Query::parse(texts);
  const Context context{query, ruler, {}, reversible};
  return listing_compressor.views(text, context, false);
}

std::string numbered(std::string_view before, std::string_view after, int n) {
  std::string out;
  for (int i = 1; i <= n; ++i) {
    std::string digits = std::to_string(i);
    digits.insert(0, 3 - digits.size(), '0');
    out.append(before).append(digits).append(after);
  }
  return out;
}

TEST(Listing, SharedColumnsAndRanges) {
  const std::string text = "total 516\ndrwxr-xr-x 2 app app 4096 Mar  1 09:26 old\n" +
                           numbered("-rw-r--r-- 1 app app  448 Mar  1 09:26 web-", ".log\n", 128);
  const auto views = views_of(text);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].text,
            "[listing ls -l, 130 lines, complete; rows without a letter: -rw-r--r-- 1 app app]\n"
            "A=Mar 1 09:26\n"
            "total 516\n"
            "drwxr-xr-x 2 app app 4096 A old\n"
            "448 A web-001.log..web-128.log");
  EXPECT_EQ(listing_compressor.decode(views[0].text), text);
}

TEST(Listing, DirectoriesHaveColumnsOfTheirOwn) {
  const std::string text =
      ".:\ntotal 8\n-rw-r--r-- 1 app   staff 7 May  9  2024 a -> b\n-rw-r--r-- 1 petra staff 7 May  9  2024 a  c\n\n"
      "./logs:\ntotal 0\n\n./old:\ntotal 4\n-rw-r--r-- 1 app app 123456 Nov 11 09:26 x\n"
      "-rw-r--r-- 1 app app      7 Nov 11 09:26 y\n";
  const auto l = listing::read_listing(text);
  ASSERT_TRUE(l);
  EXPECT_EQ(l->style, Style::ls);
  EXPECT_EQ(l->entries[2].name, "a -> b");
  EXPECT_EQ(l->directories[l->entries.back().directory].path, "./old/");
  const auto view = listing::encode_rows(*l, text);
  ASSERT_TRUE(view);
  EXPECT_EQ(listing::decode_rows(*view), text);
  EXPECT_NE(view->find("./logs: total 0\n"), std::string::npos);
  EXPECT_EQ(view->find("| "), std::string::npos);  // no row had to stand verbatim
}

TEST(Listing, OddRowsStandVerbatim) {
  std::string text = "total 9\n" + numbered("-rw-r--r-- 1 app app   44 Mar  1 09:26 f", "\n", 30);
  text += "-rw-r--r-- 1 app app 4096 Mar  1 09:26 g\ncrw-rw-rw- 1 app app 1, 3 Mar  1 09:26 null\n";
  text += "-rw-r--r-- 1 app app     44 Mar  1 09:26 wide\n";
  const auto l = listing::read_listing(text);
  ASSERT_TRUE(l);
  const auto view = listing::encode_rows(*l, text);
  // One row that is wider than the others makes the columns of all wider: then there is no view.
  EXPECT_FALSE(view && listing::decode_rows(*view) != text);
  const std::string narrow = text.substr(0, text.rfind("-rw"));
  const auto views = views_of(narrow);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_NE(views[0].text.find("33| crw-rw-rw- 1 app app 1, 3 Mar  1 09:26 null"), std::string::npos);
  EXPECT_NE(views[0].text.find("f001..f030"), std::string::npos);
}

TEST(Listing, FindLsTarUnzipAndDu) {
  const std::string find_ls =
      "  1153562      4 drwxr-xr-x   5 root     root         4096 Nov 23 02:59 docs\n"
      "  1153566     12 -rw-r--r--   1 root     root        12136 Nov 23 02:59 docs/use it.md\n"
      "123456789012     12 -rw-r--r--   1 root     root        12136 Nov 23 02:59 docs/b.md\n"
      "     1153566     12 -rw-r--r--   1 root     root        12136 Nov 23 02:59 docs/c.md\n";
  const std::string tar =
      "drwxr-xr-x root/root         0 2026-11-23 02:59 docs/\n-rw-r--r-- root/root     12136 2026-11-23 02:59 docs/a\n"
      "-rw-r--r-- somebody/everybody 12136 2026-11-23 02:59 docs/b\n"
      "-rw-r--r-- root/root              7 2026-11-23 02:59 docs/c\n";
  const std::string zip = "Archive:  a.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n" +
                          numbered("       12  2026-11-23 02:59   docs/a", ".md\n", 30) +
                          "---------                     -------\n      360                     30 files\n";
  const std::string du = "4\tsrc/a\n8\tsrc/b\n4.0K\tsrc/c\n16\tsrc\n20\t.\n";
  for (const auto& [text, style] : {std::pair{find_ls, Style::find_ls}, std::pair{tar, Style::tar},
                                    std::pair{zip, Style::zip}, std::pair{du, Style::du}}) {
    const auto l = listing::read_listing(text);
    ASSERT_TRUE(l) << text;
    EXPECT_EQ(l->style, style);
    const auto view = listing::encode_rows(*l, text);
    ASSERT_TRUE(view) << text;
    EXPECT_EQ(listing::decode_rows(*view), text);
    EXPECT_EQ(view->find("| ") != std::string::npos, style == Style::zip) << *view;
  }
}

TEST(Listing, TreesByIndentation) {
  for (const auto& [through, branch, last] :
       {std::tuple{"│   ", "├── ", "└── "}, std::tuple{"│\u00a0\u00a0 ", "├── ", "└── "},
        std::tuple{"|   ", "|-- ", "`-- "}}) {
    std::string text = "src\n";
    text.append(branch).append("api\n").append(through).append(branch).append("a.cc\n").append(through).append(last);
    text.append("b  b.cc\n").append(last).append("z\n").append("    ").append(last).append("deep\n");
    text.append("\n2 directories, 3 files\n");
    const auto l = listing::read_listing(text);
    ASSERT_TRUE(l);
    const auto view = listing::encode_tree(*l, text);
    ASSERT_TRUE(view);
    EXPECT_NE(view->find("\nsrc\n api\n  a.cc\n  b  b.cc\n z\n  deep\n\n2 directories"), std::string::npos) << *view;
    EXPECT_EQ(listing::decode_tree(*view), text);
  }
}

TEST(Listing, StatusNamesGoBelowTheirDirectory) {
  std::string text = "On branch main\nChanges not staged for commit:\n  (use \"git add <file>...\" to update)\n";
  text += numbered("\tmodified:   src/api/part", ".cc\n", 20) + "\tdeleted:    old.txt\n\nno changes added to commit\n";
  const auto l = listing::read_listing(text);
  ASSERT_TRUE(l);
  EXPECT_EQ(l->style, Style::statuses);
  const auto view = listing::encode_grouped(*l, text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("\tmodified:   src/api/\n part001.cc..part020.cc\n"), std::string::npos);
  EXPECT_EQ(listing::decode_grouped(*view), text);
}

TEST(Listing, LookAlikesAreNone) {
  const std::string prose =
      "Note:\nThis is what was said.\n\nLater:\nNothing else was said, and all went home.\nThe end.\n";
  std::string yaml = "services:\n  web:\n    image: shop/web\n    ports:\n      - 80\n  db:\n    image: shop/db\n";
  std::string urls;
  for (int i = 0; i < 20; ++i) urls += "https://shop.example/orders/" + std::to_string(i) + "\n";
  std::string grep;
  for (int i = 0; i < 20; ++i) grep += "src/a.cc:" + std::to_string(i) + ":int x = 1;\n";
  for (const std::string& text : {prose, yaml, urls, grep, std::string("a\n\n\nb\n\n"), std::string()})
    EXPECT_FALSE(listing::read_listing(text)) << text;
}

TEST(Listing, RangesAreOfOneWidth) {
  EXPECT_TRUE(listing::follows("a-009.log", "a-010.log"));
  EXPECT_FALSE(listing::follows("a9", "a10"));
  EXPECT_FALSE(listing::follows("a-1-b1", "a-2-b2"));
  EXPECT_TRUE(listing::read_range("a1..a5"));
  EXPECT_FALSE(listing::read_range("a1..a2"));
  EXPECT_FALSE(listing::read_range("a..b"));
  EXPECT_FALSE(listing::read_range("a5..a1"));
}

TEST(Listing, WhatStandsOutIsShown) {
  std::string text;
  for (int d = 0; d < 40; ++d) {
    text += (d ? "\n" : "");
    text += "./part" + std::to_string(d) + ":\ntotal 99\n";
    for (int i = 0; i < 40; ++i) {
      const bool odd = d == 17 && i == 5;
      text += std::string(odd ? "-rwsr-xr-x" : "-rw-r--r--") + " 1 app app " +
              (d == 9 && i == 9 ? "99994480" : "    4480") + " Mar  1 09:26 item-" + std::to_string(i * 37 % 101) +
              ".txt\n";
    }
  }
  text += "\n./last:\ntotal 0\n";
  const auto views = views_of(text, true, "where is handler_88.cc, and part31/item-73.txt?");
  ASSERT_FALSE(views.empty());
  const View& view = views.back();
  ASSERT_EQ(view.fidelity, Fidelity::reversible);
  EXPECT_NE(view.text.find("-rwsr-xr-x"), std::string::npos);
  EXPECT_NE(view.text.find("99994480"), std::string::npos);
  EXPECT_LT(view.text.size() * 5, text.size());
}

// Shown lines and gaps together are all lines, in order.
void expect_covers(std::string_view text, std::string_view view) {
  const auto lines = split_lines(text);
  std::size_t at = 0;
  for (const Line& line : split_lines(view.substr(view.find('\n') + 1))) {
    std::size_t first = 0, last = 0;
    if (std::sscanf(std::string(line.text).c_str(), "[lines %zu-%zu:", &first, &last) == 2) {
      ASSERT_EQ(first, at + 1);
      at = last;
      continue;
    }
    ASSERT_LT(at, lines.size());
    EXPECT_EQ(line.text, lines[at].text);
    ++at;
  }
  while (at < lines.size() && lines[at].text.empty()) ++at;
  EXPECT_EQ(at, lines.size());
}

rc::Gen<std::string> nearly_a_listing() {
  return rc::gen::exec([] {
    const int style = *rc::gen::inRange(0, 6);
    const auto name =
        rc::gen::element<std::string>("a", "b.cc", "a b", "x -> y", "w-01", "w-02", "w-03", "w-04", "1..3", "a1..a9",
                                      "é", "d/", "d/e", "d/e/f.h", "[end]", "A 1", ":", "12| x");
    const auto mode = rc::gen::element<std::string>("-rw-r--r--", "drwxr-xr-x", "lrwxrwxrwx", "-rw-r--r--+");
    const auto time = rc::gen::element<std::string>("Mar  1 09:26", "Nov 11  2024", "2026-03-01 09:26", "Mar 1 9:26");
    const std::string end = *rc::gen::element<std::string>("\n", "\n", "\r\n");
    const int n = *rc::gen::inRange(4, 40);
    std::string text;
    for (int i = 0; i < n; ++i) {
      if (i > 0) text += end;
      const int kind = *rc::gen::inRange(0, 12);
      if (kind == 0) {
        text += *rc::gen::element<std::string>("", "total 12", "./x:", "[lines 1-9: 9 entries]", "odd", "x/");
        continue;
      }
      const std::string size = std::to_string(*rc::gen::element(7, 448, 4096, 123456));
      const std::string pad(8 - std::min<std::size_t>(8, size.size()), ' ');
      switch (style) {
        case 0:
          text += *mode + " 1 app app " + pad + size + " " + *time + " " + *name;
          break;
        case 1:
          text += *rc::gen::element<std::string>("│   ", "", "    ") + *rc::gen::element<std::string>("├── ", "└── ") +
                  *name;
          break;
        case 2:
          text += size + "\t./" + *name;
          break;
        case 3:
          text += *rc::gen::element<std::string>("\tmodified:   ", "\t", "?? ") + "src/" + *name;
          break;
        case 4:
          text += "src/" + *name;
          break;
        default:
          text += *mode + " app/app " + pad + size + " 2026-03-01 09:26 " + *name;
      }
    }
    if (*rc::gen::arbitrary<bool>()) text += end;
    return text;
  });
}

RC_GTEST_PROP(ListingProperty, EveryEncodingComesBack, ()) {
  const std::string text = *nearly_a_listing();
  const auto l = listing::read_listing(text);
  RC_CLASSIFY(l.has_value(), "a listing");
  if (!l) return;
  for (const auto encode : {listing::encode_rows, listing::encode_tree, listing::encode_grouped}) {
    const auto view = encode(*l, text);
    RC_CLASSIFY(view.has_value(), "encoded");
    if (view) RC_ASSERT(listing_compressor.decode(*view) == text);
  }
}

RC_GTEST_PROP(ListingProperty, WhatIsShownIsVerbatim, ()) {
  const std::string text = *nearly_a_listing();
  for (const View& view : views_of(text, true)) {
    if (view.fidelity == Fidelity::reversible) expect_covers(text, view.text);
  }
}

TEST(Listing, IsLinear) {
  std::string text;
  while (text.size() < (std::size_t{8} << 20)) {
    const std::string d = std::to_string(text.size() / 1000);
    text +=
        "src/part" + d + "/a.cc\nsrc/part" + d + "/b.cc\n" + std::string(text.size() % 7, 'x') + "/deep/er/and/er.h\n";
  }
  const auto views = views_of(text, true);
  ASSERT_FALSE(views.empty());
  expect_covers(text, views.back().text);
  views_of(std::string(100000, '/') + "\n" + std::string(100000, '\n') + std::string(100000, ':') + "\n");
}

}  // namespace
}  // namespace headroom::compressors
