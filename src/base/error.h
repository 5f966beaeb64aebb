/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * error: the two kinds of failure that are not bugs. Answers: "whose fault, and what may the caller do?"
 *
 *  - The world (disk, network, peer, another process): a GError of domain FILO_ERROR. Its code says what the caller may
 *    do; its message is one English line for the log, without personal data. web/ and cli/ each have one file that
 *    turns a code into a status or an exit code.
 *  - The user: an InputError, a field and a catalogue key, shown in the user's language.
 *
 * A bug is base/check.h. Library code never both logs and returns a failure, and never exits.
 * Pointers: an InputError's texts are static or live in the request's arena; a GError is yours to free. Errors: none of
 * its own.
 *
 * Invariants:
 *  1. FILO_ERROR_* codes are the only codes of the domain, and each has an exit code and a status.
 */
#ifndef FILO_BASE_ERROR_H
#define FILO_BASE_ERROR_H

#include <glib.h>
#include <stdbool.h>

#define FILO_ERROR (filo_error_quark())
GQuark filo_error_quark(void);

typedef enum FiloError {
    FILO_ERROR_BUSY,      /* try again soon: lock held, queue full, conflict retried too often */
    FILO_ERROR_FULL,      /* no space left: nothing was stored, reading goes on */
    FILO_ERROR_IO,        /* the disk, database or network failed; the message says which */
    FILO_ERROR_CORRUPT,   /* stored data is not what was stored */
    FILO_ERROR_REFUSED,   /* a peer or a policy said no for good; trying again will not help */
    FILO_ERROR_USAGE,     /* the caller's command line or configuration is wrong */
    FILO_ERROR_NOT_FOUND, /* what was named does not exist */
    FILO_ERROR_TOO_LARGE, /* over a stated limit */
} FiloError;

/* What a person typed wrong: which field, which catalogue key, and the two values its text may show. */
typedef struct InputError {
    const char *field; /* the form's or JSON's field name, "" for the whole */
    const char *key;   /* catalogue key, for instance "ticket.error.no_solution" */
    const char *shown; /* what the text's {shown} stands for, or NULL */
} InputError;

/* Sets *error (if not NULL) from errno: ENOSPC, EDQUOT and EFBIG are FULL, EAGAIN is BUSY, ENOENT is NOT_FOUND, all
 * else IO. what says what was tried. */
void filo_error_from_errno(GError **error, int error_number, const char *what);

#endif
