/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clamd: asks a virus scanner about one file. Answers: "does the scanner that listens there know something bad in these bytes?"
 *
 * Speaks clamd's own protocol (clamd(8): zPING, zINSTREAM), a fresh connection for each question. The scanner's machine is
 * the operator's, but its answer is read as a stranger's. Not for when and what to ask (job/scanner.h).
 * Called by: job/scanner. It waits for the peer, and for the resolver when the address is a name: never on a loop, never
 * inside a transaction. Pointers: a ClamdAddress points to nothing; the bytes are borrowed for the call.
 * Errors: none but the answer's outcome.
 *
 * Invariants:
 *  1. CLAMD_CLEAN only for a whole "stream: OK" that came after the last byte had left. What is cut, longer, early or odd
 *     is CLAMD_SILENT, a file too large for the scanner CLAMD_UNABLE, any other error of its CLAMD_TROUBLE: none of them is
 *     ever clean.
 *  2. At most CLAMD_ANSWER_MAX bytes of an answer are kept, and no call lasts longer than its limits say.
 *  3. said is one clean line of at most CLAMD_SAID_MAX bytes.
 *
 * Example:
 *     ClamdAddress address;
 *     if (clamd_address_read("unix:/run/clamav/clamd.ctl", &address))
 *         clamd_scan(&address, &clamd_limits, bytes, NULL, &answer);
 */
#ifndef FILO_NET_CLAMD_H
#define FILO_NET_CLAMD_H

#include "base/arena.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/un.h>

enum { CLAMD_ANSWER_MAX = 1024, CLAMD_SAID_MAX = 200, CLAMD_HOST_MAX = 255 };

typedef struct ClamdAddress {
    struct sockaddr_un path;       /* sun_family AF_UNIX, or 0: the next two */
    char host[CLAMD_HOST_MAX + 1]; /* a name or a number */
    char port[6];
} ClamdAddress;

/* "unix:/PATH", "tcp:HOST:PORT" or "tcp:[IPV6]:PORT". */
bool clamd_address_read(const char *text, ClamdAddress *address_out);

/* Milliseconds. */
typedef struct ClamdLimits {
    int connect;
    int stall; /* no byte of the file moves */
    int think; /* from its last byte to the answer */
} ClamdLimits;

extern const ClamdLimits clamd_limits; /* those of every day */

typedef enum ClamdOutcome {
    CLAMD_CLEAN,
    CLAMD_FOUND,   /* said: what it calls it */
    CLAMD_UNABLE,  /* it takes no file of this size: the same the next time */
    CLAMD_TROUBLE, /* it answers that something went wrong: no memory, no room for the file … */
    CLAMD_SILENT,  /* no answer, or none that is one */
    CLAMD_OUTCOMES
} ClamdOutcome;

typedef struct ClamdAnswer {
    ClamdOutcome outcome;
    bool reached; /* somebody took the connection */
    char said[CLAMD_SAID_MAX + 1];
} ClamdAnswer;

/* stop: true: give up within half a second; NULL: never. */
void clamd_scan(const ClamdAddress *address, const ClamdLimits *limits, Bytes content, const atomic_bool *stop,
                ClamdAnswer *answer_out);

/* CLAMD_CLEAN: it answers. */
void clamd_ping(const ClamdAddress *address, const ClamdLimits *limits, const atomic_bool *stop,
                ClamdAnswer *answer_out);

/* The reader alone: what was heard, from its first byte to the end of the connection. */
void clamd_answer_parse(Bytes heard, ClamdAnswer *answer_out);

#endif
