/* SPDX-License-Identifier: EUPL-1.2 */
/* What a worker does once it is locked in. It frees nothing: its end does. */
#include "parse/decode_int.h"
#include "parse/message_int.h"
#include "parse/wire_int.h"
#include "parse/zygote_int.h"

/* More than the parent's, so that our own limits are met before the arena's. */
#define WORKER_ARENA_CAP ((size_t)192 << 20)

static bool mail_run(Bytes input, bool clipped)
{
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    ParsedMail mail;
    message_parse(arena, input, clipped, &mail);
    GByteArray *result = wire_mail_write(&mail);
    return worker_write((Bytes){result->data, result->len});
}

static bool job_mail(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    (void)arguments;
    return mail_run(input, false);
}

static bool job_mail_clipped(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    (void)arguments;
    return mail_run(input, true);
}

static bool write_piece(Bytes piece, void *user)
{
    uint64_t *room = user;
    bool fits = piece.size <= *room;
    Bytes kept = {piece.data, fits ? piece.size : *room + 1}; /* one byte over the cap tells the parent */
    *room -= fits ? piece.size : *room;
    return worker_write(kept) && fits;
}

/* arguments: encoding, cap. The result is the decoded bytes, cut at one byte over the cap. */
static bool job_decode(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    uint64_t room = arguments[1];
    return decode_pump((ParseEncoding)arguments[0], input, write_piece, &room) || room == 0;
}

const WorkerJob worker_jobs[JOB_KINDS] = {
    [JOB_MAIL] = job_mail,
    [JOB_MAIL_CLIPPED] = job_mail_clipped,
    [JOB_DECODE] = job_decode,
};
