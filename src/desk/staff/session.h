/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * session: signing in, and the signed-in browser after that. Answers: "is this login theirs?" and "whose cookie is it?"
 *
 * Owns the tables staff_session, staff_place, sign_in_failure. Not for rights (permission.h), programs (token.h) or
 * cookies themselves (web). Called by: web; session_prune by job.
 *
 * An attempt is counted, committed, before its password is hashed, and uncounted when it succeeds: a thousand attempts
 * at once hash no more than SIGN_IN_ATTEMPTS of them. Attempts count against the login and against the address; but who
 * comes from a place where this person has signed in before (a browser that shows its device token, or the address)
 * counts against that place alone, so that an attack from elsewhere never shuts the rightful person out.
 * An unknown login, a disabled person and a wrong password get the same answer after the same work.
 *
 * Pointers: rows live in the arena given; a SignIn's texts are read, not kept.
 * Errors: sign_in refuses with sign_in.error.wrong or sign_in.error.throttled ({shown}: minutes to wait), fails with
 * those of store_write.
 * Audit: sign_in.done, sign_in.failed, sign_in.throttled (once, as it begins), session.end, session.end_all.
 *
 * Invariants:
 *  1. Only SHA-256s of keys are stored; a key is made at sign-in and never before (no session is carried over).
 *  2. A session is good while its person is active, of the person's epoch, seen within SESSION_IDLE and younger than
 *     SESSION_LIFE; nothing else prolongs it.
 *
 * Example:
 *     char hash[SHA256_HEX_SIZE];
 *     if (!key_hash(cookie, hash) || !session_find(tx, arena, hash, now, &session))
 *         return ask_to_sign_in(response);
 *     if (session_wants_touch(&session, now))
 *         touch.session = session.id; // one store_write of session_touch after the answer
 */
#ifndef FILO_DESK_STAFF_SESSION_H
#define FILO_DESK_STAFF_SESSION_H

#include "base/error.h"
#include "base/token.h"
#include "desk/audit/actor.h"
#include "schema_ids.h"
#include "staff_role_enum.h"
#include "store/store.h"

#define SESSION_IDLE (12 * TIME_HOUR)
#define SESSION_LIFE (7 * TIME_DAY)
#define SESSION_TOUCH TIME_MINUTE /* how exact seen_at is */
#define SIGN_IN_ATTEMPTS 9        /* so many within SIGN_IN_WINDOW; the next is refused unhashed */
#define SIGN_IN_WINDOW (15 * TIME_MINUTE)
#define SIGN_IN_PLACE_KNOWN (30 * TIME_DAY) /* since one last signed in from there */

typedef struct SignIn {
    const char *login, *password; /* as typed; any bytes */
    const char *address;          /* the peer's, as text */
    const char *user_agent;       /* or NULL */
    const char *device;           /* the device cookie as shown, or NULL */
    const char *session;          /* the session cookie as shown, or NULL: that session ends */
} SignIn;

typedef struct SignedIn {
    StaffId staff;
    Key session;       /* its text is the session cookie */
    Key device;        /* its text is the device cookie for the coming year; the shown one again if it was a key */
    TimeMs expires_at; /* of the session */
} SignedIn;

typedef enum SignInOutcome { SIGN_IN_DONE, SIGN_IN_REFUSED, SIGN_IN_FAILED } SignInOutcome;

/* Slow (one password hash) and writing: for the hash lane, outside any transaction. */
SignInOutcome sign_in(Store *store, const SignIn *attempt, TimeMs now, SignedIn *signed_in_out, InputError *refused_out,
                      GError **error) __attribute__((warn_unused_result));

/* Whether who sits at a session knows that person's password: asked before it is changed. Counted, throttled and recorded
 * as an attempt of its own kind; for the hash lane, outside any transaction. Refused: as sign_in, field "current". */
SignInOutcome sign_in_confirm(Store *store, StaffId staff, const char *password, TimeMs now, InputError *refused_out,
                              GError **error) __attribute__((warn_unused_result));

typedef struct Session {
    StaffSessionId id;
    StaffId staff;
    StaffRole role;
    TeamId team; /* {0}: none */
    const char *display_name;
    const char *language;
    TimeMs seen_at, expires_at;
} Session;

/* The good session with that hash; one row by its key: every page asks. */
bool session_find(StoreTx *tx, Arena *arena, const char *key_sha256, TimeMs now, Session *session_out);

/* Whether seen_at is older than SESSION_TOUCH, and the write that renews it (nothing if another did). */
bool session_wants_touch(const Session *session, TimeMs now);
void session_touch(StoreTx *tx, StaffSessionId id, TimeMs now);

/* Ends one of that person's sessions; false: they have no such session. */
bool session_end(StoreTx *tx, StaffId staff, StaffSessionId id, Actor by, TimeMs now);

/* Ends all of a person's sessions but one ({0}: all): the person's epoch grows, the spared session joins it. */
void session_end_all(StoreTx *tx, StaffId staff, StaffSessionId spared, Actor by, TimeMs now);

typedef struct SessionShown {
    StaffSessionId id;
    TimeMs created_at, seen_at;
    const char *address, *user_agent;
} SessionShown;

typedef struct SessionShownList {
    SessionShown *items;
    size_t count;
} SessionShownList;

/* A person's good sessions, newest first. */
SessionShownList session_list(StoreTx *tx, Arena *arena, StaffId staff, TimeMs now);

/* Removes what no longer counts: dead sessions, old attempts, forgotten places. Daily. */
void session_prune(StoreTx *tx, TimeMs now);

#endif
