#include "compressors/code/languages.h"

#include <algorithm>
#include <array>
#include <string>

extern "C" {
const TSLanguage* tree_sitter_bash(void);
const TSLanguage* tree_sitter_c(void);
const TSLanguage* tree_sitter_c_sharp(void);
const TSLanguage* tree_sitter_cpp(void);
const TSLanguage* tree_sitter_go(void);
const TSLanguage* tree_sitter_java(void);
const TSLanguage* tree_sitter_javascript(void);
const TSLanguage* tree_sitter_perl(void);
const TSLanguage* tree_sitter_php(void);
const TSLanguage* tree_sitter_python(void);
const TSLanguage* tree_sitter_ruby(void);
const TSLanguage* tree_sitter_rust(void);
const TSLanguage* tree_sitter_tsx(void);
const TSLanguage* tree_sitter_typescript(void);
}

namespace headroom::compressors::code {
namespace {

// JavaScript and its two dialects share their statements.
constexpr std::string_view js_callables =
    "function_declaration generator_function_declaration function_expression generator_function arrow_function "
    "method_definition";
constexpr std::string_view js_lists = "statement_block switch_body switch_case switch_default";
constexpr std::string_view js_openings =
    "const let var function export import return if async await class } }; }); // /** * describe( it( module.exports "
    "require( 'use \"use throw new this.";
constexpr std::string_view ts_openings =
    "const let var function export import return if async await class } }; }); // /** * interface type enum private "
    "public readonly declare namespace abstract throw new this.";
constexpr std::string_view c_lists =
    "compound_statement case_statement preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef";
constexpr std::string_view c_checks =
    "abort exit _exit quick_exit assert panic BUG BUG_ON err errx die unreachable __builtin_unreachable "
    "static_assert ASSERT DCHECK CHECK longjmp";

constexpr std::array<Language, 14> rows{{
    {.name = "python",
     .grammar = tree_sitter_python,
     .suffixes = "py pyi pyw",
     .file_names = "SConstruct SConscript wscript",
     .labels = "python py python3 py3 python2",
     .interpreters = "python pypy",
     .openings = "def class import from return if elif else: try: except for while with raise @ self. async await "
                 "yield pass assert print( # \"\"\" lambda global",
     .relatives = "",
     .comment = "#",
     .needs_statement = true,
     .has_docstrings = true,
     .callables = "function_definition",
     .lists = "block",
     .fixed = "",
     .returns = "return_statement yield",
     .raises = "raise_statement assert_statement",
     .calls = "call",
     .raise_calls = "exit _exit abort fail skip",
     .comments = "comment",
     .imports = "import_statement import_from_statement future_import_statement",
     .heredocs = ""},
    {.name = "javascript",
     .grammar = tree_sitter_javascript,
     .suffixes = "js mjs cjs jsx es6",
     .file_names = "Jakefile",
     .labels = "javascript js jsx mjs cjs node",
     .interpreters = "node nodejs deno bun",
     .openings = js_openings,
     .relatives = "typescript tsx",
     .comment = "//",
     .callables = js_callables,
     .lists = js_lists,
     .fixed = "",
     .returns = "return_statement yield_expression",
     .raises = "throw_statement",
     .calls = "call_expression",
     .raise_calls = "assert invariant exit fail",
     .comments = "comment html_comment",
     .imports = "import_statement",
     .heredocs = ""},
    {.name = "typescript",
     .grammar = tree_sitter_typescript,
     .suffixes = "ts mts cts",
     .file_names = "",
     .labels = "typescript ts mts cts",
     .interpreters = "ts-node tsx",
     .openings = ts_openings,
     .relatives = "tsx",
     .comment = "//",
     .callables = js_callables,
     .lists = js_lists,
     .fixed = "",
     .returns = "return_statement yield_expression",
     .raises = "throw_statement",
     .calls = "call_expression",
     .raise_calls = "assert invariant exit fail assertNever",
     .comments = "comment html_comment",
     .imports = "import_statement",
     .heredocs = ""},
    {.name = "tsx",
     .grammar = tree_sitter_tsx,
     .suffixes = "tsx",
     .file_names = "",
     .labels = "tsx",
     .interpreters = "",
     .openings = ts_openings,
     .relatives = "typescript",
     .comment = "//",
     .callables = js_callables,
     .lists = js_lists,
     .fixed = "",
     .returns = "return_statement yield_expression",
     .raises = "throw_statement",
     .calls = "call_expression",
     .raise_calls = "assert invariant exit fail assertNever",
     .comments = "comment html_comment",
     .imports = "import_statement",
     .heredocs = ""},
    {.name = "go",
     .grammar = tree_sitter_go,
     .suffixes = "go",
     .file_names = "",
     .labels = "go golang",
     .interpreters = "",
     .openings = "package import func type var const return if for switch case defer go select } }) ) // struct "
                 "default: err",
     .relatives = "",
     .comment = "//",
     .callables = "function_declaration method_declaration func_literal",
     .lists = "block statement_list expression_case type_case default_case communication_case "
              "expression_switch_statement type_switch_statement select_statement",
     .fixed = "",
     .returns = "return_statement",
     .raises = "",
     .calls = "call_expression",
     .raise_calls = "panic Fatal Fatalf Fatalln Panic Panicf Panicln Exit FailNow",
     .comments = "comment",
     .imports = "import_declaration",
     .heredocs = ""},
    {.name = "rust",
     .grammar = tree_sitter_rust,
     .suffixes = "rs",
     .file_names = "",
     .labels = "rust rs",
     .interpreters = "",
     .openings = "fn pub use let mod impl struct enum trait match #[ #![ /// //! // } }, }) return if for while loop "
                 "unsafe type const static where Some( Ok( Err( self. macro_rules!",
     .relatives = "",
     .comment = "//",
     .callables = "function_item closure_expression",
     .lists = "block match_block",
     .fixed = "",
     .returns = "return_expression try_expression yield_expression",
     .raises = "",
     .calls = "call_expression macro_invocation",
     .raise_calls = "panic unreachable todo unimplemented assert assert_eq assert_ne debug_assert debug_assert_eq "
                    "debug_assert_ne bail ensure exit abort",
     .comments = "line_comment block_comment",
     .imports = "use_declaration extern_crate_declaration",
     .heredocs = ""},
    {.name = "java",
     .grammar = tree_sitter_java,
     .suffixes = "java",
     .file_names = "",
     .labels = "java",
     .interpreters = "",
     .openings = "package import public private protected class interface enum @Override @ return if for while try } "
                 "} // /** * */ final static abstract throw new this. super(",
     .relatives = "",
     .comment = "//",
     .callables = "method_declaration constructor_declaration compact_constructor_declaration lambda_expression",
     .lists = "block constructor_body switch_block switch_block_statement_group",
     .fixed = "switch_label explicit_constructor_invocation",
     .returns = "return_statement yield_statement",
     .raises = "throw_statement assert_statement",
     .calls = "method_invocation object_creation_expression",
     .raise_calls = "fail exit halt checkArgument checkState requireNonNull checkNotNull",
     .comments = "line_comment block_comment",
     .imports = "import_declaration",
     .heredocs = ""},
    {.name = "c",
     .grammar = tree_sitter_c,
     .suffixes = "c h",
     .file_names = "",
     .labels = "c h",
     .interpreters = "tcc",
     .openings = "#include #define #if #ifdef #ifndef #endif #else static int void char struct typedef return if for "
                 "while switch case break; } }; /* * */ // extern const unsigned enum goto default: long size_t",
     .relatives = "cpp",
     .comment = "//",
     .callables = "function_definition",
     .lists = c_lists,
     .fixed = "",
     .returns = "return_statement",
     .raises = "",
     .calls = "call_expression",
     .raise_calls = c_checks,
     .comments = "comment",
     .imports = "preproc_include",
     .heredocs = ""},
    {.name = "cpp",
     .grammar = tree_sitter_cpp,
     .suffixes = "cc cpp cxx c++ hh hpp hxx h++ ipp inl tcc",
     .file_names = "",
     .labels = "cpp c++ cc cxx hpp",
     .interpreters = "",
     .openings = "#include #define #if #ifdef #ifndef #endif #else namespace template class struct public: private: "
                 "protected: using std:: virtual auto const return if for while } }; // /* * static inline void int "
                 "bool explicit constexpr throw",
     .relatives = "c",
     .comment = "//",
     .callables = "function_definition lambda_expression",
     .lists = "compound_statement case_statement preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef",
     .fixed = "",
     .returns = "return_statement co_return_statement co_yield_statement",
     .raises = "throw_statement static_assert_declaration",
     .calls = "call_expression",
     .raise_calls = c_checks,
     .comments = "comment",
     .imports = "preproc_include using_declaration",
     .heredocs = ""},
    {.name = "c_sharp",
     .grammar = tree_sitter_c_sharp,
     .suffixes = "cs csx",
     .file_names = "",
     .labels = "csharp c# cs c_sharp",
     .interpreters = "dotnet-script",
     .openings =
         "using namespace public private protected internal class interface struct enum [ return if for foreach "
         "while try catch } }; // /// var new await async static override get; set; throw this. #region "
         "#endregion",
     .relatives = "",
     .comment = "//",
     .callables = "method_declaration constructor_declaration destructor_declaration operator_declaration "
                  "conversion_operator_declaration local_function_statement accessor_declaration lambda_expression "
                  "anonymous_method_expression",
     .lists = "block switch_body switch_section",
     .fixed = "",
     .returns = "return_statement yield_statement",
     .raises = "throw_statement throw_expression",
     .calls = "invocation_expression object_creation_expression",
     .raise_calls = "Assert ThrowIfNull Fail FailFast Exit",
     .comments = "comment",
     .imports = "using_directive",
     .heredocs = ""},
    {.name = "php",
     .grammar = tree_sitter_php,
     .suffixes = "php phtml php5 php7 phpt inc",
     .file_names = "",
     .labels = "php",
     .interpreters = "php",
     .openings =
         "<?php namespace use class function public private protected $ return if foreach for while } }; // /** "
         "* */ abstract final interface trait static echo throw require require_once ?>",
     .relatives = "",
     .comment = "//",
     .callables = "function_definition method_declaration anonymous_function",
     .lists = "compound_statement colon_block switch_block case_statement default_statement",
     .fixed = "",
     .returns = "return_statement yield_expression exit_statement",
     .raises = "throw_expression",
     .calls = "function_call_expression member_call_expression scoped_call_expression",
     .raise_calls = "assert trigger_error abort",
     .comments = "comment",
     .imports = "namespace_use_declaration",
     .heredocs = ""},
    {.name = "ruby",
     .grammar = tree_sitter_ruby,
     .suffixes = "rb rake gemspec ru rbw podspec",
     .file_names = "Rakefile Gemfile Vagrantfile Podfile Guardfile Brewfile Fastfile Dangerfile",
     .labels = "ruby rb",
     .interpreters = "ruby jruby rbx truffleruby",
     .openings = "def class module end require require_relative attr_reader attr_accessor include if unless elsif else "
                 "do @ return raise begin rescue ensure # private describe it context let puts yield when case",
     .relatives = "",
     .comment = "#",
     .callables = "method singleton_method block do_block",
     .lists = "body_statement block_body then do else ensure begin case case_match",
     .fixed = "",
     .returns = "return yield redo retry",
     .raises = "",
     .calls = "call",
     .raise_calls = "raise fail abort exit throw",
     .comments = "comment",
     .imports = "",
     .heredocs = "heredoc_body"},
    {.name = "perl",
     .grammar = tree_sitter_perl,
     .suffixes = "pl pm t psgi",
     .file_names = "cpanfile",
     .labels = "perl pl",
     .interpreters = "perl",
     .openings =
         "use package sub my our local return if unless foreach for while } }; # =head1 =head2 =item =cut =over "
         "=back die $ @ % print shift; 1; no require __END__ push",
     .relatives = "",
     .comment = "#",
     .callables = "subroutine_declaration_statement anonymous_subroutine_expression method_declaration_statement",
     .lists = "block",
     .fixed = "",
     .returns = "return_expression",
     .raises = "",
     .calls = "function_call_expression ambiguous_function_call_expression method_call_expression "
              "func0op_call_expression func1op_call_expression",
     .raise_calls = "die croak confess exit carp cluck warn",
     .comments = "comment pod",
     .imports = "use_statement",
     .heredocs = "heredoc_content"},
    {.name = "bash",
     .grammar = tree_sitter_bash,
     .suffixes = "sh bash zsh ksh bats",
     .file_names = ".bashrc .bash_profile .bash_aliases .profile .zshrc .zprofile PKGBUILD",
     .labels = "bash sh shell zsh ksh",
     .interpreters = "bash sh dash zsh ksh",
     .openings = "if then else elif fi for do done while case esac function local export echo set source . } # "
                 "return exit ;; shift [ [[ eval trap readonly declare",
     .relatives = "",
     .comment = "#",
     .needs_statement = true,
     .callables = "function_definition",
     .lists = "compound_statement do_group if_statement elif_clause else_clause case_item subshell",
     .fixed = "",
     .returns = "",
     .raises = "",
     .calls = "command",
     .raise_calls = "return exit die fail error fatal abort",
     .comments = "comment",
     .imports = "",
     .heredocs = "heredoc_body"},
}};

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

template <class Member>
const Language* find(Member member, std::string_view name) {
  if (name.empty()) return nullptr;
  for (const Language& row : rows) {
    if (holds(row.*member, name)) return &row;
  }
  return nullptr;
}

}  // namespace

std::span<const Language> languages() {
  return rows;
}

bool holds(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    if (names.substr(0, end) == name) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

const Language* by_name(std::string_view name) {
  return find(&Language::name, name);
}

const Language* by_path(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of("/\\") + 1);
  if (const Language* l = find(&Language::file_names, name)) return l;
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? nullptr : find(&Language::suffixes, lower(name.substr(dot + 1)));
}

const Language* by_label(std::string_view label) {
  return find(&Language::labels, lower(label));
}

const Language* by_interpreter(std::string_view interpreter) {
  if (const Language* l = find(&Language::interpreters, interpreter)) return l;
  std::size_t n = interpreter.size();
  while (n > 0 && ((interpreter[n - 1] >= '0' && interpreter[n - 1] <= '9') || interpreter[n - 1] == '.')) --n;
  return find(&Language::interpreters, interpreter.substr(0, n));
}

}  // namespace headroom::compressors::code
