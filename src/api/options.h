// The options table: one row gives the JSON name, the command-line flag, the HEADROOM_ variable, the config.toml key,
// the help line, the default and where the value is stored.
//
//   {"min_lossy", "min_tokens_to_compress", Group::gates, ...}
//   JSON "min_lossy": 300 | flag --min-lossy 300 | HEADROOM_MIN_LOSSY=300 | min_lossy = 300
//
// Names of the peer that map onto one of ours with a change of meaning (a profile, a mode) are rows of a second table;
// both are accepted wherever an option is. An unknown name is an error that names the nearest valid one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/config.h"
#include "base/result.h"
#include "base/units.h"
#include "json/writer.h"
#include "pipeline/options.h"

namespace headroom::api {

// Everything an option can set: what a call does, and what a handle is opened with.
struct Settings {
  pipeline::Options call;
  Config handle;
};

enum class Group : std::uint8_t { views, gates, retrieval, epochs, models, prices, store };
std::string_view to_string(Group group);
// Options that a handle is opened with, rather than given with a call.
constexpr bool is_of_handle(Group group) {
  return group == Group::models || group == Group::prices || group == Group::store;
}

// The place of a value; its type is the option's type.
using Slot = std::variant<bool*, int*, Tokens*, std::optional<Tokens>*, std::optional<double>*,
                          std::vector<std::string>*, std::vector<int>*, std::map<int, double>*,
                          pipeline::FidelityOption*, pipeline::Retrieval*, pipeline::Inject*, pipeline::Relocate*,
                          pipeline::CacheKey*, pipeline::SecretsOption*, pipeline::TraceOption*, pipeline::EpochOption*,
                          Config*, PriceFile*, ProseModel*, OnnxLibrary*, std::chrono::seconds*, Bytes*, std::string*>;

struct OptionRow {
  std::string_view name;
  std::string_view alias;  // the peer's name for the same value and default, or ""
  Group group;
  std::string_view values;  // what it takes, for help: "N", "auto|lossless", "GLOB,..."
  std::string_view help;
  Slot (*at)(Settings& settings);
  std::int64_t minimum = 0, maximum = std::int64_t{1} << 40;  // of numbers
};

std::span<const OptionRow> options();
// By name or alias; null if there is none.
const OptionRow* find_option(std::string_view name);
// Names and aliases of rows, and the peer's names below.
std::span<const std::string_view> option_names();

// A peer's name that sets one of our options, or several, or nothing.
struct PeerRow {
  std::string_view name;
  std::string_view target;  // our option, for help and the warning when both are given
  std::string_view values;
  std::string_view help;
};
std::span<const PeerRow> peer_options();

// One layer of values (a request's options, the flags of a command, the variables, a file): names as given, in order.
// Values are JSON, or text as it stands on a command line ("300", "true", "a,b", "24h").
class Layer {
 public:
  void add_text(std::string_view name, std::string_view text);
  void add_json(std::string_view name, std::string_view json);
  bool empty() const { return given_.empty(); }

  // Writes the values over `settings`: peer's names first, so ours win; a name given twice in both spellings is a
  // warning. An unknown name, a wrong type or a value out of range is an error.
  Result<void> apply(Settings& settings, std::vector<std::string>& warnings) const;

 private:
  struct Given {
    std::string name;
    bool is_json;
    std::string value;  // JSON bytes, or text
  };
  std::vector<Given> given_;
};

// The value as JSON.
void write_value(json::Writer& out, const OptionRow& row, const Settings& settings);

}  // namespace headroom::api
