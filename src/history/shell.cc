#include "history/shell.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "history/patch.h"
#include "history/paths.h"
#include "history/shell_words.h"

namespace headroom::history {
namespace {

constexpr int most_nested = 3;

std::optional<std::int64_t> to_number(std::string_view s) {
  std::int64_t n = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size() || n < 0 || n > 1'000'000'000) return std::nullopt;
  return n;
}

// The lines of a file, or of what comes down a pipe, that a command lets through.
struct Cut {
  Extent extent = Extent::lines;
  FileLines lines;
};

// "10,20p", "10p", "10,+5p", "10,$p"; nothing else prints a stretch whose place is known.
std::optional<Cut> sed_cut(std::string_view script) {
  if (!script.ends_with('p')) return std::nullopt;
  script.remove_suffix(1);
  const std::size_t comma = script.find(',');
  const auto first = to_number(script.substr(0, comma));
  if (!first || *first == 0) return std::nullopt;
  if (comma == std::string_view::npos) return Cut{Extent::lines, {*first, *first}};
  std::string_view end = script.substr(comma + 1);
  if (end == "$") return Cut{Extent::lines, {*first, 0}};
  const bool relative = end.starts_with('+');
  const auto last = to_number(relative ? end.substr(1) : end);
  if (!last) return std::nullopt;
  return Cut{Extent::lines, {*first, relative ? *first + *last : std::max(*first, *last)}};
}

// Lines `inner` of what `outer` lets through.
Cut within(const Cut& outer, const Cut& inner) {
  if (inner.extent == Extent::lines && inner.lines.whole()) return outer;
  if (outer.extent != Extent::lines || inner.extent != Extent::lines) return {Extent::unknown, {}};
  FileLines lines{outer.lines.first + inner.lines.first - 1, 0};
  if (inner.lines.last != 0) lines.last = outer.lines.first + inner.lines.last - 1;
  if (outer.lines.last != 0) lines.last = lines.last == 0 ? outer.lines.last : std::min(lines.last, outer.lines.last);
  if (lines.last != 0 && lines.last < lines.first) return {Extent::unknown, {}};
  return {Extent::lines, lines};
}

// A command's options and the words that are none. `valued`: letters of short options that take a value.
struct Arguments {
  std::vector<std::pair<std::string, std::string>> options;  // "-n" -> "40"
  std::vector<const Word*> operands;
  bool known = true;  // every word is

