// A labelled set, made from seeds: secrets of every kind in the surroundings in which tools print them, and texts that
// look like secrets and are none. Recall at least .99 of each kind, precision at least .95.
#include "secrets/secrets.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "secrets/rules.h"

namespace headroom::secrets {
namespace {

// splitmix64: the same set on every machine.
struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  std::string of(std::string_view alphabet, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += alphabet[below(alphabet.size())];
    return out;
  }
  std::string_view pick(std::initializer_list<std::string_view> list) { return list.begin()[below(list.size())]; }
};

constexpr std::string_view hex = "0123456789abcdef", upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                           alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                           word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
                           base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                           symbols = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%^*_-+";

using Make = std::function<std::string(Random&)>;
struct Kind {
  std::string name;
  Make make;
  bool needs_name = false;  // only a name beside it tells that it is a secret
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> list = {
      {"pem",
       [](Random& r) {
         std::string text =
             "-----BEGIN " + std::string(r.pick({"RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "})) + "PRIVATE KEY-----\n";
         for (int i = 0; i < 12; ++i) text += r.of(base64, 64) + "\n";
         return text + "-----END PRIVATE KEY-----";
       }},
      {"aws id", [](Random& r) { return std::string(r.pick({"AKIA", "ASIA"})) + r.of(upper, 16); }},
      {"aws secret", [](Random& r) { return r.of(base64, 40); }, true},
      {"google", [](Random& r) { return "AIza" + r.of(word, 35); }},
      {"google oauth", [](Random& r) { return "ya29." + r.of(word, 120 + r.below(80)); }},
      {"azure storage", [](Random& r) { return "AccountKey=" + r.of(base64, 86) + "=="; }},
      {"github", [](Random& r) { return std::string(r.pick({"ghp_", "gho_", "ghs_"})) + r.of(alnum, 36); }},
      {"github fine", [](Random& r) { return "github_pat_" + r.of(alnum, 22) + "_" + r.of(alnum, 59); }},
      {"gitlab", [](Random& r) { return "glpat-" + r.of(word, 20); }},
      {"npm", [](Random& r) { return "npm_" + r.of(alnum, 36); }},
      {"pypi", [](Random& r) { return "pypi-AgEIcHlwaS5vcmc" + r.of(word, 120); }},
      {"slack",
       [](Random& r) {
         return "xoxb-" + r.of("0123456789", 12) + "-" + r.of("0123456789", 12) + "-" + r.of(alnum, 24);
       }},
      {"slack hook",
       [](Random& r) {
         return "https://hooks.slack.com/services/T" + r.of(upper, 8) + "/B" + r.of(upper, 8) + "/" + r.of(alnum, 24);
       }},
      {"stripe", [](Random& r) { return "sk_live_" + r.of(alnum, 24 + r.below(60)); }},
      {"sendgrid", [](Random& r) { return "SG." + r.of(word, 22) + "." + r.of(word, 43); }},
      {"openai", [](Random& r) { return "sk-proj-" + r.of(word, 120); }},
      {"anthropic", [](Random& r) { return "sk-ant-api03-" + r.of(word, 93) + "AA"; }},
      {"hugging face", [](Random& r) { return "hf_" + r.of(alnum, 34); }},
      {"jwt", [](Random& r) { return "eyJhbGciOiJIUzI1NiJ9.eyJ" + r.of(word, 60) + "." + r.of(word, 43); }},
      {"url",
       [](Random& r) {
         return std::string(r.pick({"postgres", "redis", "https", "amqp", "mongodb+srv"})) + "://" +
                std::string(r.pick({"app", "", "service-7"})) + ":" + r.of(symbols.substr(0, 55), 10 + r.below(14)) +
                "@db-" + r.of("0123456789", 2) + ".internal:5432/main";
       }},
      {"digitalocean", [](Random& r) { return "dop_v1_" + r.of(hex, 64); }},
      {"shopify", [](Random& r) { return "shpat_" + r.of(hex, 32); }},
      {"vault", [](Random& r) { return "hvs." + r.of(word, 90); }},
      {"password", [](Random& r) { return r.of(symbols, 10 + r.below(20)) + r.of("23456789", 2); }, true},
      {"token", [](Random& r) { return r.of(hex, 32 + 8 * r.below(5)); }, true},
      {"api key", [](Random& r) { return r.of(alnum, 24 + r.below(40)); }, true},
      {"bearer", [](Random& r) { return "Authorization: Bearer " + r.of(word, 32 + r.below(40)); }},
  };
  return list;
}

// The lines in which tools print a secret that has a name.
std::string with_name(Random& r, const std::string& kind, const std::string& value) {
  const bool password = kind == "password", token = kind == "token";
  const std::string loud(
      password ? r.pick({"DB_PASSWORD", "POSTGRES_PASSWORD", "SMTP_PASS", "PGPASSWORD", "REDIS_PWD"})
      : token  ? r.pick({"AUTH_TOKEN", "CI_JOB_TOKEN", "DEPLOY_SECRET", "CLIENT_SECRET", "SESSION_TOKEN"})
               : r.pick({"API_KEY", "AWS_SECRET_ACCESS_KEY", "ENCRYPTION_KEY", "DATADOG_APP_KEY", "SIGNING_KEY"}));
  const std::string quiet(
      password ? r.pick({"password", "db_password", "dbPassword", "passwd", "spring.datasource.password"})
      : token  ? r.pick({"token", "access_token", "clientSecret", "refreshToken", "secret"})
               : r.pick({"api_key", "apiKey", "aws_secret_access_key", "secret_key", "private-key"}));
  switch (r.below(7)) {
    case 0:
      return loud + "=" + value;
    case 1:
      return "export " + loud + "='" + value + "'";
    case 2:
      return "{\"user\": \"app\", \"" + quiet + "\": \"" + value + "\", \"port\": 5432}";
    case 3:
      return "  " + quiet + ": \"" + value + "\"";
    case 4:
      return quiet + " = '" + value + "';";
    case 5:
      return "{\\\"" + quiet + "\\\":\\\"" + value + "\\\"}";
    default:
      return "run --" + quiet + "=" + value + " --verbose";
  }
}

std::string around(Random& r, const std::string& line) {
  switch (r.below(6)) {
    case 0:
      return "2026-03-01 10:00:00 INFO starting worker 7\n" + line + "\nready in 12 ms\n";
    case 1:
      return "\"" + line + "\"";
    case 2:
      return "curl -H '" + line + "' https://example.org/v1/items";
    case 3:
      return "value: " + line;
    case 4:
      return "\x1b[32m" + line + "\x1b[0m\r\n";
    default:
      return line;
  }
}

bool covers(const std::vector<Finding>& found, std::size_t begin, std::size_t end) {
  for (const Finding& f : found) {
    if (f.offset < end && f.offset + f.length > begin) return true;
  }
  return false;
}

TEST(Secrets, FindsNinetyNineInAHundredOfEachKind) {
  std::size_t all_found = 0, all_made = 0;
  for (const Kind& kind : kinds()) {
    std::size_t found = 0;
    constexpr std::size_t made = 400;
    for (std::size_t i = 0; i < made; ++i) {
      Random r{i * 7919 + 1};
      const std::string value = kind.make(r);
      const std::string text = around(r, kind.needs_name ? with_name(r, kind.name, value) : value);
      const std::size_t at = text.find(value);
      found += covers(all(text), at, at + value.size());
      if (!covers(all(text), at, at + value.size())) std::printf("missed (%s): %s\n", kind.name.c_str(), text.c_str());
    }
    EXPECT_GE(static_cast<double>(found), .99 * made) << kind.name;
    all_found += found;
    all_made += made;
  }
  std::printf("recall: %zu of %zu\n", all_found, all_made);
}

// Texts without a secret, each made many times; one that is found in them is a false alarm.
std::vector<std::pair<std::string, Make>> harmless() {
  const auto uuid = [](Random& r) {
    return r.of(hex, 8) + "-" + r.of(hex, 4) + "-4" + r.of(hex, 3) + "-a" + r.of(hex, 3) + "-" + r.of(hex, 12);
  };
  return {
      {"uuid", uuid},
      {"commit", [](Random& r) { return "commit " + r.of(hex, 40) + "\nAuthor: A <a@example.org>"; }},
      {"digest", [](Random& r) { return "sha256:" + r.of(hex, 64); }},
      {"integrity", [](Random& r) { return "\"integrity\": \"sha512-" + r.of(base64, 86) + "==\""; }},
      {"image", [](Random& r) { return "data:image/png;base64,iVBORw0KGgo" + r.of(base64, 400); }},
      {"public key", [](Random& r) { return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + r.of(base64, 43) + " host"; }},
      {"public pem",
       [](Random& r) { return "-----BEGIN PUBLIC KEY-----\n" + r.of(base64, 64) + "\n-----END PUBLIC KEY-----"; }},
      {"certificate", [](Random& r) { return "-----BEGIN CERTIFICATE-----\nMIID" + r.of(base64, 60) + "\n"; }},
      {"page token", [](Random& r) { return "\"nextPageToken\": \"" + r.of(alnum, 40) + "\""; }},
      {"cursor", [](Random& r) { return "continuation_token=" + r.of(base64, 60); }},
      {"token count",
       [](Random& r) { return "prompt_tokens: " + r.of("123456789", 5) + ", max_token=" + r.of("123456789", 4); }},
      {"special token",
       [](Random&) { return std::string("\"eos_token\": \"<|endoftext|>\", \"pad_token\": \"</s>\""); }},
      {"cache key", [](Random& r) { return "cache_key: " + r.of(hex, 32) + " primary_key=" + r.of(hex, 12); }},
      {"object key", [](Random& r) { return "s3 object_key=logs/2026/" + r.of(hex, 20) + ".gz"; }},
      {"variable", [](Random& r) { return "DB_PASSWORD=${DB_PASSWORD_" + r.of(upper, 4) + "}\nAPI_KEY=$API_KEY"; }},
      {"reference", [](Random& r) { return "password: {{ vault_password_" + r.of(hex, 4) + " }}"; }},
      {"code",
       [](Random& r) {
         return "const token = await getToken(user" + r.of(hex, 3) + ");\nlet password = req.body.password;";
       }},
      {"code python",
       [](Random& r) { return "api_key = os.environ[\"KEY_" + r.of(upper, 4) + "\"]\nself.token = token"; }},
      {"types",
       [](Random& r) {
         return "interface A" + r.of(hex, 2) + " { password: string; token?: string; apiKey: string }";
       }},
      {"starred", [](Random& r) { return "password=******** token: '<redacted>' user" + r.of(hex, 3); }},
      {"sample",
       [](Random& r) {
         return "API_KEY=your-api-key-here # " + r.of(hex, 6) + "\nTOKEN=changeme\nSECRET=example-secret-1";
       }},
      {"prose",
       [](Random& r) {
         return "The password must be at least 8 characters. Token: the smallest unit, see page " +
                r.of("123456789", 2) + ". Secret: none. Basic authentication is disabled; Bearer of news.";
       }},
      {"error",
       [](Random& r) {
         return "error: password: authentication failed for user " + r.of(hex, 4) + ", token: invalid, key: not found";
       }},
      {"url", [](Random& r) { return "https://example.org:8443/a/" + r.of(hex, 12) + "?key=value&sort_key=name"; }},
      {"user in url",
       [](Random& r) { return "ssh://git@example.org/repo" + r.of(hex, 4) + " https://user@host/path:1@x"; }},
      {"sample url",
       [](Random& r) { return "postgres://user:password@localhost/db" + r.of(hex, 3) + " redis://:***@host"; }},
      {"trace",
       [](Random& r) {
         return "traceparent: 00-" + r.of(hex, 32) + "-" + r.of(hex, 16) + "-01 span=" + r.of(hex, 16);
       }},
      {"docker", [](Random& r) { return "Digest: sha256:" + r.of(hex, 64) + "\nStatus: image is up to date"; }},
      {"long word",
       [](Random& r) { return "sk-" + r.of("abcdefgh", 12) + " hf_hub_download npm_config_cache_dir xoxo AKIA-like"; }},
      {"compare", [](Random& r) { return "if (secret == expected) return token != other; // " + r.of(hex, 8); }},
      {"rows",
       [uuid](Random& r) {
         return "{\"id\":\"" + uuid(r) + "\",\"key\":\"" + r.of(alnum, 24) + "\",\"status\":\"ok\"}";
       }},
      {"keyboard",
       [](Random& r) {
         return "hotkey=ctrl+shift+" + r.of(hex, 1) + " keyframes monkey=" + r.of(alnum, 20) + " turkey";
       }},
      {"path",
       [](Random& r) {
         return "SSL_KEY=/etc/ssl/private/" + r.of(hex, 8) + ".pem\nGOOGLE_CREDENTIALS=~/.config/a.json";
       }},
      {"short jwt", [](Random& r) { return "eyJhbGciOiJub25lIn0 alone, and eyJ" + r.of(word, 20); }},
      {"versions",
       [](Random& r) {
         return "libsecret-1-0 amd64 0.20." + r.of("123456789", 1) + "-3 passwd 1:4.13 gnome-keyring 42." +
                r.of("123456789", 1);
       }},
  };
}

TEST(Secrets, AlarmsAreRight) {
  std::size_t false_alarms = 0, texts = 0, right = 0;
  for (const auto& [name, make] : harmless()) {
    std::size_t of_kind = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      Random r{i * 104729 + 3};
      const std::string text = around(r, make(r));
      ++texts;
      const auto found = first(text);
      of_kind += found.has_value();
      if (found && of_kind == 1)
        std::printf("false alarm (%s, %s): %s\n", name.c_str(), std::string(found->rule).c_str(),
                    text.substr(found->offset, found->length).c_str());
    }
    false_alarms += of_kind;
  }
  for (const Kind& kind : kinds()) {
    for (std::size_t i = 0; i < 300; ++i) {
      Random r{i * 31 + 5};
      const std::string value = kind.make(r);
      right += first(kind.needs_name ? with_name(r, kind.name, value) : value).has_value();
    }
  }
  const double precision = static_cast<double>(right) / static_cast<double>(right + false_alarms);
  std::printf("precision: %.4f (%zu false alarms in %zu harmless texts)\n", precision, false_alarms, texts);
  EXPECT_GE(precision, .95);
}

