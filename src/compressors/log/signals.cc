#include "compressors/log/signals.h"

#include <algorithm>
#include <array>
#include <span>

namespace headroom::compressors::log {
namespace {

using salience::Severity;

constexpr std::size_t kReach = 4096;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

struct Lead {
  std::string_view text;
  std::uint32_t roles;
};

// How tools begin the lines that matter, after blanks.
constexpr auto kLeadsInAnyOrder = std::to_array<Lead>({
    {"##[error]", kMark},
    {"::error", kMark},
    {"npm error", kMark},
    {"npm ERR!", kMark},
    {"E: ", kMark},
    {"error: ", kMark},
    {"Error: ", kMark | kException},
    {"ERROR: ", kMark},
    {"ERROR ", kMark},
    {"error[", kMark},
    {"fatal: ", kMark},
    {"FATAL", kMark},
    {"FAILED ", kTestFailure},
    {"FAILED: ", kTestFailure},
    {"FAILURE: ", kTestFailure},
    {"FAIL ", kTestFailure},
    {"FAIL\t", kTestFailure},
    {"FAIL:", kTestFailure},
    {"FAIL!", kTestFailure | kSummary},
    {"[FAIL]", kTestFailure},
    {"[FAILED]", kTestFailure},
    {"[  FAILED  ]", kTestFailure},
    {"[ERROR]", kMark},
    {"[error]", kMark},
    {"--- FAIL", kTestFailure},
    {"not ok ", kTestFailure},
    {"TEST FAILURE", kTestFailure},
    {"would reformat", kMark},
    {"Would reformat", kMark},
    {"BUILD FAILED", kSummary | kTestFailure},
    {"BUILD FAILURE", kSummary | kTestFailure},
    {"* What went wrong", kTestFailure},
    {"Execution failed for task", kTestFailure},
    {"\xE2\x97\x8F ", kTestFailure},          // ●
    {"\xE2\x9D\x8C", kTestFailure | kMark},   // ❌
    {"\xE2\x9C\x95 ", kTestFailure | kMark},  // ✕
    {"\xE2\x9C\x96 ", kTestFailure | kMark},  // ✖
    {"\xE2\x9C\x97 ", kTestFailure | kMark},  // ✗
    {"\xE2\x9C\x98 ", kTestFailure | kMark},  // ✘
    {"\xC3\x97 ", kTestFailure | kMark},      // ×
    {"\xE2\x80\xA2 [", kTestFailure},         // • [FAILED]
    {"Traceback (most recent call last)", kException},
    {"Caused by", kCause | kException},
    {"caused by", kCause},
    {"The above exception was", kCause},
    {"During handling of", kCause},
    {"E   ", kExpectation},
    {"Expected", kExpectation},
    {"expected", kExpectation},
    {"EXPECTED", kExpectation},
    {"Received", kExpectation},
    {"Actual", kExpectation},
    {"actual", kExpectation},
    {"ACTUAL", kExpectation},
    {"Got:", kExpectation},
    {"got:", kExpectation},
    {"got ", kExpectation},
    {"want", kExpectation},
    {"left:", kExpectation},
    {"right:", kExpectation},
    {"but was", kExpectation},
    {"$ ", kCommand},
    {"+ ", kCommand},
    {"> Task ", kStep},
    {"##[group]Run ", kStep | kCommand},
    {"Running command", kCommand},
    {"Running: ", kCommand},
    {"Run ", kCommand},
    {"##[command]", kChatter},
    {"[command]", kChatter},
    {"##[endgroup]", kChatter},
    {"##[debug]", kChatter},
    {"* [new ", kChatter},
    {"Post job cleanup", kChatter | kClosing},
    {"Cleaning up orphan processes", kChatter | kClosing},
    {"PASS ", kSuccess},
    {"PASSED ", kSuccess},
    {"PASS:", kSuccess},
    {"PASS\t", kSuccess},
    {"ok ", kSuccess},
    {"ok\t", kSuccess},
    {"--- PASS", kSuccess},
    {"[       OK ]", kSuccess},
    {"[ RUN      ]", kSuccess},
    {"=== RUN", kSuccess},
    {"\xE2\x9C\x93", kSuccess},  // ✓
    {"\xE2\x9C\x94", kSuccess},  // ✔
    {"\xE2\x88\x9A", kSuccess},  // √
    {"\xE2\x9C\x85", kSuccess},  // ✅
});

struct LeadIndex {
  std::array<Lead, kLeadsInAnyOrder.size()> leads{};
  std::array<std::uint8_t, 257> first{};  // where the leads with each first byte begin
};
constexpr LeadIndex make_lead_index() {
  LeadIndex index;
  index.leads = kLeadsInAnyOrder;
  std::sort(index.leads.begin(), index.leads.end(), [](const Lead& a, const Lead& b) { return a.text < b.text; });
  for (const Lead& lead : index.leads) ++index.first[static_cast<unsigned char>(lead.text[0]) + 1];
  for (int c = 0; c < 256; ++c) index.first[c + 1] = static_cast<std::uint8_t>(index.first[c + 1] + index.first[c]);
  return index;
}
static_assert(kLeadsInAnyOrder.size() < 256);
constexpr LeadIndex kLeads = make_lead_index();

std::uint32_t roles_of_lead(std::string_view t) {
  std::uint32_t roles = 0;
  const auto c = static_cast<unsigned char>(t[0]);
  for (std::size_t i = kLeads.first[c]; i < kLeads.first[c + 1]; ++i) {
    if (t.starts_with(kLeads.leads[i].text)) roles |= kLeads.leads[i].roles;
  }
  return roles;
}

// What of the bytes that structure needs stands in a line at all: most lines lack what most rules ask for.
enum Holds : std::uint8_t { kDigits = 1, kColon = 2, kBracket = 4, kHigh = 8 };

constexpr std::array<std::uint8_t, 256> make_held() {
  std::array<std::uint8_t, 256> t{};
  for (int c = '0'; c <= '9'; ++c) t[c] = kDigits;
  for (int c = 0x80; c < 0x100; ++c) t[c] = kHigh;
  t[':'] = kColon;
  t[']'] = kBracket;
  return t;
}
constexpr auto kHeld = make_held();

unsigned held_by(std::string_view t) {
  unsigned held = 0;
  for (const char c : t) held |= kHeld[static_cast<unsigned char>(c)];
  return held;
}

// Which bytes end one of these.
template <std::size_t N>
constexpr std::array<bool, 256> ends_of(const std::array<std::string_view, N>& tails) {
  std::array<bool, 256> t{};
  for (const std::string_view tail : tails) t[static_cast<unsigned char>(tail.back())] = true;
  return t;
}

// What says success wherever it stands in a line that no tool marks as failed.
constexpr auto kSuccessSigns = std::to_array<std::string_view>({"\xE2\x9C\x93 ", "\xE2\x9C\x94 ", "\xE2\x9C\x85"});
constexpr auto kSuccessWords = std::to_array<std::string_view>({"completed successfully", "succeeded"});
// Parts of these, and of "panicked at", that seldom stand elsewhere and are quickly found.
constexpr std::string_view kInSuccessSigns = "\xE2\x9C", kInSuccessWords = "cce", kInPanics = "ked at";

// How a passed test's line ends.
constexpr auto kPassedTails =
    std::to_array<std::string_view>({" ok", "...ok", " PASSED", ".Passed", " Passed", " SUCCESS", " passed", " OK"});

// How a failed one's does, "... FAILED": tests, tasks, hooks named in front.
constexpr auto kFailedTails =
    std::to_array<std::string_view>({" FAILED", ".Failed", " FAIL", " Failed", "...FAILED", "...failed", " ... failed",
                                     " failed!", "... mismatch", " ERROR"});

constexpr auto kPassedEnds = ends_of(kPassedTails), kFailedEnds = ends_of(kFailedTails);

// Does a longer text end in one of these?
template <std::size_t N>
bool ends_in(std::string_view t, const std::array<std::string_view, N>& tails, const std::array<bool, 256>& last) {
  return last[static_cast<unsigned char>(t.back())] &&
         std::ranges::any_of(tails, [t](std::string_view tail) { return t.ends_with(tail) && t.size() > tail.size(); });
}

// Frames of installed packages and runtimes: folded unless they are a test's own.
constexpr auto kRuntimePlaces = std::to_array<std::string_view>(
    {"site-packages/", "dist-packages/",   "node_modules/", "node:internal",      "(internal/",    "/rustc/",
     "java.base/",     "java.util.",       "java.lang.",    "jdk.internal.",      "sun.reflect",   "org.junit.",
     "org.gradle.",    "/usr/lib/",        "/lib/python",   "/usr/local/go/src/", "/usr/include/", ".cargo/registry/",
     "<frozen ",       "hostedtoolcache/", "at core::",     "at std::",           "at System.",    "at Microsoft.",
     "libstdc++",      "libc.so",          "/gems/"});

struct Features {
  bool place = false;       // name.ext:12 or name.ext(12 or line 12
  bool eslint_row = false;  // "  12:5  error  ..."
  int outcome_pairs = 0;    // "3 failed", "Tests: 4"
  bool bad_count = false;   // a non-zero count of failures
  bool bad_exit = false;    // "exit code 3", "signal 9"
  bool good_exit = false;   // "exit code 0"
  bool camel_exception = false;
  bool server_error = false;  // an HTTP status of 500 to 599
  std::size_t place_end = 0;  // the byte behind the first place's line number
};

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == y; });
}
template <std::size_t N>
bool any_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [word](std::string_view w) { return iequals(word, w); });
}
constexpr auto kBadOutcomes =
    std::to_array<std::string_view>({"failed", "failure", "failures", "errors", "error", "failing", "problems",
                                     "crashed", "violations", "vulnerabilities"});
