// Stale reads against a file system that is simulated.
//
// The simulation keeps files, runs what its agents do on them, writes down the calls and results as those agents' tools
// would, and notes for itself which file each result showed and what happened to the files later. That is the truth
// that stale_reads(), which sees only the text, is held against: nothing of it is computed from the text.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "history/reads.h"
#include "history/test_story.h"
#include "json/strings.h"
#include "json/writer.h"

namespace headroom::history {
namespace {

// What a name of a file stands for: moves take it along, removal leaves it.
struct Document {
  std::vector<std::string> lines;
  int version = 0;  // counts changes that a call names
  bool exists = true;
};
using DocumentPtr = std::shared_ptr<Document>;

struct Display {
  DocumentPtr document;
  int version;
  std::size_t first, last;  // from 1
  bool whole;
  bool cut = false;                                  // by a harness: which lines are shown is not known
  std::vector<std::string> lines = document->lines;  // of the file, as it was then
};

// What happened, in order of entries.
struct Event {
  std::size_t entry;
  std::vector<Display> displays;     // shown by the entry's result
  std::vector<DocumentPtr> written;  // wholly, anew
  bool only_reads = false;
};

class World {
 public:
  World(unsigned seed, int agent) : random_(seed), agent_(agent) {
    cwd_ = pick(std::vector<std::string>{"/srv/app", "/home/user/project", "/w"});
    states_cwd_ = agent != 3 || chance(50);
    if (states_cwd_) story_.system = "You help with code.\nWorking directory: " + cwd_ + "\n";
    for (const char* name : {"src/a.py", "src/b.py", "src/util/a.py", "lib/core.c", "lib/core.h", "README.md",
                             "docs/a b.txt", "tests/test_a.py", "main.go"}) {
      files_[cwd_ + "/" + name] = make_document();
    }
  }

  Story& run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    return story_;
  }

