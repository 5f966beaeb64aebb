/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/zygote: the small process that hostile mail is parsed behind. Answers: "who takes the blow if this message
 * breaks the parser?"
 *
 * The zygote is a program of its own, filo-parse (program.c), so it shares no memory, no file and no database handle with
 * the process that asks, and has none of their code. It forks one worker for each message; the worker locks
 * itself in (sandbox_int.h), parses, hands back a sealed result and dies. The zygote is replaced every
 * PARSE_ZYGOTE_MESSAGES messages (fresh addresses) and started again when it dies. It is started by the first job, and may
 * be ended when there has been none for a while: a desk that gets no mail holds no parser.
 *
 * Not for trusted work, and not a general process pool: its jobs are parse/mail.h, parse/attachment.h, parse/daticert.h,
 * parse/signature.h, parse/certificate.h, parse/sheet.h and parse/file_kind.h. Tables: none. Called by: cli (start, stop), program.c (the zygote's side) and the headers named above.
 *
 * Pointers: a ParseZygote is yours and is freed by parse_zygote_stop; exe_path is copied.
 * Errors: FILO_ERROR_IO when the process or its socket cannot be made.
 *
 * Invariants:
 *  1. Any thread may call. The process is made by posix_spawn, which runs none of our code between fork and exec.
 *  2. At most PARSE_WORKERS_MAX workers live at a time; further callers wait.
 *  3. No worker outlives PARSE_WALL_MS by more than a second, nor the process that started the zygote.
 *  4. The zygote's environment is made afresh: nothing secret of the parent's reaches it.
 *
 * Example:
 *     ParseZygote *zygote = parse_zygote_start("/usr/bin/filo-parse", &error);
 *     ok = parse_mail(zygote, arena, raw, &mail, &error);
 *     parse_zygote_stop(zygote);
 */
#ifndef FILO_PARSE_ZYGOTE_H
#define FILO_PARSE_ZYGOTE_H

#include <glib.h>

typedef struct ParseZygote ParseZygote;

#define PARSE_ZYGOTE_MESSAGES 1000 /* jobs after which a zygote is replaced */
#define PARSE_WORKERS_MAX 4        /* workers at a time: more than two cores' worth gains nothing */
#define PARSE_WALL_MS 5000         /* what one worker may take by the clock on the wall */

/* A zygote from the program at exe_path, whose main returns parse_zygote_main (a test's own may); NULL and *error when
 * there is none. Yours: parse_zygote_stop. */
ParseZygote *parse_zygote_start(const char *exe_path, GError **error);

/* Ends the process, not the zygote, if no job is under way and none began in the last unused_us; the next one starts it
 * again, which takes some 20 ms. */
void parse_zygote_rest(ParseZygote *zygote, int64_t unused_us);

/* Ends the zygote and frees it; no call may be under way. NULL is fine. */
void parse_zygote_stop(ParseZygote *zygote);

/* The zygote's side: main returns what this returns. Talks on descriptor 3. */
int parse_zygote_main(int argc, char **argv);

#endif
