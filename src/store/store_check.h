/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_check: is what is stored still what was stored? Answers the storage half of `filo check`; the desk's own rules
 * (events against projections) are checked by the desk.
 *
 * SQLite: quick_check or integrity_check, and foreign_key_check. Both engines: every blob row against its content or
 * file. Called by cli and job; may run beside a working server, on a store open for reading only.
 * Memory: the text of a finding lives until the callback returns. Errors: BUSY, IO: the check itself could not be made.
 *
 * Invariants:
 *  1. Nothing is changed. 2. What is damaged is a finding, not an error, and does not end the check.
 *
 * Example:
 *     int found = store_check(store, STORE_CHECK_WHOLE, print_line, NULL, &error);
 */
#ifndef FILO_STORE_STORE_CHECK_H
#define FILO_STORE_STORE_CHECK_H

#include "store/store.h"

typedef enum StoreCheckDepth {
    STORE_CHECK_QUICK, /* structure, and that files of blobs exist with their size */
    STORE_CHECK_WHOLE  /* indexes too, and the hash of every blob */
} StoreCheckDepth;

typedef void (*StoreFinding)(const char *finding, void *arg);

/* Calls finding for each damage; gives their number, or -1 when it could not check. */
int store_check(Store *store, StoreCheckDepth depth, StoreFinding finding, void *arg, GError **error);

#endif
