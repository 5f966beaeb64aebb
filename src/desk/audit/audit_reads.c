/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/audit/audit.h"

#include "base/queue.h"

#include <stdatomic.h>

#define NOTES_HELD 10000 /* between two flushes; past that they are counted, not kept */
#define NOTES_WRITTEN 25 /* in one transaction: within its 5 ms on PostgreSQL too */

struct AuditReads {
    Queue *noted; /* of AuditEntry */
    atomic_int_fast64_t lost;
    GPtrArray *waiting; /* taken from the queue, not written yet; the flusher's own */
};

AuditReads *audit_reads_new(void)
{
    AuditReads *reads = g_new0(AuditReads, 1);
    reads->noted = queue_new(NOTES_HELD);
    reads->waiting = g_ptr_array_new_with_free_func(g_free);
    return reads;
}

/* Takes what is there now; the same reader, action and object once. */
static void take_noted(AuditReads *reads)
{
    void *taken[256];
    while (queue_count(reads->noted) > 0) { /* nobody else takes: it cannot run empty in between */
        size_t count = queue_pop_many(reads->noted, taken, G_N_ELEMENTS(taken));
        for (size_t i = 0; i < count; i++)
            g_ptr_array_add(reads->waiting, taken[i]);
    }
}

void audit_reads_free(AuditReads *reads)
{
    if (!reads)
        return;
    take_noted(reads);
    g_ptr_array_unref(reads->waiting);
    queue_free(reads->noted);
    g_free(reads);
}

void audit_reads_note(AuditReads *reads, const AuditEntry *entry)
{
    AuditEntry *kept = g_memdup2(entry, sizeof *entry);
    kept->payload = NULL;
    if (queue_offer(reads->noted, kept))
        return;
    g_free(kept);
    atomic_fetch_add(&reads->lost, 1);
}

static guint read_hash(gconstpointer item)
{
    const AuditEntry *entry = item;
    return g_int64_hash(&entry->object_id) ^ g_int64_hash(&entry->actor.id) ^ g_str_hash(entry->action);
}

static gboolean read_equal(gconstpointer a, gconstpointer b)
{
    const AuditEntry *left = a, *right = b;
    return left->object_id == right->object_id && left->actor.id == right->actor.id &&
           left->actor.kind == right->actor.kind && g_str_equal(left->action, right->action) &&
           g_str_equal(left->object, right->object);
}

static void drop_repeated(GPtrArray *waiting)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(read_hash, read_equal);
    guint kept = 0;
    for (guint i = 0; i < waiting->len; i++) {
        if (g_hash_table_contains(seen, waiting->pdata[i])) {
            g_free(waiting->pdata[i]);
            continue;
        }
        g_hash_table_add(seen, waiting->pdata[i]);
        waiting->pdata[kept++] = waiting->pdata[i];
    }
    for (guint i = kept; i < waiting->len; i++)
        waiting->pdata[i] = NULL; /* moved or freed above */
    g_ptr_array_set_size(waiting, (gint)kept);
}

typedef struct Batch {
    const GPtrArray *entries;
    guint count;
    int64_t lost;
    TimeMs now;
} Batch;

static bool write_batch(StoreTx *tx, void *arg)
{
    const Batch *batch = arg;
    for (guint i = 0; i < batch->count; i++)
        audit_add(tx, batch->entries->pdata[i]);
    char payload[64];
    g_snprintf(payload, sizeof payload, "{\"lost\":%" G_GINT64_FORMAT "}", batch->lost);
    if (batch->lost)
        audit_add(tx, &(AuditEntry){batch->now, ACTOR_OF_SYSTEM, "audit.reads_lost", "audit", 0, payload});
    return true;
}

static bool flush_batch(AuditReads *reads, Store *store, TimeMs now, GError **error)
{
    Batch batch = {reads->waiting, MIN(reads->waiting->len, NOTES_WRITTEN), atomic_load(&reads->lost), now};
    if (store_write(store, "audit reads", write_batch, &batch, error) != STORE_COMMITTED)
        return false;
    atomic_fetch_sub(&reads->lost, batch.lost);
    if (batch.count)
        g_ptr_array_remove_range(reads->waiting, 0, batch.count);
    return true;
}

bool audit_reads_flush(AuditReads *reads, Store *store, TimeMs now, GError **error)
{
    if (reads->waiting->len < NOTES_HELD) /* else the store has been away for long: let the queue fill and count */
        take_noted(reads);
    drop_repeated(reads->waiting);
    while (reads->waiting->len > 0 || atomic_load(&reads->lost) > 0)
        if (!flush_batch(reads, store, now, error))
            return false;
    return true;
}
