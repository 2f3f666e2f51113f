#include "salience/severity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace headroom::salience {
namespace {

struct Case {
  std::string_view text;
  Severity severity;
};

TEST(Severity, Words) {
  for (const Case& c : std::initializer_list<Case>{
           {"", Severity::none},
           {"all is well", Severity::none},
           {"payment refused by gateway", Severity::error},
           {"FATAL: disk quorum lost", Severity::fatal},
           {"panic: runtime", Severity::fatal},
           {"Error", Severity::error},
           {"[ERROR] x", Severity::error},
           {"error: x", Severity::error},
           {"level=error msg=x", Severity::error},
           {"request timed out after 3 s", Severity::error},
           {"we could not open it", Severity::error},
           {"file not found", Severity::error},
           {"no such file", Severity::error},
           {"can't open display", Severity::error},
           {"warning: unused", Severity::warning},
           {"terror errors", Severity::error},
           {"terrors mirrored", Severity::none},
           {"out of memory, killed process 17", Severity::error},
           {"OOMKilled", Severity::error},
           {"connect ECONNREFUSED 127.0.0.1", Severity::error},
       }) {
    EXPECT_EQ(severity_of(c.text), c.severity) << c.text;
  }
}

TEST(Severity, CountsOfNothingAndNegations) {
  for (std::string_view text : {"0 errors",
                                "12 passed, 0 failed",
                                "no failures",
                                "without error",
                                "errors: 0",
                                "failed=0",
                                R"("error": null)",
                                R"("error":false)",
                                R"("errors": [])",
                                R"("error": "")",
                                R"("err": {})",
                                "error=nil",
                                "error: none",
                                "0.00% errors",
                                "0 errors, 0 failures, no exceptions",
                                "keine Fehler",
                                "sans erreur",
                                "sin errores",
                                "без ошибок",
                                "没有错误",
                                "エラーなし",
                                "non-fatal"}) {
    EXPECT_EQ(severity_of(text), Severity::none) << text;
  }
  for (std::string_view text : {"10 errors", "1,000 errors", "100 failed", "errors: 3", R"("error": "boom")", "error=5",
                                "1 failed, 0 errors", "0 errors, 2 failures", "error: 0x80070005"}) {
    EXPECT_EQ(severity_of(text), Severity::error) << text;
  }
}

TEST(Severity, PathsIdentifiersAndUrlsCountLess) {
  for (std::string_view text :
       {"error_handler.py", "/errors/404.html", "src/error.rs", "https://x.example/a?error=1", "--fail-fast",
        "raise ValueError(", "except KeyError:", "std::error_code", "on_error(x)", "timeout=30", "timeout: 30s",
        R"("timeout": 30)", "logger.error(\"x\")", "err404", "class FooException extends Bar"}) {
    EXPECT_LE(severity_of(text), Severity::none) << text;
  }
  EXPECT_EQ(severity_of("state payment_failed seen"), Severity::warning);
  for (std::string_view text :
       {"ValueError: bad seed", "java.lang.NullPointerException: x", "KeyError", "src/main.rs:10:3: error: x"}) {
    EXPECT_EQ(severity_of(text), Severity::error) << text;
  }
  EXPECT_EQ(severity_of("DeprecationWarning: x"), Severity::warning);
}

TEST(Severity, OtherLanguages) {
  for (std::string_view text :
       {"Fehler beim Öffnen", "Zugriff verweigert", "Échec de la connexion", "accès refusé", "La conexión falló",
        "Acesso negado", "Errore interno", "ОШИБКА: нет связи", "Ошибка чтения", "не удалось открыть", "连接失败",
        "接続に失敗しました", "エラーが発生しました", "연결 실패", "UNGÜLTIGE Eingabe ungültig"}) {
    EXPECT_GE(severity_of(text), Severity::error) << text;
  }
}

TEST(Severity, WordPositions) {
  const std::string_view text = "ok 1; job timed out, then error: x (0 errors)";
  const auto words = severe_words(text);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(text.substr(words[0].begin, words[0].size), "timed out");
  EXPECT_EQ(text.substr(words[1].begin, words[1].size), "error");
}

TEST(Severity, ValuesAndFields) {
  EXPECT_EQ(severity_of_value("payment_failed"), Severity::error);
  EXPECT_EQ(severity_of_value("connection-refused"), Severity::error);
  EXPECT_EQ(severity_of_value("error_handler"), Severity::none);
  EXPECT_EQ(severity_of_value("non-fatal"), Severity::none);
  EXPECT_EQ(field_severity(field_of("http_status"), "503"), Severity::error);
  EXPECT_EQ(field_severity(field_of("httpStatus"), "200"), Severity::none);
  EXPECT_EQ(field_severity(field_of("status"), "failed"), Severity::error);
  EXPECT_EQ(field_severity(field_of("level"), "WARN"), Severity::warning);
  EXPECT_EQ(field_severity(field_of("log.level"), "E"), Severity::error);
  EXPECT_EQ(field_severity(field_of("exit_code"), "137"), Severity::error);
  EXPECT_EQ(field_severity(field_of("exitCode"), "0"), Severity::none);
  EXPECT_EQ(field_severity(field_of("ok"), "false"), Severity::error);
  EXPECT_EQ(field_severity(field_of("ok"), "true"), Severity::none);
  EXPECT_EQ(field_severity(field_of("error"), "null"), Severity::none);
  EXPECT_EQ(field_severity(field_of("error"), ""), Severity::none);
  EXPECT_EQ(field_severity(field_of("error"), "disk on fire"), Severity::error);
  EXPECT_EQ(field_severity(field_of("name"), "null"), Severity::none);
  EXPECT_EQ(field_severity(field_of("outcome"), "failed"), Severity::error);
  EXPECT_EQ(field_severity(field_of("outcome"), "passed"), Severity::none);
}

RC_GTEST_PROP(Severity, PositionsAgreeWithTheWorstWord, (std::string text)) {
  Severity worst = Severity::none;
  std::size_t end = 0;
  for (const SevereWord& w : severe_words(text)) {
    RC_ASSERT(w.begin >= end);
    RC_ASSERT(w.begin + w.size <= text.size());
    end = w.begin + w.size;
    worst = std::max(worst, w.severity);
  }
  RC_ASSERT(worst == severity_of(text));
}

RC_GTEST_PROP(Severity, AFatalWordIsFoundBetweenAnyWords, ()) {
  const auto word = rc::gen::container<std::string>(rc::gen::inRange('g', 'z'));
  const std::string text = *word + " , " + "fatal" + " ; " + *word;
  const std::string before = text.substr(0, text.find(" , "));
  RC_PRE(before != "no" && before != "sin");
  RC_ASSERT(severity_of(text) == Severity::fatal);
}

}  // namespace
}  // namespace headroom::salience
