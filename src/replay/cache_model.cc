#include "replay/cache_model.h"

#include <algorithm>
#include <array>

#include "messages/projection.h"

namespace headroom::replay {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

Hash128 chained(const Hash128& before, const Hash128& block) {
  const std::array<std::uint64_t, 4> all{before.low, before.high, block.low, block.high};
  return hash128(std::string_view(reinterpret_cast<const char*>(all.data()), sizeof all));
}

// Members that the model does not read as text, or that providers bill otherwise.
bool unread(std::string_view key) {
  constexpr std::string_view names[] = {
      "type",       "id",        "tool_use_id",       "tool_call_id",     "call_id",
      "toolUseId",  "signature", "encrypted_content", "thoughtSignature", "cache_control",
      "cachePoint", "status",    "is_error"};
  return std::ranges::find(names, key) != std::end(names);
}

Mark mark_of(const Document& doc, NodeId control) {
  const auto ttl = doc.is(control, Kind::object) ? doc.member(control, "ttl") : std::nullopt;
  return ttl && doc.is(*ttl, Kind::string) && doc.string(*ttl) == "1h" ? Mark::hour : Mark::minutes;
}

}  // namespace

std::int64_t Prompt::tokens() const {
  std::int64_t sum = 0;
  for (const PromptBlock& b : blocks) sum += b.tokens;
  return sum;
}

// Members whose value the model reads as JSON: arguments, schemas, results that are values.
bool read_as_json(std::string_view key) {
  constexpr std::string_view names[] = {"input", "args", "json", "input_schema", "parameters", "parametersJsonSchema"};
  return std::ranges::find(names, key) != std::end(names);
}

// All strings that the model reads below a node, decoded; JSON that it reads as such, numbers and names of members by
// their bytes.
std::int64_t PromptReader::count(const Document& doc, NodeId node) {
  std::string text;
  const auto raw = [&](NodeId id) {
    text.append(doc.is(id, Kind::string) ? doc.string(id) : doc.raw(id)).push_back('\n');
  };
  const auto add = [&](const auto& self, NodeId id) -> void {
    if (doc.is(id, Kind::array)) {
      for (const NodeId e : doc.elements(id)) self(self, e);
    } else if (doc.is(id, Kind::object)) {
      for (const json::Member m : doc.members(id)) {
        const std::string key = doc.string(m.key);
        if (unread(key)) continue;
        if (key != "text" && key != "content") text.append(key).push_back(' ');
        if (read_as_json(key)) {
          raw(m.value);
        } else if (key == "response" && doc.is(m.value, Kind::object)) {  // Gemini: each member a text or a value
          for (const json::Member part : doc.members(m.value)) raw(part.value);
        } else {
          self(self, m.value);
        }
      }
    } else {
      raw(id);
    }
  };
  add(add, node);
  constexpr std::int64_t frame = 3;  // what stands between blocks on the provider's side
  return counter_.count(text).value + frame;
}

Prompt PromptReader::read(std::string_view body, std::string_view format) {
  Prompt prompt;
  const auto read = messages::read(body, messages::parse_format(format));
  if (!read) {
    const std::int64_t tokens = counter_.count(body).value;
    prompt.blocks.push_back({hash128(body), tokens, Mark::none, false});
    return prompt;
  }
  const Document& doc = read->doc;
  const messages::Projection blocks = messages::project(*read);
  // A `cachePoint` is a block of its own behind the one that it marks.
  std::vector<NodeId> points;
  if (read->format == messages::Format::converse) {
    for (NodeId id = 0; id < doc.size(); ++id) {
      if (doc.is(id, Kind::object) && doc.member(id, "cachePoint")) points.push_back(id);
    }
  }
  Hash128 prefix{};
  for (const messages::ProjectedBlock& b : blocks) {
    prefix = chained(prefix, b.digest);
    PromptBlock out{prefix, 0, Mark::none, b.head};
    if (b.head) {
      out.tokens = 2;
    } else {
      const auto [known, fresh] = known_.try_emplace(b.digest, 0);
      if (fresh) known->second = count(doc, b.node);
      out.tokens = known->second;
      if (doc.is(b.node, Kind::object)) {
        if (const auto control = doc.member(b.node, "cache_control")) out.mark = mark_of(doc, *control);
      }
    }
    prompt.blocks.push_back(out);
  }
  for (const NodeId point : points) {  // the block that stands last before it
    std::size_t best = blocks.size();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (!blocks[i].head && blocks[i].node < point && (best == blocks.size() || blocks[i].node > blocks[best].node))
        best = i;
    }
    if (best < blocks.size()) prompt.blocks[best].mark = Mark::minutes;
  }
  return prompt;
}

