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

static void add_files(Arena *arena, ParsedMail *mail, const ParsedMail *inside, uint64_t offset)
{
    size_t room = PARSE_ATTACHMENTS_MAX - MIN(mail->attachment_count, (size_t)PARSE_ATTACHMENTS_MAX);
    size_t count = MIN(inside->attachment_count, room);
    ParsedAttachment *all = ARENA_ARRAY(arena, ParsedAttachment, mail->attachment_count + count + 1);
    if (mail->attachment_count)
        memcpy(all, mail->attachments, mail->attachment_count * sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[mail->attachment_count + i] = attachment_keep(arena, &inside->attachments[i], offset);
    if (count < inside->attachment_count)
        mail->defects |= PARSE_DEFECT_PARTS_CUT;
    mail->attachments = all;
    mail->attachment_count += count;
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

static void take_inside(Arena *arena, ParsedMail *mail, const ParsedMail *inside, uint64_t offset)
{
    const uint32_t cut = PARSE_DEFECT_TEXT_CUT | PARSE_DEFECT_PARTS_CUT;
    if (text_is_blank(mail->text) && !mail->has_html)
        take_words(arena, mail, inside);
    if (!*mail->subject)
        mail->subject = arena_strdup(arena, inside->subject);
    add_files(arena, mail, inside, offset);
    mail->defects |= inside->defects & (PARSE_DEFECT_TNEF | cut);
    mail->truncated = mail->truncated || mail->defects & cut;
}

/* One winmail.dat. A worker that breaks, or answers what it may not, leaves the message as it was. */
static bool unwrap_one(ParseZygote *zygote, Arena *arena, Bytes raw, size_t index, ParsedMail *mail, GError **error)
{
    ParsedMail inside;
    g_autoptr(GBytes) result = NULL;
    g_autoptr(Arena) look = arena_new(LOOK_CAP);
    const ParsedAttachment packed = mail->attachments[index];
    const uint64_t arguments[WORKER_ARGUMENTS] = {packed.encoding, mail->attachment_count};
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
        take_inside(arena, mail, &inside, packed.offset);
    else
        mail->defects |= PARSE_DEFECT_TNEF;
    return true;
}

bool mail_unwrap(ParseZygote *zygote, Arena *arena, Bytes raw, ParsedMail *mail, GError **error)
{
    size_t own = mail->attachment_count, opened = 0;
    for (size_t i = 0; i < own; i++) {
        if (!mail->attachments[i].is_tnef)
            continue;
        if (opened++ == PARSE_TNEF_MAX) {
            mail->defects |= PARSE_DEFECT_TNEF;
            break;
        }
        if (!unwrap_one(zygote, arena, raw, i, mail, error))
            return false;
    }
    return true;
}
