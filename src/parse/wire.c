/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One table row per record type: how often it may come, how it is written, how it is read back. Reading keeps a sticky
 * `failed` flag instead of testing each field: a reader that has failed gives zeros and empty strings, and the flag is
 * looked at once per record. Nothing is allocated by a count that the bytes behind it do not pay for.
 */
#include "parse/wire_int.h"

#include "parse/html_allow_int.h"

#include <string.h>

#define DATE_MIN INT64_C(-2208988800000)  /* 1900-01-01T00:00:00Z */
#define DATE_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

typedef struct MailReader {
    Arena *arena;
    size_t raw_size;
    ParsedMail *mail;
    GArray *addresses, *references, *fields, *attachments, *appointments, *reports;
    GArray *forward_references, *forward_attachments;
    const uint8_t *at, *end; /* the record being read */
    bool failed;
} MailReader;

/* ---- fields ---- */

static void put_u32(GByteArray *out, uint32_t value)
{
    uint32_t little = GUINT32_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&little, sizeof little);
}

static void put_u64(GByteArray *out, uint64_t value)
{
    uint64_t little = GUINT64_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&little, sizeof little);
}

static void put_bytes(GByteArray *out, const char *text, size_t size)
{
    put_u32(out, (uint32_t)size);
    if (size)
        g_byte_array_append(out, (const guint8 *)text, (guint)size);
}

static void put_string(GByteArray *out, const char *text)
{
    put_bytes(out, text, text ? strlen(text) : 0);
}

static void expect(MailReader *in, bool condition)
{
    in->failed = in->failed || !condition;
}

static Bytes get_raw(MailReader *in, size_t size)
{
    expect(in, (size_t)(in->end - in->at) >= size);
    if (in->failed)
        return (Bytes){NULL, 0};
    Bytes bytes = {in->at, size};
    in->at += size;
    return bytes;
}

static uint32_t get_u32(MailReader *in)
{
    uint32_t value = 0;
    Bytes raw = get_raw(in, sizeof value);
    if (raw.size)
        memcpy(&value, raw.data, sizeof value);
    return GUINT32_FROM_LE(value);
}

static uint64_t get_u64(MailReader *in)
{
    uint64_t value = 0;
    Bytes raw = get_raw(in, sizeof value);
    if (raw.size)
        memcpy(&value, raw.data, sizeof value);
    return GUINT64_FROM_LE(value);
}

static bool get_bool(MailReader *in)
{
    uint32_t value = get_u32(in);
    expect(in, value <= 1);
    return value == 1;
}

static Bytes get_bytes(MailReader *in, size_t max)
{
    uint32_t size = get_u32(in);
    expect(in, size <= max);
    return get_raw(in, in->failed ? 0 : size);
}

static const char *keep(MailReader *in, Bytes bytes)
{
    return in->failed ? "" : arena_strndup(in->arena, bytes.size ? (const char *)bytes.data : "", bytes.size);
}

static const char *get_line(MailReader *in)
{
    Bytes bytes = get_bytes(in, PARSE_LINE_MAX);
    expect(in, wire_text_is_clean(bytes, false));
    return keep(in, bytes);
}

/* ---- what texts must be ---- */

bool wire_text_is_clean(Bytes text, bool lines_allowed)
{
    if (text.size && !g_utf8_validate_len((const char *)text.data, text.size, NULL))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        bool is_line = byte == '\n' || byte == '\t';
        if ((byte < 0x20 && !(is_line && lines_allowed)) || byte == 0x7f)
            return false;
        if (byte == 0xc2 && text.data[i + 1] < 0xa0) /* U+0080 … U+009F; valid UTF-8 has the second byte */
            return false;
    }
    return true;
}

static bool turns_direction(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

bool wire_name_is_clean(Bytes name)
{
    if (name.size > 255 || !wire_text_is_clean(name, false))
        return false;
    const char *end = (const char *)name.data + name.size;
    for (const char *at = (const char *)name.data; at < end; at = g_utf8_next_char(at))
        if (*at == '/' || *at == '\\' || turns_direction(g_utf8_get_char(at)))
            return false;
    return true;
}

static bool type_is_valid(const char *type)
{
    size_t slashes = 0;
    for (const char *at = type; *at; at++) {
        if (*at == '/')
            slashes++;
        else if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && !strchr("!#$&^_.+-", *at))
            return false;
    }
    return slashes == 1 && type[0] != '/' && type[strlen(type) - 1] != '/' && strlen(type) <= 127;
}

