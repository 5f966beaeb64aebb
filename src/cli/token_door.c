/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/token_door.h"

#include "base/catalogue.h"
#include "desk/staff/staff.h"
#include "desk/staff/token.h"

#include <jansson.h>
#include <string.h>

static const char *answer_json(Arena *arena, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(object);
    return copy;
}

static const char *refused(Arena *arena, const char *reason)
{
    return answer_json(arena, json_pack("{s:s, s:s}", "status", "refused", "reason", reason));
}

static const char *later(Arena *arena, const GError *error)
{
    return answer_json(arena, json_pack("{s:s, s:s}", "status", "later", "reason", error->message));
}

/* --------------------------------------------------------------------------------------------------------------- create */

typedef struct CreateWork {
    Arena *arena;
    ApiTokenNew token;
    ApiTokenSecret secret;
    ApiTokenId id;
    TimeMs now;
} CreateWork;

static bool create_work(StoreTx *tx, void *arg)
{
    CreateWork *work = arg;
    work->id = api_token_add(tx, work->arena, &work->token, &work->secret, ACTOR_OF_SYSTEM, work->now);
    return true;
}

/* The member of staff the token acts as. false: *why_out. */
static bool find_maker(const Desk *desk, Arena *arena, const char *login, Staff *maker_out, const char **why_out,
                       GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(desk), error);
    if (!tx)
        return false;
    bool found = staff_find_login(tx, arena, staff_login_of(arena, login), maker_out) && maker_out->active;
    if (!found)
        *why_out = "nobody who is active signs in with that name";
    return store_read_end(tx, error) && found;
}

static const char *words_of(const InputError *error)
{
    const char *words = msg_find(LANG_EN, error->key);
    return words ? words : error->key;
}

static const char *do_create(const Desk *desk, Arena *arena, json_t *asked)
{
    g_autoptr(GError) error = NULL;
    const char *login, *why = NULL;
    json_int_t expires_at;
    Staff maker;
    InputError wrong;
    CreateWork work = {.arena = arena, .now = desk_now(desk)};
    if (json_unpack(asked, "{s:s, s:s, s:s, s:s, s:I !}", "do", &why, "name", &work.token.name, "scopes",
                    &work.token.scopes, "login", &login, "expires_at", &expires_at) != 0)
        return refused(arena, "not understood");
    if (!find_maker(desk, arena, login, &maker, &why, &error))
        return error ? later(arena, error) : refused(arena, why);
    work.token.maker = maker.id;
    work.token.role = maker.role;
    work.token.expires_at = expires_at;
    if (!api_token_check(arena, &work.token, work.now, &wrong))
        return refused(arena, words_of(&wrong));
    work.secret = api_token_secret();
    if (store_write(desk_store(desk), "token create", create_work, &work, &error) != STORE_COMMITTED)
        return error ? later(arena, error) : refused(arena, "not stored");
    return answer_json(arena, json_pack("{s:s, s:I, s:s, s:s}", "status", "done", "id", (json_int_t)work.id.value,
                                        "token", work.secret.text, "scopes", work.token.scopes));
}

/* --------------------------------------------------------------------------------------------------------------- revoke */

typedef struct RevokeWork {
    ApiTokenId id;
    TimeMs now;
} RevokeWork;

static bool revoke_work(StoreTx *tx, void *arg)
{
    const RevokeWork *work = arg;
    return api_token_revoke(tx, work->id, ACTOR_OF_SYSTEM, work->now);
}

static const char *do_revoke(const Desk *desk, Arena *arena, json_t *asked)
{
    g_autoptr(GError) error = NULL;
    RevokeWork work = {{json_integer_value(json_object_get(asked, "id"))}, desk_now(desk)};
    switch (store_write(desk_store(desk), "token revoke", revoke_work, &work, &error)) {
    case STORE_COMMITTED:
        return answer_json(arena, json_pack("{s:s, s:I}", "status", "done", "id", (json_int_t)work.id.value));
    case STORE_REFUSED:
        return refused(arena, "there is no such token, or it was revoked before");
    case STORE_FAILED:
    default:
        return later(arena, error);
    }
}

const char *token_door_answer(const Desk *desk, Arena *arena, Bytes body)
{
    json_t *asked = json_loadb((const char *)body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
    const char *what = json_string_value(json_object_get(asked, "do"));
    const char *answer;
    if (what && strcmp(what, "create") == 0)
        answer = do_create(desk, arena, asked);
    else if (what && strcmp(what, "revoke") == 0)
        answer = do_revoke(desk, arena, asked);
    else
        answer = refused(arena, "not understood");
    json_decref(asked);
    return answer;
}
