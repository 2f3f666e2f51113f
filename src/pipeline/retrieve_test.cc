#include "pipeline/retrieve.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/address.h"

namespace headroom::pipeline {
namespace {

const store::Handle handle{482193075514};

RetrieveAnswer ask(std::string_view content, RetrieveRequest request, store::Source source = {"Bash", "npm test"}) {
  request.for_model = true;
  tokens::Counter ruler;
  return answer_retrieve(request, handle, content, source, Tokens(2000), ruler);
}

std::int64_t tokens_of(std::string_view text) {
  return tokens::Counter().count(text).value;
}

std::string log_of(std::size_t lines, std::size_t seed = 1) {
  constexpr std::string_view messages[] = {"GET /api/items 200", "cache miss for key user", "worker picked up job",
                                           "flushed buffer of size", "connection accepted from pool"};
  std::string text;
  std::uint64_t state = seed * 2654435761u + 12345;
  for (std::size_t i = 0; i < lines; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::size_t second = i / 3;
    char stamp[40];
    std::snprintf(stamp, sizeof stamp, "2026-01-05T%02zu:%02zu:%02zuZ", second / 3600 % 24, second / 60 % 60,
                  second % 60);
    text.append(stamp).append(" INFO [worker-").append(std::to_string(state >> 60)).append("] ");
    text.append(messages[state >> 33 & 3]).append(" ").append(std::to_string(state >> 44 & 0xFFFF)).append("\n");
  }
  return text;
}

// What the labels of an answer show: bytes of the original as [begin, end), checked to stand there verbatim.
std::vector<Piece> shown_in(std::string_view content, const RetrieveAnswer& answer) {
  const LineIndex lines(content);
  std::vector<Piece> shown;
  std::string_view text = answer.text;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    std::size_t a = 0, b = 0, x = 0, y = 0, n = 0;
    const std::string label(line);
    Piece piece{0, 0};
    int used = 0;
    if (std::sscanf(label.c_str(), "[lines %zu-%zu]%n", &a, &b, &used) == 2 && used == static_cast<int>(label.size())) {
      piece = {lines.begin(a), lines.end(b)};
    } else if (std::sscanf(label.c_str(), "[line %zu, bytes %zu-%zu of %zu]%n", &a, &x, &y, &n, &used) == 4 &&
               used == static_cast<int>(label.size())) {
      piece = {lines.begin(a) + x, lines.begin(a) + y + 1};
    } else if (used = 0,
               std::sscanf(label.c_str(), "[line %zu]%n", &a, &used) == 1 && used == static_cast<int>(label.size())) {
      piece = {lines.begin(a), lines.end(a)};
    } else {
      continue;
    }
    std::string_view bytes = content.substr(piece.begin, piece.end - piece.begin);
    if (bytes.ends_with('\n')) bytes.remove_suffix(1);
    if (text.substr(std::min(text.size(), at + 1 + line.size() + 1), bytes.size()) != bytes)
      continue;  // a label of the content's own
    shown.push_back(piece);
    at += 1 + line.size() + bytes.size();
  }
  return shown;
}

TEST(Retrieve, AProgramsBareHandleGivesTheBytes) {
  tokens::Counter ruler;
  const std::string content("a\0\xff\r\nb", 6);
  const auto answer = answer_retrieve({.hash = "482193075514"}, handle, content, {}, Tokens(2000), ruler);
  EXPECT_EQ(answer.text, content);
  EXPECT_FALSE(answer.partial);
  EXPECT_EQ(answer.total, 2);
  EXPECT_EQ(answer.status, store::Status::live);
}

TEST(Retrieve, WholeIfItFits) {
  const auto answer = ask("one\ntwo\n", {});
  EXPECT_EQ(answer.text, "[482193075514: Bash \"npm test\", 2 lines; whole]\n[lines 1-2]\none\ntwo");
  EXPECT_FALSE(answer.partial);
  EXPECT_EQ(answer.cursor, "");
}

TEST(Retrieve, Lines) {
  const std::string content = "a\nb\nc\nd\ne\n";
  EXPECT_EQ(
      ask(content, {.lines = "2-3,5"}).text,
      "[482193075514: Bash \"npm test\", 5 lines; lines 2-3, 5]\n[lines 2-3]\nb\nc\n[line 5]\ne\n[left: lines 1, 4]");
  EXPECT_EQ(ask(content, {.lines = "4-"}).text,
            "[482193075514: Bash \"npm test\", 5 lines; lines 4-5]\n[lines 4-5]\nd\ne\n[left: lines 1-3]");
}

// What a stub in shortened code names are the numbers that its reader saw.
TEST(Retrieve, LinesByTheNumbersTheyPrint) {
  std::string content = "Lines of src/a.py:\n";
  for (int n = 201; n <= 400; ++n) {
    content.append("   ")
        .append(std::to_string(n))
        .append("\tstep_")
        .append(std::to_string(n))
        .append("(a, b, c, d)\n");
  }
  const RetrieveAnswer answer = ask(content, {.lines = "229-231", .max_tokens = Tokens(400)});
  EXPECT_NE(answer.text.find("   229\tstep_229(a, b, c, d)\n   230\tstep_230(a, b, c, d)\n   231\tstep_231"),
            std::string::npos)
      << answer.text;
  EXPECT_EQ(answer.text.find("step_232"), std::string::npos);
  EXPECT_EQ(answer.text.find("step_228"), std::string::npos);
  // Numbers that are not printed are those of the text itself.
  EXPECT_NE(ask(content, {.lines = "1-2", .max_tokens = Tokens(400)}).text.find("Lines of src/a.py"),
            std::string::npos);
}

TEST(Retrieve, BadRangesGetHelpAndTheDefaultAnswer) {
  for (std::string_view bad : {"abc", "9-12", "3-2", "-", "0"}) {
    const auto answer = ask("a\nb\n", {.lines = bad});
    EXPECT_NE(answer.text.find("[no lines \"" + std::string(bad) + "\": give ranges such as 120-180,200 within 1-2]"),
              std::string::npos)
        << answer.text;
    EXPECT_NE(answer.text.find("[lines 1-2]\na\nb"), std::string::npos);
  }
  EXPECT_NE(ask("a\nb\n", {.rows = "1"}).text.find("this is no table"), std::string::npos);
  EXPECT_NE(ask("{\"a\":1}", {.path = "$.b"}).text.find("[no path"), std::string::npos);
  EXPECT_NE(ask("a\nb\n", {.cursor = "x"}).text.find("[no cursor"), std::string::npos);
}

TEST(Retrieve, RowsOfJson) {
  const std::string content = R"({"n": 3, "items": [{"id": 1}, {"id": 2}, {"id": 3}]})";
  EXPECT_EQ(
      ask(content, {.rows = "1-2"}).text,
      "[482193075514: Bash \"npm test\", 3 rows; rows 1-2]\n[rows 1-2]\n{\"id\": 2}, {\"id\": 3}\n[left: rows 0]");
}

TEST(Retrieve, RowsOfJsonLinesAndCsv) {
  EXPECT_EQ(ask("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", {.rows = "2"}).text,
            "[482193075514: Bash \"npm test\", 3 lines; rows 2]\n[line 3]\n{\"a\":3}\n[left: lines 1-2]");
  EXPECT_EQ(ask("id,name\n1,x\n2,y\n3,z\n", {.rows = "1"}).text,
            "[482193075514: Bash \"npm test\", 4 lines; rows 1]\n[line 1]\nid,name\n[line 3]\n2,y\n[left: lines 2, 4]");
}

TEST(Retrieve, Path) {
  const std::string content = R"({"a": [{"b": 1}, {"b": "x", "c d": null}]})";
  EXPECT_EQ(ask(content, {.path = "$.a[1].b"}).text,
            "[482193075514: Bash \"npm test\", 1 line; path $.a[1].b]\n[$.a[1].b]\n\"x\"");
  EXPECT_EQ(ask(content, {.path = "a[*].b"}).text,
            "[482193075514: Bash \"npm test\", 1 line; path a[*].b]\n[$.a[0].b]\n1\n[$.a[1].b]\n\"x\"");
  EXPECT_TRUE(ask(content, {.path = "$.a[-1]['c d']"}).text.ends_with("]\n[$.a[1][\"c d\"]]\nnull"));
}

TEST(Retrieve, QueryFindsAndShowsNeighbours) {
  std::string content;
  for (int i = 0; i < 500; ++i) content += "entry number " + std::to_string(i) + " of the ordinary kind\n";
  content.insert(content.find("entry number 300 "), "the flux capacitor overheated\n");
  const auto answer = ask(content, {.query = "why did the flux capacitor overheat?"});
  EXPECT_NE(answer.text.find("the flux capacitor overheated"), std::string::npos);
  EXPECT_NE(answer.text.find("matching piece"), std::string::npos);
  EXPECT_LE(tokens_of(answer.text), 2000);
  for (const Piece& p : shown_in(content, answer)) EXPECT_LT(p.begin, p.end);
}

TEST(Retrieve, QueryWithoutAHitIsNeverEmpty) {
  const std::string content = log_of(2000);
  for (std::string_view query : {"zzqx wvvk", "???", "what is it", "\xff\xfe"}) {
    const auto answer = ask(content, {.query = query});
    EXPECT_NE(answer.text.find("; nearest:]"), std::string::npos);
    EXPECT_FALSE(shown_in(content, answer).empty());
  }
}

TEST(Retrieve, QueryInsideOfWhatNarrows) {
  const std::string content = R"([{"k":"apple pie"},{"k":"plum"},{"k":"apple tart"}])";
  const auto answer = ask(content, {.rows = "1-2", .query = "apple"});
  EXPECT_EQ(answer.text.find("apple pie"), std::string::npos);
  EXPECT_NE(answer.text.find("apple tart"), std::string::npos);
}

TEST(Retrieve, AnOverviewShowsBothEndsErrorsAndAMap) {
  std::string content = log_of(4000);
  content.insert(content.find('\n', content.size() / 2) + 1, "2026-01-05T00:11:00Z ERROR disk /dev/sda1 is full\n");
  const auto answer = ask(content, {});
  EXPECT_LE(tokens_of(answer.text), 2000);
  EXPECT_GT(tokens_of(answer.text), 1500);
  EXPECT_NE(answer.text.find("disk /dev/sda1 is full"), std::string::npos);
  EXPECT_NE(answer.text.find("[map by line: 1 2026-01-05T00:00:00Z"), std::string::npos) << answer.text.substr(0, 300);
  EXPECT_NE(answer.text.find("[lines 1-"), std::string::npos);
  EXPECT_NE(answer.text.find("4001]"), std::string::npos);
  EXPECT_TRUE(answer.partial);
  EXPECT_FALSE(answer.cursor.empty());
}

TEST(Retrieve, LargeJsonOnOneLineComesByRows) {
  std::string content = "{\"total\": 3000, \"items\": [";
  for (int i = 0; i < 3000; ++i)
    content += (i ? "," : "") + std::string("{\"id\":") + std::to_string(i) + ",\"name\":\"user" +
               std::to_string(i * 7) + "\"}";
  content += "]}";
  const auto answer = ask(content, {});
  EXPECT_EQ(answer.unit, "rows");
  EXPECT_EQ(answer.total, 3000);
  EXPECT_NE(answer.text.find("[rows 0-"), std::string::npos);
  EXPECT_NE(answer.text.find("-2999]"), std::string::npos);
  EXPECT_LE(tokens_of(answer.text), 2000);
  const auto found = ask(content, {.query = "user20986"});  // row 2998
  EXPECT_NE(found.text.find("\"user20986\""), std::string::npos);
  std::set<std::size_t> rows;
  RetrieveAnswer part = answer;
  for (int i = 0; i < 200; ++i) {
    for (std::size_t at = part.text.find("\n[row"); at != std::string::npos; at = part.text.find("\n[row", at + 1)) {
      std::size_t a = 0, b = 0;
      if (std::sscanf(part.text.c_str() + at, "\n[rows %zu-%zu]", &a, &b) == 2) {
        for (; a <= b; ++a) EXPECT_TRUE(rows.insert(a).second);
      } else if (std::sscanf(part.text.c_str() + at, "\n[row %zu]", &a) == 1) {
        EXPECT_TRUE(rows.insert(a).second);
      }
    }
    if (part.cursor.empty()) break;
    const std::string cursor = part.cursor;
    part = ask(content, {.cursor = cursor});
  }
  EXPECT_EQ(rows.size(), 3000u);
}

TEST(Retrieve, MissingOriginals) {
  const auto expired =
      answer_missing({.hash = "482193075514"}, store::Status::expired, store::Source{"Bash", "npm test"});
  EXPECT_EQ(expired.text, "[482193075514: expired, no longer kept; it came from Bash \"npm test\": call that again]");
  EXPECT_EQ(expired.status, store::Status::expired);
  const auto unknown = answer_missing({.hash = "x\n]"}, store::Status::unknown, std::nullopt);
  EXPECT_EQ(unknown.text, "[\"x ]\": unknown; no original was ever kept under this hash]");
}

// 100,000 tokens, one planted line, a question with words of it: the line is in an answer of at most 2,000 tokens.
TEST(Retrieve, APlantedLineIsFound) {
  const std::string base = log_of(3700);
  ASSERT_GT(tokens_of(base), 100000);
  struct Planted {
    std::string_view line, query;
  };
  constexpr Planted planted[] = {
      {"ERROR payment gateway timed out for order ORD-88213", "what happened to order ORD-88213?"},
      {"WARN replication lag on replica db-eu-3 is 94 s", "how large is the replication lag on db-eu-3?"},
      {"INFO user ada.lovelace@example.org changed her password",
       "when did ada.lovelace@example.org change the password"},
      {"FATAL OutOfMemoryError in ReportRenderer.renderChart", "ReportRenderer.renderChart memory"},
      {"INFO feature flag new_checkout_flow enabled for 5 %", "is new_checkout_flow enabled"},
      {"INFO listening on 10.42.7.19:8443", "which port does 10.42.7.19 listen on"},
      {"WARN certificate expires in 3 days", "does any certificate expire"},
      {"INFO migrated schema to version 42", "schema migration version"},
      {"ERROR \xE6\x95\xB0\xE6\x8D\xAE\xE5\xBA\x93\xE8\xBF\x9E\xE6\x8E\xA5 failed",
       "\xE6\x95\xB0\xE6\x8D\xAE\xE5\xBA\x93"},
      {"INFO deploy of 3f9c2d1b77aa finished", "3f9c2d1b77aa"},
  };
  int asked = 0, held = 0;
  for (const Planted& p : planted) {
    for (int place = 0; place < 5; ++place) {
      std::string content = base;
      const std::size_t at = content.find('\n', content.size() * (2 * place + 1) / 11) + 1;
      content.insert(at, "2026-01-05T12:00:00Z " + std::string(p.line) + "\n");
      const auto answer = ask(content, {.query = p.query});
      ++asked;
      held += answer.text.find(p.line) != std::string::npos;
      EXPECT_LE(tokens_of(answer.text), 2000);
      EXPECT_FALSE(shown_in(content, answer).empty());
    }
  }
  EXPECT_GE(held * 100, asked * 98) << held << " of " << asked;
}

RC_GTEST_PROP(Retrieve, SlicesAreVerbatimAndTheCursorLeadsThroughAll, ()) {
  const auto line = rc::gen::oneOf(rc::gen::arbitrary<std::string>(),
                                   rc::gen::elementOf(std::vector<std::string>{
                                       "", "[lines 1-2]", "ERROR x", "a\r", "{\"a\":1}", "x,y,z",
                                       std::string(3000, 'w'), "\xff\xfe", "é", "# Heading", "2026-01-05 10:00:00 a"}));
  std::string content;
  for (const std::string& l : *rc::gen::container<std::vector<std::string>>(line)) content += l + "\n";
  if (*rc::gen::arbitrary<bool>()) content += "end";
  if (content.empty()) content = "x";
  const Tokens max(*rc::gen::inRange(200, 3000));
  std::vector<bool> seen(content.size(), false);
  std::string cursor;
  for (int i = 0; i < 10000; ++i) {
    const auto answer = ask(content, {.cursor = cursor, .max_tokens = max});
    RC_ASSERT(tokens_of(answer.text) <= max.value);
    const auto shown = shown_in(content, answer);
    RC_ASSERT(!shown.empty());
    for (const Piece& p : shown) std::fill(seen.begin() + p.begin, seen.begin() + p.end, true);
    RC_ASSERT(answer.cursor != cursor || answer.cursor.empty());
    cursor = answer.cursor;
    if (cursor.empty()) break;
  }
  RC_ASSERT(cursor.empty());
  RC_ASSERT(std::all_of(seen.begin(), seen.end(), [](bool b) { return b; }));
}

RC_GTEST_PROP(Retrieve, AnyRequestIsAnsweredWithinItsTokens,
              (const std::string& content, const std::string& argument)) {
  if (content.empty()) return;
  for (RetrieveRequest r :
       {RetrieveRequest{.lines = argument}, RetrieveRequest{.rows = argument}, RetrieveRequest{.path = argument},
        RetrieveRequest{.query = argument}, RetrieveRequest{.cursor = argument}}) {
    r.max_tokens = Tokens(80);
    const auto answer = ask(content, r);
    RC_ASSERT(!answer.text.empty());
    RC_ASSERT(tokens_of(answer.text) <= 80);
  }
}

TEST(Ranges, AreReadLeniently) {
  EXPECT_EQ(parse_ranges("120-180, 200", 1, 900), (std::vector<Range>{{120, 180}, {200, 200}}));
  EXPECT_EQ(parse_ranges("5-9,1-4,8-20", 1, 10), (std::vector<Range>{{1, 10}}));
  EXPECT_EQ(parse_ranges("3-", 1, 10), (std::vector<Range>{{3, 10}}));
  EXPECT_EQ(parse_ranges("", 1, 10), std::nullopt);
  EXPECT_EQ(parse_ranges("11", 1, 10), std::nullopt);
  EXPECT_EQ(parse_ranges("99999999999999999999", 1, 10), std::nullopt);
}

// What earlier queries found out changes no answer: not the first, not a later one, not one within a part, not after
// the index was dropped, and not that of another content of the same size.
TEST(Retrieve, AnIndexChangesNoAnswer) {
  std::string rows = "[";
  for (int i = 0; rows.size() < 90'000; ++i)
    rows += (i ? "," : "") + std::string("{\"id\":") + std::to_string(i * 7) + ",\"state\":\"" +
            (i % 3 ? "up" : "down") + "\"}";
  const std::string log = log_of(1800), other = log_of(1800, 2), csv = [] {
    std::string text = "id,name,city\n";
    for (int i = 0; text.size() < 80'000; ++i)
      text += std::to_string(i) + ",name " + std::to_string(i % 97) + ",city" + std::to_string(i % 13) + "\n";
    return text;
  }();
  ContentIndexes indexes(std::size_t{2} << 20);  // room for some of them: others are dropped in between
  tokens::Counter ruler;
  for (int round = 0; round < 2; ++round) {
    for (const std::string& content : {log, other, rows + "]", csv}) {
      ASSERT_GE(content.size(), ContentIndexes::least_content);
      for (const char* query : {"flushed buffer", "worker-3 cache", "id 700 down", "name 42 city5", "wrkr pckd zq",
                                "\"cache miss\" 48213", "the of a", "2026-01-05T00:01:00Z"}) {
        for (RetrieveRequest request :
             {RetrieveRequest{.query = query}, RetrieveRequest{.lines = "1-40", .query = query},
              RetrieveRequest{.query = query, .cursor = "q1"}, RetrieveRequest{.rows = "5-60", .query = query}}) {
          request.for_model = true;
          const auto plain = answer_retrieve(request, handle, content, {}, Tokens(700), ruler);
          const auto indexed = answer_retrieve(request, handle, content, {}, Tokens(700), ruler, &indexes);
          ASSERT_EQ(plain.text, indexed.text) << query;
          ASSERT_EQ(plain.cursor, indexed.cursor);
          ASSERT_EQ(plain.total, indexed.total);
        }
      }
    }
  }
  EXPECT_GT(indexes.bytes(), 0u);
  EXPECT_LE(indexes.bytes(), std::size_t{2} << 20);
}

}  // namespace
}  // namespace headroom::pipeline