static bool sha256_is_valid(Bytes hex)
{
    for (size_t i = 0; i < hex.size; i++)
        if (!g_ascii_isdigit(hex.data[i]) && !(hex.data[i] >= 'a' && hex.data[i] <= 'f'))
            return false;
    return hex.size == SHA256_HEX_SIZE - 1;
}

/* ---- records ---- */

static void write_flags(GByteArray *out, const ParsedMail *mail, size_t index)
{
    (void)index;
    const bool flags[] = {mail->truncated, mail->has_html, mail->is_auto, mail->is_bounce, mail->is_list};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        put_u32(out, flags[i]);
    put_u32(out, mail->defects);
}

static void read_flags(MailReader *in)
{
    ParsedMail *mail = in->mail;
    bool *const flags[] = {&mail->truncated, &mail->has_html, &mail->is_auto, &mail->is_bounce, &mail->is_list};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        *flags[i] = get_bool(in);
    mail->defects = get_u32(in);
    expect(in, !(mail->defects & ~(uint32_t)PARSE_DEFECT_ALL));
}

static void write_lines(GByteArray *out, const ParsedMail *mail, size_t index)
{
    (void)index;
    put_string(out, mail->subject);
    put_string(out, mail->message_id);
    put_string(out, mail->in_reply_to);
    put_string(out, mail->report_message_id);
}

static void read_lines(MailReader *in)
{
    in->mail->subject = get_line(in);
    in->mail->message_id = get_line(in);
    in->mail->in_reply_to = get_line(in);
    in->mail->report_message_id = get_line(in);
}

static void write_date(GByteArray *out, const ParsedMail *mail, size_t index)
{
    (void)index;
    put_u64(out, (uint64_t)mail->date);
    put_u32(out, (uint32_t)(mail->date_offset_minutes + 1440));
}

static void read_date(MailReader *in)
{
    int64_t date = (int64_t)get_u64(in);
    uint32_t offset = get_u32(in);
    expect(in, date >= DATE_MIN && date <= DATE_MAX && offset > 0 && offset < 2880);
    in->mail->date = in->failed ? TIME_NONE : date;
    in->mail->date_offset_minutes = in->failed ? 0 : (int)offset - 1440;
}

static void write_address(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_u32(out, mail->addresses[index].role);
    put_string(out, mail->addresses[index].address);
    put_string(out, mail->addresses[index].name);
}

static void read_address(MailReader *in)
{
    uint32_t role = get_u32(in);
    expect(in, role < PARSE_ROLES);
    ParsedAddress address = {.role = (ParseRole)role};
    address.address = get_line(in);
    address.name = get_line(in);
    if (in->addresses->len)
        expect(in, g_array_index(in->addresses, ParsedAddress, in->addresses->len - 1).role <= address.role);
    g_array_append_val(in->addresses, address);
}

static void write_reference(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_string(out, mail->references[index]);
}

static void get_reference(MailReader *in, GArray *references)
{
    const char *reference = get_line(in);
    g_array_append_val(references, reference);
}

static void read_reference(MailReader *in)
{
    get_reference(in, in->references);
}

static void write_field(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_string(out, mail->fields[index].name);
    put_string(out, mail->fields[index].value);
}

static void read_field(MailReader *in)
{
    ParsedField field;
    field.name = get_line(in);
    field.value = get_line(in);
    expect(in, parse_mail_keeps(field.name));
    g_array_append_val(in->fields, field);
}

static void write_text(GByteArray *out, const ParsedMail *mail, size_t index)
{
    (void)index;
    put_bytes(out, mail->text, mail->text_size);
    put_u32(out, mail->quote_at);
}