constexpr auto kOutcomes = std::to_array<std::string_view>(
    {"passed",    "skipped",    "warnings",  "warning",    "tests",   "test",     "total",     "ignored",
     "pending",   "specs",      "suites",    "examples",   "xfailed", "xpassed",  "succeeded", "success",
     "successes", "deselected", "snapshots", "assertions", "passing", "upgraded", "files",     "measured"});
constexpr auto kExitWords = std::to_array<std::string_view>({"with", "return", "returned", "non-zero", "nonzero"});
constexpr auto kCodeWords = std::to_array<std::string_view>({"code", "status", "signal", "exit", "error", "returned"});

constexpr auto kStatusWords =
    std::to_array<std::string_view>({"status", "code", "statuscode", "httpstatus", "http", "httpcode"});

// Whether the three digits at [begin, end) are an HTTP status: behind a request line, "GET / HTTP/1.1\" 503 ", or
// named, "status=503", "status_code: 503", "HTTP 503".
bool is_status(std::string_view s, std::size_t begin, std::size_t end, std::string_view before,
               std::size_t before_end) {
  const char after = end < s.size() ? s[end] : ' ';
  if (after != ' ' && after != ',' && after != ';' && after != '"' && after != ')' && after != '\t') return false;
  if (any_of(before, kStatusWords)) {
    const std::string_view between = s.substr(before_end, begin - before_end);
    for (std::string_view b : {"=", ": ", "=\"", ":", "\": ", "\":", " "}) {
      if (between == b) return true;
    }
  }
  std::string_view head = s.substr(0, begin);
  if (!head.ends_with(' ')) return false;
  head.remove_suffix(1);
  // "POST /pay -> 503 in 12ms", "POST /pay 503 12 ms"
  std::string_view path = head.ends_with(" ->") ? head.substr(0, head.size() - 3) : head;
  if (const std::size_t blank = path.rfind(' '); blank != std::string_view::npos && blank + 1 < path.size()) {
    for (std::string_view method : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}) {
      if (path[blank + 1] == '/' && path.substr(0, blank).ends_with(method)) return true;
    }
  }
  if (head.ends_with('"')) head.remove_suffix(1);
  while (!head.empty() && (is_digit(head.back()) || head.back() == '.')) head.remove_suffix(1);
  return head.ends_with("HTTP/");
}

