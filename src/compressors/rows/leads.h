// What a line has that only rows printed by a tool have: what it begins with, or the values that it is made of.
//
//   "ba21989 Keep what stands"                      hash       git log --oneline, nm, hexdump
//   "    2026:\tff 25 cc 6f    jmp  *0x6fcc(%rip)"   offset     objdump -d, xxd, readelf
//   "  -O<number>    Set the level"                 option     --help
//   "bzip2/stable,now 1.0.8-5 amd64 [installed]"    version    apt list, gem list
//   "net.ipv4.ip_forward = 0"                       setting    sysctl -a, git config -l
//   "MemFree:       18265960 kB"                    field      /proc, openssl x509, ethtool
//   "openat(AT_FDCWD, \"x\", O_RDONLY) = 3"           call       strace
//   "│   ├── serde v1.0.2"                          branch     cargo tree, npm ls
//   "   gc        Clean up files"                   term       lists of commands, apt search
//   "613759 2026-11-23 ./corpus/a.json"             values     wc, find -printf, ldconfig -p, pmap
//   "libz.so.1"                                     name       ls, pip freeze, compgen: one word, no blank
//
// Code, writing, patches and lists made by hand have none: "x = f(y)", "Monday: dentist", "- milk", "The end." One pass
// over at most the first 512 bytes of the line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headroom::compressors::rows {

enum class Lead : std::uint8_t {
  none,
  hash,
  offset,
  option,
  version,
  setting,
  field,
  call,
  branch,
  term,
  values,
  name
};

struct RowShape {
  Lead lead = Lead::none;
  std::size_t indent = 0;   // bytes of blanks in front
  std::size_t second = 0;   // term: the byte at which the explanation begins
  std::size_t size = 0;     // name: its bytes
  bool is_number = false;   // setting: the value is one, or empty
  bool has_word = false;    // three letters and more in a row
  bool explains = false;    // term: running text behind the name
  bool is_machine = false;  // name, term: holds what words of a language do not
};

RowShape shape_of_row(std::string_view line);

// What no row of a tool has; texts of such lines are left alone.
bool is_counted_line(std::string_view line,
                     std::uint64_t& number);  // "119:    def f(x):", "12\ttext": a line of a file
bool is_blame_line(std::string_view line);    // "f9c062d0 601)     return x"
bool reads_as_code(std::string_view line);    // of no language in particular
bool holds_digest(std::string_view line);     // a checksum or key: of use only if all of it is there

}  // namespace headroom::compressors::rows