TEST(Secrets, EveryTokenRuleFindsAKeyOfItsFormAndNoShorterOne) {
  const std::map<Set, std::string_view> alphabets = {{Set::hex, hex},   {Set::upper, upper}, {Set::alnum, alnum},
                                                     {Set::word, word}, {Set::dotted, word}, {Set::base64, base64},
                                                     {Set::path, word}};
  Random r{42};
  for (const TokenRule& rule : token_rules) {
    ASSERT_GE(rule.prefix.size(), 3u) << rule.name;
    ASSERT_LE(rule.least, rule.most) << rule.name;
    for (const std::size_t n : {std::size_t{rule.least}, std::size_t{rule.most}}) {
      const std::string key = std::string(rule.prefix) + r.of(alphabets.at(rule.set), n);
      const auto found = first("x " + key + " y");
      ASSERT_TRUE(found) << key;
      EXPECT_EQ(found->offset, 2u) << key;
    }
    const auto too_long = all(std::string(rule.prefix) + r.of(alphabets.at(rule.set), std::size_t{rule.most} + 1));
    for (const Finding& f : too_long)
      EXPECT_FALSE(f.rule == rule.name && f.offset == 0 && f.length > rule.most) << rule.name;
  }
}

RC_GTEST_PROP(Secrets, FindingsLieInTheTextInOrder, (const std::string& a, const std::string& b)) {
  Random r{a.size() * 131 + b.size()};
  std::string text = a;
  for (const Kind& kind : kinds()) text += kind.make(r) + b;
  std::size_t at = 0;
  for (const Finding& f : all(text)) {
    RC_ASSERT(f.offset >= at);
    RC_ASSERT(f.length > 0u);
    RC_ASSERT(f.offset + f.length <= text.size());
    at = f.offset + 1;
  }
  RC_ASSERT(first(text).has_value() == !all(text).empty());
}

