/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/staff_edit.h"

#include "desk/audit/audit.h"
#include "desk/desk_testing.h"
#include "desk/staff/session.h"

#include <pthread.h>
#include <string.h>

typedef struct Edit {
    StaffForm form;
    StaffId id;
    int64_t version;
    bool active;
    StaffSessionId spared;
    const char *hash;
    Actor by;
    InputError refused;
} Edit;

static const Actor by_system = {ACTOR_SYSTEM, 0};

static Actor person(StaffId id)
{
    return (Actor){ACTOR_STAFF, id.value};
}

static bool work_create(StoreTx *tx, void *arg)
{
    Edit *edit = arg;
    return staff_create(tx, &edit->form, edit->hash, edit->by, TEST_NOW, &edit->id, &edit->refused);
}

static bool work_change(StoreTx *tx, void *arg)
{
    Edit *edit = arg;
    return staff_change(tx, edit->id, edit->version, &edit->form, edit->by, TEST_NOW, &edit->refused);
}

static bool work_set_active(StoreTx *tx, void *arg)
{
    Edit *edit = arg;
    return staff_set_active(tx, edit->id, edit->version, edit->active, edit->by, TEST_NOW, &edit->refused);
}

static bool work_set_password(StoreTx *tx, void *arg)
{
    Edit *edit = arg;
    return staff_set_password(tx, edit->id, edit->hash, edit->spared, edit->by, TEST_NOW, &edit->refused);
}

static Staff staff_of(House *house, StaffId id)
{
    Staff staff;
    StoreTx *tx = house_read(house);
    g_assert_true(staff_find(tx, house->arena, id, &staff));
    house_read_end(tx);
    return staff;
}

static StaffForm form_of(const Staff *staff)
{
    return (StaffForm){.display_name = staff->display_name,
                       .email = staff->email,
                       .role = staff->role,
                       .team = staff->team,
                       .language = staff->language,
                       .sort_key = "x"};
}

/* Gives the person that role; the key of the refusal, or NULL. */
static const char *set_role(House *house, StaffId id, StaffRole role, Actor by)
{
    Staff staff = staff_of(house, id);
    Edit edit = {.form = form_of(&staff), .id = id, .version = staff.version, .by = by};
    edit.form.role = role;
    return house_write(house, work_change, &edit) ? NULL : edit.refused.key;
}

static const char *set_active(House *house, StaffId id, bool active, Actor by)
{
    Edit edit = {.id = id, .version = staff_of(house, id).version, .active = active, .by = by};
    return house_write(house, work_set_active, &edit) ? NULL : edit.refused.key;
}

static size_t count_audit(House *house, const char *action, const char *payload)
{
    size_t found = 0;
    StoreTx *tx = house_read(house);
    AuditRowList list = audit_list_before(tx, house->arena, (AuditId){0}, 100);
    for (size_t i = 0; i < list.count; i++)
        found += strcmp(list.items[i].entry.action, action) == 0 && strcmp(list.items[i].entry.payload, payload) == 0;
    house_read_end(tx);
    return found;
}

/* --- the form -------------------------------------------------------------------------------------------------------- */

static const StaffForm good_form = {.login = " Carla.Neri ",
                                    .display_name = " Carla  Neri\n",
                                    .email = "carla@filo.test",
                                    .role = ROLE_OPERATOR,
                                    .language = "it"};

static const char *form_refusal(StaffForm form)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    InputError refused = {0};
    return staff_form_check(arena, &form, true, &refused) ? NULL : refused.key;
}

#define REFUSED(field, value, expected)                                                                                \
    do {                                                                                                               \
        StaffForm changed = good_form;                                                                                 \
        changed.field = value;                                                                                         \
        g_assert_cmpstr(form_refusal(changed), ==, expected);                                                          \
    } while (0)

static void test_form(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StaffForm form = good_form;
    InputError refused;
    g_assert_true(staff_form_check(arena, &form, true, &refused));
    g_assert_cmpstr(form.login, ==, "carla.neri");
    g_assert_cmpstr(form.display_name, ==, "Carla Neri");
    g_autofree char *long_name = g_strnfill(101, 'n'), *long_email = g_strnfill(255, 'a');
    long_email[100] = '@';
    REFUSED(login, NULL, "staff.error.login");
    REFUSED(login, "c", "staff.error.login");
    REFUSED(login, "carla neri", "staff.error.login");
    REFUSED(login, "càrla", "staff.error.login");
    REFUSED(login, long_name, "staff.error.login");
    REFUSED(display_name, NULL, "staff.error.name");
    REFUSED(display_name, " \t ", "staff.error.name");
    REFUSED(display_name, long_name, "staff.error.name");
    REFUSED(email, NULL, "staff.error.email");
    REFUSED(email, "carla", "staff.error.email");
    REFUSED(email, "@filo.test", "staff.error.email");
    REFUSED(email, "carla@", "staff.error.email");
    REFUSED(email, "a@b@c", "staff.error.email");
    REFUSED(email, "carla@filo.test>, x", "staff.error.email");
    REFUSED(email, long_email, "staff.error.email");
    REFUSED(language, "de", "staff.error.language");
    REFUSED(language, NULL, "staff.error.language");
}

