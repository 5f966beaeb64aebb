/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * publish formats once and drops a copy into each loop's box, replacing a waiting notice of the same topic; the loop
 * empties its box when woken and looks the topic up on its own board. So the only locks are one per box and one for the
 * users' counts, each held for a hash look-up.
 */
#include "net/stream.h"

#include "base/check.h"
#include "net/http_int.h"
#include "net/stream_int.h"

#include <pthread.h>
#include <string.h>

struct StreamBox {
    pthread_mutex_t lock;
    GPtrArray *notices;  /* oldest first */
    GHashTable *waiting; /* topic → the StreamNotice in notices */
    void (*notify)(void *arg);
    void *arg;
};

struct StreamHub {
    pthread_mutex_t lock;
    GHashTable *users; /* user → how many streams */
    size_t per_user;
    size_t open;
    GPtrArray *boxes; /* unchanging once serving */
};

struct StreamBoard {
    GHashTable *topics; /* topic → GPtrArray of StreamSeat */
};

/* --- hub --------------------------------------------------------------------------------------------------------- */

static void notice_free(gpointer data)
{
    StreamNotice *notice = data;
    g_free(notice->topic);
    g_free(notice->text);
    g_free(notice);
}

static void box_free(gpointer data)
{
    StreamBox *box = data;
    g_hash_table_unref(box->waiting);
    g_ptr_array_unref(box->notices);
    pthread_mutex_destroy(&box->lock);
    g_free(box);
}

StreamHub *stream_hub_new(size_t per_user)
{
    StreamHub *hub = g_new0(StreamHub, 1);
    pthread_mutex_init(&hub->lock, NULL);
    hub->users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    hub->per_user = per_user;
    hub->boxes = g_ptr_array_new_with_free_func(box_free);
    return hub;
}

void stream_hub_free(StreamHub *hub)
{
    g_ptr_array_unref(hub->boxes);
    g_hash_table_unref(hub->users);
    pthread_mutex_destroy(&hub->lock);
    g_free(hub);
}

StreamBox *stream_hub_add_box(StreamHub *hub, void (*notify)(void *arg), void *arg)
{
    StreamBox *box = g_new0(StreamBox, 1);
    pthread_mutex_init(&box->lock, NULL);
    box->notices = g_ptr_array_new_with_free_func(notice_free);
    box->waiting = g_hash_table_new(g_str_hash, g_str_equal);
    box->notify = notify;
    box->arg = arg;
    g_ptr_array_add(hub->boxes, box);
    return box;
}

static bool hub_take_place(StreamHub *hub, const char *user)
{
    pthread_mutex_lock(&hub->lock);
    size_t has = GPOINTER_TO_SIZE(g_hash_table_lookup(hub->users, user));
    bool free_place = has < hub->per_user;
    if (free_place) {
        g_hash_table_replace(hub->users, g_strdup(user), GSIZE_TO_POINTER(has + 1));
        hub->open++;
    }
    pthread_mutex_unlock(&hub->lock);
    return free_place;
}

static void hub_give_place_back(StreamHub *hub, const char *user)
{
    pthread_mutex_lock(&hub->lock);
    size_t has = GPOINTER_TO_SIZE(g_hash_table_lookup(hub->users, user));
    check(has > 0);
    if (has == 1)
        g_hash_table_remove(hub->users, user);
    else
        g_hash_table_replace(hub->users, g_strdup(user), GSIZE_TO_POINTER(has - 1));
    hub->open--;
    pthread_mutex_unlock(&hub->lock);
}

size_t stream_count(StreamHub *hub)
{
    pthread_mutex_lock(&hub->lock);
    size_t open = hub->open;
    pthread_mutex_unlock(&hub->lock);
    return open;
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

bool stream_open(HttpResponse *response, StreamHub *hub, const char *user, const char *const *topics, size_t count)
{
    if (response->request->method == HTTP_HEAD) { /* only what it would be: nobody listens */
        g_string_truncate(http_body(response), 0);
        bool typed = http_set_type(response, "text/event-stream");
        check(typed);
        return true;
    }
    if (!hub_take_place(hub, user)) {
        http_response_error(response, 429);
        bool set = http_set_header(response, "Retry-After", "10");
        check(set);
        return false;
    }
    StreamSeat *seat = g_new0(StreamSeat, 1);
    seat->hub = hub;
    seat->user = g_strdup(user);
    seat->topics = g_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++)
        seat->topics[i] = g_strdup(topics[i]);
    response->stream = seat;
    return true;
}