// One pass over the words.
Features read_features(std::string_view s) {
  Features f;
  const auto found_place = [&f](std::size_t end) {
    if (!f.place) f.place_end = end;
    f.place = true;
  };
  std::string_view before, before2;  // the two words in front
  std::size_t before_end = 0;
  for (std::size_t i = 0; i < s.size();) {
    const char c = s[i];
    if (is_digit(c)) {
      const std::size_t begin = i;
      while (i < s.size() && is_digit(s[i])) ++i;
      const char lead = begin > 0 ? s[begin - 1] : '\0';
      const bool alone = (i >= s.size() || (!is_letter(s[i]) && s[i] != '_')) && lead != '_';
      const bool zero = i - begin == 1 && s[begin] == '0';
      if (i - begin == 3 && s[begin] == '5' && alone && !f.server_error)
        f.server_error = is_status(s, begin, i, before, before_end);
      if (lead == ':' || lead == '(') {
        // "name.ext:12": letters, a dot, letters right before the colon.
        std::size_t e = begin - 1;
        while (e > 0 && (is_letter(s[e - 1]) || is_digit(s[e - 1]) || s[e - 1] == '+')) --e;
        if (e > 0 && begin - 1 - e >= 1 && begin - 1 - e <= 5 && s[e - 1] == '.' && is_letter(s[e]) && e > 1 &&
            s[e - 2] > ' ')
          found_place(i);
        // "/usr/include/c++/12/ostream:754:5": a path and two numbers.
        if (!f.place && lead == ':' && i + 1 < s.size() && s[i] == ':' && is_digit(s[i + 1])) {
          const std::size_t blank = s.find_last_of(" \t", begin);
          const std::size_t token = blank == std::string_view::npos ? 0 : blank + 1;
          if (s.substr(token, begin - token).find('/') != std::string_view::npos) found_place(i);
        }
        if (e > 0 && begin - 1 - e >= 8 && s.substr(e, begin - 1 - e).ends_with("file")) found_place(i);
      }
      if (alone && iequals(before, "line") && begin - before_end <= 1) f.place = true;
      if (alone && begin - before_end <= 3 && any_of(before, kCodeWords)) {
        const bool is_code = !iequals(before, "error") || (begin - before_end == 1 && before[0] == 'E');
        const bool exit = iequals(before, "exit") || iequals(before, "signal") || iequals(before2, "exit") ||
                          iequals(before2, "exited") || iequals(before, "error") ||
                          ((iequals(before, "code") || iequals(before, "status")) && any_of(before2, kExitWords));
        if (is_code && exit && i - begin <= 5 && (i >= s.size() || s[i] != '%'))
          (zero ? f.good_exit : f.bad_exit) = true;
      }
      // "12:5  error": a linter's row.
      if (alone && i < s.size() && s[i] == ':' && i + 1 < s.size() && is_digit(s[i + 1]) &&
          s.find_first_not_of(" \t") == begin) {
        std::size_t j = i + 1;
        while (j < s.size() && is_digit(s[j])) ++j;
        const std::size_t w = s.find_first_not_of(" \t", j);
        if (w != std::string_view::npos && w > j &&
            (s.substr(w).starts_with("error") || s.substr(w).starts_with("warning")))
          f.eslint_row = true;
      }
      // "3 failed", "1223 Passed", "2 tests failed".
      if (alone && i < s.size() && s[i] == ' ') {
        std::size_t e = i + 1;
        while (e < s.size() && is_letter(s[e])) ++e;
        const std::string_view next = s.substr(i + 1, e - i - 1);
        if (any_of(next, kBadOutcomes)) {
          ++f.outcome_pairs;
          f.bad_count |= !zero;
        } else if (any_of(next, kOutcomes)) {
          ++f.outcome_pairs;
          if (e < s.size() && s[e] == ' ') {
            std::size_t e2 = e + 1;
            while (e2 < s.size() && is_letter(s[e2])) ++e2;
            if (iequals(s.substr(e + 1, e2 - e - 1), "failed")) {
              ++f.outcome_pairs;
              f.bad_count |= !zero;
            }
          }
        }
      } else if (alone && begin >= 2 && begin - before_end <= 3 &&
                 (s[begin - 1] == ' ' || s[begin - 1] == '=' || s[begin - 1] == ':') &&
                 (any_of(before, kBadOutcomes) || any_of(before, kOutcomes)) && before_end < begin &&
                 (s[before_end] == ':' || s[before_end] == '=')) {
        ++f.outcome_pairs;  // "Failures: 2", "failed=1"
        if (any_of(before, kBadOutcomes)) f.bad_count |= !zero;
      }
      before2 = before;
      before = {};
      continue;
    }
    if (is_letter(c)) {
      const std::size_t begin = i;
      while (i < s.size() && (is_letter(s[i]) || (s[i] == '-' && i + 1 < s.size() && is_letter(s[i + 1])))) ++i;
      before2 = before;
      before = s.substr(begin, i - begin);
      before_end = i;
      if (i - begin > 6 && i < s.size() && (s[i] == ':' || s[i] == '(') && s[begin] <= 'Z' &&
          (before.ends_with("Error") || before.ends_with("Exception") || before.ends_with("Warning") ||
           before.ends_with("Failure"))) {
        f.camel_exception |= s[i] == ':';
      }
      continue;
    }
    ++i;
  }
  return f;
}

