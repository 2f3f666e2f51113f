#include "models/byte_level_bpe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <queue>

#include "base/utf8.h"
#include "json/document.h"
#include "models/nfc.h"
#include "tokens/char_class.h"

namespace headroom::models {

namespace {

using json::Document;
using json::Kind;
using json::NodeId;
using tokens::CharClass;

std::unexpected<Error> refused(std::string what) {
  return fail(ErrorKind::invalid_request, "tokenizer.json: " + std::move(what));
}

// Bytes are written as characters that print: GPT-2's table. Printing bytes stand for themselves, the others for
// U+0100 and on, in order.
std::array<char32_t, 256> written_bytes() {
  std::array<char32_t, 256> of{};
  char32_t next = 0x100;
  for (int b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    of[static_cast<std::size_t>(b)] = prints ? static_cast<char32_t>(b) : next++;
  }
  return of;
}

class ByteReader {
 public:
  ByteReader() {
    const auto written = written_bytes();
    for (std::size_t b = 0; b < 256; ++b) of_[written[b]] = static_cast<int>(b);
  }
  // nullopt if a character stands for no byte.
  std::optional<std::string> bytes(std::string_view written) const {
    std::string out;
    for (std::size_t at = 0; at < written.size();) {
      const utf8::CodePoint c = utf8::decode(written, at);
      if (c.value >= of_.size() || of_[c.value] < 0) return std::nullopt;
      out += static_cast<char>(of_[c.value]);
      at += c.size;
    }
    return out;
  }

 private:
  std::array<int, 0x180> of_ = [] {
    std::array<int, 0x180> none{};
    none.fill(-1);
    return none;
  }();
};

}  // namespace

// The parts of the file that decide.
class TokenizerFile {
 public:
  explicit TokenizerFile(const Document& doc) : doc(doc) {}

  std::optional<NodeId> at(NodeId object, std::string_view key) const {
    return doc.is(object, Kind::object) ? doc.member(object, key) : std::nullopt;
  }
  bool given(NodeId object, std::string_view key) const {
    const auto value = at(object, key);
    return value && !doc.is(*value, Kind::null) && !doc.is(*value, Kind::false_) &&
           !(doc.is(*value, Kind::string) && doc[*value].size() == 2);
  }
  std::string text(NodeId object, std::string_view key) const {
    const auto value = at(object, key);
    return value && doc.is(*value, Kind::string) ? doc.string(*value) : std::string();
  }
  std::optional<std::uint32_t> id(NodeId value) const {
    std::uint32_t n = 0;
    const std::string_view raw = doc.raw(value);
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), n);
    if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
    return n;
  }

  // What the code below does not do must not be asked for.
  Result<bool> wants_nfc() const {
    const auto normaliser = at(0, "normalizer");
    if (!normaliser || doc.is(*normaliser, Kind::null)) return false;
    const std::string type = text(*normaliser, "type");
    if (type == "NFC") return true;
    return refused("normalizer " + type + " is not known (NFC, or none)");
  }
  Result<void> check_pieces() const {
    const auto pieces = at(0, "pre_tokenizer");
    const std::string type = pieces ? text(*pieces, "type") : "";
    if (type != "ByteLevel") return refused("pre_tokenizer " + type + " is not known (ByteLevel)");
    if (given(*pieces, "add_prefix_space")) return refused("pre_tokenizer with add_prefix_space is not known");
    if (const auto regex = at(*pieces, "use_regex"); regex && doc.is(*regex, Kind::false_))
      return refused("pre_tokenizer without use_regex is not known");
    return {};
  }
  Result<NodeId> model() const {
    const auto model = at(0, "model");
    const std::string type = model ? text(*model, "type") : "";
    if (type != "BPE") return refused("model " + type + " is not known (BPE)");
    for (const std::string_view key :
         {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"}) {
      if (given(*model, key)) return refused("model with " + std::string(key) + " is not known");
    }
    return *model;
  }

  const Document& doc;
};

