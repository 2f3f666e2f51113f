#include "search/term_index.h"

#include <algorithm>
#include <bit>

#include "search/scan.h"
#include "search/terms.h"
#include "search/trigrams.h"

namespace headroom::search {
namespace {

constexpr std::size_t first_slots = 1 << 12;

// Whether two terms are the same in lower case.
bool same_term(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
    if (x >= 0x80 || y >= 0x80) return to_lower(a) == to_lower(b);
    if (scan_detail::tables.lower_case[x] != scan_detail::tables.lower_case[y]) return false;
  }
  return true;
}

template <class T>
std::size_t bytes_of(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

}  // namespace

TermIndex::TermIndex(std::string_view text, std::span<const Piece> pieces) : slots_(first_slots, Slot{0, -1}) {
  shift_ = 64 - std::countr_zero(first_slots);
  struct Found {
    std::uint32_t term;
    InPiece in;
  };
  std::vector<Found> found;           // by piece
  std::vector<std::uint32_t> latest;  // of each term, its last in `found`
  std::vector<std::uint32_t> sizes;   // of each term, pieces that hold it
  auto lengths = std::make_shared<std::vector<std::uint32_t>>(pieces.size(), 0);
  found.reserve(text.size() / 5);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = text.substr(pieces[i].begin, pieces[i].end - pieces[i].begin);
    const auto number = static_cast<std::uint32_t>(i);
    std::uint32_t words = 0;
    scan(piece, [&](TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
      words += kind != TermKind::identifier;
      const std::string_view spelled = piece.substr(begin, end - begin);
      std::size_t at = home(hash, shift_);
      const std::size_t mask = slots_.size() - 1;
      for (; slots_[at].term >= 0; at = (at + 1) & mask) {
        if (slots_[at].hash != hash) continue;
        const Spelling known = terms_[static_cast<std::size_t>(slots_[at].term)];
        if (same_term(spelled, text.substr(known.begin, known.size))) break;
      }
      std::int32_t term = slots_[at].term;
      if (term < 0) {
        term = static_cast<std::int32_t>(terms_.size());
        slots_[at] = {hash, term};
        terms_.push_back(
            {static_cast<std::uint32_t>(pieces[i].begin + begin), static_cast<std::uint32_t>(end - begin)});
        latest.push_back(0);
        sizes.push_back(0);
        if (2 * terms_.size() > slots_.size()) grow();
      }
      const auto t = static_cast<std::size_t>(term);
      if (sizes[t] > 0 && found[latest[t]].in.piece == number) {
        ++found[latest[t]].in.count;
        return;
      }
      latest[t] = static_cast<std::uint32_t>(found.size());
      ++sizes[t];
      found.push_back({static_cast<std::uint32_t>(term), {number, 1}});
    });
    (*lengths)[i] = words;
    total_length_ += words;
  }
  lengths_ = std::move(lengths);
  // By term, keeping the order of pieces.
  begins_.assign(terms_.size() + 1, 0);
  for (std::size_t t = 0; t < terms_.size(); ++t) begins_[t + 1] = begins_[t] + sizes[t];
  postings_.resize(found.size());
  std::vector<std::uint32_t>& next = latest;
  std::copy(begins_.begin(), begins_.end() - 1, next.begin());
  for (const Found& f : found) postings_[next[f.term]++] = f.in;
}

void TermIndex::grow() {
  std::vector<Slot> old(slots_.size() * 2, Slot{0, -1});
  old.swap(slots_);
  --shift_;
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& s : old) {
    if (s.term < 0) continue;
    std::size_t at = home(s.hash, shift_);
    while (slots_[at].term >= 0) at = (at + 1) & mask;
    slots_[at] = s;
  }
}

std::int32_t TermIndex::find(std::uint64_t hash, std::string_view term, std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = home(hash, shift_); slots_[at].term >= 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    const Spelling known = terms_[static_cast<std::size_t>(slots_[at].term)];
    if (same_term(term, text.substr(known.begin, known.size))) return slots_[at].term;
  }
  return -1;
}

std::span<const TermIndex::InPiece> TermIndex::postings(std::int32_t term) const {
  const auto t = static_cast<std::size_t>(term);
  return {postings_.data() + begins_[t], postings_.data() + begins_[t + 1]};
}