bool is_rule(char c) {
  return c == '=' || c == '_' || c == '-' || c == '*' || c == '#';
}

// "==== ERRORS ====", "____ test_x ____", "---- a::b stdout ----".
bool is_heading(std::string_view t) {
  if (t.size() < 10 || !is_rule(t[0])) return false;
  std::size_t n = 0;
  while (n < t.size() && t[n] == t[0]) ++n;
  if (n < 4 || n == t.size()) return false;
  return t[n] == ' ' && t.back() == t[0];
}

bool is_frame(std::string_view t, unsigned held) {
  if (t.starts_with("File \"") && t.find("\", line ") != std::string_view::npos) return true;
  if (t.starts_with("at ") && (t.find(':') != std::string_view::npos || t.find('(') != std::string_view::npos))
    return true;
  if (t.starts_with("from ") && t.find(":in ") != std::string_view::npos) return true;
  if (t.starts_with("--> ")) return true;
  if (t.starts_with("goroutine ") && t.ends_with("]:")) return true;
  if (!(held & kDigits)) return false;
  if ((held & kColon) && t.find(".go:") != std::string_view::npos && t.find(" +0x") != std::string_view::npos)
    return true;
  // "12: core::panicking::panic"
  std::size_t n = 0;
  while (n < t.size() && is_digit(t[n])) ++n;
  if (n > 0 && n <= 3 && t.substr(n).starts_with(": ") && t.find("::") != std::string_view::npos) return true;
  return t.starts_with("#") && t.size() > 3 && is_digit(t[1]) && t.find(" 0x") != std::string_view::npos &&
         t.find(" in ") != std::string_view::npos;
}

