/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/empty.h"

#include "store/blob.h"
#include "store/store_testing.h"

typedef struct Moving {
    bool may, wanted;
    BlobPrepared coming;
} Moving;

static bool may_move(StoreTx *tx, void *arg)
{
    (void)tx;
    return ((Moving *)arg)->may;
}

static bool move_in(StoreTx *tx, void *arg)
{
    const Moving *moving = arg;
    blob_add(tx, &moving->coming);
    return moving->wanted;
}

static BlobPrepared prepared(Store *store, const char *text)
{
    BlobPrepared blob;
    g_assert_true(blob_prepare(store, bytes_of(text), &blob, NULL));
    return blob;
}

static bool is_there(Store *store, const BlobPrepared *blob)
{
    g_autoptr(Arena) arena = arena_new(1 << 16);
    g_autoptr(GError) error = NULL;
    Bytes bytes;
    StoreTx *tx = store_read_begin(store, NULL);
    bool found = blob_read(tx, blob->sha256, arena, &bytes, &error);
    g_assert_true(store_read_end(tx, NULL));
    return found;
}

static void test_all_or_nothing(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    Moving first = {true, true, prepared(test.store, "the old company")};
    Moving next = {false, false, prepared(test.store, "the new company")};
    g_assert_cmpint(store_write(test.store, "first", move_in, &first, NULL), ==, STORE_COMMITTED);
    g_assert_cmpint(store_write_emptied(test.store, "may not", may_move, move_in, &next, NULL), ==, STORE_REFUSED);
    next.may = true;
    g_assert_cmpint(store_write_emptied(test.store, "will not", may_move, move_in, &next, NULL), ==, STORE_REFUSED);
    g_assert_true(is_there(test.store, &first.coming) && !is_there(test.store, &next.coming));
    next.wanted = true;
    g_assert_cmpint(store_write_emptied(test.store, "moves", may_move, move_in, &next, NULL), ==, STORE_COMMITTED);
    g_assert_true(!is_there(test.store, &first.coming) && is_there(test.store, &next.coming));
    test_store_close(&test);
}

/* The schema is still known, and the store goes on working. */
static void test_opens_again(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    Moving next = {true, true, prepared(test.store, "the new company")};
    g_assert_cmpint(store_write_emptied(test.store, "moves", may_move, move_in, &next, NULL), ==, STORE_COMMITTED);
    store_close(test.store);
    test.store = test_store_open_at(test.dir, test.db, STORE_WRITER);
    g_assert_true(is_there(test.store, &next.coming));
    test_store_close(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_add_both("/empty/all-or-nothing", test_all_or_nothing);
    test_add_both("/empty/opens-again", test_opens_again);
    return g_test_run();
}
