#include "history/reads.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "history/paths.h"
#include "history/reads_facts.h"
#include "history/touch.h"

namespace headroom::history {
namespace {

constexpr std::size_t most_open = 64;  // reads of one file that later calls are compared with

// One file that one result shows.
struct Part {
  int block = 0, call = 0;
  std::string path;                  // as written
  std::string lines;                 // for the statement: "lines 1-400", "all lines"
  const Excerpt* excerpt = nullptr;  // unknown: only the whole file makes it stale
  int version = 0;                   // of the file, when it was read
  std::vector<bool> seen;            // lines of the excerpt that later reads show
  std::size_t unseen = 0;
  // What makes it stale.
  std::optional<Staleness> why;
  bool in_parts = false;  // several later reads do together
  int later_call = -1, since = -1;
};

struct File {
  std::vector<std::size_t> open;  // indices of parts, oldest first
  int version = 0;
};

// Where the shell of a tool stands.
struct Shell {
  bool strayed = false;
};

class Pass {
 public:
  Pass(const Past& past, std::span<const Facts> facts, int through) : past_(past), facts_(facts), through_(through) {
    results_.assign(past.calls.size(), 0);
    for (const Block& b : past.blocks) {
      if (b.call >= 0 && b.role == Role::tool) ++results_[static_cast<std::size_t>(b.call)];
    }
    boundaries();
  }

  std::vector<StaleRead> run() {
    for (std::size_t k = 0; k < past_.blocks.size(); ++k) {
      const Block& block = past_.blocks[k];
      if (block.message > through_) break;
      const BlockFacts& facts = *facts_[k];
      if (facts.directory) cwd_ = *facts.directory;
      if (block.role == Role::tool && block.call >= 0) result(static_cast<int>(k), block, facts);
    }
    return stale();
  }

 private:
  // For every message the first boundary at or behind it.
  void boundaries() {
    boundary_.assign(past_.messages.size(), -1);
    int next = -1;
    for (std::size_t m = past_.messages.size(); m-- > 0;) {
      if (past_.messages[m].boundary) next = static_cast<int>(m);
      if (next > through_) next = -1;
      boundary_[m] = next;
    }
  }

  void result(int k, const Block& block, const BlockFacts& facts) {
    const Call& call = past_.calls[static_cast<std::size_t>(block.call)];
    const Touches& touches = facts.touches;
    Shell& shell = shells_[std::string(call.name)];
    const std::string base = touches.directory.empty() ? cwd_ : normal_path(touches.directory, cwd_);
    const bool strayed = touches.shell && shell.strayed && touches.directory.empty();
    if (touches.shell && touches.moved && touches.directory.empty()) {
      shell.strayed = touches.moved_to.empty() || normal_path(touches.moved_to, base) != base || base.empty();
    }
    if (touches.list.empty()) return;

    // A result in several pieces is nobody's for sure.
    const bool single = results_[static_cast<std::size_t>(block.call)] == 1;
    const bool done = single && facts.outcome == Outcome::done;
    const std::size_t before = parts_.size();
    std::size_t reads = 0, taken = 0;
    for (std::size_t i = 0; i < touches.list.size(); ++i) {
      const Touch& t = touches.list[i];
      const bool lost = strayed && !is_absolute(t.path);
      if (t.effect == Effect::read) {
        ++reads;
        if (done && !lost && !t.conditional) taken += read(k, block, t, facts.reads[i], base);
      } else {
        change(block, t, base, facts.outcome, done && !lost && !t.conditional, lost);
      }
    }
    // Only a result that is nothing but these reads may be replaced.
    const bool replaceable = touches.only_reads && reads == taken && block.slot;
    for (std::size_t p = before; p < parts_.size(); ++p) {
      if (!replaceable) forget(p);
    }
  }

  // ---- reads