  bool has(std::string_view name) const {
    return std::ranges::any_of(options, [name](const auto& o) { return o.first == name; });
  }
  std::optional<std::string> value(std::string_view name) const {
    for (const auto& [n, v] : options) {
      if (n == name) return v;
    }
    return std::nullopt;
  }
};

Arguments read_arguments(const Command& command, std::string_view valued) {
  Arguments a;
  bool only_operands = false;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const Word& word = command.words[i];
    const std::string_view text = word.text;
    a.known = a.known && word.known;
    if (only_operands || text.size() < 2 || text[0] != '-') {
      a.operands.push_back(&word);
    } else if (text == "--") {
      only_operands = true;
    } else if (text.starts_with("--")) {
      const std::size_t equals = text.find('=');
      a.options.emplace_back(text.substr(0, equals), equals == std::string_view::npos ? "" : text.substr(equals + 1));
    } else if (to_number(text.substr(1))) {
      a.options.emplace_back("-n", text.substr(1));  // head -40
    } else {
      for (std::size_t k = 1; k < text.size(); ++k) {
        std::string name{'-', text[k]}, value;
        const bool takes = valued.find(text[k]) != std::string_view::npos;
        if (takes) {
          value = text.substr(k + 1);
          if (value.empty() && i + 1 < command.words.size()) {
            value = command.words[++i].text;
            a.known = a.known && command.words[i].known;
          }
        }
        a.options.emplace_back(std::move(name), std::move(value));
        if (takes) break;
      }
    }
  }
  return a;
}

// What is known of a command by its name.
enum class Kind : std::uint8_t {
  print,     // prints files, or what it is fed, whole: cat, nl
  head,      // the first lines
  tail,      // the last, or from one on
  sed,       // prints a stretch, edits in place, or something else
  tee,       // writes what it is fed
  copy,      // cp
  move,      // mv
  remove,    // rm
  touching,  // changes the files it names: touch, truncate, ln, patch's like
  cd,
  quiet,  // no output, no file content changes: mkdir, true
  talk,   // prints its words: echo
  look,   // prints, changes nothing; says nothing of why it fails: grep, test
  patch,  // apply_patch
  git,
  shell,   // bash -c
  prefix,  // runs the rest of its words: sudo
  astray,  // may take the shell elsewhere, or end it
};

struct Row {
  std::string_view names;  // between blanks
  Kind kind;
  std::string_view valued = {};  // short options that take a value
};

constexpr Row rows[] = {
    {" cat bat batcat less more ", Kind::print, "lrH"},
    {" nl ", Kind::print, "bnsvwidflh"},
    {" head ", Kind::head, "nc"},
    {" tail ", Kind::tail, "nc"},
    {" sed gsed ", Kind::sed, "ef"},
    {" tee ", Kind::tee},
    {" cp install ", Kind::copy, "mogt"},
    {" mv ", Kind::move, "t"},
    {" rm unlink ", Kind::remove},
    {" touch truncate ln shred ", Kind::touching, "drts"},
    {" cd ", Kind::cd},
    {" mkdir chmod chown set export unset umask shopt sync true : ", Kind::quiet, "mo"},
    {" echo printf ", Kind::talk},
    {" ls ll tree pwd wc grep egrep fgrep rg ag stat file diff cmp which whoami id uname date hostname test [ du df "
     "basename dirname realpath readlink md5sum sha1sum sha256sum cut sort uniq tr column fold rev tac strings od xxd "
     "hexdump jq sleep false type seq expr ps free uptime wait ",
     Kind::look},
    {" apply_patch applypatch ", Kind::patch},
    {" git ", Kind::git},
    {" bash sh zsh dash ksh ", Kind::shell},
    {" pushd popd eval exec exit return ", Kind::astray},
    {" sudo nice nohup time command builtin stdbuf timeout ionice ", Kind::prefix},
};

const Row* find_row(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  if (name.empty() || name.find(' ') != std::string_view::npos) return nullptr;
  const std::string padded = " " + std::string(name) + " ";
  for (const Row& row : rows) {
    if (row.names.find(padded) != std::string_view::npos) return &row;
  }
  return nullptr;
}

class Script {
 public:
  explicit Script(int depth) : depth_(depth) { result_.shell = true; }

  void run(std::string_view script) {
    const auto pipelines = read_script(script);
    if (!pipelines) {
      if (script.find("cd") != std::string_view::npos || script.find("push") != std::string_view::npos) stray();
      return give_up();
    }
    for (const Pipeline& p : *pipelines) run(p);
  }

  void run(const Pipeline& pipeline) {
    using Join = Pipeline::Join;
    if (pipeline.join == Join::then && !stops_on_error_) doubtful_ = false;
    if (pipeline.join == Join::otherwise) doubtful_ = true;
    const bool was_doubtful = doubtful_;
    if (pipeline.background) doubtful_ = true;
    reads_.clear();
    flows_ = Flow::nothing;
    for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
      run(pipeline.commands[i], i == 0, i + 1 == pipeline.commands.size());
    }
    flush();
    // What runs only if this went well is doubtful where this fails without a word.
    if (!says_why_) doubtful_ = true;
    if (pipeline.background) doubtful_ = was_doubtful;
    says_why_ = true;
  }

