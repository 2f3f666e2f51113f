// The retrieval loop for tests in other languages: commands on standard input, what comes out on standard output.
//
//   O 57\n{"body":...}     opens a relay            c 12\n...   bytes for the client
//   H 24\n{"status":200}   the head of a reply      r 90\n...   the request that goes on
//   B 5\ndata:             bytes of it              d 40\n...   done, with counts
//   E 0\n  C 0\n           its end; cut off         x 0\n       broken off
//   Q 30\n{"op":...}       a request of the core    a 80\n...   its answer
//
// Every command is answered by any number of those and ". 0\n".
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/headroom.hpp"

namespace {

bool read_command(char& what, std::string& bytes) {
  std::size_t size = 0;
  if (std::scanf(" %c %zu", &what, &size) != 2 || std::getchar() != '\n') return false;
  bytes.resize(size);
  return std::fread(bytes.data(), 1, size, stdin) == size;
}

void write(char what, std::string_view bytes) {
  std::printf("%c %zu\n", what, bytes.size());
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

}  // namespace

int main() {
  const headroom::Handle handle(R"({"store":"memory"})");
  std::optional<headroom::Relay> relay;
  char what = 0;
  std::string bytes;
  while (read_command(what, bytes)) {
    headroom::RelayOutput out;
    switch (what) {
      case 'O':
        relay.emplace(handle, bytes);
        break;
      case 'H':
        out = relay->head(bytes);
        break;
      case 'B':
        out = relay->bytes(bytes);
        break;
      case 'E':
        out = relay->end();
        break;
      case 'C':
        out = relay->cut();
        break;
      case 'Q':
        write('a', handle.call(bytes).json);
        break;
      default:
        return 2;
    }
    if (!out.client.empty()) write('c', out.client);
    if (!out.request.empty()) write('r', out.request);
    if (out.done) write('d', out.counts);
    if (out.broken) write('x', "");
    write('.', "");
    std::fflush(stdout);
  }
  return 0;
}
