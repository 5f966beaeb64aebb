/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/session.h"

#include "desk/audit/audit.h"
#include "desk/desk_testing.h"
#include "desk/staff/password.h"

#include <string.h>

#define HERE "192.0.2.7"
#define THERE "198.51.100.9"

typedef struct Tried {
    SignInOutcome outcome;
    SignedIn in;
    InputError refused;
} Tried;

static Tried try(House *house, const SignIn *attempt, TimeMs now)
{
    Tried tried = {0};
    g_autoptr(GError) error = NULL;
    tried.outcome = sign_in(house->store, attempt, now, &tried.in, &tried.refused, &error);
    g_assert_no_error(error);
    return tried;
}

static Tried enter(House *house, const char *login, const char *password, const char *address, TimeMs now)
{
    return try(house, &(SignIn){.login = login, .password = password, .address = address, .user_agent = "Browser"}, now);
}

static bool is_good(House *house, const Key *key, TimeMs now, Session *session_out)
{
    StoreTx *tx = house_read(house);
    bool found = session_find(tx, house->arena, key->sha256, now, session_out);
    house_read_end(tx);
    return found;
}

static size_t count_audit(House *house, const char *action)
{
    StoreTx *tx = house_read(house);
    AuditRowList list = audit_list_before(tx, house->arena, (AuditId){0}, 2000);
    house_read_end(tx);
    size_t found = 0;
    for (size_t i = 0; i < list.count; i++)
        found += strcmp(list.items[i].entry.action, action) == 0;
    return found;
}

static void test_sign_in(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    Session session;
    Tried ada = enter(&house, "  ADA ", TEST_PASSWORD, HERE, TEST_NOW);
    g_assert_cmpint(ada.outcome, ==, SIGN_IN_DONE);
    g_assert_cmpint(ada.in.staff.value, ==, house.admin.value);
    g_assert_cmpint(ada.in.expires_at, ==, TEST_NOW + 7 * TIME_DAY);
    char hash[SHA256_HEX_SIZE];
    g_assert_true(key_hash(ada.in.session.text, hash));
    g_assert_cmpstr(hash, ==, ada.in.session.sha256);

    g_assert_true(is_good(&house, &ada.in.session, TEST_NOW, &session));
    g_assert_cmpint(session.staff.value, ==, house.admin.value);
    g_assert_cmpint(session.role, ==, ROLE_ADMIN);
    g_assert_cmpint(session.team.value, ==, house.team.value);
    g_assert_cmpstr(session.display_name, ==, "ada");
    g_assert_cmpstr(session.language, ==, "it");
    Key other = key_new();
    g_assert_false(is_good(&house, &other, TEST_NOW, &session));
    g_assert_false(is_good(&house, &ada.in.device, TEST_NOW, &session));
    g_assert_cmpuint(count_audit(&house, "sign_in.done"), ==, 1);
    house_close(&house);
}

/* Unknown login, wrong password, no text at all: one answer. */
static void test_one_answer(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_autofree char *huge = g_strnfill(10 << 20, 'x');
    const Tried tried[] = {
        enter(&house, "ada", "not the password at all", HERE, TEST_NOW),
        enter(&house, "nobody", TEST_PASSWORD, HERE, TEST_NOW),
        enter(&house, "", "", HERE, TEST_NOW),
        enter(&house, "ada\xff'; --", TEST_PASSWORD, HERE, TEST_NOW),
        enter(&house, "ada", huge, HERE, TEST_NOW),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tried); i++) {
        g_assert_cmpint(tried[i].outcome, ==, SIGN_IN_REFUSED);
        g_assert_cmpstr(tried[i].refused.key, ==, "sign_in.error.wrong");
        g_assert_cmpstr(tried[i].refused.field, ==, "password");
    }
    g_assert_cmpuint(count_audit(&house, "sign_in.failed"), ==, G_N_ELEMENTS(tried));
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/session/sign-in", test_sign_in);
    desk_test_each_engine("/session/one-answer", test_one_answer);
    return g_test_run();
}
