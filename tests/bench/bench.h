/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bench: the parts of bench-desk, the executable beside `filo` that fills, writes and serves for `make bench`. Answers:
 * "what does the desk cost, and what would the same work cost without it?"
 *
 * Built with the tests and never installed. Everything it keeps goes through the desk's own functions; only the bare
 * loop (bare.c) speaks to SQLite itself, because it is what the desk is compared with.
 * Not for tests of rules. Owns no table. Called by: tests/bench/run.
 *
 * Pointers: a Request's texts live in the arena it was made with. Errors: bench_must ends the program with the message.
 *
 * Invariants:
 *  1. The same number of tickets from the same start gives the same company, tokens included.
 *  2. Standard output holds one JSON object and nothing else.
 *
 * Example:
 *     bench-desk fill --data DIR --tickets 100000
 */
#ifndef FILO_TESTS_BENCH_H
#define FILO_TESTS_BENCH_H

#include "cli/command.h"
#include "desk/intake/intake.h"

enum { BENCH_CUSTOMERS = 5000, BENCH_FIRMS = 200, BENCH_PRODUCTS = 20, BENCH_STAFF = 10, BENCH_GROUP = 64 };

typedef struct BenchRandom {
    uint64_t state;
} BenchRandom;

/* Below limit; splitmix64. */
uint64_t bench_random(BenchRandom *random, uint64_t limit);
Token bench_token(BenchRandom *random);

/* Words of an invented workshop, about size bytes. */
char *bench_text(BenchRandom *random, Arena *arena, size_t size);
const char *bench_address(Arena *arena, int customer);
const char *bench_name(Arena *arena, int customer);

/* What a customer sends in by the form, with everything made that may not be made inside a transaction. */
typedef struct BenchArrival {
    int customer;
    Token tracking, reply;
    const char *subject, *text, *message_id;
    TimeMs at;
} BenchArrival;

BenchArrival bench_arrival(BenchRandom *random, Arena *arena, TimeMs at);
InboundEvent bench_event(const Desk *desk, Arena *arena, const BenchArrival *arrival, TeamId team);

/* Ends the program unless true. */
void bench_must(bool done, const GError *error, const char *what);

/* How long things took, in microseconds. */
typedef struct BenchTimes {
    int64_t *items;
    size_t count, room;
} BenchTimes;
void bench_times_add(BenchTimes *times, int64_t us);
/* Sorts. {"count", "rate", "p50_ms", "p99_ms", "p999_ms", "max_ms", "bytes"} on standard output. */
void bench_times_print(BenchTimes *times, double seconds, double bytes_each);

/* The subcommands. */
int bench_fill(Installation *installation, int tickets);
int bench_create(Installation *installation, int clients, int seconds);
int bench_bare(Installation *installation, int seconds, bool writes_only);
int bench_reads(Installation *installation);
int bench_mail(const char *socket, const char *mailbox, int clients, int seconds);
int bench_plain(const char *page, int workers);

#endif
