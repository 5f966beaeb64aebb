/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one attempt to sign in. How: three steps, each as short as it can be: a write that counts the attempt and says
 * whether it may go on, the hash (outside any transaction: it takes as long as a thousand pages), a write that either
 * opens the session and uncounts the attempt or records the failure. Why counted first: counted afterwards, everyone who
 * comes at once would be let through to the hash.
 */
#include "base/peer.h"
#include "desk/audit/audit.h"
#include "desk/staff/password.h"
#include "desk/staff/session.h"
#include "desk/staff/staff.h"
#include "desk/staff/staff_int.h"
#include "session_sql.h"

#include <string.h>

typedef struct Attempt {
    const SignIn *asked;
    TimeMs now;
    Arena *arena;

    /* Found out before any transaction. */
    const char *login;         /* as staff.login is written */
    const char *login_subject; /* "login:…" */
    const char *address_place; /* "address:…", a place and a subject */
    const char *device_place;  /* "device:…", or NULL */

    /* Set by attempt_count. */
    Staff staff;
    bool known; /* staff is there */
    bool known_device;
    const char *subjects[2];
    SignInFailureId counted[2];
    size_t subject_count;
    bool last; /* the next one will be throttled */
    TimeMs free_at;

    /* Set before attempt_finish. */
    const char *fresh_hash; /* or NULL */
    SignedIn signed_in;
} Attempt;

/* --- who and from where ---------------------------------------------------------------------------------------------- */

/* A login is hashed into its subject because people type their password there. */
static void attempt_begin(Attempt *attempt)
{
    char hash[SHA256_HEX_SIZE], group[PEER_GROUP_SIZE];
    peer_group(attempt->asked->address, group);
    attempt->login = staff_login_of(attempt->arena, attempt->asked->login);
    bytes_sha256_hex(bytes_of(attempt->login), hash);
    attempt->login_subject = arena_printf(attempt->arena, "login:%s", hash);
    attempt->address_place = arena_printf(attempt->arena, "address:%s", group);
    if (key_hash(attempt->asked->device, hash))
        attempt->device_place = arena_printf(attempt->arena, "device:%s", hash);
}

static bool is_place(StoreTx *tx, const Attempt *attempt, const char *place, StaffPlaceId *place_out)
{
    SqlStaffPlaceFind row;
    SqlStaffPlaceFindIn in = {attempt->staff.id, place, attempt->now - SIGN_IN_PLACE_KNOWN};
    bool found = attempt->known && place && sql_staff_place_find(tx, attempt->arena, &in, &row);
    if (found)
        *place_out = row.staff_place_id;
    return found;
}

/* Against what the attempt counts. */
static void choose_subjects(StoreTx *tx, Attempt *attempt)
{
    StaffPlaceId place;
    attempt->known_device = is_place(tx, attempt, attempt->device_place, &place);
    if (attempt->known_device || is_place(tx, attempt, attempt->address_place, &place)) {
        attempt->subjects[0] = arena_printf(attempt->arena, "place:%" G_GINT64_FORMAT, place.value);
        attempt->subject_count = 1;
        return;
    }
    attempt->subjects[0] = attempt->login_subject;
    attempt->subjects[1] = attempt->address_place;
    attempt->subject_count = 2;
}

/* --- the first write ------------------------------------------------------------------------------------------------- */

/* Whether the subject has an attempt left; if not, free_at is not before it has one again. */
static bool has_attempt_left(StoreTx *tx, Attempt *attempt, const char *subject)
{
    SqlSignInFailureListRecentIn in = {subject, attempt->now - SIGN_IN_WINDOW, SIGN_IN_ATTEMPTS};
    SqlSignInFailureListRecentList recent = sql_sign_in_failure_list_recent(tx, attempt->arena, &in);
    if (recent.count + 1 >= SIGN_IN_ATTEMPTS)
        attempt->last = true;
    if (recent.count < SIGN_IN_ATTEMPTS)
        return true;
    attempt->free_at = MAX(attempt->free_at, recent.rows[recent.count - 1].at + SIGN_IN_WINDOW);
    return false;
}