/* --- people ---------------------------------------------------------------------------------------------------------- */

static void test_create(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    Edit edit = {.form = good_form, .by = person(house.admin)};
    edit.form.team = house.team;
    g_assert_true(staff_form_check(house.arena, &edit.form, true, &edit.refused));
    g_assert_true(house_write(&house, work_create, &edit));
    Staff carla = staff_of(&house, edit.id);
    g_assert_cmpstr(carla.login, ==, "carla.neri");
    g_assert_cmpint(carla.team.value, ==, house.team.value);
    g_assert_null(carla.password_hash);
    g_assert_true(carla.active);
    g_assert_cmpuint(count_audit(&house, "staff.add", "{\"role\":\"operator\"}"), ==, 1);

    g_assert_false(house_write(&house, work_create, &edit));
    g_assert_cmpstr(edit.refused.key, ==, "staff.error.login_taken");
    edit.form.login = "dario";
    edit.form.team = (TeamId){99};
    g_assert_false(house_write(&house, work_create, &edit));
    g_assert_cmpstr(edit.refused.key, ==, "staff.error.team");
    house_close(&house);
}

static void test_change_and_stale(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bruno = house_add_staff(&house, "bruno", ROLE_OPERATOR);
    Staff before = staff_of(&house, bruno);
    Edit edit = {.form = form_of(&before), .id = bruno, .version = before.version, .by = person(house.admin)};
    edit.form.display_name = "Bruno Verdi";
    edit.form.language = "en";
    edit.form.team = (TeamId){0};
    g_assert_true(house_write(&house, work_change, &edit));
    Staff after = staff_of(&house, bruno);
    g_assert_cmpstr(after.display_name, ==, "Bruno Verdi");
    g_assert_cmpstr(after.language, ==, "en");
    g_assert_cmpint(after.team.value, ==, 0);
    g_assert_cmpint(after.version, ==, before.version + 1);
    g_assert_cmpint(after.epoch, ==, before.epoch); /* a new name throws nobody out */

    edit.form.display_name = "Someone who looked at the old page";
    g_assert_false(house_write(&house, work_change, &edit));
    g_assert_cmpstr(edit.refused.key, ==, "staff.error.stale");
    g_assert_cmpstr(staff_of(&house, bruno).display_name, ==, "Bruno Verdi");

    Edit missing = {.form = edit.form, .id = {999}, .version = 1, .by = by_system};
    g_assert_false(house_write(&house, work_change, &missing));
    g_assert_cmpstr(missing.refused.key, ==, "staff.error.not_found");
    house_close(&house);
}

static void test_roles(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bruno = house_add_staff(&house, "bruno", ROLE_OPERATOR);
    int64_t epoch = staff_of(&house, bruno).epoch;
    g_assert_cmpstr(set_role(&house, bruno, ROLE_ADMIN, person(bruno)), ==, "staff.error.own_role"); /* A41 */
    g_assert_cmpstr(set_role(&house, house.admin, ROLE_READER, person(house.admin)), ==, "staff.error.own_role");
    g_assert_cmpstr(set_role(&house, house.admin, ROLE_READER, by_system), ==, "staff.error.last_admin");
    g_assert_cmpint(staff_of(&house, bruno).role, ==, ROLE_OPERATOR);
    g_assert_cmpint(staff_of(&house, bruno).epoch, ==, epoch);

    g_assert_null(set_role(&house, bruno, ROLE_ADMIN, person(house.admin)));
    g_assert_cmpint(staff_of(&house, bruno).role, ==, ROLE_ADMIN);
    g_assert_cmpint(staff_of(&house, bruno).epoch, ==, epoch + 1);
    g_assert_cmpuint(count_audit(&house, "staff.role", "{\"from\":\"operator\",\"to\":\"admin\"}"), ==, 1);
    g_assert_null(set_role(&house, house.admin, ROLE_READER, person(bruno))); /* there is another now */
    g_assert_cmpstr(set_role(&house, bruno, ROLE_READER, by_system), ==, "staff.error.last_admin");
    house_close(&house);
}

