// Where a value lies inside another: a tree of steps, each a member's key or the index of an array's element.
//
//   {"a": {"b": 1}, "tags": [{"k": 2}, {"k": 3}]}   ->   a.b, tags[0].k, tags[1].k
//
// Printed, a key that is empty or holds . [ ] = ; : * { } | , " blanks or control characters is a JSON string, so that
// the name "x.y" of one key and the path x.y of two keys differ: "\"x.y\"" and "x.y".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headroom::compressors::records {

using PathId = std::uint32_t;
inline constexpr PathId root_path = 0;

class Paths {
 public:
  struct Step {
    std::string key;          // decoded (WTF-8); empty and meaningless for an element
    std::int32_t index = -1;  // of an element in its array; negative: a member
    PathId parent = root_path;
    std::uint16_t depth = 0;
  };

  Paths() : steps_(1) {}
  PathId add(PathId parent, std::string_view key);
  PathId add_element(PathId parent, std::int32_t index);
  // The step below `parent` with this key or index (the other being "" or negative), added if there is none; steps made
  // by the two above are not looked at.
  PathId find_or_add(PathId parent, std::string_view key, std::int32_t index);

  const Step& operator[](PathId id) const { return steps_[id]; }
  std::size_t size() const { return steps_.size(); }
  // The printed name of a path, from below the root.
  std::string name(PathId id) const;
  // Reads a printed name at the front of `text` and removes it; nullopt if there is none. `from`: the name is that of
  // a value below this one, without its path.
  std::optional<PathId> parse(std::string_view& text, PathId from = root_path);

 private:
  PathId append(Step step);
  std::vector<Step> steps_;
  std::unordered_multimap<std::uint64_t, PathId> index_;  // of those found or added by find_or_add
};

// A key as a name prints it: bare, or a JSON string.
void append_key(std::string& out, std::string_view key);

// Builds the text of a JSON object or array from its leaves in order; the objects and arrays between are opened and
// closed as paths change.
class ObjectBuilder {
 public:
  explicit ObjectBuilder(const Paths& paths) : paths_(paths) {}
  void begin(std::string& out, bool array = false);
  // `json`: the value's text.
  void add(std::string& out, PathId leaf, std::string_view json);
  // Opens a leaf whose value the caller appends itself.
  void key(std::string& out, PathId leaf);
  // False if the elements of an array did not come one after another.
  bool end(std::string& out);

 private:
  struct Open {
    PathId path;
    bool array;
    std::int32_t next = 0;  // array: the index of the next element
  };
  void write_key(std::string& out, PathId id);

  const Paths& paths_;
  std::vector<Open> open_;     // from the root to the last leaf's parent
  std::vector<PathId> chain_;  // scratch
  bool good_ = true;
  bool comma_ = false;
};

}  // namespace headroom::compressors::records
