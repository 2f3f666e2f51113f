#include "history/touch.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "base/utf8.h"
#include "history/patch.h"
#include "history/shell.h"
#include "json/document.h"

namespace headroom::history {
namespace {

enum class Tool : std::uint8_t {
  read,
  write,
  edit,
  remove,
  move,
  copy,
  editor,  // one tool, its `command` says which
  patch,
  shell,
};

struct Row {
  std::string_view names;  // small letters only, without '_', '-' and '.', between blanks
  Tool tool;
  std::int64_t limit = 0;  // lines that a read without a range shows at most
};

// Tools of agents and of the file servers they speak to. A reading tool whose range arguments are not those of
// range_arguments() below counts as reading an unknown part, which is safe.
constexpr Row rows[] = {
    {" read ", Tool::read, 2000},
    {" readfile viewfile view openfile open catfile showfile getfilecontents fileread readtextfile fsread readfiletool "
     "notebookread ",
     Tool::read},
    {" write writefile createfile create savefile writetofile filewrite fswrite overwritefile newfile createnewfile ",
     Tool::write},
    {" edit editfile multiedit notebookedit notebookeditcell strreplace replace replaceinfile searchreplace "
     "searchandreplace insert insertcontent insertedit inserteditintofile applydiff applyedit appendfile appendtofile "
     "updatefile modifyfile patchfile fileedit multireplace replacestringinfile multireplacestringinfile undoedit "
     "writefilepart smartedit ",
     Tool::edit},
    {" deletefile removefile rm delete fsdelete ", Tool::remove},
    {" movefile renamefile move rename ", Tool::move},
    {" copyfile copy ", Tool::copy},
    {" strreplaceeditor strreplacebasededittool texteditor editor ", Tool::editor},
    {" applypatch patch ", Tool::patch},
    {" bash shell sh runcommand executecommand runshellcommand runterminalcmd runterminalcommand runinterminal "
     "terminal "
     "localshell localshellcall execcommand containerexec executebash bashtool shelltool exec developershell ",
     Tool::shell},
};

// "mcp__files__read_file" -> "readfile".
std::string plain_name(std::string_view name) {
  if (name.starts_with("mcp__")) {
    const std::size_t server = name.find("__", 5);
    if (server != std::string_view::npos) name.remove_prefix(server + 2);
  }
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == '.') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

const Row* find_row(std::string_view name) {
  const std::string padded = " " + plain_name(name) + " ";
  if (padded.find(' ', 1) != padded.size() - 1) return nullptr;
  for (const Row& row : rows) {
    if (row.names.find(padded) != std::string_view::npos) return &row;
  }
  return nullptr;
}

// A call's arguments by name; the first of several names that is there.
class Arguments {
 public:
  explicit Arguments(std::string_view text) {
    auto parsed = json::Document::parse(text);
    if (!parsed || !parsed->is(0, json::Kind::object)) return;
    doc_ = std::move(*parsed);
    object_ = 0;
    // The shell of some models wraps its arguments once more.
    if (const auto action = doc_->member(0, "action"); action && doc_->is(*action, json::Kind::object))
      object_ = *action;
  }
  bool parsed() const { return doc_.has_value(); }

  std::optional<json::NodeId> node(std::span<const std::string_view> names) const {
    if (!doc_) return std::nullopt;
    for (const std::string_view name : names) {
      const auto found = doc_->member(object_, name);
      if (found && !doc_->is(*found, json::Kind::null)) return found;
    }
    return std::nullopt;
  }
  std::optional<std::string> string(std::span<const std::string_view> names) const {
    const auto found = node(names);
    if (!found || !doc_->is(*found, json::Kind::string)) return std::nullopt;
    return doc_->string(*found);
  }
  std::optional<std::int64_t> number(std::span<const std::string_view> names) const {
    const auto found = node(names);
    return found ? number(*found) : std::nullopt;
  }
  std::optional<std::int64_t> number(json::NodeId id) const {
    std::string_view raw = doc_->raw(id);
    if (doc_->is(id, json::Kind::string)) raw = doc_->string_raw(id);
    std::int64_t n = 0;
    const auto r = std::from_chars(raw.data(), raw.data() + raw.size(), n);
    if (r.ec != std::errc() || r.ptr != raw.data() + raw.size()) return std::nullopt;
    return n;
  }
  const json::Document& doc() const { return *doc_; }

