#include "http/body.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::http {
namespace {

struct Read {
  std::string payload;
  std::size_t taken = 0;
  BodyReader::State state = BodyReader::State::open;
};

// Fed in two parts.
Read read(Framing framing, std::uint64_t length, std::string_view bytes, std::size_t cut) {
  BodyReader reader(framing, length);
  Read r;
  const auto sink = [&](std::string_view piece) { r.payload += piece; };
  r.taken = reader.feed(bytes.substr(0, cut), sink);
  if (r.taken == cut) r.taken += reader.feed(bytes.substr(cut), sink);
  r.state = reader.state();
  return r;
}

TEST(Body, ChunksAtEveryCut) {
  const std::string bytes = "5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const Read r = read(Framing::chunked, cut, bytes, cut);  // a length says nothing of chunks
    EXPECT_EQ(r.payload, "hello world") << cut;
    EXPECT_EQ(r.state, BodyReader::State::done) << cut;
    EXPECT_EQ(r.taken, bytes.size() - 3) << cut;
  }
}

TEST(Body, RefusesBrokenChunks) {
  for (const std::string_view bad : {"x\r\n", "\r\n", "5\nhello", "5\r\nhelloX\r\n", "5\r\nhello\rX", "5 \r\nhello",
                                     "-1\r\n", "0x5\r\n", " 5\r\n", "fffffffffffffffff\r\n", "5;\x01\r\nhello",
                                     "0\r\nA: b\n\r\n", "1\r\na\r\n+1\r\n", "5\rXhello", "0\r\n\x01\r\n"}) {
    EXPECT_EQ(read(Framing::chunked, 0, bad, bad.size()).state, BodyReader::State::bad) << bad;
  }
}

TEST(Body, TakesItsLengthAndNoMore) {
  const Read r = read(Framing::length, 4, "abcdef", 3);
  EXPECT_EQ(r.payload, "abcd");
  EXPECT_EQ(r.taken, 4u);
  EXPECT_EQ(r.state, BodyReader::State::done);
  BodyReader empty(Framing::length, 0);
  EXPECT_EQ(empty.state(), BodyReader::State::done);
  BodyReader open(Framing::until_close, 0);
  EXPECT_TRUE(open.may_end());
  EXPECT_FALSE(BodyReader(Framing::chunked, 0).may_end());
}

RC_GTEST_PROP(Body, WhatIsChunkedComesBack, (const std::vector<std::string>& pieces, std::size_t cut)) {
  std::string bytes, all;
  for (const std::string& piece : pieces) {
    append_chunk(bytes, piece);
    all += piece;
  }
  bytes += last_chunk;
  const Read r = read(Framing::chunked, 0, bytes, cut % (bytes.size() + 1));
  RC_ASSERT(r.payload == all);
  RC_ASSERT(r.state == BodyReader::State::done);
  RC_ASSERT(r.taken == bytes.size());
}

}  // namespace
}  // namespace headroom::http
