/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/audit/audit.h"

#include "desk/audit/seal.h"
#include "desk/desk_testing.h"

#include <pthread.h>
#include <string.h>

static bool add_two(StoreTx *tx, void *arg)
{
    (void)arg;
    audit_add(tx, &(AuditEntry){1000, {ACTOR_STAFF, 7}, "staff.disable", "staff", 9, "{\"role\":\"reader\"}"});
    audit_add(tx, &(AuditEntry){2000, ACTOR_OF_SYSTEM, "sign_in.failed", "", 0, NULL});
    return true;
}

static bool add_many(StoreTx *tx, void *arg)
{
    const int *count = arg;
    for (int i = 0; i < *count; i++)
        audit_add(tx, &(AuditEntry){TEST_NOW + i, {ACTOR_STAFF, 1}, "ticket.read", "ticket", 10001 + i, NULL});
    return true;
}

static void seal(House *house, TimeMs now)
{
    g_autoptr(GError) error = NULL;
    bool sealed = audit_seal_once(house->store, now, &error);
    g_assert_no_error(error);
    g_assert_true(sealed);
}

static AuditVerdict verify(House *house, const AuditHead *noted)
{
    StoreTx *tx = house_read(house);
    AuditVerdict verdict = audit_verify(tx, noted);
    house_read_end(tx);
    return verdict;
}

static void test_rows(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_assert_true(house_write(&house, add_two, NULL));
    StoreTx *tx = house_read(&house);
    AuditRowList list = audit_list_before(tx, house.arena, (AuditId){0}, 10);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpstr(list.items[0].entry.action, ==, "sign_in.failed"); /* newest first */
    g_assert_cmpstr(list.items[0].entry.payload, ==, "{}");
    g_assert_cmpint(list.items[0].entry.object_id, ==, 0);
    g_assert_false(list.items[0].sealed);
    g_assert_cmpint(list.items[1].entry.at, ==, 1000);
    g_assert_cmpint(list.items[1].entry.actor.kind, ==, ACTOR_STAFF);
    g_assert_cmpint(list.items[1].entry.actor.id, ==, 7);
    g_assert_cmpstr(list.items[1].entry.object, ==, "staff");
    g_assert_cmpint(list.items[1].entry.object_id, ==, 9);
    AuditRowList older = audit_list_before(tx, house.arena, list.items[0].id, 10);
    g_assert_cmpuint(older.count, ==, 1);
    g_assert_cmpint(older.items[0].id.value, ==, list.items[1].id.value);
    house_read_end(tx);
    house_close(&house);
}

/* The chain of the two rows of add_two, sealed at 5000, computed by hand with sha256sum over
 *   64:0…0,4:5000,1:2,
 *   1:1,4:1000,5:staff,1:7,13:staff.disable,5:staff,1:9,17:{"role":"reader"},
 *   1:2,4:2000,6:system,1:-,14:sign_in.failed,0:,1:-,2:{},        (no line breaks) */
