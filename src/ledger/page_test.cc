// The files compiled in are the files of dashboard/, byte for byte, and keep to what the page promises.
#include "ledger/page.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>

#include "ledger/ledger_test_support.h"

namespace headroom::ledger::page {
namespace {

TEST(Page, IsWhatLiesInItsFolder) {
  const std::filesystem::path folder = std::filesystem::path(HEADROOM_SOURCE_DIR) / "dashboard";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const Asset* found =
        name == "locked.html" ? &locked() : asset(name == "index.html" ? "/dashboard" : "/dashboard/" + name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->bytes, read_file(entry.path())) << name;
    ++files;
  }
  EXPECT_EQ(files, assets().size() + 1);
  EXPECT_EQ(asset("/dashboard/../../etc/passwd"), nullptr);
}

TEST(Page, NamesNoOtherHostAndHasNothingInline) {
  const std::regex foreign("(https?:)?//[a-z]", std::regex::icase);
  const std::regex inline_code("<script(?![^>]*src=)|<style| style=| on[a-z]+=|javascript:");
  const auto check = [&](const Asset& one) {
    std::string text(one.bytes);
    for (std::size_t at = 0; (at = text.find("http://www.w3.org/2000/svg", at)) != std::string::npos;)
      text.erase(at, 26);
    if (one.type.starts_with("text/javascript")) text = std::regex_replace(text, std::regex("(^|\n) *//[^\n]*"), "");
    EXPECT_FALSE(std::regex_search(text, foreign)) << one.path;
    if (one.type.starts_with("text/html")) {
      EXPECT_FALSE(std::regex_search(text, inline_code)) << one.path;
    }
  };
  for (const Asset& one : assets()) check(one);
  check(locked());
  EXPECT_EQ(locked().bytes.find("<script"), std::string_view::npos);
}

}  // namespace
}  // namespace headroom::ledger::page