Matches TermIndex::match(const Query& query, std::string_view text, std::span<const std::string_view> pieces) const {
  Matches m;
  m.lengths = lengths_;
  m.total_length = query.terms().empty() ? 0 : total_length_;
  m.frequency.assign(query.terms().size(), 0);
  for (std::size_t i = 0; i < query.terms().size(); ++i) {
    const std::string& spelled = query.terms()[i].text;
    const std::int32_t term = find(term_hash(spelled), spelled, text);
    if (term < 0) continue;
    const auto held = postings(term);
    m.frequency[i] = static_cast<std::uint32_t>(held.size());
    for (const InPiece& p : held) m.postings.push_back({p.piece, static_cast<std::uint32_t>(i), p.count, false});
  }
  std::sort(m.postings.begin(), m.postings.end(), [](const Posting& x, const Posting& y) {
    return x.piece != y.piece ? x.piece < y.piece : x.term < y.term;
  });
  // Which terms stand beside their neighbour shows in the text of the pieces that hold both.
  const auto pairs = query.adjacent();
  PieceScan scan(query);
  for (std::size_t begin = 0, end = 0; begin < m.postings.size() && !pairs.empty(); begin = end) {
    const auto holds = [&](std::uint32_t term) {
      return std::any_of(m.postings.begin() + static_cast<std::ptrdiff_t>(begin),
                         m.postings.begin() + static_cast<std::ptrdiff_t>(end),
                         [term](const Posting& p) { return p.term == term; });
    };
    while (end < m.postings.size() && m.postings[end].piece == m.postings[begin].piece) ++end;
    const bool both = std::any_of(pairs.begin(), pairs.end(),
                                  [&](const auto& pair) { return holds(pair.first) && holds(pair.second); });
    if (!both) continue;
    const TermCounter& counted = scan.scan(pieces[m.postings[begin].piece]);
    for (std::size_t p = begin; p < end; ++p) m.postings[p].adjacent = counted.adjacent(m.postings[p].term);
  }
  match_anchors(query, pieces, m);
  return m;
}

std::size_t TermIndex::bytes() const {
  return sizeof *this + bytes_of(slots_) + bytes_of(terms_) + bytes_of(begins_) + bytes_of(postings_) +
         bytes_of(*lengths_);
}

TrigramIndex::TrigramIndex(std::span<const std::string_view> pieces)
    : begins_(trigram_slots + 1, 0), own_(pieces.size(), 0) {
  // Twice over the text: how many pieces hold each slot, then which.
  std::vector<std::uint32_t> stamp(trigram_slots, 0);
  const auto each = [&](auto&& fn) {
    std::fill(stamp.begin(), stamp.end(), 0);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto mark = static_cast<std::uint32_t>(i + 1);
      for_each_trigram(pieces[i], [&](std::uint32_t slot) {
        if (stamp[slot] == mark) return;
        stamp[slot] = mark;
        fn(slot, static_cast<std::uint32_t>(i));
      });
    }
  };
  each([&](std::uint32_t slot, std::uint32_t piece) {
    ++begins_[slot + 1];
    ++own_[piece];
  });
  for (std::size_t s = 0; s < trigram_slots; ++s) begins_[s + 1] += begins_[s];
  pieces_.resize(begins_.back());
  std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
  each([&](std::uint32_t slot, std::uint32_t piece) { pieces_[next[slot]++] = piece; });
}

std::vector<std::size_t> TrigramIndex::nearest(std::string_view query, std::size_t k) const {
  std::vector<bool> asked(trigram_slots, false);
  std::vector<std::uint32_t> shared(own_.size(), 0);
  std::size_t asked_for = 0;
  for_each_trigram(query, [&](std::uint32_t slot) {
    if (asked[slot]) return;
    asked[slot] = true;
    ++asked_for;
    for (std::uint32_t at = begins_[slot]; at < begins_[slot + 1]; ++at) ++shared[pieces_[at]];
  });
  std::vector<ByDice> scored;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] > 0) scored.push_back({dice(shared[i], own_[i], asked_for), i});
  }
  return best_by_dice(scored, k, own_.size());
}

std::size_t TrigramIndex::bytes() const {
  return sizeof *this + bytes_of(begins_) + bytes_of(pieces_) + bytes_of(own_);
}

}  // namespace headroom::search