  void run(const Command& original, bool first, bool last) {
    last_ = last;
    Command stripped;
    const Command& command = without_prefix(original, stripped);
    if (command.words.empty()) {
      redirect_only(command);
      return;
    }
    const Row* row = command.words[0].known ? find_row(command.words[0].text) : nullptr;
    if (!row) return unknown(command);
    if (row->kind == Kind::astray) {
      stray();
      return unknown(command);
    }
    step(*row, command, first);
    redirect(command);
  }

  Touches take() && {
    result_.only_reads = clean_ && !result_.unknown &&
                         std::ranges::any_of(result_.list, [](const Touch& t) { return t.effect == Effect::read; });
    for (Touch& t : result_.list) {
      if (t.effect == Effect::read && t.conditional) result_.only_reads = false;
    }
    return std::move(result_);
  }

 private:
  enum class Flow : std::uint8_t { nothing, reads, other };  // what the pipe carries

  void give_up() {
    result_.unknown = true;
    clean_ = false;
    doubtful_ = true;
    says_why_ = false;
  }

  // Where the shell stands is not known any more, nor for later calls.
  void stray() {
    directory_.reset();
    result_.moved = true;
    result_.moved_to.clear();
  }

  void unknown(const Command& command) {
    result_.unknown = true;
    says_why_ = false;
    flow_other();
    redirect(command);
  }

  void flow_other() {
    talk_ = false;
    reads_.clear();
    flows_ = Flow::other;
  }

  // sudo -u x env A=b timeout 5 cat f -> cat f
  const Command& without_prefix(const Command& command, Command& stripped) {
    std::size_t i = 0;
    while (i < command.words.size() && command.words[i].known) {
      const std::string_view name = command.words[i].text;
      const Row* row = find_row(name);
      if (name != "env" && (!row || row->kind != Kind::prefix)) break;
      ++i;
      while (i < command.words.size()) {
        const std::string_view word = command.words[i].text;
        const bool option = word.starts_with('-');
        const bool value =
            word.find('=') != std::string_view::npos || (!word.empty() && word[0] >= '0' && word[0] <= '9');  // A=b, 5s
        if (!option && !value) break;
        i += option && (word == "-u" || word == "-n" || word == "-k" || word == "-s") ? 2 : 1;
      }
    }
    if (i == 0) return command;
    stripped.redirects = command.redirects;
    if (i < command.words.size()) {
      stripped.words.assign(command.words.begin() + static_cast<std::ptrdiff_t>(i), command.words.end());
    }
    return stripped;
  }

  // A path as a later command sees it; nullopt if it is not known.
  std::optional<std::string> place(const Word& word) const {
    if (!word.known || word.text.empty()) return std::nullopt;
    if (is_absolute(word.text)) return word.text;
    if (!directory_) return std::nullopt;
    return directory_->empty() ? word.text : *directory_ + "/" + word.text;
  }

  void add(Effect effect, const Word& word) {
    const auto path = place(word);
    if (!path) {
      result_.unknown = true;
      return;
    }
    if (path->starts_with("/dev/")) return;
    Touch t;
    t.effect = effect;
    t.path = *path;
    t.conditional = doubtful_;
    result_.list.push_back(std::move(t));
  }

  void step(const Row& row, const Command& command, bool first) {
    const Arguments a = read_arguments(command, row.valued);
    const bool fed = !first;
    switch (row.kind) {
      case Kind::print:
        return print(a, command, fed, Cut{});
      case Kind::head:
        return print(a, command, fed, head_cut(a));
      case Kind::tail:
        return print(a, command, fed, tail_cut(a));
      case Kind::sed:
        return sed(a, command, fed);
      case Kind::tee:
        for (const Word* w : a.operands) add(a.has("-a") || a.has("--append") ? Effect::edit : Effect::write, *w);
        return;  // what it is fed flows on
      case Kind::copy:
      case Kind::move:
        return carry(row.kind == Kind::move ? Effect::move : Effect::copy, a);
      case Kind::remove:
        return each(Effect::remove, a);
      case Kind::touching:
        return each(Effect::edit, a);
      case Kind::cd:
        return cd(a);
      case Kind::quiet:
        return quiet(command);
      case Kind::talk:
        flow_other();
        talk_ = a.known;
        return;
      case Kind::look:
        says_why_ = false;
        if (a.has("-o") && command.words[0].text == "sort") result_.unknown = true;
        return flow_other();
      case Kind::patch:
        return patch(a, command);
      case Kind::git:
        return git(command);
      case Kind::shell:
        return nested(command, fed);
      case Kind::prefix:
      case Kind::astray:
        return;
    }
  }

