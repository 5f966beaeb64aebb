/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/desk_testing.h"

#include "base/text.h"
#include "desk/setting/setting.h"
#include "desk/staff/password.h"

#include <sqlite3.h>

/* One hash for all: each costs 54 ms and more under a sanitizer. */
static const char *password_kept(void)
{
    static PasswordHash hash;
    if (!*hash.text)
        password_hash(TEST_PASSWORD, &hash);
    return hash.text;
}

typedef struct AddStaff {
    House *house;
    const char *login;
    StaffRole role;
    StaffId id;
} AddStaff;

static bool add_staff(StoreTx *tx, void *arg)
{
    AddStaff *add = arg;
    if (!add->house->team.value)
        add->house->team = team_add(tx, "Assistenza", "assistenza", TEAM_INTERNAL);
    add->id = staff_add(tx,
                        &(Staff){.login = add->login,
                                 .display_name = add->login,
                                 .email = "someone@filo.test",
                                 .role = add->role,
                                 .team = add->house->team,
                                 .language = "it",
                                 .password_hash = password_kept()},
                        add->login, TEST_NOW);
    return true;
}

StaffId house_add_staff(House *house, const char *login, StaffRole role)
{
    AddStaff add = {.house = house, .login = login, .role = role};
    password_kept(); /* not inside the transaction */
    g_assert_true(house_write(house, add_staff, &add));
    return add.id;
}

ChannelAccountId test_mailbox_add(StoreTx *tx, Arena *arena, const char *name)
{
    ChannelAccount account;
    channel_account_put(tx, &(ChannelAccount){.channel = "mail",
                                              .name = name,
                                              .address = arena_printf(arena, "%s@filo.test", name),
                                              .config = "{}",
                                              .active = true});
    g_assert_true(channel_account_find(tx, arena, name, &account));
    return account.id;
}

typedef struct AddMailbox {
    House *house;
    const char *name;
    ChannelAccountId id;
} AddMailbox;

static bool add_mailbox(StoreTx *tx, void *arg)
{
    AddMailbox *add = arg;
    add->id = test_mailbox_add(tx, add->house->arena, add->name);
    return true;
}

ChannelAccountId house_add_mailbox(House *house, const char *name)
{
    AddMailbox add = {.house = house, .name = name};
    g_assert_true(house_write(house, add_mailbox, &add));
    return add.id;
}

House house_open(StoreEngine engine)
{
    House house = {.test = test_store_open(engine), .arena = arena_new(ARENA_REQUEST_CAP)};
    house.store = house.test.store;
    clock_manual_init(&house.clock, TEST_NOW);
    house.admin = house_add_staff(&house, "ada", ROLE_ADMIN);
    return house;
}

void house_close(House *house)
{
    test_store_close(&house->test);
    arena_free(house->arena);
}

bool house_write(House *house, StoreWork work, void *arg)
{
    g_autoptr(GError) error = NULL;
    StoreOutcome outcome = store_write(house->store, "test", work, arg, &error);
    g_assert_no_error(error);
    return outcome == STORE_COMMITTED;
}

StoreTx *house_read(House *house)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(house->store, &error);
    g_assert_no_error(error);
    return tx;
}

void house_read_end(StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    bool ended = store_read_end(tx, &error);
    g_assert_no_error(error);
    g_assert_true(ended);
}

void house_tamper(House *house, const char *sql)
{
    if (house->test.db) {
        test_sql(house->test.db, sql);
        return;
    }
    g_autofree char *file = g_build_filename(house->test.dir, "filo.db", NULL);
    sqlite3 *db;
    g_assert_cmpint(sqlite3_open(file, &db), ==, SQLITE_OK);
    sqlite3_busy_timeout(db, 30000); /* the writer may be at a checkpoint after its last commit */
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

void desk_test_each_engine(const char *name, void (*func)(gconstpointer engine))
{
    test_add_both(name, func);
}