TEST(Secrets, EndsOfTextAndOddBytes) {
  for (const std::string& text :
       {std::string(), std::string("eyJ"), std::string("key"), std::string("password"), std::string("password="),
        std::string("://"), std::string("a://:@"), std::string("-----BEGIN "), std::string("\0\0\0\0key\0=", 9),
        std::string("\xff\xff\xff\xff")})
    EXPECT_FALSE(first(text)) << text;
}

// Output of real tools, scrubbed: what is found in it would be a false alarm (or a leak).
TEST(Secrets, TheCorpusHasNone) {
  std::size_t files = 0;
  for (const auto& e :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(HEADROOM_SOURCE_DIR) / "corpus")) {
    if (!e.is_regular_file() || e.path().filename() != "input") continue;
    std::ifstream in(e.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (const Finding& f : all(text))
      ADD_FAILURE() << e.path() << ": " << f.rule << ": " << text.substr(f.offset, std::min<std::size_t>(f.length, 80));
    ++files;
  }
  EXPECT_GT(files, 50u);
}

// Time per byte must not depend on what the text is made of.
TEST(Secrets, TakesLinearTime) {
  constexpr std::size_t size = 4 << 20;
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
  };
  for (const std::string_view piece : {"apikey=", "key", "password:", "eyJ-", "eyJaaaaaaaaaa.", "ya29.", "xoxe.",
                                       "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "a://a:", "bearer ", "secret=\"",
                                       "AKIA", "token\": \"x\", ", "2026-01-01 INFO request served in 3 ms\n"}) {
    const std::string text = repeated(piece);
    const auto begun = std::chrono::steady_clock::now();
    const auto found = all(text);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
    std::printf("%6.2f ms a MB, %zu found: %s\n", ms / 4, found.size(), std::string(piece).c_str());
    EXPECT_LT(ms, 4000) << piece;  // 1 s a MB, under sanitizers on a busy machine
  }
}

}  // namespace
}  // namespace headroom::secrets
