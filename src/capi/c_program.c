/* Drives the shared library from C alone: open, call, wrong calls, threads, close. Exit status 0 if all held. */
#include <headroom/headroom.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char* text;
  size_t size;
  int times;
} answer;

static void keep(void* user, const char* json, size_t size) {
  answer* a = user;
  free(a->text);
  a->text = malloc(size + 1);
  memcpy(a->text, json, size);
  a->text[size] = '\0';
  a->size = size;
  a->times++;
}

static int failures = 0;

static void check(int ok, const char* what) {
  if (!ok) {
    fprintf(stderr, "failed: %s\n", what);
    failures++;
  }
}

static int call(headroom_handle* h, const char* request, answer* a) {
  a->times = 0;
  const int status = headroom_call(h, request, strlen(request), keep, a);
  check(a->times == 1, "the sink is called exactly once");
  return status;
}

/* A table that shrinks, as a JSON string inside a request. */
static char* table_request(int rows) {
  char* request = malloc((size_t)rows * 80 + 200);
  char* at = request + sprintf(request, "{\"op\":\"compress\",\"content\":\"[");
  for (int i = 0; i < rows; i++) {
    at += sprintf(at, "%s{\\\"id\\\":%d,\\\"state\\\":\\\"active\\\",\\\"region\\\":\\\"north\\\"}", i ? "," : "", i);
  }
  sprintf(at, "]\"}");
  return request;
}

typedef struct {
  headroom_handle* handle;
  const char* request;
  const char* expected;
  int equal;
} job;

static void* work(void* argument) {
  job* j = argument;
  answer a = {NULL, 0, 0};
  j->equal = 1;
  for (int i = 0; i < 10; i++) {
    headroom_call(j->handle, j->request, strlen(j->request), keep, &a);
    if (strcmp(a.text, j->expected) != 0) j->equal = 0;
  }
  free(a.text);
  return NULL;
}

int main(void) {
  answer a = {NULL, 0, 0};
  headroom_handle* h = NULL;
  check(headroom_open("{\"stoer\":\"memory\"}", 18, &h, keep, &a) == HEADROOM_BAD_REQUEST, "unknown configuration");
  check(h == NULL && a.text && strstr(a.text, "store"), "the nearest name is told");
  check(headroom_open(NULL, 0, &h, keep, &a) == HEADROOM_OK && h, "open with defaults");
  check(strlen(headroom_version()) >= 5, "version");

  check(call(h, "{\"op\":\"comprss\"}", &a) == HEADROOM_BAD_REQUEST && strstr(a.text, "compress"), "unknown operation");
  check(call(h, "{\"op\":\"compress\",\"contnt\":\"x\"}", &a) == HEADROOM_BAD_REQUEST && strstr(a.text, "content"),
        "unknown field");
  check(call(h, "{\"op\":", &a) == HEADROOM_BAD_REQUEST, "a request cut off");
  check(headroom_call(NULL, "{}", 2, keep, &a) == HEADROOM_BAD_REQUEST, "no handle");
  check(call(h, "{\"op\":\"count\",\"content\":\"hello world\"}", &a) == HEADROOM_OK && strstr(a.text, "\"tokens\":2"),
        "count");

  char* request = table_request(300);
  check(call(h, request, &a) == HEADROOM_OK && strstr(a.text, "\"lossless\":true"), "compress");
  char* expected = strdup(a.text);
  pthread_t threads[4];
  job jobs[4];
  for (int i = 0; i < 4; i++) {
    jobs[i] = (job){h, request, expected, 0};
    pthread_create(&threads[i], NULL, work, &jobs[i]);
  }
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    check(jobs[i].equal, "the same answer from every thread");
  }
  headroom_close(h);
  headroom_close(NULL);
  free(expected);
  free(request);
  free(a.text);
  return failures ? 1 : 0;
}