static void get_text(MailReader *in, const char **text_out, size_t *size_out, uint32_t *quote_at_out)
{
    Bytes text = get_bytes(in, PARSE_TEXT_MAX);
    uint32_t quote_at = get_u32(in);
    expect(in, wire_text_is_clean(text, true));
    expect(in, quote_at == PARSE_NO_QUOTE || (quote_at < text.size && (!quote_at || text.data[quote_at - 1] == '\n')));
    *text_out = keep(in, text);
    *size_out = text.size;
    *quote_at_out = quote_at;
}

static void read_text(MailReader *in)
{
    get_text(in, &in->mail->text, &in->mail->text_size, &in->mail->quote_at);
}

static void write_html(GByteArray *out, const ParsedMail *mail, size_t index)
{
    (void)index;
    put_bytes(out, mail->html, mail->html_size);
}

static void read_html(MailReader *in)
{
    Bytes html = get_bytes(in, PARSE_HTML_MAX);
    expect(in, in->mail->has_html && wire_text_is_clean(html, true) && html_is_serialised(html));
    in->mail->html = keep(in, html);
    in->mail->html_size = html.size;
}

static void put_attachment(GByteArray *out, const ParsedAttachment *attachment)
{
    put_string(out, attachment->name);
    put_string(out, attachment->type);
    put_string(out, attachment->content_id);
    put_u32(out, attachment->is_inline);
    put_u32(out, attachment->encoding);
    put_u64(out, attachment->offset);
    put_u64(out, attachment->length);
    put_u32(out, attachment->tnef);
    put_u32(out, attachment->is_tnef);
    put_u64(out, attachment->size);
    put_string(out, attachment->sha256);
}

static void write_attachment(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_attachment(out, &mail->attachments[index]);
}

static void get_attachment(MailReader *in, GArray *attachments)
{
    ParsedAttachment attachment = {0};
    attachment.name = get_line(in);
    attachment.type = get_line(in);
    attachment.content_id = get_line(in);
    attachment.is_inline = get_bool(in);
    uint32_t encoding = get_u32(in);
    attachment.encoding = (ParseEncoding)encoding;
    attachment.offset = get_u64(in);
    attachment.length = get_u64(in);
    attachment.tnef = get_u32(in);
    attachment.is_tnef = get_bool(in);
    attachment.size = get_u64(in);
    Bytes sha256 = get_bytes(in, SHA256_HEX_SIZE - 1);
    expect(in, wire_name_is_clean(bytes_of(attachment.name)) && type_is_valid(attachment.type));
    expect(in, encoding < PARSE_ENCODINGS && sha256_is_valid(sha256));
    expect(in, attachment.length <= in->raw_size && attachment.offset <= in->raw_size - attachment.length);
    expect(in, attachment.tnef <= PARSE_ATTACHMENTS_MAX && !(attachment.tnef && attachment.is_tnef));
    expect(in, attachment.size <= (attachment.tnef ? PARSE_RAW_MAX : attachment.length));
    if (!in->failed)
        memcpy(attachment.sha256, sha256.data, sha256.size);
    g_array_append_val(attachments, attachment);
}

static void read_attachment(MailReader *in)
{
    get_attachment(in, in->attachments);
}

static void write_time(GByteArray *out, const ParsedTime *time)
{
    put_u32(out, time->kind);
    put_u64(out, (uint64_t)time->at);
    put_string(out, time->zone);
}

static ParsedTime get_time(MailReader *in)
{
    uint32_t kind = get_u32(in);
    int64_t at = (int64_t)get_u64(in);
    const char *zone = get_line(in);
    expect(in, kind < PARSE_WHENS && at >= 0 && at <= DATE_MAX);
    expect(in, (kind == PARSE_WHEN_NONE) == (at == TIME_NONE) && (kind == PARSE_WHEN_ZONE || !*zone));
    return in->failed ? (ParsedTime){.zone = ""} : (ParsedTime){(ParseWhen)kind, at, zone};
}

/* A text of several lines. */
static const char *get_note(MailReader *in)
{
    Bytes note = get_bytes(in, PARSE_NOTE_MAX);
    expect(in, wire_text_is_clean(note, true));
    return keep(in, note);
}

