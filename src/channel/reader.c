/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/reader.h"

#include "base/check.h"
#include "base/pool.h"
#include "channel/receive_int.h"

#include <pthread.h>

enum { THING_CAP = 4 }; /* arenas of one thing: what it decodes to, its HTML, and some */

struct ChannelReader {
    const ChannelReceiver *receiver;
    Pool *pool; /* of one thread: that is the order */
    pthread_mutex_t lock;
    pthread_cond_t read;
    size_t things, bytes; /* taken, and not read yet */
};

/* One thing on its way from the thread that keeps to the one that reads. */
typedef struct Thing {
    ChannelReader *reader;
    Arena *arena;
    uint8_t *raw;
    Reception reception;
    ChannelReceipt receipt;
} Thing;

static void thing_free(Thing *thing)
{
    arena_free(thing->arena);
    g_free(thing->raw);
    g_free(thing);
}

static void count(ChannelReader *reader, size_t bytes)
{
    pthread_mutex_lock(&reader->lock);
    reader->things++;
    reader->bytes += bytes;
    pthread_mutex_unlock(&reader->lock);
}

static void uncount(ChannelReader *reader, size_t bytes)
{
    pthread_mutex_lock(&reader->lock);
    reader->things--;
    reader->bytes -= bytes;
    pthread_cond_signal(&reader->read);
    pthread_mutex_unlock(&reader->lock);
}

static void read_thing(void *arg)
{
    Thing *thing = arg;
    reception_read(&thing->reception, &thing->receipt);
    ChannelReader *reader = thing->reader;
    size_t size = thing->reception.raw.size;
    thing_free(thing);
    uncount(reader, size);
}

/* Until no more than that is left to read, and there is room for one more. */
static void wait_until(ChannelReader *reader, size_t things, size_t bytes)
{
    pthread_mutex_lock(&reader->lock);
    while (reader->things > things || reader->bytes > bytes)
        pthread_cond_wait(&reader->read, &reader->lock);
    pthread_mutex_unlock(&reader->lock);
}

static void hand_over(ChannelReader *reader, Thing *thing)
{
    size_t size = thing->reception.raw.size;
    wait_until(reader, CHANNEL_READER_THINGS - 1, CHANNEL_READER_BYTES - size);
    thing->raw = g_memdup2(thing->reception.raw.data, size);
    thing->reception.raw.data = thing->raw;
    count(reader, size);
    bool offered = pool_offer(reader->pool, read_thing, thing);
    check(offered); /* only we offer, and there is room */
}

bool channel_reader_take(ChannelReader *reader, const ChannelArrival *arrival, GError **error)
{
    Thing *thing = g_new0(Thing, 1);
    thing->reader = reader;
    thing->arena = arena_new(ARENA_REQUEST_CAP * THING_CAP);
    thing->reception = reception_of(reader->receiver, thing->arena, arrival);
    thing->reception.waits = true;
    bool kept = reception_keep(&thing->reception, arrival, &thing->receipt, error);
    if (kept && !thing->receipt.already && arrival->raw.size <= CHANNEL_READER_BYTES) {
        hand_over(reader, thing);
        if (store_engine(desk_store(reader->receiver->desk)) != STORE_SQLITE)
            channel_reader_settle(reader);
        return true;
    }
    if (kept && !thing->receipt.already) {
        channel_reader_settle(reader);
        reception_read(&thing->reception, &thing->receipt);
    }
    thing_free(thing);
    return kept;
}

void channel_reader_settle(ChannelReader *reader)
{
    wait_until(reader, 0, 0);
}

ChannelReader *channel_reader_new(const ChannelReceiver *receiver, GError **error)
{
    Pool *pool = pool_new("mail-read", 1, CHANNEL_READER_THINGS, error);
    if (!pool)
        return NULL;
    ChannelReader *reader = g_new0(ChannelReader, 1);
    reader->receiver = receiver;
    reader->pool = pool;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->read, NULL);
    return reader;
}

void channel_reader_free(ChannelReader *reader)
{
    if (!reader)
        return;
    pool_free(reader->pool);
    pthread_cond_destroy(&reader->read);
    pthread_mutex_destroy(&reader->lock);
    g_free(reader);
}
