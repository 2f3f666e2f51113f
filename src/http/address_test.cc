#include "http/address.h"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

TEST(Address, KnowsWhatIsPublic) {
  for (const std::string_view inner : {"0.0.0.0",
                                       "10.1.2.3",
                                       "100.64.0.1",
                                       "127.0.0.1",
                                       "127.255.255.255",
                                       "169.254.169.254",
                                       "172.16.0.1",
                                       "172.31.9.9",
                                       "192.0.0.8",
                                       "192.0.2.1",
                                       "192.168.1.1",
                                       "198.18.0.1",
                                       "198.51.100.7",
                                       "203.0.113.5",
                                       "224.0.0.1",
                                       "240.0.0.1",
                                       "255.255.255.255",
                                       "::",
                                       "::1",
                                       "fe80::1",
                                       "fc00::1",
                                       "fd12:3456::1",
                                       "ff02::1",
                                       "::ffff:127.0.0.1",
                                       "::ffff:169.254.169.254",
                                       "64:ff9b::10.0.0.1",
                                       "2002:7f00:1::",
                                       "2002:a9fe:a9fe::1",
                                       "2001::1",
                                       "2001:db8::1",
                                       "3fff::1",
                                       "fec0::1",
                                       "::127.0.0.1"}) {
    const auto address = parse_address(inner);
    ASSERT_TRUE(address) << inner;
    EXPECT_FALSE(is_public(*address)) << inner;
  }
  for (const std::string_view outer :
       {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1"}) {
    EXPECT_TRUE(is_public(*parse_address(outer))) << outer;
  }
}

TEST(Address, ReadsUrlsStrictly) {
  const auto url = parse_url("https://API.OpenAI.com/v1/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin.host, "api.openai.com");
  EXPECT_EQ(url->origin.port, 443);
  EXPECT_EQ(url->path, "/v1");
  EXPECT_EQ(url->origin.authority(), "api.openai.com");
  EXPECT_EQ(parse_url("http://[::1]:8080/x")->origin.host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:8080/x")->origin.authority(), "[::1]:8080");
  for (const std::string_view bad : {"",
                                     "https://",
                                     "ftp://a",
                                     "//a",
                                     "a",
                                     "https://user@a/",
                                     "https://u:p@a/",
                                     "https://a b/",
                                     "https://a#x",
                                     "https://a?x",
                                     "https://a:0/",
                                     "https://a:70000",
                                     "https://a:/",
                                     "https://a:8x/",
                                     "https://[::1",
                                     "https://[fe80::1%25eth0]/",
                                     "https://a\\b",
                                     "https://\xc3\xa9.example",
                                     "https://a\r\nb",
                                     "javascript:x",
                                     "https:///x",
                                     "https://a%2fb/"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(Address, NetworksHoldTheirAddresses) {
  const auto network = parse_network("10.1.0.0/16");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->holds(*parse_address("10.1.200.3")));
  EXPECT_TRUE(network->holds(*parse_address("::ffff:10.1.200.3")));
  EXPECT_FALSE(network->holds(*parse_address("10.2.0.1")));
  EXPECT_FALSE(parse_network("10.1.0.0/33"));
  EXPECT_FALSE(parse_network("host"));
  EXPECT_TRUE(parse_network("fd00::/8")->holds(*parse_address("fd12::1")));
}

TEST(Address, HostsOfFields) {
  EXPECT_EQ(host_of("LocalHost:8787"), "localhost");
  EXPECT_EQ(host_of("[::1]:80"), "::1");
  EXPECT_EQ(host_of("a"), "a");
  EXPECT_FALSE(host_of(""));
  EXPECT_FALSE(host_of(std::string_view("[::1\0x]", 8)));
  EXPECT_FALSE(parse_address(std::string_view("127.0.0.1\0.evil.example", 22)));
  EXPECT_FALSE(parse_address("127.0.0.1" + std::string(100, ' ')));
  EXPECT_FALSE(host_of("a@b"));
  EXPECT_FALSE(host_of("a/b"));
}

}  // namespace
}  // namespace headroom::http