  bool read(int k, const Block& block, const Touch& t, const ReadFact& fact, const std::string& base) {
    const auto id = book_.touch(normal_path(t.path, base));
    if (!id || book_.is_directory(book_.path(*id))) return false;
    File& file = file_of(*id);
    Part part;
    part.block = k;
    part.call = block.call;
    part.path = t.path;
    part.version = file.version;
    if (fact.excerpt) part.excerpt = &*fact.excerpt;
    part.lines = "all lines";
    if (part.excerpt) {
      part.lines = "lines " + std::to_string(part.excerpt->first) + "-" + std::to_string(part.excerpt->last());
      part.unseen = part.excerpt->hashes.size();
      part.seen.assign(part.unseen, false);
    } else if (!fact.whole) {
      part.lines = t.extent == Extent::lines && t.lines.last != 0
                       ? "lines " + std::to_string(t.lines.first) + "-" + std::to_string(t.lines.last)
                       : "a part";
    }
    for (const std::size_t p : file.open) {
      if (fact.whole) {
        mark(parts_[p], Staleness::superseded, block, false);
      } else if (part.excerpt) {
        cover(parts_[p], part, block);
      }
    }
    if (file.open.size() >= most_open) file.open.erase(file.open.begin());
    file.open.push_back(parts_.size());
    parts_.push_back(std::move(part));
    return true;
  }

  // Lines of `part` that `later` shows too, with the same text and no edit between.
  void cover(Part& part, const Part& later, const Block& block) const {
    if (!part.excerpt || part.version != later.version || part.block == later.block) return;
    if (call_of(part).message >= past_.calls[static_cast<std::size_t>(block.call)].message) return;
    const Excerpt& a = *part.excerpt;
    const Excerpt& b = *later.excerpt;
    const std::int64_t first = std::max(a.first, b.first), last = std::min(a.last(), b.last());
    for (std::int64_t n = first; n <= last; ++n) {
      const auto i = static_cast<std::size_t>(n - a.first);
      if (part.seen[i] || a.hashes[i] != b.hashes[static_cast<std::size_t>(n - b.first)]) continue;
      part.seen[i] = true;
      --part.unseen;
    }
    const bool all = b.first <= a.first && b.last() >= a.last();
    if (part.unseen == 0 && (all || !part.why)) mark(part, Staleness::superseded, block, !all);
  }

  // ---- changes

  void change(const Block& block, const Touch& t, const std::string& base, Outcome outcome, bool sure, bool lost) {
    if (outcome == Outcome::failed) return;
    const std::string path = normal_path(t.path, base);
    switch (t.effect) {
      case Effect::read:
        return;
      case Effect::write:
        if (sure) {
          overwrite(book_.touch(path), block);
        } else {
          edited(book_.find(path));
        }
        return;
      case Effect::edit:
        edited(sure ? book_.touch(path) : book_.find(path));
        return;
      case Effect::remove:
        edited(book_.find(path));
        for (const PathBook::Id id : book_.below(path)) edited(id);
        return;
      case Effect::copy:
      case Effect::move:
        carry(t, path, normal_path(t.to, base), block, sure && !lost);
        return;
    }
  }

  void edited(std::optional<PathBook::Id> id) {
    if (id) ++file_of(*id).version;
  }

  void overwrite(std::optional<PathBook::Id> id, const Block& block) {
    if (!id) return;
    File& file = file_of(*id);
    ++file.version;
    for (const std::size_t p : file.open) mark(parts_[p], Staleness::overwritten, block, false);
  }

  // What was read of `path` is now what `to` holds; what was read of `to` is gone.
  void carry(const Touch& t, const std::string& path, std::string to, const Block& block, bool sure) {
    const bool into =
        t.to.ends_with('/') || t.to.ends_with('\\') || t.to == "." || t.to == ".." || book_.is_directory(to);
    if (into) to = normal_path(base_name(path), to);
    const bool directory = book_.is_directory(path) || book_.is_directory(to);
    const auto from_id = book_.find(path), to_id = book_.find(to);
    if (from_id && from_id == to_id) return;
    // A name never seen may be a directory: then the file goes below it.
    if (!sure || directory || (!to_id && !into)) {
      for (const std::string* p : {&path, &std::as_const(to)}) {
        if (p == &path && t.effect == Effect::copy) continue;
        freeze(book_.find(*p));
        for (const PathBook::Id id : book_.below(*p)) freeze(id);
      }
      return;
    }
    const auto target = book_.touch(to);
    if (!target) return;
    overwrite(target, block);
    if (t.effect == Effect::copy || !from_id) return;
    File& from = file_of(*from_id);
    std::vector<std::size_t> moved = std::exchange(from.open, {});
    ++from.version;
    File& into_file = file_of(*target);
    for (const std::size_t p : moved)
      parts_[p].version = into_file.version - (parts_[p].version == from.version - 1 ? 0 : 1);
    into_file.open.insert(into_file.open.end(), moved.begin(), moved.end());
    if (into_file.open.size() > most_open) {
      into_file.open.erase(into_file.open.begin(), into_file.open.end() - static_cast<std::ptrdiff_t>(most_open));
    }
  }