/* False: throttled, nothing is written. */
static bool attempt_count(StoreTx *tx, void *arg)
{
    Attempt *attempt = arg;
    attempt->last = false;
    attempt->free_at = TIME_NONE;
    attempt->known = staff_find_login(tx, attempt->arena, attempt->login, &attempt->staff);
    choose_subjects(tx, attempt);
    for (size_t i = 0; i < attempt->subject_count; i++)
        has_attempt_left(tx, attempt, attempt->subjects[i]);
    if (attempt->free_at)
        return false;
    for (size_t i = 0; i < attempt->subject_count; i++)
        attempt->counted[i] =
            sql_sign_in_failure_insert(tx, &(SqlSignInFailureInsertIn){attempt->subjects[i], attempt->now});
    return true;
}

/* --- the second write ------------------------------------------------------------------------------------------------ */

static bool attempt_fail(StoreTx *tx, void *arg)
{
    const Attempt *attempt = arg;
    int64_t staff = attempt->known ? attempt->staff.id.value : 0;
    audit_add(tx, &(AuditEntry){attempt->now, ACTOR_OF_SYSTEM, "sign_in.failed", "staff", staff, NULL});
    if (attempt->last)
        audit_add(tx, &(AuditEntry){attempt->now, ACTOR_OF_SYSTEM, "sign_in.throttled", "staff", staff, NULL});
    return true;
}

static void remember_places(StoreTx *tx, const Attempt *attempt)
{
    const char *device = arena_printf(attempt->arena, "device:%s", attempt->signed_in.device.sha256);
    sql_staff_place_put(tx, &(SqlStaffPlacePutIn){attempt->staff.id, device, attempt->now});
    sql_staff_place_put(tx, &(SqlStaffPlacePutIn){attempt->staff.id, attempt->address_place, attempt->now});
}