// The level a compiler or checker writes behind a place: "x.cc:12:5: error: ...", "x.ts(3,1): error TS1", "x.ts:3:1 -
// error". It decides; what words the message uses does not.
enum class Level { unknown, note, warning, error };

Level level_behind(std::string_view s, std::size_t place_end) {
  std::size_t i = place_end;
  while (i < s.size() && (is_digit(s[i]) || s[i] == ':' || s[i] == ',' || s[i] == ')' || s[i] == '-' || s[i] == ' '))
    ++i;
  if (i == place_end || i >= s.size()) return Level::unknown;
  std::string_view rest = s.substr(i);
  if (rest.starts_with("fatal ")) rest.remove_prefix(6);
  std::size_t n = 0;
  while (n < rest.size() && is_letter(rest[n])) ++n;
  const std::string_view word = rest.substr(0, n);
  if (n == rest.size() || (rest[n] != ':' && rest[n] != ' ' && rest[n] != '[')) return Level::unknown;
  if (iequals(word, "error")) return Level::error;
  if (iequals(word, "warning") || iequals(word, "warn")) return Level::warning;
  if (rest[n] == ':' &&
      (iequals(word, "note") || iequals(word, "info") || iequals(word, "remark") || iequals(word, "help")))
    return Level::note;
  return Level::unknown;
}

