/* The core as one call: JSON request in, JSON answer out. See docs/use.md for requests and answers.
 *
 *   headroom_handle* h; headroom_open("{}", 2, &h, on_error, NULL);
 *   headroom_call(h, request, size, sink, user);   sink(user, answer, size) is called exactly once
 *   headroom_close(h);
 *
 * A handle may be used from several threads at once. The answer is valid only inside the sink, so no memory changes
 * hands.
 */
#ifndef HEADROOM_HEADROOM_H_
#define HEADROOM_HEADROOM_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define HEADROOM_API __declspec(dllexport)
#else
#define HEADROOM_API __attribute__((visibility("default")))
#endif

typedef struct headroom_handle headroom_handle;

/* Receives UTF-8 JSON. Must not call back into the same handle with the answer still in use. */
typedef void (*headroom_sink)(void* user, const char* json, size_t size);

enum {
  HEADROOM_OK = 0,          /* answered */
  HEADROOM_BAD_REQUEST = 1, /* the request was wrong: the answer's error names what */
  HEADROOM_FAILED = 2       /* failed inside: the answer holds the original and an error */
};

/* config: {"store":"memory"|"sqlite","directory":"...","workspace":"default","ttl":3600,"store_bytes":N}, all optional.
 * On HEADROOM_OK *handle is set; else the sink, if any, receives {"error":{...}}. */
HEADROOM_API int headroom_open(const char* config, size_t size, headroom_handle** handle, headroom_sink sink,
                               void* user);
HEADROOM_API int headroom_call(headroom_handle* handle, const char* request, size_t size, headroom_sink sink,
                               void* user);
HEADROOM_API void headroom_close(headroom_handle* handle);
/* Static storage: "0.1.0". */
HEADROOM_API const char* headroom_version(void);

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_HEADROOM_H_ */