static void test_disable(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bruno = house_add_staff(&house, "bruno", ROLE_ADMIN);
    g_assert_cmpstr(set_active(&house, bruno, false, person(bruno)), ==, "staff.error.own_access");
    g_assert_null(set_active(&house, bruno, false, person(house.admin)));
    g_assert_false(staff_of(&house, bruno).active);
    g_assert_cmpstr(set_active(&house, house.admin, false, by_system), ==, "staff.error.last_admin");
    g_assert_cmpstr(set_role(&house, house.admin, ROLE_READER, by_system), ==, "staff.error.last_admin");
    g_assert_null(set_active(&house, bruno, true, person(house.admin)));
    g_assert_null(set_active(&house, house.admin, false, person(bruno)));

    Edit stale = {.id = bruno, .version = 1, .active = false, .by = by_system};
    g_assert_false(house_write(&house, work_set_active, &stale));
    g_assert_cmpstr(stale.refused.key, ==, "staff.error.stale");
    house_close(&house);
}

/* Two administrators take each other's role at once: one of them must be refused. */
typedef struct Duel {
    House *house;
    StaffId victim, attacker;
} Duel;

static void *duel(void *arg)
{
    Duel *side = arg;
    Edit edit = {.id = side->victim,
                 .version = 1,
                 .by = person(side->attacker),
                 .form = {.display_name = "x", .email = "x@y", .role = ROLE_READER, .language = "it", .sort_key = "x"}};
    g_autoptr(GError) error = NULL;
    bool won = store_write(side->house->store, "duel", work_change, &edit, &error) == STORE_COMMITTED;
    return won ? side : NULL;
}

static void test_duel(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    for (int round = 0; round < 10; round++) {
        g_autofree char *left = g_strdup_printf("left%d", round), *right = g_strdup_printf("right%d", round);
        StaffId one = house_add_staff(&house, left, ROLE_ADMIN), other = house_add_staff(&house, right, ROLE_ADMIN);
        house_tamper(&house, "UPDATE staff SET active = 0 WHERE login NOT LIKE 'left%' AND login NOT LIKE 'right%'");
        Duel sides[] = {{&house, one, other}, {&house, other, one}};
        pthread_t threads[2];
        void *won[2];
        for (int i = 0; i < 2; i++)
            g_assert_cmpint(pthread_create(&threads[i], NULL, duel, &sides[i]), ==, 0);
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], &won[i]);
        g_assert_true(!won[0] != !won[1]);
        house_tamper(&house, "UPDATE staff SET active = 0");
    }
    house_close(&house);
}

static char *sign_in_key(House *house, const char *login)
{
    SignedIn in;
    InputError refused;
    g_autoptr(GError) error = NULL;
    SignIn attempt = {.login = login, .password = TEST_PASSWORD, .address = "192.0.2.7"};
    g_assert_cmpint(sign_in(house->store, &attempt, TEST_NOW, &in, &refused, &error), ==, SIGN_IN_DONE);
    return arena_strdup(house->arena, in.session.sha256);
}

static bool is_good(House *house, const char *key_sha256, Session *session_out)
{
    StoreTx *tx = house_read(house);
    bool good = session_find(tx, house->arena, key_sha256, TEST_NOW, session_out);
    house_read_end(tx);
    return good;
}

/* A45: a new password ends the person's other sessions and nobody else's. */
static void test_password(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bruno = house_add_staff(&house, "bruno", ROLE_OPERATOR);
    Session session;
    const char *old = sign_in_key(&house, "bruno"), *here = sign_in_key(&house, "bruno");
    const char *adas = sign_in_key(&house, "ada");
    g_assert_true(is_good(&house, here, &session));
    Edit edit = {.id = bruno, .hash = "$argon2id$new", .spared = session.id, .by = person(bruno)};
    g_assert_true(house_write(&house, work_set_password, &edit));
    g_assert_cmpstr(staff_of(&house, bruno).password_hash, ==, "$argon2id$new");
    g_assert_false(is_good(&house, old, &session));
    g_assert_true(is_good(&house, here, &session));
    g_assert_true(is_good(&house, adas, &session));

    edit.spared = session.id; /* ada's: a session of another person is not spared, nor given away */
    g_assert_true(house_write(&house, work_set_password, &edit));
    g_assert_false(is_good(&house, here, &session));
    g_assert_true(is_good(&house, adas, &session));
    g_assert_cmpint(session.staff.value, ==, house.admin.value);
    g_assert_cmpuint(count_audit(&house, "staff.password", "{}"), ==, 2);

    edit.id = (StaffId){999};
    g_assert_false(house_write(&house, work_set_password, &edit));
    g_assert_cmpstr(edit.refused.key, ==, "staff.error.not_found");
    house_close(&house);
}

static void test_role_ends_sessions(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bruno = house_add_staff(&house, "bruno", ROLE_SUPERVISOR);
    Session session;
    const char *key = sign_in_key(&house, "bruno");
    g_assert_null(set_role(&house, bruno, ROLE_READER, person(house.admin)));
    g_assert_false(is_good(&house, key, &session));
    house_close(&house);
}

