/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stream: event streams to browsers (Server-Sent Events). Answers: "who should look again, now?"
 *
 * A notice says that something changed, not what: the browser then reads the page again. So notices of one topic that
 * wait are coalesced into the newest, and nothing is replayed here; a handler that wants to replay reads
 * stream_last_event_id and writes events into the body first. Not for content, which must pass its own permission check.
 *
 * Pointers: the hub belongs to the server; texts are copied. Called by: web (open), queue's notices by way of web
 * (publish). Errors: stream_open false means the user has too many streams; the response is then a 429.
 *
 * Invariants:
 *  1. After the event "ready" every notice published reaches the stream, or a newer one of its topic does.
 *  2. A stream costs no thread; a reader that does not read is closed after 256 KiB or the server's write time-out.
 *  3. Publishing never waits for a client.
 *
 * Example:
 *     if (stream_open(response, hub, "staff/7", (const char *[]){"queue", "ticket/10001"}, 2))
 *         return;                                        // the connection stays open after the handler
 *     stream_publish(hub, "queue", 4711, "{\"changed\":1}");    // from any thread
 */
#ifndef FILO_NET_STREAM_H
#define FILO_NET_STREAM_H

#include "net/http.h"

typedef struct StreamHub StreamHub;

/* Makes the response an event stream for these topics. user: whom the cap counts. Text already in http_body is sent
 * first, then "event: ready". Topics: visible ASCII. */
bool stream_open(HttpResponse *response, StreamHub *hub, const char *user, const char *const *topics, size_t count)
    __attribute__((warn_unused_result));

/* What the browser saw last, 0 for nothing or nonsense. */
int64_t stream_last_event_id(const HttpRequest *request);

/* Sends "id: event_id, event: topic, data: data" to every stream of the topic. Any thread. data may hold newlines. */
void stream_publish(StreamHub *hub, const char *topic, int64_t event_id, const char *data);

/* Streams open at this instant. */
size_t stream_count(StreamHub *hub);

#endif
