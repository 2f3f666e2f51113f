#include "compressors/listing/cells.h"

#include <algorithm>

namespace headroom::compressors::listing {
namespace {

constexpr std::string_view kDigits = "0123456789";

constexpr auto kLs = std::to_array<Column>({{kMode, 'l', -1, " "},
                                            {kLinks, 'r', -1, " "},
                                            {kOwner, 'l', -1, " "},
                                            {kGroup, 'l', -1, " "},
                                            {kSize, 'r', -1, " "},
                                            {kTime, 'l', 0, " "},
                                            {kName, 'l', 0, ""}});
// The least widths are those of findutils, tar and unzip; findutils and tar widen a column from the first line on that
// needs it.
constexpr auto kFindLs = std::to_array<Column>({{kInode, 'r', 9, " "},
                                                {kBlocks, 'r', 6, " "},
                                                {kMode, 'l', 0, " "},
                                                {kLinks, 'r', 3, " "},
                                                {kOwner, 'l', 8, " "},
                                                {kGroup, 'l', 8, " "},
                                                {kSize, 'r', 8, " "},
                                                {kTime, 'l', 0, " "},
                                                {kName, 'l', 0, ""}});
constexpr auto kTar = std::to_array<Column>(
    {{kMode, 'l', 0, " "}, {kOwner, 'j', 19, " "}, {kSize, 'l', 0, " "}, {kTime, 'l', 0, " "}, {kName, 'l', 0, ""}});
constexpr auto kZip = std::to_array<Column>({{kSize, 'r', 9, "  "}, {kTime, 'l', 0, "   "}, {kName, 'l', 0, ""}});
constexpr auto kDu = std::to_array<Column>({{kSize, 'l', 0, "\t"}, {kName, 'l', 0, ""}});

struct Named {
  Style style;
  std::string_view name;
};
constexpr auto kNames = std::to_array<Named>({{Style::ls, "ls -l"},
                                              {Style::find_ls, "find -ls"},
                                              {Style::tar, "tar -tv"},
                                              {Style::zip, "unzip -l"},
                                              {Style::du, "du"},
                                              {Style::tree, "tree"},
                                              {Style::names, "ls -R"},
                                              {Style::paths, "paths"},
                                              {Style::statuses, "git status"}});

bool all_of_set(std::string_view s, std::string_view set) {
  return !s.empty() && s.find_first_not_of(set) == std::string_view::npos;
}

bool is_size(std::string_view s) {
  if (s.empty() || s.front() < '0' || s.front() > '9') return false;
  if (!all_of_set(s.substr(0, s.size() - 1), "0123456789.")) return s.size() == 1;
  return std::string_view("0123456789KMGTPEBkiB").find(s.back()) != std::string_view::npos;
}

bool fits(Cell cell, std::string_view word) {
  switch (cell) {
    case kInode:
    case kBlocks:
    case kLinks:
      return all_of_set(word, kDigits);
    case kMode:
      return is_mode(word);
    case kSize:
      return is_size(word);
    default:
      return !word.empty();
  }
}

}  // namespace

std::string_view name_of(Style style) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const Named& n) { return n.style == style; })->name;
}

std::optional<Style> style_of(std::string_view name) {
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const Named& n) { return n.name == name; });
  return found == kNames.end() ? std::nullopt : std::optional(found->style);
}

std::span<const Column> columns_of(Style style) {
  switch (style) {
    case Style::ls:
      return kLs;
    case Style::find_ls:
      return kFindLs;
    case Style::tar:
      return kTar;
    case Style::zip:
      return kZip;
    case Style::du:
      return kDu;
    default:
      return {};
  }
}

bool is_mode(std::string_view s) {
  if (s.size() == 11 && all_of_set(s.substr(10), ".+@")) s.remove_suffix(1);
  return s.size() == 10 && all_of_set(s.substr(0, 1), "-dlbcpsh") && all_of_set(s.substr(1), "rwxsStT-");
}

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return word;
}

std::string_view take_time(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const char* begin = rest.data();
  std::string_view scan = rest;
  const std::string_view first = take_word(scan);
  const auto word = [&scan] {
    const std::string_view w = scan.substr(0, scan.find(' '));
    scan.remove_prefix(w.size());
    return w;
  };
  std::string_view last;
  if (first.size() == 10 && all_of_set(first, "0123456789-")) {
    last = word();
    if (!all_of_set(last, "0123456789:.") || last.size() < 5) return {};
    // With seconds and fractions there is a zone.
    if (last.find('.') != std::string_view::npos && scan.size() > 6 && (scan[1] == '+' || scan[1] == '-')) {
      scan.remove_prefix(1);
      last = word();
    }
  } else {
    if (first.size() < 3 || all_of_set(first.substr(0, 1), kDigits)) return {};
    const std::string_view day = take_word(scan);
    if (!all_of_set(day, kDigits) || day.size() > 2) return {};
    last = word();
    if (!all_of_set(last, "0123456789:") || last.size() < 4 || last.size() > 5) return {};
  }
  const std::string_view time(begin, static_cast<std::size_t>(last.data() + last.size() - begin));
  rest = scan.empty() ? scan : scan.substr(1);
  return time;
}

std::string short_time(std::string_view time) {
  std::string out;
  while (!time.empty()) {
    if (!out.empty()) out += ' ';
    out += take_word(time);
  }
  return out;
}

std::string long_time(std::string_view time) {
  if (time.empty() || (time.front() >= '0' && time.front() <= '9')) return std::string(time);
  std::string_view rest = time;
  const std::string_view month = take_word(rest), day = take_word(rest), last = take_word(rest);
  std::string out(month);
  out.append(day.size() < 2 ? "  " : " ").append(day);
  out.append(last.size() < 5 ? "  " : " ").append(last);
  return out;
}

std::optional<Cells> read_cells(std::string_view line, Style style) {
  Cells out;
  std::string_view rest = line;
  for (const Column& column : columns_of(style)) {
    std::string_view& cell = out.text[column.cell];
    if (column.cell == kName) {
      if (rest.empty()) return std::nullopt;
      cell = rest;
      return out;
    }
    if (column.cell == kTime) {
      cell = take_time(rest);
      if (cell.empty()) return std::nullopt;
      for (std::size_t extra = column.after.size(); extra > 1 && rest.starts_with(' '); --extra) rest.remove_prefix(1);
      continue;
    }
    if (column.after == "\t") {
      const std::size_t tab = rest.find('\t');
      if (tab == std::string_view::npos) return std::nullopt;
      cell = rest.substr(0, tab);
      rest.remove_prefix(tab + 1);
    } else {
      cell = take_word(rest);
    }
    if (!fits(column.cell, cell)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace headroom::compressors::listing
