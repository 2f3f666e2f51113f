// Dense stretches: what is one, what is left alone, and that what is shown is the original's.
#include "compressors/blobs/blobs.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "compressors/blobs/blob_text.h"

namespace headroom::compressors {
namespace {

std::string repeated(std::string_view piece, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += piece;
  return out;
}

std::vector<View> views_of(std::string_view text, bool reversible = true) {
  static tokens::Counter ruler;
  const search::Query none;
  const Context context{none, ruler, {}, reversible};
  return blob_compressor.views(text, context, false);
}

std::string minified() {
  return "/*! shop.js */\n" + repeated("f=(a,b)=>{return a(b)};", 100) + "throw Error(\"cannot open the till\");" +
         repeated("var x=g[1];", 100) + "\n";
}

TEST(Blobs, NamesWhatIsBetweenHeadAndTail) {
  const std::string text = minified();
  const auto found = blobs::find_blobs(text);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].what, "minified JavaScript");
  const auto views = views_of(text);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].text.starts_with(text.substr(0, 15 + 160) + "["));
  EXPECT_TRUE(views[0].text.ends_with("]" + text.substr(text.size() - 81, 80)));
  EXPECT_NE(views[0].text.find("; at 2312: \"cannot open the till\""), std::string::npos);
  EXPECT_TRUE(views_of(text, false).empty());
}

TEST(Blobs, ReadsTheFirstBytesOfBase64) {
  const std::string text =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAoAAAAHgCAYAAAA10dzkAAAABmJLR0QA/wD/AP+gvaeTAAAAB" +
      repeated("x3Q9aZbK7mPlR0sT2uVwXyE4fGhJiNnO6cD8", 100) + "==\n";
  const auto found = blobs::find_blobs(text);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].what.starts_with("base64: PNG 640x480, ")) << found[0].what;
}

TEST(Blobs, TakesCertificatesAsOne) {
  const std::string line = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n";
  const std::string text =
      "-----BEGIN CERTIFICATE-----\n" + repeated(line, 40) + "R9I4LtD+gdwyah617jzV\n-----END CERTIFICATE-----\n";
  const auto views = views_of(text);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].text.starts_with("-----BEGIN CERTIFICATE-----\nMIID"));
  EXPECT_TRUE(views[0].text.ends_with("\n-----END CERTIFICATE-----"));
}

TEST(Blobs, LeavesOthersAlone) {
  for (const std::string& text :
       {repeated("{\"id\":1,\"note\":\"x\"},", 400),
        repeated("2026-03-01T10:00:00Z job=1;ok;", 1) + repeated("a=b;", 900), repeated("中文没有空格的句子，", 400),
        repeated("a,b,c,d,e,f,", 400), repeated("plain words in a long line ", 300),
        repeated("src/some/folder/file_name/", 200), minified() + "[lines 1-2 of 9]\n" + minified(),
        minified().substr(0, 1500), std::string()}) {
    EXPECT_TRUE(views_of(text).empty()) << text.substr(0, 60);
  }
}

RC_GTEST_PROP(BlobsProperty, WhatIsFoundLiesApartAndWithin, (std::string text)) {
  text += repeated(*rc::gen::element<std::string>("f(x);", "aB3/x9Zk", "deadbeef01", "中", "\n"),
                   *rc::gen::inRange(0, 900));
  text += *rc::gen::arbitrary<std::string>();
  std::size_t end = 0;
  for (const blobs::Blob& b : blobs::find_blobs(text)) {
    RC_ASSERT(b.begin >= end);
    RC_ASSERT(b.size >= blobs::least_bytes || text.substr(b.begin, b.size).find('\n') != std::string::npos);
    end = b.begin + b.size;
    RC_ASSERT(end <= text.size());
  }
}

// Take the statements out: what stays are the original's bytes, in order, heads and tails.
RC_GTEST_PROP(BlobsProperty, WhatIsShownIsTheOriginals, ()) {
  const int n = *rc::gen::inRange(1, 5);
  std::string text;
  for (int i = 0; i < n; ++i) {
    text += "line " + std::to_string(i) + "\n" +
            repeated("k(" + std::to_string(i) + ");", *rc::gen::inRange(450, 900)) + '\n';
  }
  const auto views = views_of(text);
  RC_ASSERT(views.size() == 1u);
  std::size_t at = 0;
  std::string_view rest = views[0].text;
  while (!rest.empty()) {
    const std::size_t open = rest.find('[');
    const std::string_view piece = rest.substr(0, open);
    // (what repeats itself could be found too early; the last piece ends the text)
    const bool last = open == std::string_view::npos;
    const std::size_t found = last ? text.rfind(piece) : text.find(piece, at);
    RC_ASSERT(found != std::string::npos);
    RC_ASSERT(found >= at);
    at = found + piece.size();
    if (last) break;
    rest.remove_prefix(rest.find(']') + 1);
  }
  RC_ASSERT(at + 1 == text.size());
}

}  // namespace
}  // namespace headroom::compressors
