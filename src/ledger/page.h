// The dashboard's files (dashboard/ at the top of the sources), compiled in: a page that needs nothing from elsewhere.
//
//   page::asset("/dashboard/app.js")  -> {"/dashboard/app.js", "text/javascript; charset=utf-8", bytes}
//
// `/dashboard` is the page for a caller who may read figures; for everyone else it is locked(), which says how to open
// it and has no script. All of it works under `default-src 'self'`: no inline script or style, no other host.
#pragma once

#include <span>
#include <string_view>

namespace headroom::ledger::page {

struct Asset {
  std::string_view path, type, bytes;
};

std::span<const Asset> assets();
// Null: no such path.
const Asset* asset(std::string_view path);
// In place of the page, for callers without the right.
const Asset& locked();

}  // namespace headroom::ledger::page