/* False: the person was disabled, or their password changed, while this one was hashed. */
static bool attempt_succeed(StoreTx *tx, void *arg)
{
    Attempt *attempt = arg;
    Staff now;
    char shown[SHA256_HEX_SIZE];
    if (!staff_find(tx, attempt->arena, attempt->staff.id, &now) || !now.active || now.epoch != attempt->staff.epoch)
        return false;
    for (size_t i = 0; i < attempt->subject_count; i++)
        sql_sign_in_failure_delete(tx, &(SqlSignInFailureDeleteIn){attempt->counted[i]});
    if (key_hash(attempt->asked->session, shown))
        session_end_shown(tx, shown);
    SessionNew session = {attempt->signed_in.session.sha256, now.id, now.epoch, attempt->asked->address,
                          attempt->asked->user_agent};
    StaffSessionId id = session_add(tx, attempt->arena, &session, attempt->now);
    remember_places(tx, attempt);
    if (attempt->fresh_hash)
        staff_set_hash(tx, now.id, attempt->fresh_hash);
    audit_add(tx, &(AuditEntry){attempt->now, (Actor){ACTOR_STAFF, now.id.value}, "sign_in.done", "staff_session",
                                id.value, NULL});
    return true;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

/* The slow part. Whoever cannot sign in costs as much as who can. */
static bool is_right(const Attempt *attempt)
{
    const char *hash = attempt->known && attempt->staff.active ? attempt->staff.password_hash : NULL;
    return password_verify(hash, attempt->asked->password);
}

static void prepare_session(Attempt *attempt)
{
    attempt->signed_in = (SignedIn){
        .staff = attempt->staff.id,
        .session = key_new(),
        .device = key_new(),
        .expires_at = attempt->now + SESSION_LIFE,
    };
    if (attempt->known_device) {
        g_strlcpy(attempt->signed_in.device.text, attempt->asked->device, KEY_SIZE);
        key_hash(attempt->asked->device, attempt->signed_in.device.sha256);
    }
    if (password_needs_rehash(attempt->staff.password_hash)) {
        PasswordHash *fresh = ARENA_NEW(attempt->arena, PasswordHash);
        password_hash(attempt->asked->password, fresh);
        attempt->fresh_hash = fresh->text;
    }
}

static SignInOutcome refuse_throttled(const Attempt *attempt, InputError *refused_out)
{
    static const char *const minutes[] = {"1",  "1", "2",  "3",  "4",  "5",  "6",  "7",
                                          "8",  "9", "10", "11", "12", "13", "14", "15"};
    TimeMs wait = (attempt->free_at - attempt->now + TIME_MINUTE - 1) / TIME_MINUTE;
    *refused_out = (InputError){"password", "sign_in.error.throttled", minutes[CLAMP(wait, 1, 15)]};
    return SIGN_IN_REFUSED;
}

static SignInOutcome attempt_run(Attempt *attempt, Store *store, InputError *refused_out, GError **error)
{
    attempt_begin(attempt);
    StoreOutcome counted = store_write(store, "sign_in count", attempt_count, attempt, error);
    if (counted == STORE_FAILED)
        return SIGN_IN_FAILED;
    if (counted == STORE_REFUSED)
        return refuse_throttled(attempt, refused_out);
    bool right = is_right(attempt);
    if (right)
        prepare_session(attempt);
    StoreOutcome ended = right ? store_write(store, "sign_in succeed", attempt_succeed, attempt, error)
                               : store_write(store, "sign_in fail", attempt_fail, attempt, error);
    if (ended == STORE_FAILED)
        return SIGN_IN_FAILED;
    *refused_out = (InputError){"password", "sign_in.error.wrong", NULL};
    return right && ended == STORE_COMMITTED ? SIGN_IN_DONE : SIGN_IN_REFUSED;
}

SignInOutcome sign_in(Store *store, const SignIn *asked, TimeMs now, SignedIn *signed_in_out, InputError *refused_out,
                      GError **error)
{
    Attempt attempt = {.asked = asked, .now = now, .arena = arena_new(ARENA_REQUEST_CAP)};
    SignInOutcome outcome = attempt_run(&attempt, store, refused_out, error);
    if (outcome == SIGN_IN_DONE)
        *signed_in_out = attempt.signed_in;
    arena_free(attempt.arena);
    return outcome;
}

/* --- confirming ------------------------------------------------------------------------------------------------------ */

static bool confirm_count(StoreTx *tx, void *arg)
{
    Attempt *attempt = arg;
    attempt->last = false;
    attempt->free_at = TIME_NONE;
    attempt->known = staff_find(tx, attempt->arena, attempt->staff.id, &attempt->staff);
    attempt->subjects[0] = arena_printf(attempt->arena, "confirm:%" G_GINT64_FORMAT, attempt->staff.id.value);
    attempt->subject_count = 1;
    if (!has_attempt_left(tx, attempt, attempt->subjects[0]))
        return false;
    attempt->counted[0] =
        sql_sign_in_failure_insert(tx, &(SqlSignInFailureInsertIn){attempt->subjects[0], attempt->now});
    return true;
}

static bool confirm_uncount(StoreTx *tx, void *arg)
{
    const Attempt *attempt = arg;
    sql_sign_in_failure_delete(tx, &(SqlSignInFailureDeleteIn){attempt->counted[0]});
    return true;
}

static SignInOutcome confirm_run(Attempt *attempt, Store *store, InputError *refused_out, GError **error)
{
    StoreOutcome counted = store_write(store, "confirm count", confirm_count, attempt, error);
    if (counted == STORE_FAILED)
        return SIGN_IN_FAILED;
    if (counted == STORE_REFUSED)
        return refuse_throttled(attempt, refused_out);
    bool right = is_right(attempt);
    if (store_write(store, "confirm end", right ? confirm_uncount : attempt_fail, attempt, error) == STORE_FAILED)
        return SIGN_IN_FAILED;
    *refused_out = (InputError){"current", "sign_in.error.current", NULL};
    return right ? SIGN_IN_DONE : SIGN_IN_REFUSED;
}

SignInOutcome sign_in_confirm(Store *store, StaffId staff, const char *password, TimeMs now, InputError *refused_out,
                              GError **error)
{
    SignIn asked = {.password = password};
    Attempt attempt = {.asked = &asked, .now = now, .arena = arena_new(ARENA_REQUEST_CAP), .staff = {.id = staff}};
    SignInOutcome outcome = confirm_run(&attempt, store, refused_out, error);
    if (outcome == SIGN_IN_REFUSED)
        refused_out->field = "current";
    arena_free(attempt.arena);
    return outcome;
}

void sign_in_prune(StoreTx *tx, TimeMs now)
{
    sql_sign_in_failure_prune(tx, &(SqlSignInFailurePruneIn){now - SIGN_IN_WINDOW});
    sql_staff_place_prune(tx, &(SqlStaffPlacePruneIn){now - SIGN_IN_PLACE_KNOWN});
}
