// Tables of text: what is read, what is left alone, and that every byte comes back.
#include "compressors/tables/tables.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/lines.h"
#include "compressors/tables/columns.h"
#include "compressors/tables/delimited.h"
#include "compressors/tables/listing.h"
#include "compressors/tables/markdown.h"
#include "compressors/tables/rows_json.h"

namespace headroom::compressors {
namespace {

using tables::Head;
using tables::Layout;
using tables::Quotes;
using tables::TextTable;

std::vector<View> views_of(std::string_view text, bool reversible = false) {
  static tokens::Counter ruler;
  const search::Query none;
  const Context context{none, ruler, {}, reversible};
  return table_compressor.views(text, context, false);
}

std::string repeated(std::string_view line, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += line;
  return out;
}

// What the reader makes of the text, spelled again by way of JSON rows.
std::optional<std::string> round_trip(const std::optional<TextTable>& table) {
  if (!table) return std::nullopt;
  return tables::text_of_rows(tables::rows_to_json(*table), table->layout, table->front);
}

TEST(Delimited, TakesCellsApart) {
  const std::string text = "id,name\n1,\"Brandt, K.\"\n2,\"say \"\"no\"\"\"\n007,\n";
  const auto table = tables::read_delimited(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->names, (std::vector<std::string>{"id", "name"}));
  ASSERT_EQ(table->rows.size(), 3u);
  EXPECT_EQ(table->rows[0].cells[1], "Brandt, K.");
  EXPECT_EQ(table->rows[1].cells[1], "say \"no\"");
  EXPECT_EQ(tables::rows_to_json(*table),
            R"([{"id":1,"name":"Brandt, K."},{"id":2,"name":"say \"no\""},{"id":"007"}])");
  EXPECT_EQ(round_trip(table), text);
}

TEST(Delimited, RowsOfAnotherWidthStandVerbatim) {
  const std::string text = "a\tb\n" + repeated("1\t2\n", 40) + "# remark\n1\t2\t3\n" + repeated("x\ty\n", 5);
  const auto table = tables::read_delimited(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->verbatim_rows(), 2u);
  EXPECT_EQ(round_trip(table), text);
}

TEST(Delimited, ProseAndStatementsAreNone) {
  EXPECT_FALSE(tables::read_delimited(repeated("First, we see, then we go.\n", 9)));
  EXPECT_FALSE(tables::read_delimited(repeated("int add(int a, int b);\n", 9)));
  EXPECT_FALSE(tables::read_delimited("a,b\n1,2\n"));
  EXPECT_FALSE(tables::read_delimited("a,b\r\n1,2\n1,2\n1,2\n1,2\n"));  // mixed line ends
}

TEST(Delimited, QuotesThatNeverEndCostLittle) {
  const std::string text = "a,b\n" + repeated("\"x,y\n", 200000);
  EXPECT_FALSE(tables::read_delimited(text).has_value() && !round_trip(tables::read_delimited(text)));
}

TEST(Columns, NamesWithoutGutterAreOne) {
  const std::string text =
      "CONTAINER ID   IMAGE      STATUS\n"
      "4b1c7d2e9f00   web:1.2    Up 3 hours\n"
      "91aa0c3b7d11   db:15      Exited (1)\n"
      "00c2ffee8a22   cache:7    Up 3 hours\n";
  const auto table = tables::read_columns(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->names, (std::vector<std::string>{"CONTAINER ID", "IMAGE", "STATUS"}));
  EXPECT_EQ(table->rows[1].cells[2], "Exited (1)");
  EXPECT_EQ(tables::describe(table->layout), "columns lll 0/3/4/");
  EXPECT_EQ(round_trip(table), text);
}

TEST(Columns, FiguresToTheRight) {
  const std::string text =
      "Filesystem Used Use%\n"
      "/dev/a       12   1%\n"
      "/dev/bb    1234 100%\n"
      "/dev/c        7  50%\n";
  const auto table = tables::read_columns(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->layout.aligned, "lrr");
  EXPECT_EQ(round_trip(table), text);
}

TEST(Columns, ProseIsNone) {
  EXPECT_FALSE(
      tables::read_columns("The order of the day\nwas changed, as you may\nhave heard from us in\nthe house "
                           "yesterday at\n"));
}

TEST(Listing, NamesAreAllThatFollowsTheTime) {
  const std::string text =
      "total 12\n"
      "drwxr-xr-x 2 app app 4096 Mar  1 09:26 logs\n"
      "-rw-r--r-- 1 app app   83 May  9  2026 a  b -> c\n"
      "-rw-r--r-- 1 app app  144 Mar  1 09:26 web-001.log\n";
  const auto table = tables::read_listing(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows[1].cells[6], "a  b -> c");
  EXPECT_EQ(table->rows[1].cells[5], "May  9  2026");
  EXPECT_EQ(table->verbatim_rows(), 0u);
  EXPECT_EQ(tables::describe(table->layout), "columns llllrll 1 headless after 1 line");
  EXPECT_EQ(round_trip(table), text);
  EXPECT_FALSE(tables::read_listing("total 3\n"));
}

