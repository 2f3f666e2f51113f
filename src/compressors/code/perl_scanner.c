/* The scanner of the Perl grammar (node_modules/tree-sitter-perl/src/scanner.c), with an end to its loops.
 *
 * Some of them go on until a line ends or a quote closes and forget that the text may end first: they would read the end
 * for ever. Here a scan that has asked for more behind the end a few times is given up, as if it had found nothing. The
 * jump leaves frames of the scanner only; its state is one growing array, which stays whole. */
#include <setjmp.h>

#define tree_sitter_perl_external_scanner_scan perl_scan_without_end
#include "scanner.c"
#undef tree_sitter_perl_external_scanner_scan

enum { most_reads_behind_end = 64 };

static _Thread_local struct {
  jmp_buf given_up;
  void (*advance)(TSLexer *, bool);
  int reads_behind_end;
} guard;

static void guarded_advance(TSLexer *lexer, bool skip) {
  if (lexer->eof(lexer) && ++guard.reads_behind_end > most_reads_behind_end) longjmp(guard.given_up, 1);
  guard.advance(lexer, skip);
}

bool tree_sitter_perl_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  volatile bool found = false;
  guard.advance = lexer->advance;
  guard.reads_behind_end = 0;
  lexer->advance = guarded_advance;
  if (setjmp(guard.given_up) == 0) found = perl_scan_without_end(payload, lexer, valid_symbols);
  lexer->advance = guard.advance;
  return found;
}
