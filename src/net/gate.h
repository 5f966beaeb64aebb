/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * gate: the strict reader in front of the HTTP library. Answers: "where does this request end, and may it pass?"
 *
 * The library is lenient (two Content-Lengths, folded lines, "+5", a body on DELETE), and what two programs read
 * differently is how a request is smuggled. So the gate reads the raw bytes of a connection first and lets a request
 * through only when it is complete and has one reading. Not for routes or rights; knows no socket, so it can be fuzzed.
 *
 * Pointers: a Gate is the caller's storage; GateRules are borrowed for its life; bytes are borrowed for each call.
 * Called by: net/server_conn. Errors: a status in gate->refused (400 malformed, 408 set by the caller, 413 body too
 * large, 414 target too long, 417 expectation, 421 not our host, 431 head too large, 501 coding or method, 505 version).
 *
 * Invariants:
 *  1. A request that passes has one Host that is ours, at most one length, only tokens as header names, no control
 *     character, no bare CR or LF, no folded line, and a body only where the library expects one.
 *  2. Once refused, nothing passes any more.
 *  3. Work is linear in the bytes, however they are cut.
 *
 * Example:
 *     if (gate_scan(&gate, bytes)) {
 *         pass_on(gate.scanned);
 *         gate_next(&gate);
 *     } else if (gate.refused)
 *         answer(gate.refused);
 */
#ifndef FILO_NET_GATE_H
#define FILO_NET_GATE_H

#include "base/bytes.h"

enum { GATE_HEAD_MAX = 16 * 1024, GATE_TARGET_MAX = 8 * 1024, GATE_HEADERS_MAX = 100 };

typedef struct GateRules {
    const char *host;    /* the authority of base_url in lower case ("help.example.it", "[::1]:8080"), or NULL */
    bool allow_loopback; /* localhost, 127.0.0.1 and [::1], any port, are ours too */
    size_t head_max;     /* bytes up to the empty line */
    /* The body limit of a route, asked before the body is read. method and target end in NUL. */
    size_t (*body_limit)(const char *method, const char *target, void *arg);
    void *arg;
} GateRules;

typedef enum GateStage {
    GATE_HEAD,
    GATE_BODY,
    GATE_CHUNK_SIZE,
    GATE_CHUNK_DATA,
    GATE_CHUNK_END,
    GATE_TRAILER
} GateStage;

typedef struct Gate {
    const GateRules *rules;
    GateStage stage;
    int refused;         /* 0, or the status to answer before closing */
    bool wants_continue; /* Expect: 100-continue was seen and the body is still to come */
    size_t scanned;      /* bytes of the request already looked at */
    size_t line_start;   /* in a head: where the current line begins */
    size_t need;         /* bytes of the body or the chunk still to come */
    size_t body_size;    /* of a chunked body: what its chunks add up to so far */
    size_t body_limit;
    int chunk_digits;
} Gate;

void gate_init(Gate *gate, const GateRules *rules);

/* Looks at more of a request. bytes: while gate->stage is GATE_HEAD, all that is held of the request from its first byte
 * (at least head_max + 1 of them if there are so many); afterwards only what follows the first gate->scanned bytes, in
 * any pieces. true: complete, and it is gate->scanned bytes long; call gate_next before the next one. false: more is
 * needed, or gate->refused says that it will never be. */
bool gate_scan(Gate *gate, Bytes bytes) __attribute__((warn_unused_result));
void gate_next(Gate *gate);

/* Refuses from outside (time-out). A refusal already made stays. */
void gate_refuse(Gate *gate, int status);

/* True when authority names a loopback address, with or without a port. */
bool gate_host_is_loopback(const char *authority);

#endif
