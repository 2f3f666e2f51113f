#include "models/kompress.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <system_error>

#include "base/utf8.h"
#include "models/byte_level_bpe.h"
#include "models/digest.h"
#include "models/onnx_runtime.h"
#include "tokens/char_class.h"

namespace headroom::models {
namespace {

namespace fs = std::filesystem;

// Rules of this file; another number when they change.
constexpr std::string_view rules = "kompress 1";
constexpr std::size_t chunk_words = 350, chunk_tokens = 512, marks = 2;  // marks: [CLS] and [SEP]
constexpr std::uintmax_t most_model_bytes = std::uintmax_t{2} << 30, most_tokenizer_bytes = std::uintmax_t{64} << 20;
constexpr OnnxInterface interface{"input_ids", "attention_mask", "final_scores"};
// The first that runs.
constexpr std::string_view model_names[] = {"onnx/kompress-int8-wo.onnx", "onnx/kompress-fp32.onnx",
                                            "onnx/kompress-int8.onnx"};

Result<std::string> read_file(const fs::path& path, std::uintmax_t most) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return fail(ErrorKind::unavailable, path.string() + ": " + error.message());
  if (size > most) return fail(ErrorKind::too_large, path.string() + " is larger than a model may be");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return fail(ErrorKind::unavailable, path.string() + " cannot be read");
  return bytes;
}

std::uint16_t rounded(float score) {
  // Written so that what is no number scores nothing.
  if (!(score > 0)) return 0;
  return score >= 1 ? full_word_score : static_cast<std::uint16_t>(std::lround(score * full_word_score));
}

}  // namespace

void append_words(std::string_view text, std::vector<std::string_view>& out) {
  const tokens::CharClasses classes = tokens::CharClasses::embedded();
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t begin = std::string_view::npos;
  for (std::size_t at = 0; at < text.size();) {
    const tokens::Char c = classes.at(bytes + at);
    const bool blank = c.kind == tokens::CharClass::kSpace || c.kind == tokens::CharClass::kNewline ||
                       (bytes[at] >= 0x1C && bytes[at] <= 0x1F);
    if (blank && begin != std::string_view::npos) {
      out.push_back(text.substr(begin, at - begin));
      begin = std::string_view::npos;
    } else if (!blank && begin == std::string_view::npos) {
      begin = at;
    }
    at += c.size;
  }
  if (begin != std::string_view::npos) out.push_back(text.substr(begin));
}

std::uint16_t better_half(std::span<std::uint16_t> scores) {
  if (scores.empty()) return 0;
  const std::size_t half = (scores.size() + 1) / 2;
  std::nth_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(half - 1), scores.end(),
                   std::greater<>());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < half; ++i) sum += scores[i];
  return static_cast<std::uint16_t>((sum + half / 2) / half);
}

struct Kompress::Impl {
  ModelFiles files;
  std::string version;
  std::optional<ByteLevelBpe> tokenizer;
  std::int64_t cls = 0, sep = 0;
  std::shared_ptr<const OnnxSession> session;

  // The chunk that begins with the first of `words`: scores of those that it holds whole, at least one.
  Result<std::size_t> run_chunk(std::span<const std::string_view> words, std::vector<std::uint16_t>& scores) const {
    std::vector<std::int64_t> ids{cls};
    std::vector<std::size_t> ends;  // of each word, in ids
    bool cut = false;
    while (ends.size() < std::min(words.size(), chunk_words) && !cut) {
      tokenizer->encode(words[ends.size()], ids);
      cut = ids.size() > chunk_tokens - marks + 1;
      ends.push_back(ids.size());
    }
    ids.resize(std::min(ids.size(), chunk_tokens - marks + 1));
    ids.push_back(sep);
    if (cut && ends.size() == 1) {  // it fills the chunk
      scores.push_back(full_word_score);
      return 1;
    }
    if (cut) ends.pop_back();
    const auto values = session->run(ids);
    if (!values) return std::unexpected(values.error());
    std::size_t begin = 1;
    for (const std::size_t end : ends) {
      std::uint16_t best = 0;
      for (std::size_t i = begin; i < end; ++i) best = std::max(best, rounded((*values)[i]));
      scores.push_back(best);
      begin = end;
    }
    return ends.size();
  }
};