  // Which file these reads are of is not known any more: nothing later makes them stale.
  void freeze(std::optional<PathBook::Id> id) {
    if (!id) return;
    File& file = file_of(*id);
    file.open.clear();
    ++file.version;
  }

  // ---- marks

  void mark(Part& part, Staleness why, const Block& block, bool in_parts) const {
    const int message = past_.calls[static_cast<std::size_t>(block.call)].message;
    // Calls made at once have no order that the list could tell.
    if (part.call == block.call || call_of(part).message >= message) return;
    const int boundary = boundary_[static_cast<std::size_t>(block.message)];
    if (boundary < 0) return;
    if (part.since < 0) part.since = boundary;
    part.why = why;
    part.in_parts = in_parts;
    part.later_call = block.call;
  }

  void forget(std::size_t p) { parts_[p].block = -1; }

  const Call& call_of(const Part& part) const { return past_.calls[static_cast<std::size_t>(part.call)]; }

  File& file_of(PathBook::Id id) {
    if (static_cast<std::size_t>(id) >= files_.size()) files_.resize(static_cast<std::size_t>(id) + 1);
    return files_[static_cast<std::size_t>(id)];
  }

  std::vector<StaleRead> stale() const {
    std::vector<StaleRead> list;
    for (std::size_t p = 0; p < parts_.size();) {
      std::size_t end = p + 1;
      while (end < parts_.size() && parts_[end].call == parts_[p].call) ++end;
      if (auto read = stale_of(p, end)) list.push_back(std::move(*read));
      p = end;
    }
    return list;
  }

  // A result goes only if all that it shows is stale.
  std::optional<StaleRead> stale_of(std::size_t begin, std::size_t end) const {
    StaleRead read;
    read.later_call = -1;
    for (std::size_t p = begin; p < end; ++p) {
      const Part& part = parts_[p];
      if (part.block < 0 || !part.why) return std::nullopt;
      if (p > begin) read.statement += "; ";
      read.statement += part.path + ", " + part.lines + ": ";
      read.statement += *part.why == Staleness::overwritten ? "written anew by "
                        : part.in_parts                     ? "read again in parts, last by "
                                                            : "read again by ";
      read.statement += call_label(past_.calls[static_cast<std::size_t>(part.later_call)]) + " below";
      read.block = part.block;
      if (part.later_call > read.later_call) {
        read.later_call = part.later_call;
        read.why = *part.why;
      }
      read.since = std::max(read.since, part.since);
    }
    return read;
  }

  const Past& past_;
  std::span<const Facts> facts_;
  int through_;
  std::vector<int> results_;   // of a call
  std::vector<int> boundary_;  // of a message
  std::string cwd_;
  PathBook book_;
  std::vector<File> files_;
  std::vector<Part> parts_;
  std::unordered_map<std::string, Shell> shells_;
};

}  // namespace

Facts block_facts(const Past& past, const Block& block) {
  return std::make_shared<const BlockFacts>(read_block(past, block));
}

std::size_t bytes_of(const BlockFacts& facts) {
  std::size_t n = sizeof facts + facts.reads.size() * sizeof(ReadFact) + facts.touches.list.size() * sizeof(Touch);
  for (const ReadFact& r : facts.reads) {
    if (r.excerpt) n += r.excerpt->hashes.size() * sizeof(std::uint64_t);
  }
  return n;
}

std::vector<StaleRead> stale_reads(const Past& past, std::span<const Facts> facts, int through) {
  return Pass(past, facts, through).run();
}

std::vector<StaleRead> stale_reads(const Past& past, int through) {
  std::vector<Facts> facts;
  facts.reserve(past.blocks.size());
  for (const Block& b : past.blocks) facts.push_back(block_facts(past, b));
  return stale_reads(past, facts, through);
}

std::string working_directory(const Past& past) {
  for (const Block& b : past.blocks) {
    if (b.role == Role::tool || b.role == Role::assistant) continue;
    if (auto directory = read_block(past, b).directory) return std::move(*directory);
  }
  return "";
}

}  // namespace headroom::history
