#include "api/shared_context.h"

#include <algorithm>

#include "api/answer.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "json/writer.h"

namespace headroom::api {
namespace {

std::int64_t milliseconds(std::chrono::system_clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

void write_record(json::Writer& out, const store::Record& r) {
  out.key("key").string(r.name).key("agent").string(r.agent);
  out.key("version").number(static_cast<std::int64_t>(r.version));
  out.key("bytes").number(static_cast<std::int64_t>(r.size)).key("written").number(milliseconds(r.written));
}

}  // namespace

Result<store::RecordAnswer> shared_put(store::Store& store, const SharedPut& put) {
  if (put.key.empty() || put.key.starts_with(own_records))
    return fail(ErrorKind::invalid_request, "a shared text needs a key, and none that begins with U+001F");
  const auto answer = store.put_record({put.key, put.content, put.agent, put.if_version});
  if (!answer || !answer->stored || answer->version != 1) return answer;
  auto records = store.records();
  if (!records) return std::unexpected(records.error());
  std::erase_if(*records, [](const store::Record& r) { return r.name.starts_with(own_records); });
  std::ranges::sort(*records, [](const store::Record& a, const store::Record& b) {
    return a.written != b.written ? a.written < b.written : a.name < b.name;
  });
  std::uint64_t count = records->size();
  for (const store::Record& r : *records) {
    if (count <= put.most_entries) break;
    if (r.name == put.key) continue;
    if (const auto erased = store.erase_record(r.name); !erased) return std::unexpected(erased.error());
    --count;
  }
  return answer;
}

Result<std::uint64_t> shared_clear(store::Store& store) {
  const auto records = store.records();
  if (!records) return std::unexpected(records.error());
  std::uint64_t removed = 0;
  for (const store::Record& r : *records) {
    if (r.name.starts_with(own_records)) continue;
    const auto erased = store.erase_record(r.name);
    if (!erased) return std::unexpected(erased.error());
    removed += *erased;
  }
  return removed;
}

std::string shared_put_answer(std::string_view key, const store::RecordAnswer& answer) {
  json::Writer out;
  out.object().key("key").string(key).key("stored").boolean(answer.stored);
  out.key("version").number(static_cast<std::int64_t>(answer.version)).end();
  return std::move(out).take();
}

std::string shared_get_answer(const store::Record& record, const pipeline::Outcome* view) {
  const std::string_view content = view ? std::string_view(view->output) : record.content;
  json::Writer out;
  out.object().key("found").boolean(true).key("content").string(content);
  if (!utf8::is_valid_wtf8(content)) out.key("base64").string(base64(content));
  write_record(out, record);
  if (view) {
    out.key("tokens_before").number(view->before.value).key("tokens_after").number(view->after.value);
    out.key("lossless").boolean(view->lossless).key("hash");
    if (view->markers.empty()) {
      out.null();
    } else {
      out.string(view->markers.front().hash);
    }
    out.key("transforms_applied").array();
    for (const std::string& t : view->transforms) out.string(t);
    out.end();
  }
  out.end();
  return std::move(out).take();
}

std::string shared_missing_answer(std::string_view key) {
  json::Writer out;
  out.object().key("found").boolean(false).key("key").string(key).end();
  return std::move(out).take();
}

std::string shared_keys_answer(std::span<const store::Record> records) {
  json::Writer out;
  out.object().key("keys").array();
  for (const store::Record& r : records) out.string(r.name);
  out.end().key("entries").array();
  for (const store::Record& r : records) {
    out.object();
    write_record(out, r);
    out.end();
  }
  out.end().end();
  return std::move(out).take();
}

std::string shared_stats_answer(std::span<const store::Record> records) {
  std::int64_t bytes = 0, versions = 0;
  for (const store::Record& r : records) {
    bytes += static_cast<std::int64_t>(r.size);
    versions += static_cast<std::int64_t>(r.version);
  }
  json::Writer out;
  out.object().key("entries").number(static_cast<std::int64_t>(records.size())).key("bytes").number(bytes);
  out.key("versions").number(versions).end();
  return std::move(out).take();
}

}  // namespace headroom::api
