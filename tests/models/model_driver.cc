// model_driver DIRECTORY LIBRARY: words on stdin, one a line, to their tokens and scores, for real_model_test.py.
//
//   "The\ncat\n"  ->  {"version":"...","ids":[[510],[4678]],"scores":[113,201]}
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "models/byte_level_bpe.h"
#include "models/kompress.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string directory = argv[1];
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  std::ifstream in(directory + "/tokenizer.json", std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const auto bpe = headroom::models::ByteLevelBpe::parse(file);
  const auto model = headroom::models::Kompress::open(directory, argv[2]);
  if (!bpe || !model) {
    std::cerr << (bpe ? model.error().message : bpe.error().message) << '\n';
    return 1;
  }
  const std::vector<std::string_view> words(lines.begin(), lines.end());
  const auto scores = (*model)->score_words(words);
  if (!scores) {
    std::cerr << scores.error().message << '\n';
    return 1;
  }
  std::cout << "{\"version\":\"" << (*model)->version() << "\",\"ids\":[";
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<std::int64_t> ids;
    bpe->encode(words[i], ids);
    std::cout << (i == 0 ? "[" : ",[");
    for (std::size_t k = 0; k < ids.size(); ++k) std::cout << (k == 0 ? "" : ",") << ids[k];
    std::cout << ']';
  }
  std::cout << "],\"scores\":[";
  for (std::size_t i = 0; i < scores->size(); ++i) std::cout << (i == 0 ? "" : ",") << (*scores)[i];
  std::cout << "]}\n";
}