static void write_appointment(GByteArray *out, const ParsedMail *mail, size_t index)
{
    const ParsedAppointment *appointment = &mail->appointments[index];
    const char *const texts[] = {appointment->uid,       appointment->title,   appointment->place,  appointment->organiser,
                                 appointment->attendees, appointment->comment, appointment->description};
    put_u32(out, appointment->method);
    put_u32(out, appointment->answer);
    put_u32(out, appointment->repeat);
    put_u32(out, appointment->cancelled);
    put_u32(out, appointment->sequence);
    write_time(out, &appointment->start);
    write_time(out, &appointment->end);
    write_time(out, &appointment->only);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        put_string(out, texts[i]);
}

static void read_appointment(MailReader *in)
{
    ParsedAppointment appointment = {0};
    uint32_t method = get_u32(in), answer = get_u32(in), repeat = get_u32(in);
    expect(in, method < PARSE_METHODS && answer < PARSE_ANSWERS && repeat < PARSE_REPEATS);
    appointment.method = (ParseMethod)method;
    appointment.answer = (ParseAnswer)answer;
    appointment.repeat = (ParseRepeat)repeat;
    appointment.cancelled = get_bool(in);
    appointment.sequence = get_u32(in);
    appointment.start = get_time(in);
    appointment.end = get_time(in);
    appointment.only = get_time(in);
    appointment.uid = get_line(in);
    appointment.title = get_line(in);
    appointment.place = get_line(in);
    appointment.organiser = get_line(in);
    appointment.attendees = get_line(in);
    appointment.comment = get_note(in);
    appointment.description = get_note(in);
    g_array_append_val(in->appointments, appointment);
}

static void write_report(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_string(out, mail->reports[index].recipient);
    put_string(out, mail->reports[index].action);
    put_string(out, mail->reports[index].status);
    put_string(out, mail->reports[index].reason);
}

static void read_report(MailReader *in)
{
    ParsedReport report;
    report.recipient = get_line(in);
    report.action = get_line(in);
    report.status = get_line(in);
    report.reason = get_line(in);
    g_array_append_val(in->reports, report);
}

static void write_forward(GByteArray *out, const ParsedMail *mail, size_t index)
{
    const ParsedForward *forward = &mail->forward;
    (void)index;
    put_u32(out, forward->kind);
    put_u32(out, forward->is_auto);
    put_string(out, forward->address);
    put_string(out, forward->name);
    put_string(out, forward->subject);
    put_string(out, forward->message_id);
    put_string(out, forward->in_reply_to);
    write_time(out, &forward->at);
    put_string(out, forward->remark);
    put_bytes(out, forward->text, forward->text_size);
    put_u32(out, forward->quote_at);
}

static void read_forward(MailReader *in)
{
    ParsedForward *forward = &in->mail->forward;
    uint32_t kind = get_u32(in);
    expect(in, kind > PARSE_FORWARD_NONE && kind < PARSE_FORWARD_KINDS);
    forward->kind = (ParseForwardKind)kind;
    forward->is_auto = get_bool(in);
    forward->address = get_line(in);
    forward->name = get_line(in);
    forward->subject = get_line(in);
    forward->message_id = get_line(in);
    forward->in_reply_to = get_line(in);
    forward->at = get_time(in);
    Bytes remark = get_bytes(in, PARSE_TEXT_MAX);
    expect(in, wire_text_is_clean(remark, true));
    forward->remark = keep(in, remark);
    get_text(in, &forward->text, &forward->text_size, &forward->quote_at);
}

static void write_forward_reference(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_string(out, mail->forward.references[index]);
}

static void read_forward_reference(MailReader *in)
{
    expect(in, in->mail->forward.kind == PARSE_FORWARD_ATTACHED);
    get_reference(in, in->forward_references);
}

static void write_forward_attachment(GByteArray *out, const ParsedMail *mail, size_t index)
{
    put_attachment(out, &mail->forward.attachments[index]);
}

static void read_forward_attachment(MailReader *in)
{
    expect(in, in->mail->forward.kind == PARSE_FORWARD_ATTACHED);
    get_attachment(in, in->forward_attachments);
}

