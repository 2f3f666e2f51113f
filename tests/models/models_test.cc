// Model directories over a stand-in for ONNX Runtime (fake_onnxruntime.cc): which words go into which chunk, what is
// made of the scores, what is refused, and that a model changes only what it is asked for.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "api/core.h"
#include "api/options.h"
#include "compressors/prose/scorer.h"
#include "json/writer.h"
#include "models/byte_level_bpe.h"
#include "models/digest.h"
#include "models/kompress.h"
#include "models/nfc.h"
#include "models/registry.h"
#include "pipeline/compress.h"
#include "store/store.h"

namespace headroom::models {
namespace {

namespace fs = std::filesystem;

// A tokenizer of single bytes and a few merges; special tokens 256 and 257.
std::string tokenizer_json(std::string_view more = "") {
  std::string vocab;
  const auto written = [](int b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    if (prints) return b;
    int next = 0x100;
    for (int k = 0; k < b; ++k) next += !((k >= '!' && k <= '~') || (k >= 0xA1 && k <= 0xAC) || (k >= 0xAE));
    return next;
  };
  for (int b = 0; b < 256; ++b) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", written(b));
    vocab += "\"" + std::string(escape) + "\":" + std::to_string(b) + ",";
  }
  return "{\"added_tokens\":[{\"id\":256,\"content\":\"[CLS]\",\"special\":true},"
         "{\"id\":257,\"content\":\"[SEP]\",\"special\":true}],"
         "\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false},"
         "\"model\":{\"type\":\"BPE\"," +
         std::string(more) + "\"vocab\":{" + vocab +
         "\"ab\":300,\"abc\":301,\"bc\":302,\"12\":303},\"merges\":[\"b c\",\"a b\",[\"a\",\"bc\"],\"1 2\",\"ab c\"]}}";
}

class Directory {
 public:
  Directory() {
    char name[] = "/tmp/headroom-models-XXXXXX";
    path = ::mkdtemp(name);
    fs::create_directory(path / "onnx");
    write("tokenizer.json", tokenizer_json());
  }
  ~Directory() { fs::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  void write(const fs::path& name, std::string_view text) const {
    std::ofstream(path / name, std::ios::binary) << text;
  }
  fs::path path;
};

const std::string library = HEADROOM_FAKE_ONNXRUNTIME;

std::vector<std::int64_t> ids_of(const ByteLevelBpe& bpe, std::string_view word) {
  std::vector<std::int64_t> out;
  bpe.encode(word, out);
  return out;
}

TEST(ByteLevelBpe, MergesTheLowestRankFirst) {
  const auto bpe = ByteLevelBpe::parse(tokenizer_json());
  ASSERT_TRUE(bpe) << bpe.error().message;
  // "b c" comes before "a b": abc is a + bc, for which there is a merge too.
  EXPECT_EQ(ids_of(*bpe, "abc"), (std::vector<std::int64_t>{301}));
  EXPECT_EQ(ids_of(*bpe, "ab"), (std::vector<std::int64_t>{300}));
  EXPECT_EQ(ids_of(*bpe, "abab"), (std::vector<std::int64_t>{300, 300}));
  EXPECT_EQ(ids_of(*bpe, "ab12"), (std::vector<std::int64_t>{300, 303}));
  // A contraction is a piece of its own: nothing merges across it.
  EXPECT_EQ(ids_of(*bpe, "a'sb"), (std::vector<std::int64_t>{'a', '\'', 's', 'b'}));
  EXPECT_EQ(ids_of(*bpe, "x[SEP]ab"), (std::vector<std::int64_t>{'x', 257, 300}));
  EXPECT_EQ(ids_of(*bpe, "e\xCC\x81"), (std::vector<std::int64_t>{0xC3, 0xA9}));  // e + acute, as one letter
  EXPECT_EQ(ids_of(*bpe, ""), (std::vector<std::int64_t>{}));
  EXPECT_EQ(ids_of(*bpe, std::string(100'000, 'a')).size(), 100'000U);
  EXPECT_EQ(ids_of(*bpe, "\xFF\xFE"), (std::vector<std::int64_t>{0xFF, 0xFE}));
}

TEST(ByteLevelBpe, RefusesWhatItDoesNotDo) {
  for (const std::string_view more : {"\"dropout\":0.1,", "\"byte_fallback\":true,", "\"ignore_merges\":true,",
                                      "\"continuing_subword_prefix\":\"##\","}) {
    const auto bpe = ByteLevelBpe::parse(tokenizer_json(more));
    ASSERT_FALSE(bpe) << more;
    EXPECT_NE(bpe.error().message.find("is not known"), std::string::npos) << bpe.error().message;
  }
  for (const std::string_view text : {"", "[]", "{}", "{\"model\":1}", "{\"normalizer\":{\"type\":\"Lowercase\"}}"})
    EXPECT_FALSE(ByteLevelBpe::parse(text)) << text;
}

TEST(Nfc, Composes) {
  EXPECT_EQ(nfc("plain"), "plain");
  EXPECT_EQ(nfc("e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(nfc("q\xCC\x87\xCC\xA3"), "q\xCC\xA3\xCC\x87");                // marks by class
  EXPECT_EQ(nfc("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8"), "\xEA\xB0\x81");  // Hangul
  EXPECT_EQ(nfc("\xE2\x84\xAB"), "\xC3\x85");                              // the angstrom sign is A with a ring
  EXPECT_EQ(nfc("\xE0\xA5\x98"), "\xE0\xA4\x95\xE0\xA4\xBC");              // excluded from composition
  EXPECT_EQ(nfc("\xFF"), "\xFF");
}

RC_GTEST_PROP(Nfc, OnceIsEnough, (const std::vector<std::uint16_t>& points)) {
  std::string text;
  for (const std::uint16_t p : points) {
    const char32_t c = p;
    if (c >= 0xD800 && c < 0xE000) continue;
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      (text += static_cast<char>(0xC0 | c >> 6)) += static_cast<char>(0x80 | (c & 63));
    } else {
      ((text += static_cast<char>(0xE0 | c >> 12)) += static_cast<char>(0x80 | (c >> 6 & 63))) +=
          static_cast<char>(0x80 | (c & 63));
    }
  }
  RC_ASSERT(nfc(nfc(text)) == nfc(text));
}

TEST(Words, AreCutAtWhiteSpace) {
  std::vector<std::string_view> words;
  append_words(
      " one\ttwo\n\nthree\xC2\xA0"
      "four\xE3\x80\x80"
      "five ",
      words);
  EXPECT_EQ(words, (std::vector<std::string_view>{"one", "two", "three", "four", "five"}));
}

TEST(BetterHalf, IsTheMeanOfIt) {
  std::vector<std::uint16_t> a{10, 200, 100, 0}, b{7}, c{1, 2, 3}, none;
  EXPECT_EQ(better_half(a), 150);
  EXPECT_EQ(better_half(b), 7);
  EXPECT_EQ(better_half(c), 3);  // 3 and 2: 2.5, rounded up
  EXPECT_EQ(better_half(none), 0);
}

TEST(Kompress, ScoresWordsByTheirBestToken) {
  const Directory directory;
  directory.write("onnx/kompress-int8-wo.onnx", "fake");
  const auto model = Kompress::open(directory.path, library);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->files().model, "onnx/kompress-int8-wo.onnx");
  EXPECT_EQ((*model)->files().model_sha256, sha256_hex("fake"));
  std::vector<std::string_view> words(100, "ab");  // token 300: 43
  words[7] = "AZ";                                 // tokens 65, 90
  words[8] = "\xC3\xBF";                           // tokens 195, 191
  const auto scores = (*model)->score_words(words);
  ASSERT_TRUE(scores) << scores.error().message;
  EXPECT_EQ((*scores)[0], 300 % 257);
  EXPECT_EQ((*scores)[7], 90);
  EXPECT_EQ((*scores)[8], 195);
  EXPECT_EQ(scores->size(), words.size());
  // Under 64 words all are kept.
  EXPECT_EQ(*(*model)->score_words(std::span(words).first(63)), std::vector<std::uint16_t>(63, 256));
  EXPECT_EQ((*model)->score_words(std::vector<std::string_view>(most_words + 1, "a")).error().kind,
            ErrorKind::too_large);
}

// Chunks decide which words share a run, never how many are scored; a word that fills a chunk is kept.
TEST(Kompress, WordsOfAnyLengthAreScoredOnce) {
  const Directory directory;
  directory.write("onnx/kompress-fp32.onnx", "fake");
  const auto model = Kompress::open(directory.path, library);
  ASSERT_TRUE(model) << model.error().message;
  const std::string filling(511, 'A'), just(510, 'A'), long_one(100'000, 'A');
  std::vector<std::string_view> words(80, "A");
  words[5] = just;
  words[6] = filling;
  words[7] = long_one;
  words[79] = filling;
  for (int i = 0; i < 400; ++i) words.push_back("B");
  const auto scores = (*model)->score_words(words);
  ASSERT_TRUE(scores) << scores.error().message;
  ASSERT_EQ(scores->size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const int expected = i == 6 || i == 7 || i == 79 ? 256 : i < 80 ? 'A' : 'B';
    EXPECT_EQ((*scores)[i], expected) << i;
  }
}

TEST(Kompress, SaysWhyItCannotBeOpened) {
  const Directory directory;
  const auto why = [&](const std::string& lib) {
    const auto model = Kompress::open(directory.path, lib);
    return model ? std::string("it opened") : model.error().message;
  };
  EXPECT_NE(why(library).find("none of onnx/"), std::string::npos) << why(library);
  directory.write("onnx/kompress-int8.onnx", "fake other inputs");
  EXPECT_NE(why(library).find("token_type_ids"), std::string::npos) << why(library);
  directory.write("onnx/kompress-fp32.onnx", "fake fails");
  EXPECT_NE(why(library).find("out of luck"), std::string::npos) << why(library);
  directory.write("onnx/kompress-int8.onnx", "fake");  // the last of three that runs
  EXPECT_EQ(why(library), "it opened");
  EXPECT_NE(why("/nowhere/libonnxruntime.so").find("was not found"), std::string::npos);
  EXPECT_NE(why("libm.so.6").find("is no ONNX Runtime"), std::string::npos) << why("libm.so.6");
  directory.write("tokenizer.json", "{");
  EXPECT_NE(why(library).find("tokenizer.json"), std::string::npos);
}

TEST(Registry, HoldsAModelToItsFiles) {
  const Directory directory;
  directory.write("onnx/kompress-int8-wo.onnx", "fake");
  const fs::path file = directory.path / "data/models.json";
  auto list = Registry::read(file);
  ASSERT_TRUE(list);
  list->put({"mine", directory.path, (*Kompress::open(directory.path, library))->files()});
  list->put({"a", directory.path, {}});
  ASSERT_TRUE(list->write(file));
  const auto again = Registry::read(file);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->rows().size(), 2U);
  EXPECT_EQ(again->rows()[0].name, "a");
  EXPECT_EQ(again->find("mine")->files.model_sha256, sha256_hex("fake"));
  EXPECT_TRUE(open_model("mine", file, library));
  EXPECT_FALSE(open_model("other", file, library));
  directory.write("onnx/kompress-int8-wo.onnx", "fake, but another");
  const auto changed = open_model("mine", file, library);
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message.find("is not the file that was registered"), std::string::npos);
  EXPECT_TRUE(list->remove("mine"));
  EXPECT_FALSE(list->remove("mine"));
  directory.write("data/models.json", "{\"models\":[{\"name\":\"../up\"}]}");
  EXPECT_FALSE(Registry::read(file));
  EXPECT_FALSE(is_model_name("small"));
  EXPECT_FALSE(is_model_name("a/b"));
}

// --- the whole core with a model

std::string article() {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += "Paragraph " + std::to_string(i) + " tells what the pump of hall " +
            std::string(1, static_cast<char>('a' + i % 26)) + " does in winter. ";
    text += "It was painted in a colour that nobody remembers. ";
    text += i % 2 == 0 ? "Zebras zigzag.\n\n" : "Everyone agreed on lunch and went home early.\n\n";
  }
  return text;
}

pipeline::Outcome view_of(const std::string& text, const api::Config& config) {
  api::Core core(config);
  api::Input input;
  input.kind = api::Input::Kind::content;
  input.text = text;
  input.hints.kind = "prose";
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::tool;
  options.token_budget = Tokens(500);
  return core.compress(input, options);
}

TEST(ProseModel, ChoosesOtherSentencesAndNothingElse) {
  const Directory directory;
  directory.write("onnx/kompress-int8-wo.onnx", "fake");
  const std::string text = article();
  api::Config config;
  const pipeline::Outcome plain = view_of(text, config);
  ASSERT_FALSE(plain.lossless);
  config.prose_model.name = directory.path.string();
  config.onnxruntime.path = library;
  ASSERT_TRUE(api::load_model(config));
  const pipeline::Outcome judged = view_of(text, config);
  ASSERT_FALSE(judged.lossless);
  EXPECT_NE(judged.output, plain.output);
  // The letter z is the best token there is, so those sentences come first.
  const auto count = [](const std::string& s, std::string_view word) {
    std::size_t n = 0;
    for (std::size_t at = s.find(word); at != std::string::npos; at = s.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_GT(count(judged.output, "Zebras"), count(plain.output, "Zebras"));
  EXPECT_EQ(judged.markers[0].hash, plain.markers[0].hash);  // the same original
  EXPECT_EQ(view_of(text, config).output, judged.output);
  EXPECT_EQ(view_of(text, api::Config()).output, plain.output);  // a model beside it changes nothing
}

TEST(ProseModel, ItsVersionNamesAllThatDecides) {
  const Directory one, two;
  one.write("onnx/kompress-int8-wo.onnx", "fake");
  two.write("onnx/kompress-int8-wo.onnx", "fake, another");
  const auto a = Kompress::open(one.path, library), b = Kompress::open(two.path, library),
             c = Kompress::open(one.path, library);
  ASSERT_TRUE(a && b && c);
  EXPECT_NE((*a)->version(), (*b)->version());
  EXPECT_EQ((*a)->version(), (*c)->version());
  EXPECT_NE((*a)->version().find("0.0.fake"), std::string_view::npos);
}

// One cache of finished views serves both: a view made with a model is never found without it, nor the other way.
TEST(ProseModel, ViewsOfAnotherScorerAreNotFoundInTheCache) {
  const Directory directory;
  directory.write("onnx/kompress-int8-wo.onnx", "fake");
  const auto model = Kompress::open(directory.path, library);
  ASSERT_TRUE(model);
  const auto scorer = compressors::prose::model_scorer(*model);
  std::ifstream guide(HEADROOM_SOURCE_DIR "/corpus/prose/guide_markdown/input", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(guide), {});
  json::Writer out;
  out.object().key("messages").array();
  out.object().key("role").string("assistant").key("content").null().key("tool_calls").array();
  out.object().key("id").string("c1").key("type").string("function").key("function").object();
  out.key("name").string("fetch").key("arguments").string("{}").end().end().end().end();
  out.object().key("role").string("tool").key("tool_call_id").string("c1").key("content").string(text).end();
  out.end().end();
  const std::string body = std::move(out).take();

  store::WorkspaceKey key{"default", std::string(32, 'k')};
  tokens::Witnesses counters;
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::tool;
  options.redeems_outside = true;
  options.target_ratio = 0.3;
  const auto shortened = [&](pipeline::ViewCache* cache, const compressors::prose::SentenceScorer* by) {
    const auto originals = store::open_memory(key, {});
    pipeline::Services services{counters, [&]() -> Result<store::Store*> { return originals.get(); }};
    services.key = &key;
    services.cache = cache;
    services.scorer = by;
    const pipeline::Outcome outcome = pipeline::compress_body(body, "", options, services);
    EXPECT_EQ(outcome.markers.size(), 1U);
    return outcome.output;
  };
  const std::string plain = shortened(nullptr, nullptr), judged = shortened(nullptr, scorer.get());
  ASSERT_NE(plain, judged);
  pipeline::ViewCache cache;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(shortened(&cache, nullptr), plain);
    EXPECT_EQ(shortened(&cache, scorer.get()), judged);
  }
}

TEST(ProseModel, BelongsToTheHandle) {
  api::Core core{api::Config{}};
  for (const std::string name : {"prose_model", "kompress_model"}) {
    const auto answer = core.call("{\"op\":\"compress\",\"content\":\"x\",\"options\":{\"" + name + "\":\"/a/b\"}}");
    EXPECT_EQ(answer.status, api::Status::bad_request) << answer.json;
    EXPECT_NE(answer.json.find("belongs to the handle"), std::string::npos) << answer.json;
  }
  api::Config gone;
  gone.prose_model.name = "/nowhere/at/all";
  EXPECT_FALSE(api::load_model(gone));
}

}  // namespace
}  // namespace headroom::models