Result<void> ByteLevelBpe::read_vocabulary(const TokenizerFile& file) {
  const Document& doc = file.doc;
  const auto model = file.model();
  if (!model) return std::unexpected(model.error());
  const auto vocabulary = file.at(*model, "vocab"), merges = file.at(*model, "merges");
  if (!vocabulary || !doc.is(*vocabulary, Kind::object) || !merges || !doc.is(*merges, Kind::array))
    return refused("the model has no vocab or no merges");
  const ByteReader reader;
  for (const auto [key, value] : doc.members(*vocabulary)) {
    const auto id = file.id(value);
    if (!id) return refused("vocab: " + std::string(doc.raw(value).substr(0, 32)) + " is no token's number");
    if (auto bytes = reader.bytes(doc.string(key))) vocabulary_.emplace(std::move(*bytes), *id);
  }
  for (std::size_t b = 0; b < 256; ++b) {
    const auto at = vocabulary_.find(std::string_view(std::string(1, static_cast<char>(b))));
    if (at == vocabulary_.end()) return refused("vocab: no token for byte " + std::to_string(b));
    of_byte_[b] = at->second;
  }
  std::uint32_t rank = 0;
  for (const NodeId row : doc.elements(*merges)) {
    std::string left, right;
    if (doc.is(row, Kind::string)) {
      const std::string both = doc.string(row);
      const std::size_t blank = both.find(' ');
      left = both.substr(0, blank);
      right = blank == std::string::npos ? "" : both.substr(blank + 1);
    } else if (doc.is(row, Kind::array) && doc.count(row) == 2) {
      const NodeId first = Document::first_child(row);
      left = doc.string(first);
      right = doc.string(doc.end_of(first));
    }
    const auto a = reader.bytes(left), b = reader.bytes(right);
    const auto x = a ? vocabulary_.find(*a) : vocabulary_.end(), y = b ? vocabulary_.find(*b) : vocabulary_.end();
    if (x == vocabulary_.end() || y == vocabulary_.end() || a->empty() || b->empty())
      return refused("merge " + std::to_string(rank) + " names a token that is not in vocab");
    const auto whole = vocabulary_.find(*a + *b);
    if (whole == vocabulary_.end())
      return refused("merge " + std::to_string(rank) + " makes a token that is not in vocab");
    merges_.emplace(std::uint64_t{x->second} << 32 | y->second, Merge{rank, whole->second});
    ++rank;
  }
  return {};
}

Result<ByteLevelBpe> ByteLevelBpe::parse(std::string_view tokenizer_json) {
  const auto doc = Document::parse(tokenizer_json);
  if (!doc) return refused("no JSON: " + doc.error().message);
  if (!doc->is(0, Kind::object)) return refused("no JSON object");
  const TokenizerFile file(*doc);
  ByteLevelBpe out;
  const auto nfc = file.wants_nfc();
  if (!nfc) return std::unexpected(nfc.error());
  out.nfc_ = *nfc;
  if (const auto ok = file.check_pieces(); !ok) return std::unexpected(ok.error());
  if (const auto ok = out.read_vocabulary(file); !ok) return std::unexpected(ok.error());
  if (const auto list = file.at(0, "added_tokens"); list && doc->is(*list, Kind::array)) {
    for (const NodeId row : doc->elements(*list)) {
      Added added{file.text(row, "content"), 0, file.given(row, "single_word")};
      const auto id = file.at(row, "id");
      const auto number = id ? file.id(*id) : std::nullopt;
      if (!number || added.content.empty()) return refused("added_tokens: a row has no id or no content");
      added.id = *number;
      (file.given(row, "normalized") ? out.added_normalised_ : out.added_raw_).push_back(std::move(added));
    }
  }
  for (auto* list : {&out.added_raw_, &out.added_normalised_}) {
    std::sort(list->begin(), list->end(), [](const Added& a, const Added& b) {
      return a.content.size() != b.content.size() ? a.content.size() > b.content.size() : a.content < b.content;
    });
  }
  return out;
}

std::optional<std::int64_t> ByteLevelBpe::added(std::string_view content) const {
  for (const auto* list : {&added_raw_, &added_normalised_}) {
    for (const Added& a : *list) {
      if (a.content == content) return a.id;
    }
  }
  return std::nullopt;
}

namespace {

bool is_wordy(std::string_view text, std::size_t at, const tokens::CharClasses& classes) {
  const CharClass kind = classes.at(reinterpret_cast<const unsigned char*>(text.data()) + at).kind;
  return text[at] == '_' || kind == CharClass::kUpper || kind == CharClass::kLower || kind == CharClass::kLetter ||
         kind == CharClass::kMark || kind == CharClass::kNumber;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const tokens::CharClasses classes = tokens::CharClasses::embedded();
  if (begin > 0) {
    std::size_t before = begin - 1;
    while (before > 0 && (text[before] & 0xC0) == 0x80) --before;
    if (is_wordy(text, before, classes)) return false;
  }
  return end >= text.size() || !is_wordy(text, end, classes);
}

}  // namespace

