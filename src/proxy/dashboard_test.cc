// Codes work once and for a minute, cookies for twelve hours; neither opens with another token, for another purpose, or
// changed in one character.
#include "proxy/dashboard.h"

#include <gtest/gtest.h>

#include "proxy/errors.h"

namespace headroom::proxy {
namespace {

using std::chrono::seconds;

const Seconds now{seconds(1'767'604'364)};
const TokenDigest secret = digest_of_token("hrt_0123456789abcdef0123456789abcdef");
const TokenDigest another = digest_of_token("hrt_another");

TokenTable table() {
  TokenTable tokens;
  Token main;
  main.name = "main";
  main.rights = Rights::all();
  main.digest = secret;
  tokens.add(main);
  return tokens;
}

http::Head head_with(const std::string& fields) {
  auto read = http::parse_request("GET /stats HTTP/1.1\r\nhost: 127.0.0.1\r\n" + fields + "\r\n");
  EXPECT_TRUE(read && *read);
  return read && *read ? std::move(**read) : http::Head();
}

TEST(DashboardCode, WorksOnceWithinItsMinute) {
  DashboardCodes codes;
  const std::string code = *make_dashboard_code(secret, now);
  EXPECT_FALSE(codes.redeem(code, another, now));
  EXPECT_FALSE(codes.redeem(code, secret, now + seconds(60)));
  EXPECT_FALSE(codes.redeem(code, secret, now - seconds(1)));  // made for a minute from now, not for later
  const auto cookie = codes.redeem(code, secret, now + seconds(59));
  ASSERT_TRUE(cookie);
  EXPECT_FALSE(codes.redeem(code, secret, now + seconds(59)));
  EXPECT_TRUE(is_dashboard_session(*cookie, secret, now + std::chrono::hours(11)));
  EXPECT_FALSE(is_dashboard_session(*cookie, secret, now + std::chrono::hours(13)));
  EXPECT_FALSE(is_dashboard_session(*cookie, another, now));
  // A code is no cookie, a cookie no code.
  EXPECT_FALSE(is_dashboard_session(*make_dashboard_code(secret, now), secret, now));
  EXPECT_FALSE(codes.redeem(*cookie, secret, now));
  EXPECT_NE(*make_dashboard_code(secret, now), *make_dashboard_code(secret, now));
}

TEST(DashboardCode, AnyOtherCharacterSpoilsIt) {
  const std::string code = *make_dashboard_code(secret, now);
  for (std::size_t i = 0; i < code.size(); ++i) {
    DashboardCodes codes;
    std::string bad = code;
    bad[i] = bad[i] == '1' ? '2' : '1';
    EXPECT_FALSE(codes.redeem(bad, secret, now)) << i;
    EXPECT_FALSE(codes.redeem(code.substr(0, i), secret, now)) << i;
  }
  DashboardCodes codes;
  EXPECT_FALSE(codes.redeem(code + "0", secret, now));
  EXPECT_FALSE(codes.redeem("", secret, now));
  EXPECT_FALSE(codes.redeem(std::string(100'000, '-'), secret, now));
}

TEST(DashboardSession, OpensFiguresAndNothingElse) {
  DashboardCodes codes;
  const std::string cookie = *codes.redeem(*make_dashboard_code(secret, now), secret, now);
  const auto admitted = [&](const std::string& fields, std::string_view method, std::string_view path) {
    Verdict verdict;
    verdict.refused = &code::unauthorized;
    admit_dashboard(verdict, head_with(fields), find_route(method, path), table(), now);
    return verdict.refused == nullptr;
  };
  const std::string good = "cookie: a=b; headroom_dashboard=" + cookie + "; c=d\r\n";
  EXPECT_TRUE(admitted(good, "GET", "/stats"));
  EXPECT_TRUE(admitted(good, "GET", "/events"));
  EXPECT_TRUE(admitted(good, "GET", "/transformations/feed"));
  EXPECT_FALSE(admitted(good, "POST", "/v1/retrieve"));
  EXPECT_FALSE(admitted(good, "GET", "/v1/retrieve/482193075514"));
  EXPECT_FALSE(admitted(good, "POST", "/stats/reset"));
  EXPECT_FALSE(admitted("", "GET", "/stats"));
  EXPECT_FALSE(admitted("cookie: headroom_dashboard=\r\n", "GET", "/stats"));
  EXPECT_FALSE(admitted("cookie: xheadroom_dashboard=" + cookie + "\r\n", "GET", "/stats"));
  EXPECT_FALSE(admitted(good + "x-headroom-proxy-token: wrong\r\n", "GET", "/stats"));
  Verdict forbidden;
  forbidden.refused = &code::forbidden_origin;
  admit_dashboard(forbidden, head_with(good), find_route("GET", "/stats"), table(), now);
  EXPECT_EQ(forbidden.refused, &code::forbidden_origin);
}

}  // namespace
}  // namespace headroom::proxy