static size_t count_one(const ParsedMail *mail)
{
    (void)mail;
    return 1;
}

static size_t count_addresses(const ParsedMail *mail)
{
    return mail->address_count;
}

static size_t count_references(const ParsedMail *mail)
{
    return mail->reference_count;
}

static size_t count_fields(const ParsedMail *mail)
{
    return mail->field_count;
}

static size_t count_html(const ParsedMail *mail)
{
    return mail->html ? 1 : 0;
}

static size_t count_attachments(const ParsedMail *mail)
{
    return mail->attachment_count;
}

static size_t count_appointments(const ParsedMail *mail)
{
    return mail->appointment_count;
}

static size_t count_reports(const ParsedMail *mail)
{
    return mail->report_count;
}

static size_t count_forward(const ParsedMail *mail)
{
    return mail->forward.kind != PARSE_FORWARD_NONE;
}

static size_t count_forward_references(const ParsedMail *mail)
{
    return count_forward(mail) ? mail->forward.reference_count : 0;
}

static size_t count_forward_attachments(const ParsedMail *mail)
{
    return count_forward(mail) ? mail->forward.attachment_count : 0;
}

enum { RECORD_END = 0x454e };

/* In the order they come; a record's type is its row number plus 1. */
static const struct {
    size_t min, max; /* how many */
    size_t (*count)(const ParsedMail *mail);
    void (*write)(GByteArray *out, const ParsedMail *mail, size_t index);
    void (*read)(MailReader *in);
} records[] = {
    {1, 1, count_one, write_flags, read_flags},
    {1, 1, count_one, write_lines, read_lines},
    {1, 1, count_one, write_date, read_date},
    {0, PARSE_ADDRESSES_MAX, count_addresses, write_address, read_address},
    {0, PARSE_REFERENCES_MAX, count_references, write_reference, read_reference},
    {0, PARSE_FIELDS_MAX, count_fields, write_field, read_field},
    {1, 1, count_one, write_text, read_text},
    {0, 1, count_html, write_html, read_html},
    {0, PARSE_ATTACHMENTS_MAX, count_attachments, write_attachment, read_attachment},
    {0, PARSE_APPOINTMENTS_MAX, count_appointments, write_appointment, read_appointment},
    {0, PARSE_REPORTS_MAX, count_reports, write_report, read_report},
    {0, 1, count_forward, write_forward, read_forward},
    {0, PARSE_REFERENCES_MAX, count_forward_references, write_forward_reference, read_forward_reference},
    {0, PARSE_ATTACHMENTS_MAX, count_forward_attachments, write_forward_attachment, read_forward_attachment},
};

static void put_header(GByteArray *out, size_t type, size_t length)
{
    uint16_t little = GUINT16_TO_LE((uint16_t)type), zero = 0;
    g_byte_array_append(out, (const guint8 *)&little, sizeof little);
    g_byte_array_append(out, (const guint8 *)&zero, sizeof zero);
    put_u32(out, (uint32_t)length);
}

GByteArray *wire_mail_write(const ParsedMail *mail)
{
    GByteArray *out = g_byte_array_new();
    g_autoptr(GByteArray) record = g_byte_array_new();
    for (size_t row = 0; row < G_N_ELEMENTS(records); row++) {
        for (size_t i = 0; i < records[row].count(mail); i++) {
            g_byte_array_set_size(record, 0);
            records[row].write(record, mail, i);
            put_header(out, row + 1, record->len);
            g_byte_array_append(out, record->data, record->len);
        }
    }
    put_header(out, RECORD_END, 0);
    return out;
}

/* Steps over a record's header and returns its type; in->at … in->end are then its fields. 0 when it does not fit. */
static uint32_t record_open(MailReader *in, Bytes result, size_t *at)
{
    in->at = result.data + *at;
    in->end = result.data + result.size;
    uint32_t type = get_u32(in); /* the zero is its upper half */
    uint32_t length = get_u32(in);
    expect(in, length <= (size_t)(in->end - in->at));
    if (in->failed)
        return 0;
    in->end = in->at + length;
    *at = (size_t)(in->end - result.data);
    return type;
}

