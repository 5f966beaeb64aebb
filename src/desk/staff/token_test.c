/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/token.h"

#include "desk/desk_testing.h"
#include "desk/staff/staff_edit.h"

#include <string.h>

static const char *refusal(StaffRole role, const char *name, const char *scopes, TimeMs expires_at)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ApiTokenNew token = {.name = name, .scopes = scopes, .role = role, .expires_at = expires_at};
    InputError refused = {0};
    return api_token_check(arena, &token, TEST_NOW, &refused) ? NULL : refused.key;
}

static void test_check(void)
{
    g_autofree char *long_name = g_strnfill(101, 'n');
    g_assert_null(refusal(ROLE_ADMIN, "Gestionale", "ticket.read", TIME_NONE));
    g_assert_null(refusal(ROLE_ADMIN, "Gestionale", "ticket.read", TEST_NOW + 1));
    g_assert_cmpstr(refusal(ROLE_ADMIN, "Gestionale", "ticket.read", TEST_NOW), ==, "token.error.expiry");
    g_assert_cmpstr(refusal(ROLE_ADMIN, " ", "ticket.read", TIME_NONE), ==, "token.error.name");
    g_assert_cmpstr(refusal(ROLE_ADMIN, NULL, "ticket.read", TIME_NONE), ==, "token.error.name");
    g_assert_cmpstr(refusal(ROLE_ADMIN, long_name, "ticket.read", TIME_NONE), ==, "token.error.name");
    g_assert_cmpstr(refusal(ROLE_ADMIN, "x", "", TIME_NONE), ==, "token.error.scope");
    g_assert_cmpstr(refusal(ROLE_ADMIN, "x", NULL, TIME_NONE), ==, "token.error.scope");
    g_assert_cmpstr(refusal(ROLE_ADMIN, "x", "ticket.read ticket.raed", TIME_NONE), ==, "token.error.scope");
    g_assert_cmpstr(refusal(ROLE_ADMIN, "x", "ticket.read own.account", TIME_NONE), ==, "token.error.scope");
    g_assert_cmpstr(refusal(ROLE_ADMIN, "x", "public", TIME_NONE), ==, "token.error.scope");
    g_assert_cmpstr(refusal(ROLE_OPERATOR, "x", "ticket.read audit.read", TIME_NONE), ==, "token.error.scope");
}

static void test_scopes_are_cleaned(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ApiTokenNew token = {
        .name = " Gestionale\n", .scopes = "party.read, ticket.write\tticket.read party.read", .role = ROLE_ADMIN};
    InputError refused;
    g_assert_true(api_token_check(arena, &token, TEST_NOW, &refused));
    g_assert_cmpstr(token.name, ==, "Gestionale");
    g_assert_cmpstr(token.scopes, ==, "ticket.read ticket.write party.read");
}

typedef struct Work {
    House *house;
    ApiTokenNew token;
    ApiTokenSecret secret;
    ApiTokenId id;
    TimeMs now;
    bool done;
} Work;

static const Actor by_system = {ACTOR_SYSTEM, 0};

static bool work_add(StoreTx *tx, void *arg)
{
    Work *work = arg;
    work->id = api_token_add(tx, work->house->arena, &work->token, &work->secret, by_system, TEST_NOW);
    return true;
}

static bool work_touch(StoreTx *tx, void *arg)
{
    const Work *work = arg;
    api_token_touch(tx, work->id, work->now);
    return true;
}

static bool work_revoke(StoreTx *tx, void *arg)
{
    Work *work = arg;
    work->done = api_token_revoke(tx, work->id, by_system, work->now);
    return true;
}

static Work add(House *house, const char *scopes, TimeMs expires_at)
{
    Work work = {.house = house, .secret = api_token_secret()};
    InputError refused;
    work.token = (ApiTokenNew){"Gestionale", scopes, house->admin, ROLE_ADMIN, expires_at};
    g_assert_true(api_token_check(house->arena, &work.token, TEST_NOW, &refused));
    g_assert_true(house_write(house, work_add, &work));
    return work;
}

static bool find(House *house, const char *text, TimeMs now, ApiToken *token_out)
{
    StoreTx *tx = house_read(house);
    bool found = api_token_find(tx, house->arena, text, now, token_out);
    house_read_end(tx);
    return found;
}