  // `set -e` makes every later command run only if those before went well.
  void quiet(const Command& command) {
    if (command.words[0].text != "set" || command.words.size() < 2) return;
    const std::string_view option = command.words[1].text;
    if (option.starts_with('-') && option.find('e') != std::string_view::npos) stops_on_error_ = true;
  }

  static Cut head_cut(const Arguments& a) {
    if (a.has("-c") || a.has("--bytes")) return {Extent::unknown, {}};
    std::optional<std::string> n = a.value("-n");
    if (!n) n = a.value("--lines");
    if (!n) n = "10";
    const auto count = to_number(*n);
    if (!count || *count == 0) return {Extent::unknown, {}};
    return {Extent::lines, {1, *count}};
  }

  static Cut tail_cut(const Arguments& a) {
    if (a.has("-c") || a.has("--bytes") || a.has("-f") || a.has("-F")) return {Extent::unknown, {}};
    std::optional<std::string> n = a.value("-n");
    if (!n) n = a.value("--lines");
    if (n && n->starts_with('+')) {
      const auto first = to_number(std::string_view(*n).substr(1));
      if (first) return {Extent::lines, {std::max<std::int64_t>(*first, 1), 0}};
    }
    return {Extent::tail, {}};
  }

  void print(const Arguments& a, const Command& command, bool fed, const Cut& cut) {
    std::vector<const Word*> files;
    for (const Word* w : a.operands) {
      if (w->text != "-") files.push_back(w);
    }
    const bool document = std::ranges::any_of(
        command.redirects, [](const Redirect& r) { return r.kind == Redirect::Kind::document && r.from <= 0; });
    const Redirect* input = nullptr;
    for (const Redirect& r : command.redirects) {
      if (r.kind == Redirect::Kind::in && r.from <= 0) input = &r;
    }
    if (!files.empty()) {
      // Several files under one cut: each has it, with a title between.
      open(files, cut);
      if (files.size() > 1 && !(cut.extent == Extent::lines && cut.lines.whole())) clean_ = false;
    } else if (document) {
      flow_other();
      talk_ = true;
    } else if (input) {
      open({&input->word}, cut);
    } else if (fed) {
      narrow(cut);
    } else {
      flow_other();
    }
  }

  void open(const std::vector<const Word*>& files, const Cut& cut) {
    reads_.clear();
    flows_ = Flow::reads;
    for (const Word* w : files) {
      const auto path = place(*w);
      if (!path) {
        clean_ = false;
        continue;
      }
      Touch t;
      t.path = *path;
      t.extent = cut.extent;
      t.lines = cut.lines;
      t.conditional = doubtful_;
      reads_.push_back(std::move(t));
    }
  }

  void narrow(const Cut& cut) {
    if (flows_ != Flow::reads) return;
    if (cut.extent == Extent::lines && cut.lines.whole()) return;
    if (reads_.size() > 1) {
      flow_other();
      return;
    }
    for (Touch& t : reads_) {
      const Cut both = within({t.extent, t.lines}, cut);
      t.extent = both.extent;
      t.lines = both.lines;
    }
  }

