#include "history/shell.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "history/patch.h"
#include "history/paths.h"
#include "history/shell_commands.h"
#include "history/shell_cut.h"
#include "history/shell_words.h"

namespace headroom::history {
namespace {

constexpr int most_nested = 3;

// "(cd src && cat a.py)": the script of a subshell that is all there is; "" if it is none. Others are not read.
std::string_view inside_parentheses(std::string_view script) {
  const std::size_t begin = script.find_first_not_of(" \t\n"), end = script.find_last_not_of(" \t\n");
  if (begin == std::string_view::npos || script[begin] != '(' || script[end] != ')') return {};
  return script.substr(begin + 1, end - begin - 1);
}

class Script {
 public:
  explicit Script(int depth) : depth_(depth) { result_.shell = true; }

  void run(std::string_view script) {
    const std::string_view inner = inside_parentheses(script);
    const auto pipelines = read_script(inner.empty() ? script : inner);
    if (!pipelines) {
      if (script.find("cd") != std::string_view::npos || script.find("push") != std::string_view::npos) stray();
      return give_up();
    }
    const auto directory = directory_;
    for (const Pipeline& p : *pipelines) run(p);
    if (inner.empty()) return;
    directory_ = directory;  // where a subshell went ends with it
    result_.moved = false;
    result_.moved_to.clear();
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
    const Command command = without_prefix(original);
    if (command.words.empty()) {
      redirect_only(command);
      return;
    }
    const CommandRow* row = command.words[0].known ? find_command(command.words[0].text) : nullptr;
    if (!row) return unknown(command);
    if (row->kind == CommandKind::astray) {
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
  static Command without_prefix(Command command) {
    std::size_t i = 0;
    while (i < command.words.size() && command.words[i].known) {
      const std::string_view name = command.words[i].text;
      const CommandRow* row = find_command(name);
      if (name != "env" && (!row || row->kind != CommandKind::prefix)) break;
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
    command.words.erase(command.words.begin(),
                        command.words.begin() + static_cast<std::ptrdiff_t>(std::min(i, command.words.size())));
    return command;
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

  void step(const CommandRow& row, const Command& command, bool first) {
    const Arguments a = read_arguments(command, row.valued);
    const bool fed = !first;
    switch (row.kind) {
      case CommandKind::print:
        return print(a, command, fed, Cut{});
      case CommandKind::head:
        return print(a, command, fed, head_cut(a));
      case CommandKind::tail:
        return print(a, command, fed, tail_cut(a));
      case CommandKind::sed:
        return sed(a, command, fed);
      case CommandKind::tee:
        for (const Word* w : a.operands) add(a.has("-a") || a.has("--append") ? Effect::edit : Effect::write, *w);
        return;  // what it is fed flows on
      case CommandKind::copy:
      case CommandKind::move:
        return carry(row.kind == CommandKind::move ? Effect::move : Effect::copy, a);
      case CommandKind::remove:
        return each(Effect::remove, a);
      case CommandKind::touching:
        return each(Effect::edit, a);
      case CommandKind::cd:
        return cd(a);
      case CommandKind::quiet:
        return quiet(command);
      case CommandKind::talk:
        flow_other();
        talk_ = a.known;
        return;
      case CommandKind::look:
        says_why_ = false;
        if (a.has("-o") && command.words[0].text == "sort") result_.unknown = true;
        return flow_other();
      case CommandKind::patch:
        return patch(a, command);
      case CommandKind::git:
        return git(command);
      case CommandKind::shell:
        return nested(command, fed);
      case CommandKind::prefix:
      case CommandKind::astray:
        return;
    }
  }

  // `set -e` makes every later command run only if those before went well.
  void quiet(const Command& command) {
    if (command.words[0].text != "set" || command.words.size() < 2) return;
    const std::string_view option = command.words[1].text;
    if (option.starts_with('-') && option.find('e') != std::string_view::npos) stops_on_error_ = true;
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
