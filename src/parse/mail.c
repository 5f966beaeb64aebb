/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/mail.h"

#include "base/check.h"
#include "base/error.h"
#include "parse/unwrap_int.h"
#include "parse/wire_int.h"
#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

static Bytes result_bytes(GBytes *result)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(result, &size);
    return (Bytes){data, size};
}

/* One try. An answer that the checker refuses is a failure like a dead worker. */
static ParseRun mail_try(ParseZygote *zygote, Arena *arena, JobKind kind, int input, size_t raw_size, ParsedMail *out,
                         GError **error)
{
    static const uint64_t no_arguments[WORKER_ARGUMENTS] = {0};
    g_autoptr(GBytes) result = NULL;
    ParseRun run = parse_zygote_run(zygote, kind, input, no_arguments, WIRE_RESULT_MAX, &result, error);
    if (run != PARSE_RUN_DONE)
        return run;
    return wire_mail_read(arena, result_bytes(result), raw_size, out) ? PARSE_RUN_DONE : PARSE_RUN_FAILED;
}

/* The answer when no worker could read it. */
static void mail_set_unparsed(ParsedMail *out)
{
    *out = (ParsedMail){.from_address = "",
                        .from_name = "",
                        .subject = "",
                        .message_id = "",
                        .in_reply_to = "",
                        .text = "",
                        .report_message_id = "",
                        .quote_at = PARSE_NO_QUOTE};
}

bool parse_mail(ParseZygote *zygote, Arena *arena, Bytes raw, ParsedMail *out, GError **error)
{
    static const JobKind ladder[] = {JOB_MAIL, JOB_MAIL_CLIPPED};
    mail_set_unparsed(out);
    if (raw.size > PARSE_RAW_MAX) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "message of %zu bytes is not parsed", raw.size);
        return false;
    }
    int input = parse_zygote_input(raw, error);
    if (input < 0)
        return false;
    ParseRun run = PARSE_RUN_FAILED;
    for (size_t rung = 0; rung < G_N_ELEMENTS(ladder) && run == PARSE_RUN_FAILED; rung++)
        run = mail_try(zygote, arena, ladder[rung], input, raw.size, out, error);
    close(input);
    if (run == PARSE_RUN_DONE)
        return mail_unwrap(zygote, arena, raw, out, error);
    mail_set_unparsed(out);
    return run != PARSE_RUN_ERROR;
}

const char *parse_mail_field(const ParsedMail *mail, const char *name)
{
    for (size_t i = 0; i < mail->field_count; i++)
        if (!strcmp(mail->fields[i].name, name))
            return mail->fields[i].value;
    return NULL;
}

const char *parse_defect_name(ParseDefect defect)
{
    static const char *const names[] = {"leading_junk", "no_separator", "no_headers", "headers_clipped", "body_cut",
                                        "text_cut", "parts_cut", "nesting", "charset", "nul", "multipart", "duplicate",
                                        "address", "date", "tnef", "sealed"};
    int bit = g_bit_nth_lsf(defect, -1);
    check(bit >= 0 && bit < (int)G_N_ELEMENTS(names) && defect == 1u << bit);
    return names[bit];
}