// "ledger_test.go:31: got 3, want 4": what a tool says of a place in the user's files stands behind it (GNU's form of
// messages). A place further on is where a log line was written from.
bool speaks_of_place(std::string_view t, const Features& f) {
  return f.place_end > 0 && f.place_end + 2 < t.size() && t[f.place_end] == ':' && t.find_first_of(" \t") > f.place_end;
}

float quarter_steps(double x) {
  return static_cast<float>(static_cast<int>(x * 4)) / 4;
}

}  // namespace

bool is_runtime_place(std::string_view line) {
  const auto in_line = [line](std::string_view place) { return line.find(place) != std::string_view::npos; };
  return std::any_of(kRuntimePlaces.begin(), kRuntimePlaces.end(), in_line) && !in_line("/test") && !in_line("_test.");
}

bool may_be_of_tool(std::string_view line) {
  const std::string_view t = trimmed(line.substr(0, kReach));
  if (t.empty()) return false;
  const unsigned held = held_by(t);
  const Features f = held & (kDigits | kColon) ? read_features(t) : Features{};
  if (f.place || f.eslint_row || f.outcome_pairs > 0 || f.bad_exit || f.good_exit || f.camel_exception) return true;
  return (roles_of_lead(t) & kToolRoles) || is_frame(t, held) || ends_in(t, kFailedTails, kFailedEnds) ||
         ends_in(t, kPassedTails, kPassedEnds) || t.back() == ']' ||
         ((held & kHigh) && t.find(kInSuccessSigns) != std::string_view::npos) ||
         t.find(kInSuccessWords) != std::string_view::npos || t.find(kInPanics) != std::string_view::npos;
}

