// Seeded logs for tests: made here, in the shapes that services, runners and tools write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace headroom::compressors::log {

// xorshift: the same numbers everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435769u + 88172645463325252u) {}
  std::uint64_t operator()(std::uint64_t n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % n;
  }

 private:
  std::uint64_t state_;
};

inline std::string two(std::uint64_t n) {
  return {static_cast<char>('0' + n / 10 % 10), static_cast<char>('0' + n % 10)};
}

// A service's log: four templates at INFO, WARN, DEBUG.
inline std::vector<std::string> service_lines(std::size_t n, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t s = i / 3;
    std::string line = "2026-03-01 " + two(s / 3600 % 24) + ':' + two(s / 60 % 60) + ':' + two(s % 60) + ' ';
    switch (dice(4)) {
      case 0:
        line += "INFO  [worker-" + std::to_string(dice(9)) + "] job " + std::to_string(dice(99999)) + " done in " +
                std::to_string(dice(900)) + " ms";
        break;
      case 1:
        line += "DEBUG [http-" + std::to_string(dice(5)) + "] GET /v1/users/" + std::to_string(dice(9999)) + " took " +
                std::to_string(dice(90)) + "ms";
        break;
      case 2:
        line += "INFO  [main] evicted " + std::to_string(dice(50)) + " entries from region-" + std::to_string(dice(3));
        break;
      default:
        line += "WARN  [db-" + std::to_string(dice(4)) + "] slow query on table t" + std::to_string(dice(20));
        break;
    }
    out.push_back(std::move(line));
  }
  return out;
}

// A server's log in the older shape, day and month first, three daemons.
inline std::vector<std::string> daemon_lines(std::size_t n, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t s = i * 7;
    std::string line = "Mar  " + std::to_string(1 + s / 86400 % 9) + ' ' + two(s / 3600 % 24) + ':' + two(s / 60 % 60) +
                       ':' + two(s % 60) + " host-" + std::to_string(dice(3));
    const std::string pid = '[' + std::to_string(100 + dice(9000)) + "]: ";
    switch (dice(3)) {
      case 0:
        line += " sshd" + pid + "Accepted key for deploy from 10.1." + std::to_string(dice(8)) + '.' +
                std::to_string(dice(250)) + " port " + std::to_string(30000 + dice(9999));
        break;
      case 1:
        line += " cron" + pid + "(root) CMD (run-parts /etc/cron.hourly)";
        break;
      default:
        line += " dhcpd" + pid + "lease 10.2.0." + std::to_string(dice(250)) + " renewed for 3600 s";
        break;
    }
    out.push_back(std::move(line));
  }
  return out;
}

// A runner's log: a collector's stamp before every line, steps, a failing test, cleaning up.
inline std::vector<std::string> runner_lines(std::size_t passed, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<std::string> out;
  const auto add = [&](const std::string& s) {
    out.push_back("2026-05-02T11:" + two(out.size() / 600 % 60) + ':' + two(out.size() / 10 % 60) + '.' +
                  std::to_string(1000000 + dice(8999999)) + "Z " + s);
  };
  add("##[group]Run make check");
  add("\x1b[36;1mmake check || exit 1\x1b[0m");
  add("shell: /bin/bash -e {0}");
  add("##[endgroup]");
  for (std::size_t i = 0; i < passed; ++i) {
    add("\x1b[32mPASS\x1b[0m [ " + std::to_string(dice(9)) + ".0" + std::to_string(dice(9)) + "s] suite::case_" +
        std::to_string(dice(100000)) + "_error_path");
  }
  add("\x1b[31mFAIL\x1b[0m [ 1.204s] suite::adds_tax");
  add("  assertion `left == right` failed: wrong total");
  add("    left: 119");
  add("   right: 120");
  add("     at src/money.rs:41:9");
  for (std::size_t i = 0; i < passed / 2; ++i)
    add("\x1b[32mPASS\x1b[0m [ 0.0" + std::to_string(dice(9)) + "s] suite::later_" + std::to_string(dice(100000)));
  add("Summary: " + std::to_string(passed + passed / 2 + 1) + " tests run: " + std::to_string(passed + passed / 2) +
      " passed, 1 failed");
  add("make: *** [Makefile:7: check] Error 1");
  add("##[error]Process completed with exit code 2.");
  add("Post job cleanup.");
  for (int i = 0; i < 20; ++i) add("[command]/usr/bin/git config --local --unset key." + std::to_string(i));
  return out;
}

// A build's output without times.
inline std::vector<std::string> build_lines(std::size_t n, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string file = "src/part" + std::to_string(dice(30)) + "/unit_" + std::to_string(i);
    out.push_back("[" + std::to_string(i) + '/' + std::to_string(n) + "] Building CXX object CMakeFiles/app.dir/" +
                  file + ".cc.o");
    if (dice(40) == 0) {
      out.push_back(file + ".cc:" + std::to_string(dice(400)) +
                    ":7: warning: unused variable 'tmp' [-Wunused-variable]");
      out.push_back("   12 |   int tmp = 0;");
      out.push_back("      |       ^~~");
    }
  }
  return out;
}

inline std::string joined(const std::vector<std::string>& lines, std::string_view end = "\n") {
  std::string out;
  for (const std::string& line : lines) {
    out += line;
    out += end;
  }
  return out;
}

}  // namespace headroom::compressors::log