typedef struct TeamEdit {
    TeamForm form;
    TeamId id;
    int64_t version;
    InputError refused;
} TeamEdit;

static bool work_team_create(StoreTx *tx, void *arg)
{
    TeamEdit *edit = arg;
    return team_create(tx, &edit->form, by_system, TEST_NOW, &edit->id, &edit->refused);
}

static bool work_team_change(StoreTx *tx, void *arg)
{
    TeamEdit *edit = arg;
    return team_change(tx, edit->id, edit->version, &edit->form, by_system, TEST_NOW, &edit->refused);
}

static void assert_team_refused(House *house, StoreWork work, TeamEdit *edit, const char *key)
{
    g_assert_false(house_write(house, work, edit));
    g_assert_cmpstr(edit->refused.key, ==, key);
}

static void test_teams(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    InputError refused;
    TeamEdit ancona = {.form = {.name = "  Filiale\tdi Ancona ", .place = "Ancona", .kind = TEAM_BRANCH}};
    TeamForm blank = {.name = " "};
    g_assert_false(team_form_check(house.arena, &blank, &refused));
    g_assert_cmpstr(refused.key, ==, "team.error.name");
    g_assert_true(team_form_check(house.arena, &ancona.form, &refused));
    g_assert_true(house_write(&house, work_team_create, &ancona));
    TeamEdit same = {.form = ancona.form};
    assert_team_refused(&house, work_team_create, &same, "team.error.name_taken");
    TeamEdit other = {
        .form = {.name = "Filiale di Ancona", .place = "", .sort_key = "x"}, .id = house.team, .version = 1};
    assert_team_refused(&house, work_team_change, &other, "team.error.name_taken");

    ancona.form.kind = TEAM_OUTSOURCED;
    ancona.version = 1;
    g_assert_true(house_write(&house, work_team_change, &ancona));
    assert_team_refused(&house, work_team_change, &ancona, "team.error.stale");
    ancona.id = (TeamId){999};
    ancona.form.name = "Un'altra";
    assert_team_refused(&house, work_team_change, &ancona, "team.error.not_found");

    StoreTx *tx = house_read(&house);
    TeamList teams = team_list(tx, house.arena);
    house_read_end(tx);
    g_assert_cmpuint(teams.count, ==, 2);
    g_assert_cmpstr(teams.items[1].name, ==, "Filiale di Ancona");
    g_assert_cmpstr(teams.items[1].place, ==, "Ancona");
    g_assert_cmpint(teams.items[1].kind, ==, TEAM_OUTSOURCED);
    g_assert_cmpint(teams.items[1].version, ==, 2);
    house_close(&house);
}

/* Those who left stand last, and only who has no password at all is shown to have none. */
static void test_everybody(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    StaffId bea = house_add_staff(&house, "bea", ROLE_OPERATOR);
    Edit leaves = {.id = bea, .version = 1, .active = false, .by = person(house.admin)};
    g_assert_true(house_write(&house, work_set_active, &leaves));
    Edit carlo = {.form = {.login = "carlo",
                           .display_name = "Carlo",
                           .email = "c@x.test",
                           .role = ROLE_QUALITY,
                           .language = "it",
                           .sort_key = "carlo"},
                  .by = by_system};
    g_assert_true(house_write(&house, work_create, &carlo));
    StoreTx *tx = house_read(&house);
    StaffList list = staff_list_everybody(tx, house.arena);
    house_read_end(tx);
    g_assert_cmpuint(list.count, ==, 3);
    g_assert_cmpstr(list.items[0].login, ==, "ada");
    g_assert_nonnull(list.items[0].password_hash);
    g_assert_cmpstr(list.items[1].login, ==, "carlo");
    g_assert_null(list.items[1].password_hash);
    g_assert_cmpstr(list.items[2].login, ==, "bea");
    g_assert_false(list.items[2].active);
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/staff-edit/form", test_form);
    desk_test_each_engine("/staff-edit/create", test_create);
    desk_test_each_engine("/staff-edit/change-and-stale", test_change_and_stale);
    desk_test_each_engine("/staff-edit/roles", test_roles);
    desk_test_each_engine("/staff-edit/disable", test_disable);
    desk_test_each_engine("/staff-edit/duel", test_duel);
    desk_test_each_engine("/staff-edit/password", test_password);
    desk_test_each_engine("/staff-edit/role-ends-sessions", test_role_ends_sessions);
    desk_test_each_engine("/staff-edit/teams", test_teams);
    desk_test_each_engine("/staff-edit/everybody", test_everybody);
    return g_test_run();
}