Signals read_signals(std::string_view line) {
  Signals out;
  const std::string_view t = trimmed(line.substr(0, kReach));
  if (t.empty()) return out;
  std::uint32_t roles = roles_of_lead(t);
  const unsigned held = held_by(t);
  const Features f = held & (kDigits | kColon) ? read_features(t) : Features{};
  Severity severity = salience::severity_of(t);
  const Level level = f.place ? level_behind(t, f.place_end) : Level::unknown;
  if (level != Level::unknown) roles |= kLevel;
  switch (level) {
    case Level::error:
      severity = std::max(severity, Severity::error);
      roles |= kDiagnostic;
      break;
    case Level::warning:
      severity = Severity::warning;
      break;
    case Level::note:
      severity = Severity::none;
      break;
    case Level::unknown:
      break;
  }

  // The head of a failed test under its suite; at the line's start the same mark is a bullet.
  if (line[0] == ' ' && t.starts_with("\xE2\x97\x8F ")) roles |= kMark;
  if ((held & kBracket) && t.find("] RUN ") != std::string_view::npos)
    roles |= kCommand;  // a step of a container's build
  if (is_frame(t, held)) roles |= kFrame;
  if (f.place) roles |= kFrame;
  if (roles & kFrame) {
    if (level != Level::error && is_runtime_place(t)) roles |= kRuntimeFrame;
  }
  if (is_heading(t)) roles |= kHeading;
  const bool failed_tail = ends_in(t, kFailedTails, kFailedEnds);
  const bool passed_tail = !failed_tail && ends_in(t, kPassedTails, kPassedEnds);
  if (failed_tail) roles |= kTestFailure;
  const auto column = [t](std::string_view outcome) {  // pytest -v with its percentage
    return t.back() == ']' && t.find(outcome) != std::string_view::npos;
  };
  if (column(" FAILED ")) roles |= kTestFailure;
  const bool passed_column = column(" PASSED ");
  if ((passed_tail || passed_column) && f.outcome_pairs == 0) roles |= kSuccess;
  const auto any_in = [t](std::span<const std::string_view> marks) {
    return std::any_of(marks.begin(), marks.end(),
                       [t](std::string_view m) { return t.find(m) != std::string_view::npos; });
  };
  if (!(roles & (kMark | kTestFailure)) && level != Level::error &&
      (((held & kHigh) && any_in(kSuccessSigns)) ||
       (t.find(kInSuccessWords) != std::string_view::npos && any_in(kSuccessWords))))
    roles |= kSuccess;
  if (t.find(kInPanics) != std::string_view::npos && t.find("panicked at") != std::string_view::npos)
    roles |= kException;
  if (f.camel_exception && !(roles & kSuccess)) roles |= kException;
  if (f.outcome_pairs >= 2 || (f.outcome_pairs == 1 && f.bad_count)) roles |= kSummary;
  if (f.bad_exit) roles |= kExit;
  if (f.eslint_row) roles |= kDiagnostic;

  // Structure beats words: a passed test is no failure whatever its name says; nor is a step's echoed command or a tag.
  const bool cleared = (roles & (kSuccess | kChatter)) || (roles & kStep && !(roles & kTestFailure)) ||
                       (roles & kCommand && !(roles & (kMark | kExit)));
  if (cleared) {
    severity = std::min(severity, Severity::none);
    roles &= ~(kException | kTestFailure | kDiagnostic | kExit | kSummary);
    if (f.outcome_pairs >= 2) roles |= kSummary;
  } else {
    if (f.bad_exit || f.bad_count || f.server_error) severity = std::max(severity, Severity::error);
    if (f.good_exit && !f.bad_exit && severity == Severity::error && !(roles & kMark)) severity = Severity::none;
    if (f.outcome_pairs >= 1 && !f.bad_count && !(roles & (kMark | kTestFailure)) && severity == Severity::error &&
        f.outcome_pairs >= 2)
      severity = Severity::none;
    if (roles & (kMark | kTestFailure) && (severity != Severity::none || roles & kMark || failed_tail))
      severity = std::max(severity, Severity::error);
    if (roles & kFrame && severity >= Severity::error && !(roles & kRuntimeFrame)) roles |= kDiagnostic;
    if (severity == Severity::none) roles &= ~kException;
  }

  double score = 0;
  if (severity == Severity::warning) score = 1;
  if (severity == Severity::error) score = 3.5;
  if (severity == Severity::fatal) score = 4.5;
  const auto raise = [&score](double to) { score = std::max(score, to); };
  if (severity >= Severity::error) {
    if (roles & kMark) raise(5);
    if (roles & kDiagnostic) raise(level == Level::error || roles & kException ? 5 : 4);
    if (roles & kException) raise(5.5);
    if (roles & kExit) raise(6);
    if (roles & kTestFailure) raise(6.5);
    if (roles & kSummary) raise(6.5);
    if (roles & kRuntimeFrame) score -= 3;
  } else {
    if (roles & kTestFailure) raise(4.5);
    if (roles & kSummary) raise(3);
    if (roles & kCause) raise(4);
    if (roles & kHeading) raise(1.5);
    if (roles & kStep) raise(.5);
    if (roles & kFrame && !(roles & kRuntimeFrame)) raise(speaks_of_place(t, f) && level == Level::unknown ? 2.5 : 1);
  }
  if (roles & kExpectation && !(roles & kSuccess)) raise(3.5);
  if (roles & (kChatter | kSuccess)) score = roles & kSummary ? 2 : 0;
  out.severity = severity;
  out.roles = roles;
  out.score = quarter_steps(score);
  return out;
}

}  // namespace headroom::compressors::log