  // Entries whose results may go, by what really happened.
  Set truth() const {
    Set stale;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const Event& e = events_[i];
      if (!e.only_reads || e.displays.empty()) continue;
      const bool all = std::ranges::all_of(e.displays, [&](const Display& d) { return gone(d, i); });
      if (all) stale.insert(e.entry);
    }
    return stale;
  }
  std::size_t reads() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(events_, [](const Event& e) { return e.only_reads && !e.displays.empty(); }));
  }

 private:
  bool gone(const Display& d, std::size_t event) const {
    std::set<std::size_t> unseen;
    for (std::size_t n = d.first; n <= d.last; ++n) unseen.insert(n);
    for (std::size_t k = event + 1; k < events_.size(); ++k) {
      for (const DocumentPtr& w : events_[k].written) {
        if (w == d.document) return true;
      }
      for (const Display& later : events_[k].displays) {
        if (later.document != d.document) continue;
        if (later.whole) return true;
        if (later.version != d.version || later.cut || d.cut) continue;
        // What a program changed that named no file shows only in the lines themselves.
        for (std::size_t n = later.first; n <= later.last; ++n) {
          if (n <= d.lines.size() && d.lines[n - 1] == later.lines[n - 1]) unseen.erase(n);
        }
      }
      if (unseen.empty()) return true;
    }
    return false;
  }

  // ---- chance

  int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(number(0, static_cast<int>(from.size()) - 1))];
  }

  // ---- files

  DocumentPtr make_document() {
    auto d = std::make_shared<Document>();
    const int count = number(6, 90);
    for (int i = 0; i < count; ++i) d->lines.push_back(make_line());
    return d;
  }
  std::string make_line() {
    static const std::vector<std::string> words = {"value",     "x = y",  "for", "return", "total",
                                                   "import os", "if (x)", "}",   ""};
    static const std::vector<std::string> rare = {"error", "not found", "failed", "cannot", "timeout", "truncated"};
    return std::string(static_cast<std::size_t>(number(0, 2)) * 4, ' ') + pick(chance(5) ? rare : words) + " " +
           std::to_string(number(0, 99999));
  }
  static std::string text_of(const Document& d) {
    std::string text;
    for (const auto& l : d.lines) text += l + "\n";
    return text;
  }
  static void touch(Document& d) { ++d.version; }

  std::string any_path() {
    std::vector<std::string> paths;
    for (const auto& [path, d] : files_) paths.push_back(path);
    return recent_.empty() || chance(30) ? recent_ = pick(paths) : recent_;
  }
  bool exists(const std::string& path) const {
    const auto f = files_.find(path);
    return f != files_.end() && f->second->exists;
  }

  // A spelling of the path: whole, relative, roundabout.
  std::string spelled(const std::string& path) {
    const std::string relative = path.substr(cwd_.size() + 1);
    switch (number(0, 7)) {
      case 0:
      case 1:
      case 2:
        return path;
      case 3:
        return "./" + relative;
      case 4:
        return cwd_ + "/src/../" + relative;
      case 5:
        return cwd_ + "//" + relative;
      default:
        return relative;
    }
  }
  static std::string quoted(const std::string& word, bool always = false) {
    return word.find(' ') != std::string::npos || always ? "'" + word + "'" : word;
  }

  // ---- entries

  void say(const std::string& name, const std::string& arguments, std::string result, Event event, bool error = false) {
    event.entry = story_.entries.size();
    events_.push_back(std::move(event));
    story_.add(name, arguments, std::move(result), error);
  }
  void shell(const std::string& command, std::string output, Event event, int status = 0) {
    if (agent_ == 1) {  // words and a wrapper around the output
      json::Writer w;
      w.object().key("command").array().string("bash").string("-lc").string(command).end();
      w.key("workdir").string(cwd_).end();
      const std::string arguments = std::move(w).take();
      if (chance(50)) {
        output = "Exit code: " + std::to_string(status) + "\nWall time: 0.1 seconds\nOutput:\n" + output;
      } else {
        output = "{\"output\":" + json::quote(output) + ",\"metadata\":{\"exit_code\":" + std::to_string(status) +
                 ",\"duration_seconds\":0.1}}";
      }
      return say("shell", arguments, output, std::move(event));
    }
    static const std::vector<std::string> names = {"Bash", "shell", "bash", "execute_command"};
    say(names[static_cast<std::size_t>(agent_)], bash(command), output, std::move(event), status != 0 && chance(70));
  }
  static std::string arguments(std::initializer_list<std::pair<std::string, std::string>> members) {
    json::Writer w;
    w.object();
    for (const auto& [key, value] : members) {
      const bool number = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
      w.key(key);
      if (number || value.starts_with('[')) {
        w.raw(value);
      } else {
        w.string(value);
      }
    }
    return std::move(w.end()).take();
  }
  static std::string lines_of(const Document& d, std::size_t first, std::size_t last, int gutter) {
    std::string out;
    for (std::size_t n = first; n <= last; ++n) {
      const std::string digits = std::to_string(n);
      if (gutter == 1) out += std::string(6 - digits.size(), ' ') + digits + "\t";
      if (gutter == 2) out += std::string(6 - digits.size(), ' ') + digits + "\xE2\x86\x92";
      out += d.lines[n - 1] + "\n";
    }
    return out;
  }
  Event shows(const DocumentPtr& d, std::size_t first, std::size_t last, bool whole) {
    Event e;
    e.only_reads = true;
    e.displays.push_back({d, d->version, first, last, whole});
    return e;
  }

  void step() {
    const int what = number(0, 99);
    if (what < 30) {
      native_read();
    } else if (what < 55) {
      shell_read();
    } else if (what < 67) {
      native_change();
    } else if (what < 85) {
      shell_change();
    } else {
      noise();
    }
  }

  void native_read() {
    const std::string path = any_path();
    if (agent_ == 1) return shell_read();
    const std::string as = spelled(path);
    const char* tool = agent_ == 0 ? "Read" : agent_ == 2 ? "str_replace_based_edit_tool" : "read_file";
    if (!exists(path)) {
      const auto a = agent_ == 2 ? arguments({{"command", "view"}, {"path", as}}) : arguments({{"file_path", as}});
      return say(tool, a, "Error: " + as + " does not exist.", {}, chance(50));
    }
    const DocumentPtr d = files_[path];
    const std::size_t count = d->lines.size();
    const bool part = count > 10 && chance(40);
    const auto first = part ? static_cast<std::size_t>(number(1, static_cast<int>(count) - 5)) : 1;
    const std::size_t last = part ? std::min(count, first + static_cast<std::size_t>(number(3, 40))) : count;
    Event event = shows(d, first, last, !part);
    if (agent_ == 0) {
      if (chance(5)) return say(tool, arguments({{"file_path", as}}), "File unchanged since last read.", {});
      const auto a =
          part
              ? arguments(
                    {{"file_path", as}, {"offset", std::to_string(first)}, {"limit", std::to_string(last - first + 1)}})
              : arguments({{"file_path", as}});
      return say(tool, a, lines_of(*d, first, last, 2), std::move(event));
    }
    if (agent_ == 2) {
      const std::string range = "[" + std::to_string(first) + ", " + std::to_string(last) + "]";
      const auto a = part ? arguments({{"command", "view"}, {"path", as}, {"view_range", range}})
                          : arguments({{"command", "view"}, {"path", as}});
      return say(tool, a, "Here's the result of running `cat -n` on " + as + ":\n" + lines_of(*d, first, last, 1),
                 std::move(event));
    }
    const auto a =
        part ? arguments({{"path", as}, {"start_line", std::to_string(first)}, {"end_line", std::to_string(last)}})
             : arguments({{"path", as}});
    say(tool, a, lines_of(*d, first, last, 0), std::move(event));
  }

  void shell_read() {
    const std::string path = any_path();
    const std::string file = quoted(spelled(path));
    if (!exists(path)) return shell("cat " + file, "cat: " + file + ": No such file or directory\n", {}, 1);
    const DocumentPtr d = files_[path];
    const std::size_t count = d->lines.size();
    const auto first = static_cast<std::size_t>(number(1, static_cast<int>(count)));
    const std::size_t last = std::min(count, first + static_cast<std::size_t>(number(0, 40)));
    const std::string stretch = std::to_string(first) + "," + std::to_string(last) + "p";
    const Event all = shows(d, 1, count, true);
    const Event some = shows(d, first, last, first == 1 && last == count);
    Event mixed = all;
    mixed.only_reads = false;
    const auto slash = path.rfind('/');
    const std::string directory = path.substr(0, slash), name = path.substr(slash + 1);
    switch (number(0, 15)) {
      case 0:
      case 1:
        return shell("cat " + file, text_of(*d), all);
      case 2:
        return shell("cat -n " + file, lines_of(*d, 1, count, 1), all);
      case 3:
        return shell("nl -ba " + file + " 2>/dev/null", lines_of(*d, 1, count, 1), all);
      case 4:
      case 5:
        return shell("sed -n '" + stretch + "' " + file, lines_of(*d, first, last, 0), some);
      case 6:
        return shell("cat -n " + file + " | sed -n " + stretch, lines_of(*d, first, last, 1), some);
      case 7: {
        Event head = shows(d, 1, last, last == count);
        return shell("head -n " + std::to_string(last) + " " + file, lines_of(*d, 1, last, 0), head);
      }
      case 8: {
        Event tail = shows(d, first, count, first == 1);
        return shell("tail -n +" + std::to_string(first) + " " + file, lines_of(*d, first, count, 0), tail);
      }
      case 9:
        return shell("cd " + quoted(directory) + " && cat " + quoted(name) + " && cd " + cwd_, text_of(*d), all);
      case 10:
        return shell("ls; cat " + file, "a\nb\n" + text_of(*d), mixed);
      case 11: {
        Event none;  // what grep lets through is no stretch of the file
        return shell("cat " + file + " | grep 1", "1\n", none);
      }
      case 12:
        return shell("cat " + file + "; echo done", text_of(*d) + "done\n", all);
      case 13: {
        const std::string other = any_path();
        if (!exists(other) || other == path)
          return shell("bash -c " + quoted("cat " + path, true),
                       path.find(' ') == std::string::npos ? text_of(*d) : "cat: no\n",
                       path.find(' ') == std::string::npos ? all : Event{}, 0);
        Event both = all;
        const DocumentPtr e = files_[other];
        both.displays.push_back({e, e->version, 1, e->lines.size(), true});
        return shell("cat " + file + " " + quoted(spelled(other)), text_of(*d) + text_of(*e), both);
      }
      case 14: {
        Event cut = shows(d, 1, count, false);
        cut.displays[0].cut = true;
        return shell("cat " + file, d->lines[0] + "\n... [" + std::to_string(count) + " lines truncated] ...\n", cut);
      }
      default:
        return shell("cat " + file + " > /dev/null", "", {});
    }
  }

  void native_change() {
    const std::string path = any_path();
    const std::string as = spelled(path);
    const bool fails = chance(30);
    const DocumentPtr d = files_[path];
    static const std::vector<std::string> failures = {
        "String to replace not found in file.", "Found 3 matches, but the text is not unique.",
        "The user doesn't want to proceed with this tool use. It was rejected.", "Error: permission denied",
        "No replacement was performed: old_str did not appear verbatim."};
    if (chance(40)) {  // the whole file
      const char* tool = agent_ == 0 ? "Write" : agent_ == 2 ? "str_replace_based_edit_tool" : "write_to_file";
      if (agent_ == 1) return patch(path, as, fails);
      const auto a = agent_ == 2 ? arguments({{"command", "create"}, {"path", as}, {"file_text", "new"}})
                                 : arguments({{agent_ == 0 ? "file_path" : "path", as}, {"content", "new"}});
      if (fails) return say(tool, a, pick(failures), {}, chance(60));
      Event e;
      write(path, e);
      return say(tool, a, "File created successfully at: " + as, std::move(e));
    }
    if (agent_ == 1) return patch(path, as, fails);
    const char* tool = agent_ == 0   ? (chance(50) ? "Edit" : "MultiEdit")
                       : agent_ == 2 ? "str_replace_based_edit_tool"
                                     : "replace_in_file";
    const auto a = agent_ == 2 ? arguments({{"command", chance(50) ? "str_replace" : "insert"}, {"path", as}})
                               : arguments({{agent_ == 0 ? "file_path" : "path", as}, {"old_string", "x"}});
    if (fails || !d->exists) return say(tool, a, pick(failures), {}, chance(60));
    edit(*d);
    say(tool, a, "The file " + as + " has been updated.\n" + lines_of(*d, 1, 4, 1), {});
  }

  void edit(Document& d) {
    const auto at = static_cast<std::size_t>(number(0, static_cast<int>(d.lines.size()) - 1));
    if (chance(50)) {
      d.lines[at] = make_line();
    } else {
      d.lines.insert(d.lines.begin() + static_cast<std::ptrdiff_t>(at), make_line());
    }
    touch(d);
  }
  void unseen_edit(Document& d) {
    const int version = d.version;
    edit(d);
    d.version = version;
  }
  void write(const std::string& path, Event& e) {
    const DocumentPtr d = files_[path];
    d->lines = make_document()->lines;
    d->exists = true;
    touch(*d);
    e.written.push_back(d);
  }

  void patch(const std::string& path, const std::string& as, bool fails) {
    const DocumentPtr d = files_[path];
    const bool add = !d->exists || chance(30);
    const std::string text = std::string("*** Begin Patch\n*** ") + (add ? "Add" : "Update") + " File: " + as +
                             "\n@@\n-old\n+new\n*** End Patch\n";
    Event e;
    if (!fails && add) write(path, e);
    if (!fails && !add) edit(*d);
    const std::string result = fails ? "apply_patch verification failed: Failed to find expected lines in " + as
                                     : "Success. Updated the following files:\nM " + as + "\n";
    if (chance(50)) return say("apply_patch", chance(50) ? text : arguments({{"input", text}}), result, std::move(e));
    shell("apply_patch <<'EOF'\n" + text + "EOF", result, std::move(e), fails ? 1 : 0);
  }

  void shell_change() {
    const std::string path = any_path(), other = any_path();
    const std::string file = quoted(spelled(path));
    const DocumentPtr d = files_[path];
    Event e;
    switch (number(0, 13)) {
      case 0:
        write(path, e);
        return shell("cat > " + file + " <<'EOF'\nnew $x \"text\n`EOF\nEOF", "", e);
      case 1:
        write(path, e);
        return shell("echo 'new' > " + file, "", e);
      case 2:
        write(path, e);
        return shell("printf 'a\\n' | tee " + file, "a\n", e);
      case 3:
        if (!d->exists) return;
        edit(*d);
        return shell("echo more >> " + file, "", e);
      case 4:
        if (!d->exists) return;
        edit(*d);
        return shell("sed -i 's/a/b/' " + file, "", e);
      case 5:
        if (!d->exists) return;
        edit(*d);
        return shell("sed -i.bak -e s/a/b/ " + file + " && git diff --stat", " 1 file changed\n", e);
      case 6: {  // nothing of it happens, and nothing says so
        return shell("grep -q nowhere " + file + " && echo x > " + file, "", e, chance(50) ? 0 : 1);
      }
      case 7: {
        if (!exists(path) || path == other) return;
        if (chance(30)) return shell("mv " + file + " " + quoted(other), "mv: cannot move: Permission denied\n", e, 1);
        // The name goes over to the document that moves.
        e.written.push_back(files_[other]);
        files_[other]->exists = false;
        files_[other] = d;
        files_[path] = make_document();
        files_[path]->exists = false;
        return shell((chance(50) ? "mv " : "git mv ") + file + " " + quoted(other), "", e);
      }
      case 8: {
        if (!exists(path) || path == other) return;
        const DocumentPtr target = files_[other];
        target->lines = d->lines;
        target->exists = true;
        touch(*target);
        e.written.push_back(target);
        return shell("cp " + file + " " + quoted(spelled(other)), "", e);
      }
      case 9:
        if (!d->exists) return;
        d->exists = false;
        touch(*d);
        return shell("rm -f " + file, "", e);
      case 10: {  // a program that changes a file without naming it
        if (d->exists) unseen_edit(*d);
        return shell("python3 tools/format.py --all", "1 file reformatted\n", e);
      }
      case 11:
        if (d->exists) unseen_edit(*d);
        return shell("for f in *.py; do sed -i s/x/y/ $f; done", "", e);
      case 12:
        write(path, e);
        return shell("mkdir -p out && cat > " + file + " << EOF\nnew\nEOF\necho written", "written\n", e);
      default:
        return shell("npm test > " + file + " || echo x > " + quoted(spelled(other)), "bash: npm: command not found\n",
                     after_failed_redirect(path, other), 127);
    }
  }
  // The shell empties the file before it looks for the program; then the other is written.
  Event after_failed_redirect(const std::string& path, const std::string& other) {
    Event e;
    write(path, e);
    if (other != path) write(other, e);
    return e;
  }

  void noise() {
    const std::string path = any_path();
    const std::string file = quoted(spelled(path));
    switch (number(0, 5)) {
      case 0:
        return shell("npm test", "12 passed, 0 failed\n", {});
      case 1:
        return shell("git status --short", " M " + file + "\n", {});
      case 2:
        return shell("grep -n value " + file, "3:value 1\n", {});
      case 3:
        return say("Grep", arguments({{"pattern", "value"}, {"path", spelled(path)}}), "3:value 1\n", {});
      case 4:
        return shell("wc -l " + file, "12\n", {});
      default:
        return say("TodoWrite", arguments({{"todos", "x"}}), "ok", {});
    }
  }

  std::mt19937 random_;
  int agent_;
  std::string cwd_;
  bool states_cwd_ = true;
  std::string recent_;
  std::map<std::string, DocumentPtr> files_;
  std::vector<Event> events_;
  Story story_;
};

TEST(StaleReads, AgainstASimulatedFileSystem) {
  std::size_t reads = 0, stale = 0, found = 0, wrong = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    World world(seed, static_cast<int>(seed % 4));
    const Story& story = world.run(90);
    const Set truth = world.truth(), said = story.stale();
    reads += world.reads();
    stale += truth.size();
    for (const std::size_t entry : said) {
      if (truth.contains(entry)) {
        ++found;
      } else {
        ++wrong;
        const auto& e = story.entries[entry];
        ADD_FAILURE() << "seed " << seed << ", entry " << entry << ": " << e.name << ' ' << e.arguments
                      << " is not stale";
      }
    }
  }
  EXPECT_GE(reads, 300u);
  EXPECT_EQ(wrong, 0u);
  EXPECT_GE(static_cast<double>(found), 0.90 * static_cast<double>(stale));
  RecordProperty("reads", static_cast<int>(reads));
  std::cout << reads << " reads, " << stale << " of them stale, " << found << " found, " << wrong << " wrong\n";
}

}  // namespace
}  // namespace headroom::history