static bool counts_fit(const size_t *counts)
{
    for (size_t row = 0; row < G_N_ELEMENTS(records); row++)
        if (counts[row] < records[row].min || counts[row] > records[row].max)
            return false;
    return true;
}

static void read_records(MailReader *in, Bytes result)
{
    size_t counts[G_N_ELEMENTS(records)] = {0};
    uint32_t last = 1;
    for (size_t at = 0; !in->failed;) {
        uint32_t type = record_open(in, result, &at);
        if (type == RECORD_END) {
            expect(in, in->at == in->end && at == result.size && counts_fit(counts));
            return;
        }
        expect(in, type >= last && type <= G_N_ELEMENTS(records));
        if (in->failed || ++counts[type - 1] > records[type - 1].max)
            break;
        records[type - 1].read(in);
        expect(in, in->at == in->end);
        last = type;
    }
    in->failed = true;
}

/* Moves a list into the arena. */
static void *list_keep(Arena *arena, GArray *list, size_t element, size_t *count_out)
{
    *count_out = list->len;
    void *copy = arena_array(arena, list->len + 1, element);
    if (list->len)
        memcpy(copy, list->data, list->len * element);
    return copy;
}

static void lists_keep(MailReader *in)
{
    ParsedMail *mail = in->mail;
    mail->addresses = list_keep(in->arena, in->addresses, sizeof(ParsedAddress), &mail->address_count);
    mail->references = list_keep(in->arena, in->references, sizeof(char *), &mail->reference_count);
    mail->fields = list_keep(in->arena, in->fields, sizeof(ParsedField), &mail->field_count);
    mail->attachments = list_keep(in->arena, in->attachments, sizeof(ParsedAttachment), &mail->attachment_count);
    mail->appointments = list_keep(in->arena, in->appointments, sizeof(ParsedAppointment), &mail->appointment_count);
    mail->reports = list_keep(in->arena, in->reports, sizeof(ParsedReport), &mail->report_count);
    ParsedForward *forward = &mail->forward;
    forward->references = list_keep(in->arena, in->forward_references, sizeof(char *), &forward->reference_count);
    forward->attachments =
        list_keep(in->arena, in->forward_attachments, sizeof(ParsedAttachment), &forward->attachment_count);
    bool has_from = mail->address_count && mail->addresses[0].role == PARSE_FROM;
    mail->from_address = has_from ? mail->addresses[0].address : "";
    mail->from_name = has_from ? mail->addresses[0].name : "";
}

bool wire_mail_read(Arena *arena, Bytes result, size_t raw_size, ParsedMail *out)
{
    g_autoptr(GArray) addresses = g_array_new(FALSE, TRUE, sizeof(ParsedAddress));
    g_autoptr(GArray) references = g_array_new(FALSE, TRUE, sizeof(char *));
    g_autoptr(GArray) fields = g_array_new(FALSE, TRUE, sizeof(ParsedField));
    g_autoptr(GArray) attachments = g_array_new(FALSE, TRUE, sizeof(ParsedAttachment));
    g_autoptr(GArray) appointments = g_array_new(FALSE, TRUE, sizeof(ParsedAppointment));
    g_autoptr(GArray) reports = g_array_new(FALSE, TRUE, sizeof(ParsedReport));
    g_autoptr(GArray) forward_references = g_array_new(FALSE, TRUE, sizeof(char *));
    g_autoptr(GArray) forward_attachments = g_array_new(FALSE, TRUE, sizeof(ParsedAttachment));
    *out = (ParsedMail){0};
    MailReader in = {.arena = arena,
                     .raw_size = raw_size,
                     .mail = out,
                     .addresses = addresses,
                     .references = references,
                     .fields = fields,
                     .attachments = attachments,
                     .appointments = appointments,
                     .reports = reports,
                     .forward_references = forward_references,
                     .forward_attachments = forward_attachments};
    if (result.size > 0 && result.size <= WIRE_RESULT_MAX)
        read_records(&in, result);
    else
        in.failed = true;
    if (in.failed) {
        *out = (ParsedMail){0};
        return false;
    }
    lists_keep(&in);
    out->parsed = true;
    return true;
}
