/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages through a serving node's local door, as `filo mail-in` gives them, without a process for each. */
#include "bench.h"

#include "net/local.h"

#include <pthread.h>
#include <string.h>

typedef struct Sender {
    pthread_t thread;
    const char *socket, *mailbox;
    BenchRandom random;
    int64_t until;
    BenchTimes times;
} Sender;

static const char *message_of(Sender *sender, Arena *arena)
{
    BenchArrival arrival = bench_arrival(&sender->random, arena, 0);
    return arena_printf(arena,
                        "From: %s <%s>\r\nTo: assistenza@filo.test\r\nSubject: %s\r\nMessage-ID: %s\r\n"
                        "Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
                        bench_name(arena, arrival.customer), bench_address(arena, arrival.customer), "Richiesta",
                        arrival.message_id, arrival.text);
}

static void *sender_main(void *arg)
{
    Sender *sender = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    while (clock_monotonic_us() < sender->until) {
        g_autoptr(GError) error = NULL;
        arena_clear(arena);
        const char *message = message_of(sender, arena);
        const char *header = arena_printf(arena, "{\"command\":\"mail-in\",\"mailbox\":\"%s\",\"size\":%zu}",
                                          sender->mailbox, strlen(message));
        int64_t begun = clock_monotonic_us();
        const char *answer = local_call(arena, sender->socket, header, bytes_of(message), 30000, &error);
        bench_times_add(&sender->times, clock_monotonic_us() - begun);
        bench_must(answer && strstr(answer, "\"opened\""), error, answer ? answer : "an answer");
    }
    return NULL;
}

int bench_mail(const char *socket, const char *mailbox, int clients, int seconds)
{
    g_autofree Sender *all = g_new0(Sender, clients);
    BenchTimes times = {0};
    int64_t begun = clock_monotonic_us();
    for (int i = 0; i < clients; i++) {
        all[i] = (Sender){.socket = socket, .mailbox = mailbox, .random = {(uint64_t)begun + (uint64_t)i * 7919}};
        all[i].until = begun + (int64_t)seconds * 1000000;
        bench_must(pthread_create(&all[i].thread, NULL, sender_main, &all[i]) == 0, NULL, "a thread");
    }
    for (int i = 0; i < clients; i++) {
        pthread_join(all[i].thread, NULL);
        for (size_t at = 0; at < all[i].times.count; at++)
            bench_times_add(&times, all[i].times.items[at]);
        g_free(all[i].times.items);
    }
    bench_times_print(&times, (double)(clock_monotonic_us() - begun) / 1e6, 0);
    g_free(times.items);
    return 0;
}