void stream_seat_free(StreamSeat *seat)
{
    hub_give_place_back(seat->hub, seat->user);
    g_strfreev(seat->topics);
    g_free(seat->user);
    g_free(seat);
}

int64_t stream_last_event_id(const HttpRequest *request)
{
    const char *text = http_header(request, "last-event-id");
    int64_t id = text && g_ascii_isdigit(*text) ? g_ascii_strtoll(text, NULL, 10) : 0;
    return id == G_MAXINT64 ? 0 : id;
}

/* --- publishing -------------------------------------------------------------------------------------------------- */

/* A newline in data would end the field: each line gets its own. */
static char *format_notice(const char *topic, int64_t event_id, const char *data)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "id: %lld\nevent: %s\n", (long long)event_id, topic);
    g_auto(GStrv) lines = g_strsplit_set(data, "\r\n", -1);
    for (size_t i = 0; lines[i]; i++)
        g_string_append_printf(out, "data: %s\n", lines[i]);
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

static void box_put(StreamBox *box, const char *topic, const char *text)
{
    pthread_mutex_lock(&box->lock);
    bool was_empty = box->notices->len == 0;
    StreamNotice *waiting = g_hash_table_lookup(box->waiting, topic);
    if (waiting) {
        g_free(waiting->text);
        waiting->text = g_strdup(text);
    } else {
        waiting = g_new(StreamNotice, 1);
        *waiting = (StreamNotice){g_strdup(topic), g_strdup(text)};
        g_ptr_array_add(box->notices, waiting);
        g_hash_table_insert(box->waiting, waiting->topic, waiting);
    }
    pthread_mutex_unlock(&box->lock);
    if (was_empty)
        box->notify(box->arg);
}

GPtrArray *stream_box_take(StreamBox *box)
{
    pthread_mutex_lock(&box->lock);
    GPtrArray *taken = box->notices;
    box->notices = g_ptr_array_new_with_free_func(notice_free);
    g_hash_table_remove_all(box->waiting);
    pthread_mutex_unlock(&box->lock);
    return taken;
}

void stream_publish(StreamHub *hub, const char *topic, int64_t event_id, const char *data)
{
    check(strpbrk(topic, "\r\n") == NULL);
    g_autofree char *text = format_notice(topic, event_id, data);
    for (guint i = 0; i < hub->boxes->len; i++)
        box_put(g_ptr_array_index(hub->boxes, i), topic, text);
}

/* --- a loop's board ---------------------------------------------------------------------------------------------- */

static void seats_free(gpointer seats)
{
    g_ptr_array_unref(seats);
}

StreamBoard *stream_board_new(void)
{
    StreamBoard *board = g_new0(StreamBoard, 1);
    board->topics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seats_free);
    return board;
}

void stream_board_free(StreamBoard *board)
{
    g_hash_table_unref(board->topics);
    g_free(board);
}

void stream_board_add(StreamBoard *board, StreamSeat *seat)
{
    for (size_t i = 0; seat->topics[i]; i++) {
        GPtrArray *seats = g_hash_table_lookup(board->topics, seat->topics[i]);
        if (!seats) {
            seats = g_ptr_array_new();
            g_hash_table_insert(board->topics, g_strdup(seat->topics[i]), seats);
        }
        g_ptr_array_add(seats, seat);
    }
}

void stream_board_remove(StreamBoard *board, StreamSeat *seat)
{
    for (size_t i = 0; seat->topics[i]; i++) {
        GPtrArray *seats = g_hash_table_lookup(board->topics, seat->topics[i]);
        if (seats && g_ptr_array_remove_fast(seats, seat) && seats->len == 0)
            g_hash_table_remove(board->topics, seat->topics[i]);
    }
}

const GPtrArray *stream_board_find(const StreamBoard *board, const char *topic)
{
    return g_hash_table_lookup(board->topics, topic);
}