Kompress::Kompress(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Kompress::~Kompress() = default;
const ModelFiles& Kompress::files() const {
  return impl_->files;
}
std::string_view Kompress::version() const {
  return impl_->version;
}

Result<std::shared_ptr<const Kompress>> Kompress::open(const fs::path& directory, const std::string& library) {
  const auto named = [&](Error error) {
    return std::unexpected(Error{error.kind, "model " + directory.string() + ": " + error.message});
  };
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored))
    return fail(ErrorKind::invalid_request, "model " + directory.string() + ": there is no such directory");
  auto impl = std::make_unique<Impl>();
  impl->files.tokenizer = "tokenizer.json";
  const auto tokenizer = read_file(directory / impl->files.tokenizer, most_tokenizer_bytes);
  if (!tokenizer) return named(tokenizer.error());
  auto parsed = ByteLevelBpe::parse(*tokenizer);
  if (!parsed) return named(parsed.error());
  impl->tokenizer = std::move(*parsed);
  const auto cls = impl->tokenizer->added("[CLS]"), sep = impl->tokenizer->added("[SEP]");
  if (!cls || !sep) return named({ErrorKind::invalid_request, "tokenizer.json: no added token [CLS] or [SEP]"});
  impl->cls = *cls;
  impl->sep = *sep;
  impl->files.tokenizer_sha256 = sha256_hex(*tokenizer);

  const auto runtime = OnnxRuntime::open(library);
  if (!runtime) return named(runtime.error());
  // A text long enough to be cut into two chunks.
  std::vector<std::string_view> trial;
  while (trial.size() < chunk_words + least_words) append_words("Backups are kept for 35 days, not longer.", trial);
  std::string why;
  for (const std::string_view name : model_names) {
    if (!fs::exists(directory / name, ignored)) continue;
    const auto bytes = read_file(directory / name, most_model_bytes);
    auto session = bytes ? OnnxRuntime::load(*runtime, *bytes, interface)
                         : Result<std::shared_ptr<const OnnxSession>>(std::unexpected(bytes.error()));
    if (session) {
      impl->session = std::move(*session);
      std::vector<std::uint16_t> scores;
      const auto ran = impl->run_chunk(trial, scores);
      if (ran) {
        impl->files.model = name;
        impl->files.model_sha256 = sha256_hex(*bytes);
        impl->version = std::string(rules) + " " + impl->files.model_sha256 + " " + impl->files.tokenizer_sha256 +
                        " onnxruntime " + std::string((*runtime)->version());
        return std::shared_ptr<const Kompress>(new Kompress(std::move(impl)));
      }
      session = std::unexpected(ran.error());
    }
    why += (why.empty() ? "" : "; ") + std::string(name) + ": " + session.error().message;
  }
  if (why.empty())
    why = "none of onnx/kompress-int8-wo.onnx, onnx/kompress-fp32.onnx, onnx/kompress-int8.onnx is there";
  return named({ErrorKind::unavailable, why});
}

Result<std::vector<std::uint16_t>> Kompress::score_words(std::span<const std::string_view> words) const {
  if (words.size() > most_words)
    return fail(ErrorKind::too_large, "more than " + std::to_string(most_words) + " words");
  std::vector<std::uint16_t> scores;
  if (words.size() < least_words) {
    scores.assign(words.size(), full_word_score);
    return scores;
  }
  scores.reserve(words.size());
  while (scores.size() < words.size()) {
    const auto ran = impl_->run_chunk(words.subspan(scores.size()), scores);
    if (!ran) return std::unexpected(ran.error());
  }
  return scores;
}

Result<std::vector<std::uint16_t>> Kompress::score_sentences(std::span<const std::string_view> sentences) const {
  std::vector<std::string_view> words;
  std::vector<std::size_t> ends;
  for (const std::string_view s : sentences) {
    append_words(s, words);
    ends.push_back(words.size());
    if (words.size() > most_words)
      return fail(ErrorKind::too_large, "more than " + std::to_string(most_words) + " words");
  }
  auto scores = score_words(words);
  if (!scores) return scores;
  std::vector<std::uint16_t> out;
  out.reserve(sentences.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    out.push_back(better_half(std::span(*scores).subspan(begin, end - begin)));
    begin = end;
  }
  return out;
}

}  // namespace headroom::models
