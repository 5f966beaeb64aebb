/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/unwrap_int.h"

#include "base/text.h"
#include "parse/tnef_int.h"
#include "parse/wire_int.h"
#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

/* What one worker's answer may take of memory while it is looked at. */
#define LOOK_CAP (TNEF_RESULT_MAX * 4)

static ParsedAttachment attachment_keep(Arena *arena, const ParsedAttachment *inside, uint64_t offset)
{
    ParsedAttachment kept = *inside;
    kept.name = arena_strdup(arena, inside->name);
    kept.type = arena_strdup(arena, inside->type);
    kept.content_id = arena_strdup(arena, inside->content_id);
    kept.offset += offset;
    return kept;
}

/* Whose files they are: those of the message itself, or of the one it hands on. */
typedef struct Shelf {
    const ParsedAttachment **files;
    size_t *count;
    bool is_forward;
} Shelf;

static void add_files(Arena *arena, ParsedMail *mail, const Shelf *shelf, const ParsedMail *inside, uint64_t offset)
{
    size_t had = *shelf->count, room = PARSE_ATTACHMENTS_MAX - MIN(had, (size_t)PARSE_ATTACHMENTS_MAX);
    size_t count = MIN(inside->attachment_count, room);
    ParsedAttachment *all = ARENA_ARRAY(arena, ParsedAttachment, had + count + 1);
    if (had)
        memcpy(all, *shelf->files, had * sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[had + i] = attachment_keep(arena, &inside->attachments[i], offset);
    if (count < inside->attachment_count)
        mail->defects |= PARSE_DEFECT_PARTS_CUT;
    *shelf->files = all;
    *shelf->count = had + count;
}

static void take_words(Arena *arena, ParsedMail *mail, const ParsedMail *inside)
{
    mail->text = arena_strndup(arena, inside->text, inside->text_size);
    mail->text_size = inside->text_size;
    mail->quote_at = inside->quote_at;
    mail->has_html = inside->has_html;
    mail->html = inside->html ? arena_strndup(arena, inside->html, inside->html_size) : NULL;
    mail->html_size = inside->html_size;
    mail->defects |= inside->defects & (PARSE_DEFECT_CHARSET | PARSE_DEFECT_NUL);
}

/* What is handed on is shown as text alone. */
static void take_forward(Arena *arena, ParsedForward *forward, const ParsedMail *inside)
{
    if (!*forward->subject)
        forward->subject = arena_strdup(arena, inside->subject);
    if (!text_is_blank(forward->text))
        return;
    forward->text = arena_strndup(arena, inside->text, inside->text_size);
    forward->text_size = inside->text_size;
    forward->quote_at = inside->quote_at;
}

static void take_inside(Arena *arena, ParsedMail *mail, const Shelf *shelf, const ParsedMail *inside, uint64_t offset)
{
    const uint32_t cut = PARSE_DEFECT_TEXT_CUT | PARSE_DEFECT_PARTS_CUT;
    if (shelf->is_forward)
        take_forward(arena, &mail->forward, inside);
    else if (text_is_blank(mail->text) && !mail->has_html)
        take_words(arena, mail, inside);
    if (!shelf->is_forward && !*mail->subject)
        mail->subject = arena_strdup(arena, inside->subject);
    add_files(arena, mail, shelf, inside, offset);
    mail->defects |= inside->defects & (PARSE_DEFECT_TNEF | cut);
    mail->truncated = mail->truncated || mail->defects & cut;
}

/* One winmail.dat. A worker that breaks, or answers what it may not, leaves the message as it was. */
static bool unwrap_one(ParseZygote *zygote, Arena *arena, Bytes raw, const Shelf *shelf, size_t index, ParsedMail *mail,
                       GError **error)
{
    ParsedMail inside;
    g_autoptr(GBytes) result = NULL;
    g_autoptr(Arena) look = arena_new(LOOK_CAP);
    const ParsedAttachment packed = (*shelf->files)[index];
    const uint64_t arguments[WORKER_ARGUMENTS] = {packed.encoding, *shelf->count};
    int input = parse_zygote_input((Bytes){raw.data + packed.offset, packed.length}, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_TNEF, input, arguments, TNEF_RESULT_MAX, &result, error);
    close(input);
    if (run == PARSE_RUN_ERROR)
        return false;
    gsize size = 0;
    const uint8_t *data = result ? g_bytes_get_data(result, &size) : NULL;
    if (run == PARSE_RUN_DONE && wire_mail_read(look, (Bytes){data, size}, packed.length, &inside))
        take_inside(arena, mail, shelf, &inside, packed.offset);
    else
        mail->defects |= PARSE_DEFECT_TNEF;
    return true;
}

static bool unwrap_shelf(ParseZygote *zygote, Arena *arena, Bytes raw, const Shelf *shelf, size_t *opened,
                         ParsedMail *mail, GError **error)
{
    size_t own = *shelf->count;
    for (size_t i = 0; i < own; i++) {
        if (!(*shelf->files)[i].is_tnef)
            continue;
        if ((*opened)++ >= PARSE_TNEF_MAX) {
            mail->defects |= PARSE_DEFECT_TNEF;
            break;
        }
        if (!unwrap_one(zygote, arena, raw, shelf, i, mail, error))
            return false;
    }
    return true;
}

bool mail_unwrap(ParseZygote *zygote, Arena *arena, Bytes raw, ParsedMail *mail, GError **error)
{
    size_t opened = 0;
    const Shelf own = {&mail->attachments, &mail->attachment_count, false};
    const Shelf passed = {&mail->forward.attachments, &mail->forward.attachment_count, true};
    return unwrap_shelf(zygote, arena, raw, &own, &opened, mail, error) &&
           (mail->forward.kind != PARSE_FORWARD_ATTACHED ||
            unwrap_shelf(zygote, arena, raw, &passed, &opened, mail, error));
}
