/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_door: the steps of an import, here or in the running server. Answers: "who writes, and how do I ask them?"
 *
 * The importing process reads and checks the file; only checked rows, a few hundred at a time, go to whoever holds the
 * store: this process when no server runs, else the server through DIR/filo.sock. Both run import_door_answer. Two
 * imports at once are refused by a lock on the data directory, which the kernel lets go when its holder dies.
 * Owns no table. Called by: cli/import.c, cli/node.c.
 *
 * Memory: an ImportDoor is the caller's storage: import_door_open, import_door_close; answers live in the arena given.
 * Errors: BUSY another import is under way, or the server did not answer; and those of desk/import/import.h, with the
 * same codes on both sides of the door.
 *
 * Invariants:
 *  1. An import_door_… call that gives true was answered after its COMMIT.
 *
 * Example:
 *     import_door_begin(&door, &fresh, &run, &error) && import_door_stage(&door, run, rows, count, &error)
 *         && import_door_commit(&door, run, &error);
 */
#ifndef FILO_CLI_IMPORT_DOOR_H
#define FILO_CLI_IMPORT_DOOR_H

#include "cli/command.h"
#include "desk/import/import.h"

typedef struct ImportDoor {
    const Config *config;
    char *socket_path;
    int lock;  /* the data directory, locked */
    bool here; /* no server runs: installation is open */
    Installation installation;
} ImportDoor;

bool import_door_open(ImportDoor *door, const Config *config, GError **error);
void import_door_close(ImportDoor *door);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImportDoor, import_door_close)

/* The calls of desk/import/import.h of the same names. */
bool import_door_abandon(ImportDoor *door, GError **error);
bool import_door_begin(ImportDoor *door, const ImportNew *fresh, ImportRunId *run_out, GError **error);
bool import_door_stage(ImportDoor *door, ImportRunId run, const ImportRow *rows, size_t count, GError **error);
bool import_door_commit(ImportDoor *door, ImportRunId run, GError **error);
bool import_door_discard(ImportDoor *door, ImportRunId run, GError **error);
bool import_door_find(ImportDoor *door, ImportRunId run, ImportRun *run_out, GError **error); /* its source is NULL */

/* Works for some tenths of a second. */
bool import_door_work(ImportDoor *door, bool *idle_out, GError **error);

/* The other side: what the body asks, done; never NULL. */
const char *import_door_answer(const Desk *desk, Arena *arena, Bytes body);

#endif
