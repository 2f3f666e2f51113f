#include "compressors/definitions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace headroom::compressors {
namespace {

TEST(Definitions, NamesWhatALineDefines) {
  struct Case {
    std::string_view line, name;
  };
  for (const Case& c : {Case{"def parse(self):", "parse"},
                        {"    async def create_task(self, coro):", "create_task"},
                        {"class Foo(Bar):", "Foo"},
                        {"pub fn next(&mut self) -> u8 {", "next"},
                        {"pub(crate) fn x() {", "x"},
                        {"impl<T> Iterator for X<T> {", "Iterator"},
                        {"func (r *Reader) Close() error {", "Close"},
                        {"func main() {", "main"},
                        {"export default function App() {", "App"},
                        {"export class A {", "A"},
                        {"interface Props {", "Props"},
                        {"public static int of(List<T> xs) {", "of"},
                        {"static int foo(struct x *a,", "foo"},
                        {"std::string_view trim(std::string_view s) {", "trim"},
                        {"void Planner::make() const {", "make"},
                        {"#define LIMIT 10", "LIMIT"},
                        {"# define LIMIT 10", "LIMIT"},
                        {"type Server struct {", "Server"},
                        {"fun main(args: Array<String>) {", "main"},
                        {"struct Options {", "Options"},
                        {"  virtual void run() override", "run"}}) {
    EXPECT_EQ(defined_name(c.line), c.name) << c.line;
  }
}

TEST(Definitions, StatementsDefineNothing) {
  for (std::string_view line :
       {"return total(x)", "if (a) {", "x = 3", "", "   ", "foo(bar);", "} else {", "# comment", "// def x",
        "raise ValueError(\"x\")", "for x in range(3):", "print(\"a\")", "await run(x)", "import os",
        "the quick (brown) fox", "return new Foo(x)", "self.call(x)", "a.b(c) {"}) {
    EXPECT_EQ(defined_name(line), "") << line;
  }
}

RC_GTEST_PROP(Definitions, AnyBytesDoNoHarm, (const std::string& line)) {
  const std::string_view name = defined_name(line);
  RC_ASSERT(name.empty() || line.find(name) != std::string::npos);
}

}  // namespace
}  // namespace headroom::compressors
