/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stream_int: what the server does with the hub, inside net/ only. Answers: "which texts go to which connections?"
 * Pointers: seats belong to the job that holds the connection, notices to who takes them. Errors: none.
 * Called by: net/server*. Invariants: a loop touches only its own StreamBoard, and only on its thread; boxes are locked.
 */
#ifndef FILO_NET_STREAM_INT_H
#define FILO_NET_STREAM_INT_H

#include "net/stream.h"

/* What a worker decided: whose stream, on which topics. */
typedef struct StreamSeat {
    StreamHub *hub;
    char *user;
    char **topics;
} StreamSeat;

/* Notices on their way to one loop. */
typedef struct StreamBox StreamBox;

typedef struct StreamNotice {
    char *topic;
    char *text; /* as it goes over the wire */
} StreamNotice;

StreamHub *stream_hub_new(size_t per_user);
void stream_hub_free(StreamHub *hub);

/* A box per loop; notify(arg) is called from any thread when an empty box gets its first notice. All boxes are added
 * before the first publish; they belong to the hub. */
StreamBox *stream_hub_add_box(StreamHub *hub, void (*notify)(void *arg), void *arg);

/* Takes all notices, oldest first; yours: stream_notices_free. */
GPtrArray *stream_box_take(StreamBox *box);

void stream_seat_free(StreamSeat *seat); /* gives the user's place back */

/* The seats of one loop by topic. */
typedef struct StreamBoard StreamBoard;
StreamBoard *stream_board_new(void);
void stream_board_free(StreamBoard *board);
void stream_board_add(StreamBoard *board, StreamSeat *seat);
void stream_board_remove(StreamBoard *board, StreamSeat *seat);
const GPtrArray *stream_board_find(const StreamBoard *board, const char *topic); /* of StreamSeat, or NULL */

#endif