 private:
  std::optional<json::Document> doc_;
  json::NodeId object_ = 0;
};

constexpr std::string_view path_names[] = {
    "file_path",   "path",       "filePath",      "filepath",      "filename",  "file",        "absolute_path",
    "target_file", "targetFile", "relative_path", "notebook_path", "file_name", "AbsolutePath"};
constexpr std::string_view from_names[] = {"source", "src", "old_path", "oldPath", "from", "source_path"};
constexpr std::string_view to_names[] = {"destination", "dest", "dst", "new_path", "newPath", "to", "destination_path"};
constexpr std::string_view command_names[] = {"command", "cmd", "script", "commands", "code"};
constexpr std::string_view directory_names[] = {"workdir",          "cwd", "working_directory",
                                                "workingDirectory", "dir", "directory"};
constexpr std::string_view patch_names[] = {"input", "patch", "diff", "patchText", "patch_text"};

// Which lines a read asks for. Counting starts at 1 with all names used here; where makers differ (offsets), only the
// numbers in the result can tell.
void range_arguments(const Arguments& a, Touch& t) {
  static constexpr std::string_view ranges[] = {"view_range", "line_range", "range", "viewRange"};
  static constexpr std::string_view firsts[] = {"start_line", "startLine", "line_start", "start_line_one_indexed",
                                                "StartLine"};
  static constexpr std::string_view lasts[] = {"end_line", "endLine", "line_end", "end_line_one_indexed_inclusive",
                                               "EndLine"};
  static constexpr std::string_view parts[] = {"offset",    "limit",     "head",  "tail", "length", "pages",
                                               "max_lines", "num_lines", "start", "end",  "lines"};
  if (const auto range = a.node(ranges)) {
    t.extent = Extent::unknown;
    std::vector<std::optional<std::int64_t>> n;
    if (a.doc().is(*range, json::Kind::array)) {
      for (const json::NodeId e : a.doc().elements(*range)) n.push_back(a.number(e));
    }
    if (n.size() == 2 && n[0] && n[1] && *n[0] >= 1 && (*n[1] >= *n[0] || *n[1] == -1)) {
      t.extent = Extent::lines;
      t.lines = {*n[0], std::max<std::int64_t>(*n[1], 0)};
    }
    return;
  }
  const auto first = a.number(firsts), last = a.number(lasts);
  if (first || last) {
    t.lines = {first.value_or(1), last && *last > 0 ? *last : 0};
    if (t.lines.first < 1 || (t.lines.last != 0 && t.lines.last < t.lines.first)) t.extent = Extent::unknown;
    return;
  }
  if (a.node(parts)) t.extent = Extent::unknown;
}

void one(Touches& out, Effect effect, std::string path) {
  Touch t;
  t.effect = effect;
  t.path = std::move(path);
  out.list.push_back(std::move(t));
}

void read_touch(const Arguments& a, std::int64_t limit, Touches& out) {
  const auto path = a.string(path_names);
  if (!path) return void(out.unknown = true);
  Touch t;
  t.path = *path;
  t.limit = limit;
  range_arguments(a, t);
  out.list.push_back(std::move(t));
  out.only_reads = true;
}

void editor_touch(const Arguments& a, Touches& out) {
  static constexpr std::string_view names[] = {"command"};
  const std::string command = a.string(names).value_or("");
  if (command == "view") return read_touch(a, 0, out);
  const auto path = a.string(path_names);
  if (!path) return void(out.unknown = true);
  one(out, command == "create" ? Effect::write : Effect::edit, *path);
}

void carry_touch(const Arguments& a, Effect effect, Touches& out) {
  auto from = a.string(from_names);
  if (!from) from = a.string(path_names);
  const auto to = a.string(to_names);
  if (!from || !to) return void(out.unknown = true);
  one(out, effect, *from);
  out.list.back().to = *to;
}

void patch_touch(const Call& call, const Arguments& a, Touches& out) {
  const auto patch = a.string(patch_names);
  const std::string_view text = patch ? std::string_view(*patch) : call.arguments;
  if (!patch_touches(text, out.list)) out.unknown = true;
  // A diff for a named file.
  if (const auto path = a.string(path_names); path && out.list.empty()) one(out, Effect::edit, *path);
}

Touches shell_touch(const Call& call, const Arguments& a) {
  const auto command = a.node(command_names);
  Touches out;
  if (!a.parsed()) {
    out = script_touches(call.arguments);
  } else if (command && a.doc().is(*command, json::Kind::string)) {
    out = script_touches(a.doc().string(*command));
  } else if (command && a.doc().is(*command, json::Kind::array)) {
    std::vector<std::string> argv;
    bool strings = true;
    for (const json::NodeId e : a.doc().elements(*command)) {
      strings = strings && a.doc().is(e, json::Kind::string);
      if (strings) argv.push_back(a.doc().string(e));
    }
    if (strings) out = argv_touches(argv);
    out.unknown = out.unknown || !strings;
  } else {
    out.unknown = true;
  }
  out.shell = true;
  out.directory = a.string(directory_names).value_or("");
  return out;
}

constexpr std::size_t most_label = 80;

}  // namespace

Touches touches_of(const Call& call) {
  Touches out;
  const Row* row = find_row(call.name);
  if (!row) {
    out.unknown = true;
    return out;
  }
  const Arguments a(call.arguments);
  switch (row->tool) {
    case Tool::read:
      read_touch(a, row->limit, out);
      break;
    case Tool::editor:
      editor_touch(a, out);
      break;
    case Tool::write:
    case Tool::edit:
    case Tool::remove: {
      const Effect effect = row->tool == Tool::write  ? Effect::write
                            : row->tool == Tool::edit ? Effect::edit
                                                      : Effect::remove;
      const auto path = a.string(path_names);
      if (path) one(out, effect, *path);
      out.unknown = !path;
      break;
    }
    case Tool::move:
      carry_touch(a, Effect::move, out);
      break;
    case Tool::copy:
      carry_touch(a, Effect::copy, out);
      break;
    case Tool::patch:
      patch_touch(call, a, out);
      break;
    case Tool::shell:
      return shell_touch(call, a);
  }
  return out;
}

std::string call_label(const Call& call) {
  static constexpr std::string_view told[] = {
      "file_path", "path",   "filePath", "absolute_path", "target_file", "notebook_path", "filename", "file", "command",
      "cmd",       "script", "pattern",  "query",         "regex",       "url",           "name",     "id",   "input"};
  const Arguments a(call.arguments);
  std::string words;
  if (const auto node = a.node(told)) {
    const json::Document& doc = a.doc();
    if (doc.is(*node, json::Kind::array)) {
      // The script of `bash -lc SCRIPT`, else all words.
      std::vector<std::string> argv;
      for (const json::NodeId e : doc.elements(*node)) {
        argv.push_back(doc.is(e, json::Kind::string) ? doc.string(e) : std::string(doc.raw(e)));
      }
      const bool script = argv.size() == 3 && argv[1].starts_with('-') && argv[1].ends_with('c');
      if (script) argv.erase(argv.begin(), argv.begin() + 2);
      for (const std::string& w : argv) words += (words.empty() ? "" : " ") + w;
    } else {
      words = doc.is(*node, json::Kind::string) ? doc.string(*node) : std::string(doc.raw(*node));
    }
  } else if (!a.parsed()) {
    words = call.arguments;
  }
  // On one line, blanks as one.
  std::string label;
  for (const char c : std::string(call.name) + " " + words) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank) {
      label += c;
    } else if (!label.empty() && label.back() != ' ') {
      label += ' ';
    }
    if (label.size() > most_label + 4) break;
  }
  if (label.ends_with(' ')) label.pop_back();
  if (label.size() > most_label) {
    label.resize(utf8::floor_boundary(label, most_label - 3));
    label += "...";
  }
  return label;
}

}  // namespace headroom::history
