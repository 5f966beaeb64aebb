/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/zygote, private side: what the parent asks for and what the zygote runs. Answers: "how does a job travel?"
 *
 * Over a SOCK_SEQPACKET socketpair goes one packet per job: a ZygoteRequest and three descriptors: the sealed input
 * memfd, an empty result memfd, and the write end of a status pipe. Only the worker holds that pipe, so its end of
 * file *is* the worker's death. A worker writes WORKER_READY once it is locked in, before it looks at its input, and
 * WORKER_DONE when its result is whole: an end without the first is the machine's trouble, not the input's. No answer ever comes back over the socket,
 * so any number of threads can ask without a lock around the answer. A request of kind JOB_KILL names a job to end.
 *
 * Called by: mail.c, unwrap.c, attachment.c, daticert.c, signature.c, certificate.c, sheet.c, file_kind.c (parse_zygote_run), zygote.c, zygote_main.c, tests. Tables: none.
 * Pointers: as each function says. Errors: parse_zygote_run's three answers below.
 *
 * Invariants:
 *  1. The result was sealed against writing before it was mapped: it cannot change while it is checked.
 */
#ifndef FILO_PARSE_ZYGOTE_INT_H
#define FILO_PARSE_ZYGOTE_INT_H

#include "base/bytes.h"
#include "parse/zygote.h"

#define ZYGOTE_SOCKET 3  /* the zygote's descriptor of its end */
#define WORKER_READY 'r' /* written to the status pipe by a worker that is locked in */
#define WORKER_DONE 'd'  /* written to the status pipe by a worker whose result is whole */
#define WORKER_ARGUMENTS 4

typedef enum JobKind {
    JOB_KILL,
    JOB_MAIL,
    JOB_MAIL_CLIPPED,
    JOB_DECODE,
    JOB_DATICERT,
    JOB_SIGNATURE,
    JOB_HTML,
    JOB_FILE_KIND,
    JOB_TNEF,
    JOB_CERTIFICATES,
    JOB_KINDS
} JobKind;

typedef struct ZygoteRequest {
    uint32_t kind; /* JobKind */
    uint32_t zero;
    uint64_t id; /* never used twice with one zygote */
    uint64_t arguments[WORKER_ARGUMENTS];
} ZygoteRequest;

/* What a worker runs once it is locked in. Writes its result to WORKER_RESULT; false when it could not. */
typedef bool (*WorkerJob)(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS]);

/* jobs[kind], NULL where there is none. */
extern const WorkerJob worker_jobs[JOB_KINDS];

/* Writes all of it to WORKER_RESULT. */
bool worker_write(Bytes bytes);

/* The zygote's life; returns its exit code. Tests give their own jobs. */
int parse_zygote_serve(const WorkerJob jobs[JOB_KINDS]);

typedef enum ParseRun {
    PARSE_RUN_DONE,   /* *result_out is the worker's answer, not yet checked */
    PARSE_RUN_FAILED, /* the worker died, hung or answered too much: this input is to blame */
    PARSE_RUN_ERROR,  /* no worker could be started: *error */
} ParseRun;

/* A sealed memfd holding the bytes, to give to several runs; yours to close. -1 and *error when there is no memory. */
int parse_zygote_input(Bytes bytes, GError **error);

/* Runs one job and waits. result_out is yours; it maps at most result_max bytes. */
ParseRun parse_zygote_run(ParseZygote *zygote, JobKind kind, int input, const uint64_t arguments[WORKER_ARGUMENTS],
                          size_t result_max, GBytes **result_out, GError **error);

#endif
