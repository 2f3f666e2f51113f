// Completion scripts from the tables: commands, then each command's flags; files where a command takes one.
#include "api/nearest.h"
#include "api/options.h"
#include "cli/commands.h"

namespace headroom::cli {
namespace {

// "--name" of every flag that a command takes.
std::vector<std::string> flags_of(const Command& command) {
  std::vector<std::string> names;
  for (const auto rows : {command.flags, common_flags()}) {
    for (const FlagRow& row : rows) names.push_back("--" + std::string(row.name));
  }
  if (command.takes_options) {
    for (const api::OptionRow& row : api::options()) names.push_back("--" + flag_of(row.name));
  }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

std::string command_names() {
  std::vector<std::string> names;
  for (const Command& c : commands()) names.emplace_back(c.name);
  return joined(names);
}

// A string for a shell's single quotes; `escape` is what stands for one inside.
std::string quoted(std::string_view text, std::string_view escape) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash() {
  std::string out =
      "# bash completion for headroom: source <(headroom completions bash)\n"
      "_headroom() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} flags=\n"
      "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
      "    COMPREPLY=($(compgen -W '" +
      command_names() +
      "' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Command& c : commands())
    out += "    " + std::string(c.name) + ") flags='" + joined(flags_of(c)) + "' ;;\n";
  return out +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _headroom headroom\n";
}

std::string zsh() {
  std::string out =
      "#compdef headroom\n"
      "# zsh completion for headroom: source <(headroom completions zsh)\n"
      "_headroom() {\n"
      "  local -a commands flags\n"
      "  commands=(\n";
  for (const Command& c : commands()) {
    out += "    " + quoted(std::string(c.name) + ":" + std::string(c.summary), "'\\''") + "\n";
  }
  out +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  case ${words[2]} in\n";
  for (const Command& c : commands())
    out += "    " + std::string(c.name) + ") flags=(" + joined(flags_of(c)) + ") ;;\n";
  return out +
         "  esac\n"
         "  if [[ ${words[CURRENT]} == -* ]]; then\n"
         "    compadd -- $flags\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "compdef _headroom headroom\n";
}

std::string fish() {
  std::string out = "# fish completion for headroom: headroom completions fish | source\n";
  for (const Command& c : commands()) {
    out += "complete -c headroom -n __fish_use_subcommand -f -a " + std::string(c.name) + " -d " +
           quoted(c.summary, "\\'") + "\n";
    const std::string seen = "complete -c headroom -n '__fish_seen_subcommand_from " + std::string(c.name) + "' -l ";
    for (const auto rows : {c.flags, common_flags()}) {
      for (const FlagRow& row : rows) {
        out +=
            seen + std::string(row.name) + (row.value.empty() ? "" : " -r") + " -d " + quoted(row.help, "\\'") + "\n";
      }
    }
    if (!c.takes_options) continue;
    for (const api::OptionRow& row : api::options()) {
      out += seen + flag_of(row.name) + (row.values == "true|false" ? "" : " -r") + " -d " + quoted(row.help, "\\'") +
             "\n";
    }
  }
  return out;
}

std::string powershell() {
  std::string out =
      "# PowerShell completion for headroom: headroom completions powershell | Out-String | Invoke-Expression\n"
      "Register-ArgumentCompleter -Native -CommandName headroom -ScriptBlock {\n"
      "  param($word, $ast, $position)\n"
      "  $flags = @{\n";
  for (const Command& c : commands()) out += "    '" + std::string(c.name) + "' = '" + joined(flags_of(c)) + "'\n";
  return out +
         "  }\n"
         "  $words = $ast.CommandElements | ForEach-Object { $_.ToString() }\n"
         "  $command = if ($words.Count -gt 1) { $words[1] } else { '' }\n"
         "  $choices = if ($flags.ContainsKey($command)) { $flags[$command] -split ' ' } else { $flags.Keys | "
         "Sort-Object }\n"
         "  $choices | Where-Object { $_ -like \"$word*\" } | ForEach-Object {\n"
         "    [System.Management.Automation.CompletionResult]::new($_)\n"
         "  }\n"
         "}\n";
}

struct Shell {
  std::string_view name;
  std::string (*script)();
};
constexpr Shell shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"powershell", powershell}};

}  // namespace

Exit run_completions(const Context& context, const Arguments& arguments) {
  const std::string name = arguments.positional.empty() ? "" : arguments.positional.front();
  std::vector<std::string_view> names;
  for (const Shell& shell : shells) {
    if (shell.name == name) return context.print(shell.script());
    names.push_back(shell.name);
  }
  return context.refuse({ErrorKind::invalid_request, api::unknown_name("shell", name, names)});
}

}  // namespace headroom::cli
