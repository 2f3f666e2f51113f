// code_view [--views DIR]: reads "language<TAB>path" lines from stdin, shortens each file as the kind "code" would,
// checks what must hold of the view, and prints one line of tab-separated figures per file:
//
//   language path bytes lines functions before after errors errors_after ms problem
//
// functions: bodies of over five rows. before, after: tokens (o200k_base), the marker counted. errors: of the source
// and of the view, both parsed afresh. ms of processor time: recognising, both parses and the view, without counting
// tokens. problem: "" if all holds. With
// --views the views are written as DIR/N.SUFFIX (N: the number of the line on stdin) for other parsers to read.
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

#include "compressors/code/code.h"
#include "compressors/code/code_test_support.h"
#include "compressors/code/recognise.h"
#include "compressors/code/reversible.h"
#include "compressors/code/syntax.h"

namespace {

using namespace headroom;
using namespace headroom::compressors;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Figures {
  std::size_t lines = 0, functions = 0, errors = 0, errors_after = 0;
  Tokens before, after;
  double ms = 0;
  std::string problem, view;
};

Figures measure(const std::string& text, const std::string& path, tokens::Counter& ruler) {
  Figures f;
  const search::Query query;
  const Context context{query, ruler, std::nullopt, true, path, {}};
  const std::clock_t start = std::clock();
  auto source = code::recognise(text, path, {}, false, code::Depth::whole);
  const auto view = source ? code::reversible_view(*source, context) : std::nullopt;
  f.ms = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  f.before = f.after = ruler.count(text);
  f.lines = split_lines(text).size();
  if (!source) {
    f.problem = "not recognised";
    return f;
  }
  const auto syntax = code::Syntax::parse(text, *source->language);
  if (!syntax) return f;
  f.errors = f.errors_after = syntax->errors().size();
  for (const code::Node& n : syntax->nodes()) {
    f.functions += n.is(code::body) && n.last_row - n.first_row > 5;
  }
  if (!view) return f;
  f.view = view->text;
  f.after = ruler.count(view->text + "\n[" + view->statement + ". Retrieve with hash=000000000000]");
  f.problem = code::view_error(text, view->text);
  const auto errors = code::Syntax::errors(view->text, *source->language);
  f.errors_after = errors ? errors->size() : ~std::size_t{0};
  if (f.errors_after > f.errors) f.problem = "the view does not parse";
  return f;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string views = argc == 3 && std::string(argv[1]) == "--views" ? argv[2] : "";
  tokens::Counter ruler;
  std::string row;
  for (int n = 1; std::getline(std::cin, row); ++n) {
    const std::size_t tab = row.find('\t');
    if (tab == std::string::npos) continue;
    const std::string language = row.substr(0, tab), path = row.substr(tab + 1);
    const std::string text = read_file(path);
    const Figures f = measure(text, path, ruler);
    std::cout << language << '\t' << path << '\t' << text.size() << '\t' << f.lines << '\t' << f.functions << '\t'
              << f.before.value << '\t' << f.after.value << '\t' << f.errors << '\t' << f.errors_after << '\t' << f.ms
              << '\t' << f.problem << '\n';
    if (!views.empty() && !f.view.empty()) {
      const std::size_t dot = path.rfind('.');
      std::ofstream(views + "/" + std::to_string(n) + path.substr(dot), std::ios::binary) << f.view << "\n";
    }
  }
}
