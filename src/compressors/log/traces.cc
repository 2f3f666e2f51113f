#include "compressors/log/traces.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/hash.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kLeastFrames = 2;  // where no head says that frames follow
constexpr std::size_t kSourceLines = 3;  // below a frame of Python: the line, what it points at

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_word(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

// Folders of installed packages and of tool chains; the library's name follows those that end in a slash.
constexpr auto kLibraryFolders = std::to_array<std::string_view>(
    {"site-packages/", "dist-packages/", "node_modules/", "node:internal/", "/rustc/", "/usr/local/go/src/", "/go/src/",
     "/pkg/mod/", "/vendor/", ".cargo/registry/", "/usr/lib/", "/lib/python3", "/lib/python2", "<frozen ", "/gems/",
     "/usr/include/", "(internal/", "../sysdeps/"});
// Packages of runtimes and of well-known frameworks.
constexpr auto kLibraryPackages = std::to_array<std::string_view>({"java.",
                                                                   "javax.",
                                                                   "jakarta.",
                                                                   "jdk.",
                                                                   "sun.",
                                                                   "com.sun.",
                                                                   "kotlin.",
                                                                   "kotlinx.",
                                                                   "scala.",
                                                                   "akka.",
                                                                   "groovy.",
                                                                   "org.springframework.",
                                                                   "org.apache.",
                                                                   "org.hibernate.",
                                                                   "org.junit.",
                                                                   "junit.",
                                                                   "org.gradle.",
                                                                   "org.eclipse.",
                                                                   "org.jboss.",
                                                                   "org.codehaus.",
                                                                   "org.mockito.",
                                                                   "io.netty.",
                                                                   "io.undertow.",
                                                                   "reactor.",
                                                                   "io.micrometer.",
                                                                   "com.google.",
                                                                   "com.fasterxml.",
                                                                   "com.zaxxer.",
                                                                   "okhttp3.",
                                                                   "retrofit2.",
                                                                   "rx.",
                                                                   "android.",
                                                                   "androidx.",
                                                                   "dalvik.",
                                                                   "System.",
                                                                   "Microsoft.",
                                                                   "Newtonsoft.",
                                                                   "Xunit.",
                                                                   "NUnit.",
                                                                   "std::",
                                                                   "core::",
                                                                   "alloc::",
                                                                   "tokio::",
                                                                   "<std::",
                                                                   "<core::",
                                                                   "<alloc::",
                                                                   "std[",
                                                                   "core[",
                                                                   "alloc[",
                                                                   "<alloc[",
                                                                   "<core[",
                                                                   "<std[",
                                                                   "rust_begin_unwind",
                                                                   "__rust",
                                                                   "__libc_start",
                                                                   "_start",
                                                                   "clone",
                                                                   "start_thread",
                                                                   "runtime.",
                                                                   "net/http.",
                                                                   "internal/"});

std::string_view trim(std::string_view s) {
  const std::size_t first = s.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view()
                                         : s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

bool in_library_folder(std::string_view line) {
  return std::any_of(kLibraryFolders.begin(), kLibraryFolders.end(),
                     [line](std::string_view f) { return line.find(f) != std::string_view::npos; });
}

// "at org.x.Y.run(Y.java:3)", "at Object.run (file:1:2)", "12: 0x55d0 - std::rt", "net/http.serve(...)": what is
// called.
std::string_view called(std::string_view frame) {
  frame = trim(frame);
  std::size_t digits = 0;
  while (digits < frame.size() && is_digit(frame[digits])) ++digits;
  if (digits > 0 && frame.substr(digits).starts_with(": ")) {  // Rust
    frame = trim(frame.substr(digits + 2));
    if (const std::size_t dash = frame.find(" - "); frame.starts_with("0x") && dash != std::string_view::npos)
      frame.remove_prefix(dash + 3);
    return frame;
  }
  if (frame.starts_with("at ")) frame = trim(frame.substr(3));
  if (frame.starts_with("async ")) frame.remove_prefix(6);
  // "java.base/java.util.List.get", "app//org.x.Y.run": the module is not the package.
  const std::size_t slash = frame.find('/'), bracket = frame.find('(');
  if (slash != std::string_view::npos && slash < bracket &&
      frame.substr(0, slash).find(' ') == std::string_view::npos &&
      (frame.starts_with("java.") || frame.starts_with("jdk.") || frame.substr(slash).starts_with("//")))
    frame = frame.substr(frame.find_first_not_of('/', slash));
  return frame;
}

bool in_library_package(std::string_view name) {
  return std::any_of(kLibraryPackages.begin(), kLibraryPackages.end(),
                     [name](std::string_view p) { return name.starts_with(p); });
}

class Finder {
 public:
  Finder(std::span<const Line> lines, std::span<const Stamp> stamps) : lines_(lines), stamps_(stamps) {}

  std::vector<Trace> run() {
    for (std::size_t i = 0; i < lines_.size();) {
      Trace t;
      t.begin = i;
      const std::string_view line = text(i);
      const std::string_view said = trim(line);
      if (said.empty()) {
        ++i;
        continue;
      }
      std::size_t end = i, least = 1;
      if (said.ends_with("Traceback (most recent call last):")) {
        end = python(i, t);
      } else if (said.starts_with("goroutine ") && said.ends_with("]:")) {
        end = go(i, t);
      } else if (said == "stack backtrace:") {
        end = rust(i, t);
      } else if (is_at_frame(line)) {
        end = at_frames(i, t);
        least = kLeastFrames;
      }
      if (t.frames.size() >= least) {
        t.end = end;
        finish(t);
      }
      i = std::max(end, i + 1);
    }
    return std::move(out_);
  }

 private:
  std::string_view text(std::size_t i) const {
    const Stamp& stamp = stamps_[i];
    std::string_view s = lines_[i].text.substr(stamp.end);
    if (stamp.found() && s.starts_with(' ')) s.remove_prefix(1);
    return s;
  }
  static std::size_t indent(std::string_view s) { return std::min(s.find_first_not_of(" \t"), s.size()); }

  std::size_t python(std::size_t i, Trace& t) {
    t.told.push_back(i);
    t.innermost_last = true;
    std::size_t j = i + 1;
    while (j < lines_.size()) {
      const std::string_view line = text(j), said = trim(line);
      if (!said.starts_with("File \"") || said.find("\", line ") == std::string_view::npos) break;
      Frame f{j, 1, !in_library_folder(line)};
      while (f.lines <= kSourceLines && j + f.lines < lines_.size() && indent(text(j + f.lines)) > indent(line) &&
             !trim(text(j + f.lines)).starts_with("File \""))
        ++f.lines;
      if (j + f.lines < lines_.size() && trim(text(j + f.lines)).starts_with("[Previous line repeated")) ++f.lines;
      t.frames.push_back(f);
      j += f.lines;
    }
    if (j < lines_.size() && !t.frames.empty() && !trim(text(j)).empty()) t.told.push_back(j++);
    return j;
  }

  // "    at x.Y.z(Y.java:3)", "    at run (/srv/a.js:1:2)", "   at A.B() in C:\a.cs:line 3".
  static bool is_at_frame(std::string_view line) {
    if (line.empty() || (line[0] != ' ' && line[0] != '\t')) return false;
    const std::string_view said = trim(line);
    return said.starts_with("at ") && said.size() < 400 &&
           (said.back() == ')' || said.find(":line ") != std::string_view::npos ||
            (is_digit(said.back()) && said.find(':') != std::string_view::npos) || said.ends_with(") {"));
  }
  static bool is_cause(std::string_view said) {
    return said.starts_with("Caused by: ") || said.starts_with("Suppressed: ") || said.starts_with("[cause]: ") ||
           said.starts_with("--- End of ") || said.starts_with("---> ");
  }
  std::size_t at_frames(std::size_t i, Trace& t) {
    if (i > 0 && !trim(text(i - 1)).empty()) t.begin = i - 1, t.told.push_back(i - 1);
    std::size_t j = i;
    for (; j < lines_.size(); ++j) {
      const std::string_view line = text(j), said = trim(line);
      if (is_at_frame(line)) {
        const std::string_view name = called(line);
        const bool nowhere =
            said.find("(index ") != std::string_view::npos || said.find("<anonymous>") != std::string_view::npos ||
            said.find("(native)") != std::string_view::npos || said.find("(Native Method)") != std::string_view::npos;
        t.frames.push_back({j, 1, !in_library_folder(line) && !in_library_package(name) && !nowhere});
      } else if (said.starts_with("... ") && (said.ends_with(" more") || said.ends_with(" common frames omitted"))) {
        if (!t.frames.empty()) ++t.frames.back().lines;
      } else if (is_cause(said)) {
        t.told.push_back(j);
      } else {
        break;
      }
    }
    return j;
  }

  std::size_t go(std::size_t i, Trace& t) {
    t.told.push_back(i);
    t.waiting = trim(text(i)).find("[running") == std::string_view::npos;
    std::size_t j = i + 1;
    while (j + 1 < lines_.size()) {
      const std::string_view function = text(j), place = text(j + 1);
      if (function.empty() || function[0] == '\t' || !place.starts_with('\t') ||
          place.find(".go:") == std::string_view::npos)
        break;
      std::string_view name = trim(function);
      if (name.starts_with("created by ")) name.remove_prefix(11);
      t.frames.push_back({j, 2, !in_library_folder(place) && !in_library_package(name) && !name.starts_with("panic(")});
      j += 2;
    }
    return j;
  }

  std::size_t rust(std::size_t i, Trace& t) {
    t.told.push_back(i);
    std::size_t j = i + 1;
    while (j < lines_.size()) {
      const std::string_view line = text(j), said = trim(line);
      std::size_t digits = 0;
      while (digits < said.size() && is_digit(said[digits])) ++digits;
      if (digits == 0 || !said.substr(digits).starts_with(": ")) break;
      Frame f{j, 1, !in_library_package(called(line))};
      bool placed = false;
      if (j + 1 < lines_.size() && trim(text(j + 1)).starts_with("at ")) {
        ++f.lines;
        placed = true;
        f.own = f.own && !in_library_folder(text(j + 1));
      }
      f.own = f.own && placed;  // what has no place in a source is none's
      t.frames.push_back(f);
      j += f.lines;
    }
    return j;
  }

  // The frames without addresses, and without numbers but those of lines.
  void finish(Trace& t) {
    std::string key;
    for (const Frame& f : t.frames) {
      for (std::size_t l = f.first; l < f.first + f.lines; ++l) {
        const std::string_view s = text(l);
        for (std::size_t k = 0; k < s.size();) {
          if (s.substr(k).starts_with("0x")) {
            while (k < s.size() && is_word(s[k])) ++k;
          } else if (is_digit(s[k])) {
            const bool of_line = key.ends_with(':') || key.ends_with(", line ");
            for (; k < s.size() && is_digit(s[k]); ++k) {
              if (of_line) key += s[k];
            }
          } else {
            key += s[k++];
          }
        }
        key += '\n';
      }
    }
    t.digest = hash64(key);
    const auto [at, is_new] = first_.emplace(t.digest, out_.size());
    if (!is_new) t.same_as = at->second;
    out_.push_back(std::move(t));
  }

  std::span<const Line> lines_;
  std::span<const Stamp> stamps_;
  std::vector<Trace> out_;
  std::unordered_map<std::uint64_t, std::size_t> first_;
};

}  // namespace

std::vector<Trace> find_traces(std::span<const Line> lines, std::span<const Stamp> stamps) {
  return Finder(lines, stamps).run();
}

std::string library_of(std::string_view frame) {
  for (const std::string_view folder : {std::string_view("site-packages/"), std::string_view("dist-packages/"),
                                        std::string_view("node_modules/"), std::string_view("/gems/")}) {
    const std::size_t at = frame.find(folder);
    if (at == std::string_view::npos) continue;
    const std::size_t from = at + folder.size();
    return std::string(frame.substr(from, std::min(frame.find_first_of("/\\.\":", from), frame.size()) - from));
  }
  if (frame.find("node:internal/") != std::string_view::npos) return "node";
  if (trim(frame).starts_with("File \"")) return "python";
  std::string_view name = called(frame);
  if (name.starts_with("created by ")) name.remove_prefix(11);
  while (name.starts_with('<')) name.remove_prefix(1);
  const bool path = name.find("::") != std::string_view::npos;
  if (is_digit(trim(frame)[0]) && !path) return {};  // a symbol without a crate
  // A crate, a package of Go, the first two parts of a package.
  std::size_t end = 0, dots = 0;
  while (end < name.size() && (is_word(name[end]) || name[end] == '/' || (name[end] == '.' && ++dots < 2))) ++end;
  if (path || name.find('/') < end) end = std::min(end, name.find('.'));
  name = name.substr(0, std::min<std::size_t>(end, 40));
  while (name.ends_with('.')) name.remove_suffix(1);
  return std::string(name);
}

}  // namespace headroom::compressors::log
