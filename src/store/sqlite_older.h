// A file of the layout before encryption (version 1) is taken over: each workspace, when it first opens the file, seals
// its own rows and removes the old ones; rows of workspaces that never come leave when they expire. The old tables go
// with the last row. Handles keep their numbers.
#pragma once

#include "base/result.h"
#include "store/policy.h"
#include "store/sqlite_db.h"
#include "store/sqlite_rows.h"
#include "store/vault.h"

namespace headroom::store {

// Nothing to do, and no cost, for a file of today's layout.
Result<void> take_over_older(Database& db, Rows& rows, Vault& vault, const Options& options, Clock::time_point now);

}  // namespace headroom::store
