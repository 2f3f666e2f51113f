#include "ledger/page.h"

#include <iterator>

namespace headroom::ledger::page {
namespace {

constexpr std::string_view html = "text/html; charset=utf-8", css = "text/css; charset=utf-8",
                           script = "text/javascript; charset=utf-8", picture = "image/svg+xml";

constexpr Asset all[] = {
    {
        "/dashboard",
        html,
#include "page/index.html.inc"
    },
    {
        "/dashboard/style.css",
        css,
#include "page/style.css.inc"
    },
    {
        "/dashboard/icon.svg",
        picture,
#include "page/icon.svg.inc"
    },
    {
        "/dashboard/app.js",
        script,
#include "page/app.js.inc"
    },
    {
        "/dashboard/chart.js",
        script,
#include "page/chart.js.inc"
    },
    {
        "/dashboard/dom.js",
        script,
#include "page/dom.js.inc"
    },
    {
        "/dashboard/format.js",
        script,
#include "page/format.js.inc"
    },
    {
        "/dashboard/live.js",
        script,
#include "page/live.js.inc"
    },
    {
        "/dashboard/panels.js",
        script,
#include "page/panels.js.inc"
    },
    {
        "/dashboard/words.js",
        script,
#include "page/words.js.inc"
    },
};

constexpr Asset without_rights{
    "/dashboard",
    html,
#include "page/locked.html.inc"
};

constexpr std::size_t most_bytes = 200 << 10;
static_assert([] {
  std::size_t sum = without_rights.bytes.size();
  for (const Asset& one : all) sum += one.bytes.size();
  return sum <= most_bytes;
}());

}  // namespace

std::span<const Asset> assets() {
  return all;
}

const Asset* asset(std::string_view path) {
  for (const Asset& one : all) {
    if (one.path == path) return &one;
  }
  return nullptr;
}

const Asset& locked() {
  return without_rights;
}

}  // namespace headroom::ledger::page
