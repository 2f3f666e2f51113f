// Runs a fuzz target as an ordinary test: on the empty input, on every seed, and on a fixed number of mutations of
// each.
//
//   NAME_fuzz fuzz/seeds/NAME          a folder: seeds and their mutations; a missing folder holds no seeds
//   NAME_fuzz build/fuzz/crash-x       a file: that input alone (to look at what a fuzzer found)
//
// The mutations come from a fixed linear congruential generator, so a failure repeats. A target that finds a broken
// property aborts; the name of the input under test has been printed by then.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutations = 24;  // of each seed: a few seconds for a folder of seeds, sanitizers included

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// Knuth's MMIX constants; the high bits are the good ones.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return bound == 0 ? 0 : static_cast<std::size_t>(state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

// One of: a byte changed, a stretch removed, a stretch doubled, the end cut off, a NUL or a bad UTF-8 byte put in.
std::string mutated(std::string text, Dice& dice) {
  if (text.empty()) return text;
  const std::size_t at = dice.below(text.size());
  const std::size_t length = std::min(text.size() - at, 1 + dice.below(64));
  switch (dice.below(6)) {
    case 0:
      text[at] = static_cast<char>(dice.below(256));
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(at, text.substr(at, length));
      break;
    case 3:
      text.resize(at);
      break;
    case 4:
      text.insert(at, 1, '\0');
      break;
    default:
      text.insert(at, 1, '\xff');
      break;
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs = 1;
  run("");
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (std::filesystem::is_regular_file(path)) {
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      run(read(path));
      ++inputs;
      continue;
    }
    std::vector<std::filesystem::path> seeds;
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) seeds.push_back(entry.path());
    }
    std::sort(seeds.begin(), seeds.end());
    for (const auto& seed : seeds) {
      const std::string text = read(seed);
      std::printf("%s\n", seed.c_str());
      std::fflush(stdout);
      run(text);
      Dice dice(text.size());
      for (int m = 0; m < kMutations; ++m) run(mutated(text, dice));
      inputs += 1 + kMutations;
    }
  }
  std::printf("%zu inputs\n", inputs);
}