  void sed(const Arguments& a, const Command& command, bool fed) {
    const bool in_place = std::ranges::any_of(
        a.options, [](const auto& o) { return o.first == "-i" || o.first.starts_with("--in-place"); });
    const bool given = a.has("-e") || a.has("--expression") || a.has("-f");
    std::span<const Word* const> files = a.operands;
    std::string script = a.value("-e").value_or("");
    if (!given && !files.empty()) {
      script = files[0]->text;
      files = files.subspan(1);
    }
    if (in_place) {
      for (const Word* w : files) add(Effect::edit, *w);
      return;
    }
    // -n and one stretch; a file that `w` writes would be in a longer script.
    const bool quiet = a.has("-n") || a.has("--quiet") || a.has("--silent");
    const auto cut = a.known && quiet ? sed_cut(script) : std::nullopt;
    if (!cut || files.size() > 1) {
      if (script.find('w') != std::string::npos) result_.unknown = true;
      return flow_other();
    }
    Arguments operands;
    operands.operands.assign(files.begin(), files.end());
    print(operands, command, fed, *cut);
  }

  void each(Effect effect, const Arguments& a) {
    for (const Word* w : a.operands) add(effect, *w);
  }

  void carry(Effect effect, const Arguments& a) {
    auto operands = a.operands;
    std::optional<Word> into;
    if (const auto t = a.value("-t")) into = Word{*t + "/"};
    if (!into) {
      if (operands.size() < 2) return void(result_.unknown = true);
      into = *operands.back();
      operands.pop_back();
      if (operands.size() > 1 && !into->text.ends_with('/')) into->text += '/';
    }
    const auto to = place(*into);
    for (const Word* w : operands) {
      const auto from = place(*w);
      if (!from || !to) {
        result_.unknown = true;
        if (to) add(Effect::edit, *into);
        if (from && effect == Effect::move) add(Effect::remove, *w);
        continue;
      }
      Touch t;
      t.effect = effect;
      t.path = *from;
      t.to = *to;
      t.conditional = doubtful_;
      // With -n or -i it may not happen at all.
      if (a.has("-n") || a.has("-i") || a.has("-u")) t.conditional = true;
      result_.list.push_back(std::move(t));
    }
  }

  void cd(const Arguments& a) {
    result_.moved = true;
    const auto to = a.operands.size() == 1 && a.operands[0]->text != "-" ? place(*a.operands[0]) : std::nullopt;
    directory_ = doubtful_ ? std::nullopt : to;
    result_.moved_to = directory_.value_or("");
  }

  void patch(const Arguments& a, const Command& command) {
    std::vector<Touch> touches;
    bool read = false;
    for (const Word* w : a.operands) read = (w->known && patch_touches(w->text, touches)) || read;
    for (const Redirect& r : command.redirects) {
      if (r.kind == Redirect::Kind::document) read = patch_touches(r.word.text, touches) || read;
    }
    if (!read) result_.unknown = true;
    for (Touch& t : touches) {
      const auto path = place({t.path}), to = t.to.empty() ? std::optional(t.to) : place({t.to});
      if (!path || !to) {
        result_.unknown = true;
        continue;
      }
      t.path = *path;
      t.to = *to;
      t.conditional = doubtful_;
      result_.list.push_back(std::move(t));
    }
    flow_other();
  }

  // Of git, what names files; everything that only looks; the rest is unknown.
  void git(const Command& command) {
    static constexpr std::string_view looks =
        " status log diff show blame branch remote rev-parse ls-files grep describe config add commit tag shortlog "
        "reflog cat-file fetch push ";
    Command inner = command;
    inner.words.erase(inner.words.begin());
    while (!inner.words.empty() && inner.words[0].text.starts_with('-')) {
      const bool directory = inner.words[0].text == "-C";
      if (directory) return unknown(command);
      inner.words.erase(inner.words.begin(),
                        inner.words.begin() + (inner.words[0].text == "-c" && inner.words.size() > 1 ? 2 : 1));
    }
    flow_other();
    if (inner.words.empty()) return;
    const std::string name = inner.words[0].text;
    const Arguments a = read_arguments(inner, "");
    if (name == "mv") return carry(Effect::move, a);
    if (name == "rm") return each(Effect::remove, a);
    says_why_ = false;
    if (looks.find(" " + name + " ") != std::string_view::npos) return;
    result_.unknown = true;
  }

