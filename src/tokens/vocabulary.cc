#include "tokens/vocabulary.h"

#include "tokens/char_class.h"

// The blobs that tools/embed_vocabularies.cc wrote, as read-only data of the binary (HEADROOM_TABLES_DIR: the build
// folder).
// clang-format off
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared stands in no parentheses
#define HEADROOM_EMBED(symbol, file)                                  \
  __asm__(".section .rodata." #symbol ", \"a\", @progbits\n"          \
          ".balign 64\n"                                              \
          ".hidden " #symbol "\n"                                     \
          ".globl " #symbol "\n" #symbol ":\n"                        \
          ".incbin \"" HEADROOM_TABLES_DIR "/" file "\"\n"            \
          ".byte 0\n"                                                 \
          ".previous\n");                                             \
  extern "C" const unsigned char symbol[]
// NOLINTEND(bugprone-macro-parentheses)
// clang-format on
HEADROOM_EMBED(headroom_tokens_o200k, "o200k_base.bin");
HEADROOM_EMBED(headroom_tokens_cl100k, "cl100k_base.bin");
HEADROOM_EMBED(headroom_tokens_classes, "char_classes.bin");

namespace headroom::tokens {

Vocabulary Vocabulary::embedded(VocabularyId id) {
  return Vocabulary(id == VocabularyId::o200k ? headroom_tokens_o200k : headroom_tokens_cl100k);
}

CharClasses CharClasses::embedded() {
  return CharClasses(headroom_tokens_classes);
}

}  // namespace headroom::tokens
