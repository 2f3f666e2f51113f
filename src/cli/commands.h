// What each command runs; commands.cc holds their rows.
#pragma once

#include "cli/command.h"

namespace headroom::cli {

Exit run_compress(const Context& context, const Arguments& arguments);
Exit run_decode(const Context& context, const Arguments& arguments);
Exit run_retrieve(const Context& context, const Arguments& arguments);
Exit run_count(const Context& context, const Arguments& arguments);
Exit run_simulate(const Context& context, const Arguments& arguments);
Exit run_demo(const Context& context, const Arguments& arguments);
Exit run_formats(const Context& context, const Arguments& arguments);
Exit run_tool(const Context& context, const Arguments& arguments);
Exit run_shared(const Context& context, const Arguments& arguments);
Exit run_audit(const Context& context, const Arguments& arguments);
Exit run_store(const Context& context, const Arguments& arguments);
Exit run_config(const Context& context, const Arguments& arguments);
Exit run_model(const Context& context, const Arguments& arguments);
Exit run_proxy(const Context& context, const Arguments& arguments);
Exit run_dashboard(const Context& context, const Arguments& arguments);
Exit run_savings(const Context& context, const Arguments& arguments);
Exit run_doctor(const Context& context, const Arguments& arguments);
Exit run_token(const Context& context, const Arguments& arguments);
Exit run_worker(const Context& context, const Arguments& arguments);
Exit run_version(const Context& context, const Arguments& arguments);
Exit run_completions(const Context& context, const Arguments& arguments);
Exit run_man(const Context& context, const Arguments& arguments);
Exit run_help(const Context& context, const Arguments& arguments);

// The proxy's options as flags.
std::span<const FlagRow> proxy_flags();
// Those and its own.
std::span<const FlagRow> doctor_flags();

// The help of a command, on stderr: there was nothing to do.
Exit show_usage(const Context& context, std::string_view command);

// The whole command line, without the program's name.
Exit run(const Context& context, std::span<const std::string_view> words);

}  // namespace headroom::cli