TEST(Markdown, CellsAsWideAsTheirRule) {
  const std::string text = "| a    | n  |\n|------|---:|\n| x    |  1 |\n| y \\| | 22 |\n| z    |  3 |\n";
  const auto table = tables::read_markdown(text);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->layout.bars, tables::Bars::padded);
  EXPECT_EQ(table->verbatim_rows(), 0u);
  EXPECT_EQ(round_trip(table), text);
}

TEST(Layouts, AreReadAsTheyAreWritten) {
  for (const std::string_view words :
       {"csv", "tsv quoted crlf", "csv; strings quoted headless unended", "csv| headed by 1 line", "columns lrl 2",
        "columns lll 0/-3/2/ padded after 2 lines", "markdown padded headed by 2 lines", "markdown tight"}) {
    const auto layout = tables::read_layout(words);
    ASSERT_TRUE(layout) << words;
    EXPECT_EQ(tables::describe(*layout), words);
  }
  for (const std::string_view words :
       {"", "json", "csv  quoted", "columns", "columns lx 2", "columns ll 1/", "csv after 0 lines"}) {
    EXPECT_FALSE(tables::read_layout(words)) << words;
  }
}

TEST(Tables, AFailedRunStaysVisible) {
  std::string text = "run,branch,result,note\n";
  for (int i = 0; i < 400; ++i) {
    text += std::to_string(1000 + i) + (i == 217 ? ",main,failure,killed: out of memory\n" : ",main,success,\n");
  }
  const auto views = views_of(text, true);
  ASSERT_FALSE(views.empty());
  EXPECT_EQ(views.back().fidelity, Fidelity::reversible);
  EXPECT_NE(views.back().text.find("killed: out of memory"), std::string::npos);
  EXPECT_NE(views.back().text.find("1217"), std::string::npos);
}

// Texts of lines that are nearly tables.
rc::Gen<std::string> nearly_a_table() {
  const auto cell =
      rc::gen::element<std::string>("", "1", "-0", "007", "1e3", "null", "true", "x", "a b", " lead", "trail ", "\"q\"",
                                    "[1]", "{\"a\":1}", "*", "A", "1..3", "x12", "é中", "[end]", "=", "|", "\\");
  return rc::gen::exec([cell] {
    const char separator = *rc::gen::element(',', '\t', ';', '|', ' ');
    const int columns = *rc::gen::inRange(1, 6), rows = *rc::gen::inRange(3, 20);
    const bool quoted = *rc::gen::arbitrary<bool>(), padded = *rc::gen::arbitrary<bool>();
    const std::string end = *rc::gen::element<std::string>("\n", "\r\n");
    std::string text;
    for (int r = 0; r <= rows; ++r) {
      const int here = *rc::gen::weightedElement<int>({{20, columns}, {1, columns + 1}});
      for (int c = 0; c < here; ++c) {
        std::string value = r == 0 ? "col" + std::to_string(c) : *cell;
        if (c > 0) text += separator;
        if (separator == ' ') text += separator;
        if (padded) value.resize(std::max<std::size_t>(value.size(), 9), ' ');
        if (quoted && separator != ' ') {
          std::string doubled = "\"";
          for (const char ch : value) doubled.append(ch == '"' ? 2 : 1, ch);
          value = doubled + '"';
        }
        text += value;
      }
      if (r < rows || *rc::gen::arbitrary<bool>()) text += end;
    }
    return text;
  });
}

RC_GTEST_PROP(TablesProperty, EveryReaderGivesItsTextBack, ()) {
  const std::string text = *nearly_a_table();
  for (const auto read : {tables::read_listing, tables::read_delimited, tables::read_columns, tables::read_markdown}) {
    const auto table = read(text);
    RC_CLASSIFY(table.has_value(), "a table");
    if (!table) continue;
    RC_ASSERT(tables::print(*table) == text);
    RC_ASSERT(round_trip(table) == text);
  }
}

RC_GTEST_PROP(TablesProperty, LosslessViewsDecode, ()) {
  const std::string text = *nearly_a_table();
  for (const View& view : views_of(text)) {
    RC_ASSERT(view.fidelity == Fidelity::lossless);
    RC_ASSERT(table_compressor.decode(view.text) == text);
  }
}

}  // namespace
}  // namespace headroom::compressors