static void test_chain_by_hand(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_assert_true(house_write(&house, add_two, NULL));
    seal(&house, 5000);
    AuditVerdict verdict = verify(&house, NULL);
    g_assert_cmpint(verdict.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(verdict.rows, ==, 2);
    g_assert_cmpstr(verdict.head.chain_sha256, ==, "d2df0730967b08d723912359dd5eaec5e17cde8ce9ec656a9f00aba3cf4c35a0");
    house_close(&house);
}

static void test_batches(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    AuditVerdict empty = verify(&house, NULL);
    g_assert_cmpint(empty.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(empty.seals, ==, 0);

    int many = 2 * SEAL_ROWS + 1;
    g_assert_true(house_write(&house, add_many, &many));
    AuditVerdict before = verify(&house, NULL);
    g_assert_cmpint(before.unsealed, ==, many);
    seal(&house, TEST_NOW);
    AuditVerdict after = verify(&house, NULL);
    g_assert_cmpint(after.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(after.seals, ==, 3);
    g_assert_cmpint(after.rows, ==, many);
    g_assert_cmpint(after.unsealed, ==, 0);

    seal(&house, TEST_NOW); /* nothing new: no empty seal */
    g_assert_cmpint(verify(&house, NULL).seals, ==, 3);
    house_close(&house);
}

static const struct {
    const char *what, *sql;
    AuditBreak found;
    int64_t broken; /* the seal named */
} attacks[] = {
    {"an actor changed", "UPDATE audit SET actor_id = 2 WHERE audit_id = 4", AUDIT_CHAIN_DIFFERS, 2},
    {"an instant changed", "UPDATE audit SET at = at + 1 WHERE audit_id = 1", AUDIT_CHAIN_DIFFERS, 1},
    {"a payload changed", "UPDATE audit SET payload = '{ }' WHERE audit_id = 6", AUDIT_CHAIN_DIFFERS, 3},
    {"an object forgotten", "UPDATE audit SET object_id = NULL WHERE audit_id = 3", AUDIT_CHAIN_DIFFERS, 2},
    {"a row removed", "DELETE FROM audit WHERE audit_id = 3", AUDIT_ROWS_DIFFER, 2},
    {"a row moved to another seal", "UPDATE audit SET audit_seal_id = 3 WHERE audit_id = 4", AUDIT_ROWS_DIFFER, 2},
    {"a row taken out of its seal", "UPDATE audit SET audit_seal_id = NULL WHERE audit_id = 1", AUDIT_ROWS_DIFFER, 1},
    {"a seal's instant changed", "UPDATE audit_seal SET sealed_at = 1 WHERE audit_seal_id = 1", AUDIT_CHAIN_DIFFERS, 1},
    {"a chain changed",
     "UPDATE audit_seal SET chain_sha256 = '0000000000000000000000000000000000000000000000000000000000000000' "
     "WHERE audit_seal_id = 2",
     AUDIT_CHAIN_DIFFERS, 2},
};

/* Three seals of two rows each: rows 1 2, 3 4, 5 6. */
static House sealed_house(StoreEngine engine)
{
    House house = house_open(engine);
    for (int i = 0; i < 3; i++) {
        g_assert_true(house_write(&house, add_two, NULL));
        seal(&house, TEST_NOW + i);
    }
    return house;
}

static void test_tampering(gconstpointer engine)
{
    for (size_t i = 0; i < G_N_ELEMENTS(attacks); i++) {
        House house = sealed_house(ENGINE_OF(engine));
        g_assert_cmpint(verify(&house, NULL).found, ==, AUDIT_WHOLE);
        house_tamper(&house, attacks[i].sql);
        AuditVerdict verdict = verify(&house, NULL);
        g_test_message("%s", attacks[i].what);
        g_assert_cmpint(verdict.found, ==, attacks[i].found);
        g_assert_cmpint(verdict.broken.value, ==, attacks[i].broken);
        house_close(&house);
    }
}

/* Erasing a person changes no audit row: the chain stays whole. */
static void test_erasure(gconstpointer engine)
{
    House house = sealed_house(ENGINE_OF(engine));
    AuditHead noted = verify(&house, NULL).head;
    house_tamper(&house, "UPDATE staff SET login = 'erased', display_name = '', sort_key = '', email = ''");
    AuditVerdict verdict = verify(&house, &noted);
    g_assert_cmpint(verdict.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(verdict.rows, ==, 6);
    house_close(&house);
}

/* The end cut off: the chain that is left is whole, and only a head noted before tells. */
static void test_noted_head(gconstpointer engine)
{
    House house = sealed_house(ENGINE_OF(engine));
    AuditHead noted = verify(&house, NULL).head;
    StoreTx *tx = house_read(&house);
    AuditHead head = audit_head(tx);
    house_read_end(tx);
    g_assert_cmpint(head.seal.value, ==, noted.seal.value);
    g_assert_cmpstr(head.chain_sha256, ==, noted.chain_sha256);

    g_assert_true(house_write(&house, add_two, NULL)); /* what came after does not matter */
    seal(&house, TEST_NOW + 9);
    g_assert_cmpint(verify(&house, &noted).found, ==, AUDIT_WHOLE);

    house_tamper(&house, "DELETE FROM audit WHERE audit_seal_id >= 3");
    house_tamper(&house, "DELETE FROM audit_seal WHERE audit_seal_id >= 3");
    g_assert_cmpint(verify(&house, NULL).found, ==, AUDIT_WHOLE);
    AuditVerdict verdict = verify(&house, &noted);
    g_assert_cmpint(verdict.found, ==, AUDIT_HEAD_MISSING);
    g_assert_cmpint(verdict.seals, ==, 2);

    g_assert_true(house_write(&house, add_two, NULL)); /* and made anew, perhaps under the same number */
    seal(&house, TEST_NOW + 10);
    g_assert_cmpint(verify(&house, &noted).found, ==, AUDIT_HEAD_MISSING);
    house_close(&house);
}

/* Sealers and writers at once, as several nodes would: every row ends up sealed once, the chain is whole. */
typedef struct Rush {
    House *house;
    int rounds;
} Rush;

static void *rush_seal(void *arg)
{
    Rush *rush = arg;
    for (int i = 0; i < rush->rounds; i++)
        seal(rush->house, TEST_NOW + i);
    return NULL;
}

static void *rush_add(void *arg)
{
    Rush *rush = arg;
    int few = 3;
    for (int i = 0; i < rush->rounds; i++)
        g_assert_true(house_write(rush->house, add_many, &few));
    return NULL;
}

static void test_many_sealers(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    Rush rush = {&house, 25};
    pthread_t threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, i % 2 ? rush_seal : rush_add, &rush), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    seal(&house, TEST_NOW + 100);
    AuditVerdict verdict = verify(&house, NULL);
    g_assert_cmpint(verdict.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(verdict.rows, ==, 2 * 25 * 3);
    g_assert_cmpint(verdict.unsealed, ==, 0);
    house_close(&house);
}

/* An id taken early and committed late, under a seal that is already there. */
static void test_late_commit(gconstpointer engine)
{
    House house = sealed_house(ENGINE_OF(engine));
    house_tamper(&house,
                 ENGINE_OF(engine) == STORE_POSTGRESQL
                     ? "INSERT INTO audit (audit_id, at, actor_kind, action, object, payload) OVERRIDING SYSTEM VALUE "
                       "VALUES (0, 1, 'system', 'x.y', '', '{}')"
                     : "INSERT INTO audit (audit_id, at, actor_kind, action, object, payload) "
                       "VALUES (0, 1, 'system', 'x.y', '', '{}')");
    g_assert_cmpint(verify(&house, NULL).unsealed, ==, 1);
    seal(&house, TEST_NOW + 4);
    AuditVerdict verdict = verify(&house, NULL);
    g_assert_cmpint(verdict.found, ==, AUDIT_WHOLE);
    g_assert_cmpint(verdict.seals, ==, 4);
    g_assert_cmpint(verdict.unsealed, ==, 0);
    house_close(&house);
}

static size_t count_rows(House *house, const char *action)
{
    StoreTx *tx = house_read(house);
    AuditRowList list = audit_list_before(tx, house->arena, (AuditId){0}, 100000);
    house_read_end(tx);
    size_t found = 0;
    for (size_t i = 0; i < list.count; i++)
        found += strcmp(list.items[i].entry.action, action) == 0;
    return found;
}

static void note(AuditReads *reads, int64_t staff, int64_t ticket)
{
    audit_reads_note(reads,
                     &(AuditEntry){TEST_NOW, {ACTOR_STAFF, staff}, "ticket.read", "ticket", ticket, "{\"x\":1}"});
}

static bool flush(AuditReads *reads, House *house)
{
    g_autoptr(GError) error = NULL;
    bool flushed = audit_reads_flush(reads, house->store, TEST_NOW, &error);
    g_assert_no_error(error);
    return flushed;
}

static void test_reads(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_autoptr(AuditReads) reads = audit_reads_new();
    g_assert_true(flush(reads, &house));
    for (int i = 0; i < 700; i++) {
        note(reads, 1, 10001 + i);
        note(reads, 1, 10001 + i); /* reloaded at once */
    }
    note(reads, 2, 10001);
    g_assert_cmpuint(count_rows(&house, "ticket.read"), ==, 0);
    g_assert_true(flush(reads, &house));
    g_assert_cmpuint(count_rows(&house, "ticket.read"), ==, 701);
    g_assert_true(flush(reads, &house));
    g_assert_cmpuint(count_rows(&house, "ticket.read"), ==, 701);
    note(reads, 1, 10001); /* a second later it is another read */
    g_assert_true(flush(reads, &house));
    g_assert_cmpuint(count_rows(&house, "ticket.read"), ==, 702);
    house_close(&house);
}

static void test_reads_lost(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    g_autoptr(AuditReads) reads = audit_reads_new();
    for (int i = 0; i < 10007; i++) /* ten thousand are held */
        note(reads, 1, 10001 + i % 5);
    g_assert_true(flush(reads, &house));
    g_assert_cmpuint(count_rows(&house, "ticket.read"), ==, 5);
    StoreTx *tx = house_read(&house);
    AuditRowList list = audit_list_before(tx, house.arena, (AuditId){0}, 1);
    g_assert_cmpstr(list.items[0].entry.action, ==, "audit.reads_lost");
    g_assert_cmpstr(list.items[0].entry.payload, ==, "{\"lost\":7}");
    house_read_end(tx);
    g_assert_true(flush(reads, &house));
    g_assert_cmpuint(count_rows(&house, "audit.reads_lost"), ==, 1);
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/audit/rows", test_rows);
    desk_test_each_engine("/audit/chain-by-hand", test_chain_by_hand);
    desk_test_each_engine("/audit/batches", test_batches);
    desk_test_each_engine("/audit/tampering", test_tampering);
    desk_test_each_engine("/audit/erasure", test_erasure);
    desk_test_each_engine("/audit/noted-head", test_noted_head);
    desk_test_each_engine("/audit/many-sealers", test_many_sealers);
    desk_test_each_engine("/audit/late-commit", test_late_commit);
    desk_test_each_engine("/audit/reads", test_reads);
    desk_test_each_engine("/audit/reads-lost", test_reads_lost);
    return g_test_run();
}
