/* SPDX-License-Identifier: EUPL-1.2 */
/* The inside of Web, for src/web/ only. */
#ifndef FILO_WEB_WEB_INT_H
#define FILO_WEB_WEB_INT_H

#include "web/web.h"

#include <stdatomic.h>

struct Web {
    Desk *desk;
    const ChannelReceiver *receiver;
    Scanner *scanner;             /* or NULL */
    _Atomic(StreamHub *) streams; /* NULL until the server runs */
    _Atomic(char *) base_url;     /* likewise */
    atomic_flag fetching;         /* somebody's pictures are being fetched: one message at a time */
};

#endif