static void test_find(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    ApiToken token;
    Work work = add(&house, "ticket.read party.read", TIME_NONE);
    const char *text = work.secret.text;
    g_assert_true(g_str_has_prefix(text, "filo_"));
    g_assert_cmpuint(strlen(text), ==, 5 + 52);
    g_assert_true(find(&house, text, TEST_NOW, &token));
    g_assert_cmpint(token.id.value, ==, work.id.value);
    g_assert_cmpint(token.maker.value, ==, house.admin.value);
    g_assert_cmpstr(token.name, ==, "Gestionale");
    g_assert_cmpuint(strlen(token.prefix), ==, 13);
    g_assert_true(g_str_has_prefix(text, token.prefix));
    g_assert_cmpint(token.used_at, ==, TIME_NONE);

    g_autofree char *shorter = g_strndup(text, 56), *upper = g_ascii_strup(text, -1),
                    *longer = g_strconcat(text, "a", NULL);
    ApiTokenSecret other = api_token_secret();
    const char *const wrong[] = {NULL, "", "filo_", token.prefix, text + 5, shorter, upper, longer, other.text};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(find(&house, wrong[i], TEST_NOW, &token));
    house_close(&house);
}

static void test_scopes(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    ApiToken token;
    Work work = add(&house, "ticket.read audit.read", TIME_NONE);
    g_assert_true(find(&house, work.secret.text, TEST_NOW, &token));
    g_assert_true(api_token_allows(&token, "ticket.read"));
    g_assert_true(api_token_allows(&token, "audit.read"));
    g_assert_true(api_token_allows(&token, "public"));
    g_assert_false(api_token_allows(&token, "ticket.write"));
    g_assert_false(api_token_allows(&token, "ticket"));
    g_assert_false(api_token_allows(&token, "own.account")); /* a program has no password to change */

    house_tamper(&house, "UPDATE staff SET role = 'operator'"); /* its maker has less now, and so has it */
    g_assert_true(find(&house, work.secret.text, TEST_NOW, &token));
    g_assert_true(api_token_allows(&token, "ticket.read"));
    g_assert_false(api_token_allows(&token, "audit.read"));
    house_tamper(&house, "UPDATE staff SET active = 0");
    g_assert_false(find(&house, work.secret.text, TEST_NOW, &token));
    house_close(&house);
}

static void test_expiry_and_revoking(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    ApiToken token;
    Work brief = add(&house, "ticket.read", TEST_NOW + TIME_HOUR), lasting = add(&house, "ticket.read", TIME_NONE);
    g_assert_true(find(&house, brief.secret.text, TEST_NOW + TIME_HOUR - 1, &token));
    g_assert_false(find(&house, brief.secret.text, TEST_NOW + TIME_HOUR, &token));
    g_assert_true(find(&house, lasting.secret.text, TEST_NOW + 1000 * TIME_DAY, &token));

    lasting.now = TEST_NOW + 5;
    g_assert_true(house_write(&house, work_revoke, &lasting));
    g_assert_true(lasting.done);
    g_assert_false(find(&house, lasting.secret.text, TEST_NOW, &token));
    g_assert_true(house_write(&house, work_revoke, &lasting));
    g_assert_false(lasting.done);

    StoreTx *tx = house_read(&house);
    ApiTokenList list = api_token_list(tx, house.arena);
    house_read_end(tx);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpint(list.items[0].revoked_at, ==, TEST_NOW + 5); /* newest first */
    g_assert_cmpint(list.items[1].expires_at, ==, TEST_NOW + TIME_HOUR);
    house_close(&house);
}

static void test_last_use(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    ApiToken token;
    Work work = add(&house, "ticket.read", TIME_NONE);
    g_assert_true(find(&house, work.secret.text, TEST_NOW, &token));
    g_assert_true(api_token_wants_touch(&token, TEST_NOW));
    work.now = TEST_NOW;
    g_assert_true(house_write(&house, work_touch, &work));
    g_assert_true(find(&house, work.secret.text, TEST_NOW, &token));
    g_assert_cmpint(token.used_at, ==, TEST_NOW);
    g_assert_false(api_token_wants_touch(&token, TEST_NOW + TIME_MINUTE - 1));
    work.now = TEST_NOW + TIME_MINUTE - 1;
    g_assert_true(house_write(&house, work_touch, &work));
    g_assert_true(find(&house, work.secret.text, TEST_NOW, &token));
    g_assert_cmpint(token.used_at, ==, TEST_NOW);
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token/check", test_check);
    g_test_add_func("/token/scopes-are-cleaned", test_scopes_are_cleaned);
    desk_test_each_engine("/token/find", test_find);
    desk_test_each_engine("/token/scopes", test_scopes);
    desk_test_each_engine("/token/expiry-and-revoking", test_expiry_and_revoking);
    desk_test_each_engine("/token/last-use", test_last_use);
    return g_test_run();
}
