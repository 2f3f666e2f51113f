// From what stands where to the bytes that go out: originals into the store, edits into the body, the proof that all
// else stayed, and the report.
#pragma once

#include <string_view>

#include "pipeline/additions.h"
#include "pipeline/capability.h"
#include "pipeline/compress.h"
#include "pipeline/epochs.h"
#include "pipeline/placing.h"

namespace headroom::pipeline {

// Store first, read back, then emit: whatever the store does not take goes out lossless, or as it came; if a unit that
// left, or folded lines, are not taken, no unit leaves this request.
// What the request in hand redeems needs no store: a put that fails changes no byte of it.
Outcome emit(std::string_view body, const Placing& placing, const Course& course, Additions added, Redeem redeem);

}  // namespace headroom::pipeline