// Leftmost, then longest. `rest` takes what stands between.
template <class Rest>
void ByteLevelBpe::around_added(std::string_view text, const std::vector<Added>& added, std::vector<std::int64_t>& out,
                                Rest rest) const {
  std::size_t done = 0;
  bool starts[256] = {};
  for (const Added& a : added) starts[static_cast<unsigned char>(a.content[0])] = true;
  for (std::size_t at = 0; at < text.size();) {
    const Added* found = nullptr;
    if (starts[static_cast<unsigned char>(text[at])]) {
      for (const Added& a : added) {
        if (!text.substr(at).starts_with(a.content)) continue;
        if (a.single_word && !stands_alone(text, at, at + a.content.size())) continue;
        found = &a;
        break;
      }
    }
    if (found == nullptr) {
      ++at;
      continue;
    }
    if (at > done) rest(text.substr(done, at - done));
    out.push_back(found->id);
    at += found->content.size();
    done = at;
  }
  if (done < text.size()) rest(text.substr(done));
}

void ByteLevelBpe::encode(std::string_view word, std::vector<std::int64_t>& out) const {
  around_added(word, added_raw_, out, [&](std::string_view part) {
    const std::string normal = nfc_ ? nfc(part) : std::string(part);
    around_added(normal, added_normalised_, out, [&](std::string_view plain) { encode_plain(plain, out); });
  });
}

namespace {

enum class Run : std::uint8_t { letters, digits, others };

Run run_of(CharClass kind) {
  switch (kind) {
    case CharClass::kUpper:
    case CharClass::kLower:
    case CharClass::kLetter:
      return Run::letters;
    case CharClass::kNumber:
      return Run::digits;
    default:
      return Run::others;
  }
}

// "'s", "'ll"...: its length, or 0.
std::size_t contraction(std::string_view text) {
  for (const std::string_view c : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(c)) return c.size();
  }
  return 0;
}

}  // namespace

void ByteLevelBpe::encode_plain(std::string_view text, std::vector<std::int64_t>& out) const {
  if (!utf8::is_valid(text)) return encode_run(text, out);
  const tokens::CharClasses classes = tokens::CharClasses::embedded();
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + contraction(text.substr(at));
    if (end == at) {
      const tokens::Char first = classes.at(bytes + at);
      const Run run = run_of(first.kind);
      end += first.size;
      for (; end < text.size(); end += classes.at(bytes + end).size) {
        if (run_of(classes.at(bytes + end).kind) != run) break;
      }
    }
    encode_run(text.substr(at, end - at), out);
    at = end;
  }
}

// The symbols of the run as a list; the lowest rank first, the leftmost of equals.
void ByteLevelBpe::encode_run(std::string_view run, std::vector<std::int64_t>& out) const {
  if (const auto whole = vocabulary_.find(run); whole != vocabulary_.end() && run.size() == 1) {
    out.push_back(whole->second);
    return;
  }
  constexpr std::uint32_t none = UINT32_MAX;
  struct Symbol {
    std::uint32_t id, previous, next;
  };
  struct Candidate {
    std::uint32_t rank, at, left, right;
    bool operator<(const Candidate& o) const { return rank != o.rank ? rank > o.rank : at > o.at; }
  };
  std::vector<Symbol> symbols;
  symbols.reserve(run.size());
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto n = static_cast<std::uint32_t>(i);
    symbols.push_back(
        {of_byte_[static_cast<unsigned char>(run[i])], n == 0 ? none : n - 1, i + 1 == run.size() ? none : n + 1});
  }
  std::priority_queue<Candidate> queue;
  const auto offer = [&](std::uint32_t at) {
    if (at == none || symbols[at].next == none) return;
    const std::uint32_t left = symbols[at].id, right = symbols[symbols[at].next].id;
    const auto merge = merges_.find(std::uint64_t{left} << 32 | right);
    if (merge != merges_.end()) queue.push({merge->second.rank, at, left, right});
  };
  for (std::uint32_t i = 0; i < symbols.size(); ++i) offer(i);
  while (!queue.empty()) {
    const Candidate c = queue.top();
    queue.pop();
    Symbol& s = symbols[c.at];
    if (s.id != c.left || s.next == none || symbols[s.next].id != c.right) continue;  // merged away meanwhile
    s.id = merges_.find(std::uint64_t{c.left} << 32 | c.right)->second.id;
    Symbol& gone = symbols[s.next];
    gone.id = none;
    s.next = gone.next;
    if (s.next != none) symbols[s.next].previous = c.at;
    offer(s.previous);
    offer(c.at);
  }
  for (std::uint32_t i = 0; i != none; i = symbols[i].next) out.push_back(symbols[i].id);
}

}  // namespace headroom::models
