// Every name in the table of languages is one of its grammar's; every way to name a language finds it.
#include "compressors/code/languages.h"

#include <gtest/gtest.h>

#include <string>

#include "compressors/code/syntax.h"

namespace headroom::compressors::code {
namespace {

template <class Each>
void each_name(std::string_view names, Each each) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    each(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

TEST(Languages, EveryNodeTypeIsInItsGrammar) {
  for (const Language& l : languages()) {
    for (const std::string_view names :
         {l.callables, l.lists, l.fixed, l.returns, l.raises, l.calls, l.comments, l.imports, l.heredocs}) {
      each_name(names, [&](std::string_view name) {
        EXPECT_TRUE(is_node_type(l, name)) << l.name << " has no node type " << name;
      });
    }
    EXPECT_FALSE(is_node_type(l, "no_such_node_type_anywhere"));
    EXPECT_FALSE(l.callables.empty()) << l.name;
    EXPECT_FALSE(l.lists.empty()) << l.name;
  }
}

TEST(Languages, RelativesAreLanguages) {
  for (const Language& l : languages()) {
    each_name(l.relatives, [&](std::string_view name) { EXPECT_NE(by_name(name), nullptr) << name; });
  }
}

TEST(Languages, NoSuffixOrLabelNamesTwo) {
  for (const Language& l : languages()) {
    each_name(l.suffixes, [&](std::string_view s) { EXPECT_EQ(by_path("src/x." + std::string(s)), &l) << s; });
    each_name(l.labels, [&](std::string_view s) { EXPECT_EQ(by_label(s), &l) << s; });
    each_name(l.interpreters, [&](std::string_view s) { EXPECT_EQ(by_interpreter(s), &l) << s; });
  }
}

TEST(Languages, NamesInAnyCaseAndPlace) {
  EXPECT_EQ(by_path("C:\\work\\Orders.CS")->name, "c_sharp");
  EXPECT_EQ(by_path("/srv/app/Rakefile")->name, "ruby");
  EXPECT_EQ(by_path("a/b.c/README"), nullptr);
  EXPECT_EQ(by_path("notes.txt"), nullptr);
  EXPECT_EQ(by_path(""), nullptr);
  EXPECT_EQ(by_label("TypeScript")->name, "typescript");
  EXPECT_EQ(by_interpreter("python3.11")->name, "python");
}

}  // namespace
}  // namespace headroom::compressors::code
