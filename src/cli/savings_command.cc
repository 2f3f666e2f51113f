// headroom savings: the ledger's sums, for people or as JSON.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <vector>

#include "api/nearest.h"
#include "cli/commands.h"
#include "cli/proxy_settings.h"
#include "cli/words.h"
#include "ledger/savings.h"

namespace headroom::cli {
namespace {

using ledger::Saving;
using ledger::Time;

constexpr int default_days = 30, most_days = 36'500;

// "12.34 USD" from micro-dollars; small sums with all their places.
std::string dollars(std::int64_t micro) {
  const std::int64_t whole = micro < 0 ? -micro : micro;
  std::string places = std::to_string(1'000'000 + whole % 1'000'000).substr(1);
  if (whole >= 1'000'000) places.resize(2);
  return (micro < 0 ? "-" : "") + counted(whole / 1'000'000) + "." + places;
}

std::string drift_text(const Saving& s) {
  const auto drift = s.drift();
  if (!drift) return "-";
  return std::to_string(*drift / 100) + "." + std::to_string(*drift % 100 / 10) + " %";
}

struct Column {
  std::string_view title;
  std::string (*value)(const Saving& s);
};
constexpr Column columns[] = {
    {"requests", [](const Saving& s) { return counted(s.figures.requests); }},
    {"removed", [](const Saving& s) { return counted(s.removed()); }},
    {"new", [](const Saving& s) { return counted(s.fresh); }},
    {"re-sent", [](const Saving& s) { return counted(s.resent); }},
    {"saved USD", [](const Saving& s) { return dollars(s.figures.saved); }},
    {"spent USD", [](const Saving& s) { return dollars(s.figures.spent); }},
    {"net USD", [](const Saving& s) { return dollars(s.figures.net()); }},
    {"billed USD", [](const Saving& s) { return dollars(s.figures.billed); }},
    {"of bill", [](const Saving& s) { return ledger::saved_percent(s.figures) + " %"; }},
    {"drift", drift_text},
};

// Columns as wide as what stands in them.
std::string table(const std::vector<std::pair<std::string_view, const Saving*>>& rows) {
  constexpr std::size_t most_name = 40, gap = 2;
  std::size_t name_column = 0;
  for (const auto& [name, saving] : rows) name_column = std::max(name_column, std::min(name.size(), most_name));
  std::vector<std::string> lines = {padded("", name_column)};
  for (const auto& [name, saving] : rows) lines.push_back(padded(name, name_column));
  for (const Column& c : columns) {
    std::vector<std::string> cells = {std::string(c.title)};
    for (const auto& [name, saving] : rows) cells.push_back(c.value(*saving));
    std::size_t width = 0;
    for (const std::string& cell : cells) width = std::max(width, cell.size());
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += aligned(cells[i], width + gap);
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string as_text(const ledger::Savings& found, bool grouped) {
  std::vector<std::pair<std::string_view, const Saving*>> rows;
  if (grouped) {
    for (const Saving& s : found.rows) rows.emplace_back(s.name, &s);
  }
  rows.emplace_back("all", &found.all);
  std::string text = "since " + ledger::to_iso(found.since).substr(0, 16) + "\n\n" + table(rows) + "\n";
  const auto& f = found.all.figures;
  text += "provider: " + counted(f.usage.input()) + " tokens in (" + counted(f.usage.read) + " read from its cache, " +
          counted(f.usage.written) + " written), " + counted(f.usage.output) + " out, told by " + counted(f.measured) +
          " of " + counted(f.requests) + " requests\n";
  if (f.unpriced_tokens > 0)
    text += counted(f.unpriced_tokens) + " removed tokens are in no sum of money: no usage, or no price\n";
  if (found.all.is_estimate() && found.all.drift())
    text += "our count and the bill are " + drift_text(found.all) + " apart: figures of tokens are estimates\n";
  if (found.summed) text += "rows of the oldest days are gone: their sums are in all, and by model\n";
  return text;
}

}  // namespace

Exit run_savings(const Context& context, const Arguments& arguments) {
  const auto c = configure(context, arguments, MainToken::left);
  if (!c) return context.refuse(c.error());
  const std::filesystem::path logs = c->setup.log;
  if (logs.empty() || logs == "-")
    return context.refuse({ErrorKind::invalid_request, "the log goes to no folder: --log-file names one"});
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (arguments.has("reset")) {
    if (const auto ok = ledger::count_from(logs, now); !ok) return context.refuse(ok.error());
    context.say("counted from now on; the log itself stays");
    return Exit::done;
  }
  const std::string asked = arguments.get("by");
  const auto by = ledger::parse_by(asked);
  if (!by || (arguments.has("by") && asked.empty())) {
    constexpr std::string_view known[] = {"model", "client", "project"};
    return context.refuse({ErrorKind::invalid_request, api::unknown_name("grouping", asked, known)});
  }
  int days = default_days;
  if (const std::string text = arguments.get("days"); !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc() || end != text.data() + text.size() || days < 1 || days > most_days)
      return context.refuse({ErrorKind::invalid_request, "--days takes a whole number of at least 1"});
  }
  const Time since = std::max<Time>(ledger::counted_since(logs), now - std::chrono::days(days));
  const ledger::Savings found = ledger::savings(logs, {since, *by});
  if (arguments.has("json")) return context.print(ledger::savings_json(found, *by) + "\n");
  if (!found.any) return context.print("nothing yet\n");
  return context.print(as_text(found, *by != ledger::By::total));
}

}  // namespace headroom::cli
