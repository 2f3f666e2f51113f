// A configuration file by its lines: what each one is, how deep it stands, which entry it belongs to.
//
//   # ports of the shop         comment
//   web:                        entry, depth 0, key "web"
//     ports:                    entry, depth 4 (of columns, counted twice), key "ports"
//       - 80                    item
//     note: |                   entry, pinned: a block scalar
//       any text                goes on
//
// YAML (libyaml parses it), TOML, INI, .env, HCL, Dockerfiles (strict grammars of lines), XML (balanced tags, one
// element a line or more). A text that its parser does not accept to the end is none. O(bytes); 2 MiB at most.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors::config {

enum class Style : std::uint8_t { yaml, toml, ini, env, hcl, dockerfile, xml };
std::string_view name_of(Style style);

enum class Part : std::uint8_t {
  blank,
  comment,
  entry,    // opens an entry: all deeper lines behind it belong to it
  item,     // an entry of a list
  goes_on,  // of the entry above: a string over several lines
  closing,  // ends the entry of its depth
};

struct ConfigLine {
  Part part = Part::blank;
  std::uint32_t depth = 0;
  std::string_view key;          // of an entry: what stands before the value; of an item without one: ""
  bool pinned = false;           // anchors, aliases, block scalars, heredocs: never left out
  std::uint64_t key_digest = 0;  // of the key, once the file is read: the key itself is not kept
};

struct Config {
  Style style = Style::yaml;
  std::vector<Line> lines;        // as they came
  std::vector<ConfigLine> parts;  // one a line
};

// `hint`: path or label that the text came with; "" if nothing is known.
std::optional<Config> read_config(std::string_view text, std::string_view hint = {});

// By style: the lines, without their gutter, or false if they are no such file.
using Lines = std::vector<std::string_view>;
bool read_yaml(std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts);
bool read_toml(const Lines& lines, std::vector<ConfigLine>& parts);
bool read_ini(const Lines& lines, std::vector<ConfigLine>& parts);
bool read_env(const Lines& lines, std::vector<ConfigLine>& parts);
bool read_hcl(const Lines& lines, std::vector<ConfigLine>& parts);
bool read_dockerfile(const Lines& lines, std::vector<ConfigLine>& parts);
bool read_xml(std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts);

}  // namespace headroom::compressors::config
