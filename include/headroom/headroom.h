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

/* config: {"store":"memory"|"sqlite"|"redis://HOST:PORT","directory":"...","master_key":"64 hex digits","workspace":
 * "default","ttl":3600,"store_bytes":N,"synchronous":false,"audit":false}, all optional.
 * On HEADROOM_OK *handle is set; else the sink, if any, receives {"error":{...}}. */
HEADROOM_API int headroom_open(const char* config, size_t size, headroom_handle** handle, headroom_sink sink,
                               void* user);
HEADROOM_API int headroom_call(headroom_handle* handle, const char* request, size_t size, headroom_sink sink,
                               void* user);
HEADROOM_API void headroom_close(headroom_handle* handle);
/* The retrieval loop, for callers that own the connection to a provider: its replies go in, the client's bytes come
 * out, and, where the model called headroom_retrieve alone, the request that goes on. docs/formats/traces.md says what
 * the client sees of it.
 *
 *   headroom_relay* r; headroom_relay_open(h, config, size, &r, on_error, NULL);
 *   headroom_relay_feed(r, HEADROOM_RELAY_HEAD, "{\"status\":200,\"content_type\":\"text/event-stream\"}", ...);
 *   headroom_relay_feed(r, HEADROOM_RELAY_BYTES, chunk, size, sink, user);     any number of times
 *   headroom_relay_feed(r, HEADROOM_RELAY_END, NULL, 0, sink, user);
 *
 * When the sink is given HEADROOM_RELAY_REQUEST, those bytes are sent as the first request was (same address, headers
 * and way of streaming), and what is fed next is the head of the reply to them. The head (status, headers) that the
 * client gets is that of the reply at hand when the first of its bytes comes out. One thread at a time; the handle must
 * outlive the relay.
 */
typedef struct headroom_relay headroom_relay;

enum {                             /* what is fed */
       HEADROOM_RELAY_HEAD = 0,    /* {"status":200,"content_type":"text/event-stream"}: before a reply's first bytes */
       HEADROOM_RELAY_BYTES = 1,   /* of the reply's body, decoded */
       HEADROOM_RELAY_END = 2,     /* the reply ended as it should */
       HEADROOM_RELAY_CUT = 3,     /* its connection broke */
       HEADROOM_RELAY_DEADLINE = 4 /* no more rounds: the next call of ours ends the turn */
};
enum {                             /* what the sink is given */
       HEADROOM_RELAY_CLIENT = 0,  /* bytes for the client, at once */
       HEADROOM_RELAY_REQUEST = 1, /* the body of the request that goes on */
       HEADROOM_RELAY_DONE = 2,    /* the client's reply is complete; the bytes are {"rounds":N,"calls":N,...} */
       HEADROOM_RELAY_BROKEN = 3   /* the client's reply breaks off here */
};
/* Called any number of times during a feed. */
typedef void (*headroom_relay_sink)(void* user, int what, const char* bytes, size_t size);

/* config: {"body":{...},"request":{...},"format":"anthropic","options":{"rounds":4,"round_tokens":8000,
 * "answer_tokens":2000,"trace":"auto"}}: the request as the client sent it (originals are found in it), the one that
 * went to the provider if it is another, both as a JSON value (taken by its bytes) or as a string. On HEADROOM_OK
 * *relay is set; else the sink, if any, receives {"error":{...}}. */
HEADROOM_API int headroom_relay_open(headroom_handle* handle, const char* config, size_t size, headroom_relay** relay,
                                     headroom_sink sink, void* user);
/* HEADROOM_FAILED: it failed inside, and what was not given to the sink yet is lost; hand on the provider's bytes as
 * they come from here. */
HEADROOM_API int headroom_relay_feed(headroom_relay* relay, int what, const char* bytes, size_t size,
                                     headroom_relay_sink sink, void* user);
HEADROOM_API void headroom_relay_close(headroom_relay* relay);

/* Static storage: "0.1.0". */
HEADROOM_API const char* headroom_version(void);

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_HEADROOM_H_ */