  void nested(const Command& command, bool fed) {
    std::size_t script = 0;
    for (std::size_t i = 1; i < command.words.size() && script == 0; ++i) {
      const std::string_view word = command.words[i].text;
      if (!word.starts_with('-')) break;
      if (word.ends_with('c') && !word.starts_with("--") && i + 1 < command.words.size()) script = i + 1;
    }
    if (script == 0 || !command.words[script].known || depth_ >= most_nested || fed) {
      says_why_ = false;
      result_.unknown = true;
      flow_other();
      return;
    }
    Script inner(depth_ + 1);
    inner.directory_ = directory_;
    inner.doubtful_ = doubtful_;
    inner.run(command.words[script].text);
    const bool talked = !inner.clean_;
    Touches touches = std::move(inner).take();
    reads_.clear();
    flows_ = Flow::nothing;
    result_.unknown = result_.unknown || touches.unknown;
    const bool piped = !last_;
    for (Touch& t : touches.list) {
      if (t.effect == Effect::read) {
        flows_ = Flow::reads;
        if (piped || talked) flows_ = Flow::other;
        reads_.push_back(std::move(t));
      } else {
        result_.list.push_back(std::move(t));
      }
    }
    if (talked) flows_ = Flow::other;
    if (flows_ == Flow::other) reads_.clear();
    says_why_ = !touches.unknown;
  }

  void redirect_only(const Command& command) {
    for (const Redirect& r : command.redirects) {
      if (r.kind == Redirect::Kind::out) add(Effect::write, r.word);
      if (r.kind == Redirect::Kind::append) add(Effect::edit, r.word);
    }
  }

  // Where the output goes.
  void redirect(const Command& command) {
    for (const Redirect& r : command.redirects) {
      const bool to_file = r.kind == Redirect::Kind::out || r.kind == Redirect::Kind::append;
      if (to_file && r.from != 2) {
        // What was read went to the file, not to the reader.
        reads_.clear();
        flows_ = Flow::nothing;
      }
      if (to_file && (r.word.text != "/dev/null"))
        add(r.kind == Redirect::Kind::out ? Effect::write : Effect::edit, r.word);
      if (r.kind == Redirect::Kind::duplicate && r.from == 2 && r.word.text != "1" && r.word.text != "-")
        result_.unknown = true;
    }
  }

  // The pipeline is over: what came out of it is output.
  void flush() {
    if (flows_ == Flow::other && !talk_) clean_ = false;
    talk_ = false;
    for (Touch& t : reads_) result_.list.push_back(std::move(t));
    reads_.clear();
  }

  int depth_;
  Touches result_;
  std::vector<Touch> reads_;  // what the pipe carries, if it carries lines of files
  Flow flows_ = Flow::nothing;
  bool talk_ = false;      // ...or words that the command line itself shows
  bool last_ = false;      // the command is its pipeline's last
  bool clean_ = true;      // nothing but reads and such words came out so far
  bool doubtful_ = false;  // it is not known whether the next command runs
  bool says_why_ = true;   // the last pipeline would have printed why it failed
  bool stops_on_error_ = false;
  std::optional<std::string> directory_ = "";  // where the shell stands, as far as this script says
};

}  // namespace

Touches script_touches(std::string_view script) {
  Script s(0);
  s.run(script);
  return std::move(s).take();
}

Touches argv_touches(const std::vector<std::string>& argv) {
  Script s(0);
  Pipeline pipeline;
  pipeline.commands.emplace_back();
  for (const std::string& word : argv) pipeline.commands[0].words.push_back({word});
  s.run(pipeline);
  return std::move(s).take();
}

}  // namespace headroom::history
