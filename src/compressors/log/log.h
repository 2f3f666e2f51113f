// Logs: build, test, package-manager and CI output, syslog, application logs, traces.
//
//   views      a lossless one (templates, time headings, repeats: lossless.h) and a reversible one (the lines a
//   diagnosis
//              needs, verbatim, with what the gaps hide: reversible.h)
//   is not     changelogs, Markdown, prose that says "error", configuration, listings: no view unless the kind is
//   forced
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor log_compressor;

}  // namespace headroom::compressors
