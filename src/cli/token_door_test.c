/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/token_door.h"

#include "desk/desk_testing.h"
#include "desk/staff/token.h"

#include <jansson.h>
#include <string.h>

typedef struct Door {
    House house;
    Desk *desk;
} Door;

/* In place: the desk borrows the clock. */
static void door_open(Door *door, gconstpointer engine)
{
    g_autoptr(GError) error = NULL;
    door->house = house_open((StoreEngine)GPOINTER_TO_INT(engine));
    door->desk = desk_new(door->house.store, &door->house.clock.clock, &error);
    g_assert_no_error(error);
}

static void door_close(Door *door)
{
    desk_free(door->desk);
    house_close(&door->house);
}

/* The answer's member; live until the house is closed. */
static const char *said(const Door *door, const char *asked, const char *member)
{
    const char *answer = token_door_answer(door->desk, door->house.arena, bytes_of(asked));
    json_t *object = json_loads(answer, 0, NULL);
    g_assert_nonnull(object);
    const char *text = arena_strdup(door->house.arena, json_string_value(json_object_get(object, member)));
    json_decref(object);
    return text;
}

#define CREATE(name, scopes, login, expires)                                                                           \
    "{\"do\":\"create\",\"name\":\"" name "\",\"scopes\":\"" scopes "\",\"login\":\"" login                            \
    "\",\"expires_at\":" expires "}"

static void test_made_and_revoked(gconstpointer engine)
{
    Door door;
    ApiToken token;
    door_open(&door, engine);
    const char *secret = said(&door, CREATE("Gestionale", "ticket.write ticket.read", "Ada ", "0"), "token");
    StoreTx *tx = house_read(&door.house);
    g_assert_true(api_token_find(tx, door.house.arena, secret, TEST_NOW, &token));
    house_read_end(tx);
    g_assert_cmpstr(token.scopes, ==, "ticket.read ticket.write");
    g_assert_cmpint(token.maker.value, ==, door.house.admin.value);
    const char *revoke =
        arena_printf(door.house.arena, "{\"do\":\"revoke\",\"id\":%" G_GINT64_FORMAT "}", token.id.value);
    g_assert_cmpstr(said(&door, revoke, "status"), ==, "done");
    g_assert_cmpstr(said(&door, revoke, "status"), ==, "refused");
    tx = house_read(&door.house);
    g_assert_false(api_token_find(tx, door.house.arena, secret, TEST_NOW, &token));
    house_read_end(tx);
    door_close(&door);
}

static void test_refused(gconstpointer engine)
{
    static const char *const asked[] = {
        CREATE("Gestionale", "ticket.raed", "ada", "0"), CREATE("", "ticket.read", "ada", "0"),
        CREATE("Gestionale", "ticket.read", "nessuno", "0"), CREATE("Gestionale", "ticket.read", "ada", "1"),
        "{\"do\":\"create\",\"name\":\"Gestionale\"}",
        "{\"do\":\"revoke\",\"id\":99}",
        "{\"do\":\"list\"}",
        "{",
        "",
    };
    Door door;
    door_open(&door, engine);
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        g_assert_cmpstr(said(&door, asked[i], "status"), ==, "refused");
        g_assert_null(said(&door, asked[i], "token"));
        g_assert_nonnull(said(&door, asked[i], "reason"));
    }
    StoreTx *tx = house_read(&door.house);
    g_assert_cmpuint(api_token_list(tx, door.house.arena).count, ==, 0);
    house_read_end(tx);
    door_close(&door);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/token-door/made-and-revoked", test_made_and_revoked);
    desk_test_each_engine("/token-door/refused", test_refused);
    return g_test_run();
}
