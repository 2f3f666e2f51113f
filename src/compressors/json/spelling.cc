#include "compressors/json/spelling.h"

#include <algorithm>

#include "base/utf8.h"

namespace headroom::compressors::records {
namespace {

constexpr char hex[] = "0123456789abcdef";

void append_u(std::string& out, unsigned value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex[value >> shift & 15];
}

// Appends what stands in a JSON string, with the escapes of the spelling.
void append_escaped(std::string& out, std::string_view text, Spelling s) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (s.html && (c == '<' || c == '>' || c == '&')) {
      append_u(out, static_cast<unsigned char>(c));
      ++i;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
      ++i;
      continue;
    }
    const utf8::CodePoint p = utf8::decode(text, i);
    const bool separates = s.html && (p.value == 0x2028 || p.value == 0x2029);
    if (!s.ascii && !separates) {
      out.append(text, i, p.size);
      i += p.size;
      continue;
    }
    i += p.size;
    if (p.value >= 0x10000) {
      append_u(out, 0xD800 + ((static_cast<unsigned>(p.value) - 0x10000) >> 10));
      append_u(out, 0xDC00 + ((static_cast<unsigned>(p.value) - 0x10000) & 0x3FF));
    } else {
      append_u(out, static_cast<unsigned>(p.value));
    }
  }
}

}  // namespace

Spelling spelling_of(std::string_view json) {
  Spelling s;
  const std::string_view head = json.substr(0, 4096);
  const std::size_t open = head.find_first_of("{[");
  if (open != std::string_view::npos && open + 1 < head.size() && head[open + 1] == '\n') {
    std::size_t n = open + 2;
    while (n < head.size() && head[n] == ' ') ++n;
    s.indent = static_cast<int>(std::min<std::size_t>(n - open - 2, 8));
    if (s.indent == 0 && n < head.size() && head[n] == '\t') {
      s.tab = true;
      s.indent = 1;
    }
  } else {
    s.spaced = head.find("\": ") != std::string_view::npos || head.find(", ") != std::string_view::npos;
    if (head.find("\":") != std::string_view::npos) s.spaced = head.find("\": ") != std::string_view::npos;
  }
  if (json.find("\\u") == std::string_view::npos) return s;  // most have none
  s.ascii = std::none_of(json.begin(), json.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  s.html = (json.find("\\u003c") != std::string_view::npos || json.find("\\u003e") != std::string_view::npos ||
            json.find("\\u0026") != std::string_view::npos) &&
           json.find_first_of("<>&") == std::string_view::npos;
  return s;
}

std::string describe(Spelling s) {
  std::string out;
  if (s.indent > 0) {
    out += s.tab ? " indent tab" : " indent " + std::to_string(s.indent);
  } else if (s.spaced) {
    out += " spaced";
  }
  if (s.ascii) out += " ascii";
  if (s.html) out += " html";
  if (s.crlf) out += " crlf";
  return out;
}

Spelling read_spelling(std::string_view& text) {
  Spelling s;
  const auto take = [&text](std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  if (take(" indent tab")) {
    s.tab = true;
    s.indent = 1;
  } else if (text.starts_with(" indent ") && text.size() > 8 && text[8] >= '1' && text[8] <= '8') {
    s.indent = text[8] - '0';
    text.remove_prefix(9);
  } else {
    s.spaced = take(" spaced");
  }
  s.ascii = take(" ascii");
  s.html = take(" html");
  s.crlf = take(" crlf");
  return s;
}

void respell(std::string& out, std::string_view compact, Spelling s) {
  std::size_t depth = 0;
  const auto line = [&] {
    if (s.crlf) out += '\r';
    out += '\n';
    out.append(depth * static_cast<std::size_t>(s.indent), s.tab ? '\t' : ' ');
  };
  for (std::size_t at = 0; at < compact.size();) {
    const char c = compact[at];
    if (c == '"') {
      std::size_t end = at + 1;
      while (end < compact.size() && compact[end] != '"') end += compact[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, compact.size());
      if (s.ascii || s.html) {
        append_escaped(out, compact.substr(at, end - at), s);
      } else {
        out.append(compact, at, end - at);
      }
      at = end;
      continue;
    }
    ++at;
    if (s.indent > 0 && (c == '{' || c == '[')) {
      out += c;
      if (at < compact.size() && (compact[at] == '}' || compact[at] == ']')) {
        out += compact[at++];
      } else {
        ++depth;
        line();
      }
    } else if (s.indent > 0 && (c == '}' || c == ']')) {
      if (depth > 0) --depth;
      line();
      out += c;
    } else if (c == ',') {
      out += c;
      if (s.indent > 0) {
        line();
      } else if (s.spaced) {
        out += ' ';
      }
    } else if (c == ':') {
      out += s.spaced || s.indent > 0 ? ": " : ":";
    } else {
      if (c == '\n' && s.crlf) out += '\r';
      out += c;
    }
  }
}

}  // namespace headroom::compressors::records