std::int64_t PromptReader::written(std::string_view message) {
  const auto doc = Document::parse(message);
  return doc ? count(*doc, 0) : 0;
}

const AnthropicCache::Entry* AnthropicCache::live(const Hash128& prefix, Seconds now) const {
  const auto found = entries_.find(prefix);
  return found != entries_.end() && found->second.expires >= now ? &found->second : nullptr;
}

Usage AnthropicCache::send(const Prompt& prompt, Seconds now) {
  Usage usage;
  struct Point {
    std::size_t block;
    std::int64_t tokens;  // up to and with the block
    Mark mark;
  };
  std::vector<Point> marks;
  std::vector<std::int64_t> upto(prompt.blocks.size() + 1, 0);
  bool minutes_seen = false;
  for (std::size_t i = 0; i < prompt.blocks.size(); ++i) {
    const PromptBlock& b = prompt.blocks[i];
    upto[i + 1] = upto[i] + b.tokens;
    if (b.mark == Mark::none) continue;
    if (b.mark == Mark::hour && minutes_seen) usage.refused = true;
    minutes_seen = minutes_seen || b.mark == Mark::minutes;
    marks.push_back({i, upto[i + 1], b.mark});
  }
  if (marks.size() > most_marks) usage.refused = true;
  if (usage.refused) return usage;

  // The longest live entry that some mark finds within its look-back.
  std::size_t hit = 0;  // blocks
  for (const Point& mark : marks) {
    int looked = 0;
    for (std::size_t i = mark.block + 1; i-- > 0 && looked < look_back;) {
      if (prompt.blocks[i].head) continue;
      ++looked;
      if (i + 1 > hit && live(prompt.blocks[i].prefix, now)) hit = i + 1;
    }
  }
  usage.read = upto[hit];
  if (hit > 0) {  // a use begins an entry's life anew
    Entry& used = entries_[prompt.blocks[hit - 1].prefix];
    used.expires = now + used.life;
  }
  std::int64_t done = usage.read;
  for (const Point& mark : marks) {
    if (mark.tokens < min_prefix_) continue;
    const Seconds life = mark.mark == Mark::hour ? Seconds(3600) : Seconds(300);
    Entry& entry = entries_[prompt.blocks[mark.block].prefix];
    entry.life = std::max(entry.expires >= now ? entry.life : Seconds(0), life);
    entry.expires = now + entry.life;
    if (mark.tokens <= done) continue;
    (mark.mark == Mark::hour ? usage.written_1h : usage.written_5m) += mark.tokens - done;
    done = mark.tokens;
  }
  usage.plain = upto.back() - done;
  return usage;
}

Usage AutomaticCache::send(const Prompt& prompt, Seconds now) {
  Usage usage;
  std::int64_t tokens = 0, hit = 0;
  bool equal = true;
  for (const PromptBlock& b : prompt.blocks) {
    tokens += b.tokens;
    const auto [entry, fresh] = seen_.try_emplace(b.prefix, now + life_);
    equal = equal && !fresh && entry->second >= now;
    if (equal) hit = tokens;
    entry->second = now + life_;
  }
  usage.read = hit < min_prefix_ ? 0 : min_prefix_ + (hit - min_prefix_) / step_ * step_;
  usage.plain = tokens - usage.read;
  return usage;
}

std::unique_ptr<Cache> cache_for(const prices::Row& row) {
  if (row.provider == "anthropic" || row.provider == "bedrock") {
    return std::make_unique<AnthropicCache>(row.min_prefix.value);
  }
  // "Active for five to ten minutes of inactivity", by OpenAI's documentation; Google states no time.
  return std::make_unique<AutomaticCache>(row.min_prefix.value, std::max<std::int64_t>(row.step.value, 1),
                                          Seconds(600));
}

std::int64_t cost(const Usage& u, const prices::Row& row) {
  const bool marked = row.provider == "anthropic" || row.provider == "bedrock";
  // Without marks everything sent is kept: what is not read is written, at that price (which is `in` for most).
  return u.read * row.read.value + u.written_5m * row.write_5m.value + u.written_1h * row.write_1h.value +
         u.plain * (marked ? row.in.value : row.write_5m.value);
}

}  // namespace headroom::replay
