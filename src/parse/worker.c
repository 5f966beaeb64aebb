/* SPDX-License-Identifier: EUPL-1.2 */
/* What a worker does once it is locked in. It frees nothing: its end does. */
#include "parse/body_int.h"
#include "parse/certificate_int.h"
#include "parse/daticert_int.h"
#include "parse/decode_int.h"
#include "parse/file_kind.h"
#include "parse/html_int.h"
#include "parse/message_int.h"
#include "parse/signature_int.h"
#include "parse/tnef_int.h"
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

/* A winmail.dat, decoded; nothing when it would be longer than a mail can be. */
static Bytes tnef_stream(ParseEncoding encoding, Bytes input)
{
    bool cut = false;
    if (encoding == PARSE_IDENTITY)
        return input;
    GByteArray *stream = body_decode(encoding, input, PARSE_RAW_MAX, &cut);
    return (Bytes){stream->data, cut ? 0 : stream->len};
}

static bool write_tnef_file(Bytes input, ParseEncoding encoding, uint64_t number, uint64_t *room)
{
    Bytes content;
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    return number <= PARSE_ATTACHMENTS_MAX &&
           tnef_file(arena, tnef_stream(encoding, input), (uint32_t)number, &content) && write_piece(content, room);
}

/* arguments: encoding, cap, the number of a file of a winmail.dat or 0. The result is the decoded bytes, cut at one byte
 * over the cap. */
static bool job_decode(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    uint64_t room = arguments[1];
    ParseEncoding encoding = (ParseEncoding)arguments[0];
    bool whole = arguments[2] ? write_tnef_file(input, encoding, arguments[2], &room)
                              : decode_pump(encoding, input, write_piece, &room);
    return whole || room == 0;
}

/* arguments: encoding, how many attachments the mail has. */
static bool job_tnef(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    ParsedMail mail;
    TnefSource source = {(ParseEncoding)arguments[0], input.size, (size_t)MIN(arguments[1], PARSE_ATTACHMENTS_MAX)};
    tnef_mail(arena, tnef_stream(source.encoding, input), &source, &mail);
    GByteArray *result = wire_mail_write(&mail);
    return worker_write((Bytes){result->data, result->len});
}

/* arguments: encoding. */
static bool job_daticert(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    Daticert certified;
    bool cut = false;
    GByteArray *xml = body_decode((ParseEncoding)arguments[0], input, DATICERT_MAX, &cut);
    daticert_read(arena, (Bytes){xml->data, cut ? 0 : xml->len}, &certified);
    GByteArray *result = daticert_lines_write(&certified);
    return worker_write((Bytes){result->data, result->len});
}

/* arguments: where the trusted certificates end and the message begins, the instant. */
static bool job_signature(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    Signature signature;
    size_t message = (size_t)arguments[0];
    message_init();
    signature_check(arena, (Bytes){input.data + message, input.size - message}, (Bytes){input.data, message},
                    (TimeMs)arguments[1], &signature);
    GByteArray *result = signature_lines_write(&signature);
    return worker_write((Bytes){result->data, result->len});
}

static bool job_certificates(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    (void)arguments;
    Arena *arena = arena_new(WORKER_ARENA_CAP);
    Certificates certificates;
    certificate_read(arena, input, &certificates);
    GByteArray *result = certificate_lines_write(&certificates);
    return worker_write((Bytes){result->data, result->len});
}

/* arguments: how many attachments there are. Its cid: images were found when it came. */
static bool job_html(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    HtmlParts parts = {.count = (int)MIN(arguments[0], (uint64_t)PARSE_ATTACHMENTS_MAX)};
    GString *clean = html_sanitise(input, &parts);
    return worker_write((Bytes){(const uint8_t *)clean->str, clean->len});
}

/* kind, width, height: three numbers of 32 bits, the highest byte first. */
static bool job_file_kind(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    (void)arguments;
    FileNature nature = file_kind_read(input);
    const uint32_t answer[] = {GUINT32_TO_BE((uint32_t)nature.kind), GUINT32_TO_BE(nature.width),
                               GUINT32_TO_BE(nature.height)};
    return worker_write((Bytes){(const uint8_t *)answer, sizeof answer});
}

const WorkerJob worker_jobs[JOB_KINDS] = {
    [JOB_MAIL] = job_mail,
    [JOB_MAIL_CLIPPED] = job_mail_clipped,
    [JOB_DECODE] = job_decode,
    [JOB_DATICERT] = job_daticert,
    [JOB_SIGNATURE] = job_signature,
    [JOB_HTML] = job_html,
    [JOB_FILE_KIND] = job_file_kind,
    [JOB_TNEF] = job_tnef,
    [JOB_CERTIFICATES] = job_certificates,
};
