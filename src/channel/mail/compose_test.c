/* SPDX-License-Identifier: EUPL-1.2 */
/* What compose writes, GMime (an independent reader) must give back to the byte. */
#include "channel/mail/compose.h"

#include "base/text.h"

#include <gmime/gmime.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeReferences, g_mime_references_free)

#define TOKEN "abcdefghij0123456789abcdefghij01"

static const Mailbox LUCA = {.name = "Luca", .address = "luca@bar.test"};

static MailDraft plain_draft(void)
{
    return (MailDraft){.purpose = CHANNEL_ANSWER,
                       .mailbox_address = "assistenza@caffemeccanica.test",
                       .operator_name = "Sara",
                       .company_name = "Caffemeccanica",
                       .to = &LUCA,
                       .to_count = 1,
                       .subject = "Re: E07",
                       .text = "Buongiorno",
                       .message_id = "10001.7.Ab3dEf9h@caffemeccanica.test",
                       .date = 1795342800000 /* 2026-11-22T10:20:00Z */};
}

static const char *compose(Arena *arena, const MailDraft *draft)
{
    g_autoptr(GError) error = NULL;
    Bytes message;
    bool done = mail_compose(arena, draft, &message, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    g_assert_null(memchr(message.data, 0, message.size));
    return arena_strndup(arena, (const char *)message.data, message.size);
}

/* Invariant 2 of compose.h, on any message. */
static void check_wire(const char *message)
{
    for (const char *line = message; *line;) {
        const char *end = strstr(line, "\r\n");
        g_assert_nonnull(end);
        g_assert_cmpint(end - line, <=, 78);
        g_assert_false(*line == '.' || g_str_has_prefix(line, "From "));
        for (const char *c = line; c < end; c++)
            g_assert_true(g_ascii_isprint(*c) || *c == '\t');
        line = end + 2;
    }
}

static GMimeMessage *read_back(const char *message)
{
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(message, strlen(message));
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *read = g_mime_parser_construct_message(parser, NULL);
    g_assert_nonnull(read);
    return read;
}

static char *part_text(GMimeObject *part)
{
    g_assert_true(GMIME_IS_TEXT_PART(part));
    char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    g_autofree char *wire = text;
    g_auto(GStrv) lines = g_strsplit(wire, "\r\n", -1);
    return g_strjoinv("\n", lines);
}

/* The names of all headers, in order: one more would be an injection. */
static void check_header_names(GMimeMessage *message, const char *expected)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    g_autoptr(GString) names = g_string_new(NULL);
    for (int i = 0; i < g_mime_header_list_get_count(headers); i++)
        g_string_append_printf(names, " %s", g_mime_header_get_name(g_mime_header_list_get_header_at(headers, i)));
    g_assert_cmpstr(names->str, ==, expected);
}

/* The whole message by hand, so that what a mail client gets is read here and not guessed. */
static void test_answer(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char *const references[] = {"a@bar.test", "b@bar.test", "bad id"};
    MailDraft draft = plain_draft();
    draft.reply_token = TOKEN;
    draft.in_reply_to = "b@bar.test";
    draft.references = references;
    draft.reference_count = 3;
    draft.marker = "-- Rispondi sopra questa riga --";
    draft.text = "È il termostato.\n\n.\nFrom oggi =, \n";
    g_assert_cmpstr(compose(arena, &draft), ==,
                    "Date: Sun, 22 Nov 2026 10:20:00 +0000\r\n"
                    "From: =?UTF-8?Q?Sara_=E2=80=94_Caffemeccanica?=\r\n <assistenza@caffemeccanica.test>\r\n"
                    "Reply-To: Caffemeccanica\r\n <assistenza+t." TOKEN "@caffemeccanica.test>\r\n"
                    "To: Luca <luca@bar.test>\r\n"
                    "Subject: Re: E07\r\n"
                    "Message-ID: <10001.7.Ab3dEf9h@caffemeccanica.test>\r\n"
                    "In-Reply-To: <b@bar.test>\r\n"
                    "References: <a@bar.test> <b@bar.test>\r\n"
                    "X-Filo-Loop: assistenza@caffemeccanica.test\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain;\r\n charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n"
                    "\r\n"
                    "-- Rispondi sopra questa riga --\r\n"
                    "\r\n"
                    "=C3=88 il termostato.\r\n"
                    "\r\n"
                    "=2E\r\n"
                    "=46rom oggi =3D,=20\r\n");
}

static void test_automatic_messages_say_so(void)
{
    static const struct {
        ChannelPurpose purpose;
        const char *submitted, *suppress;
    } rows[] = {
        {CHANNEL_ANSWER, NULL, NULL}, {CHANNEL_ACK, "auto-replied", "All"}, {CHANNEL_NOTICE, "auto-generated", "All"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        MailDraft draft = plain_draft();
        draft.purpose = rows[i].purpose;
        g_autoptr(GMimeMessage) read = read_back(compose(arena, &draft));
        g_assert_cmpstr(g_mime_object_get_header(GMIME_OBJECT(read), "Auto-Submitted"), ==, rows[i].submitted);
        g_assert_cmpstr(g_mime_object_get_header(GMIME_OBJECT(read), "X-Auto-Response-Suppress"), ==, rows[i].suppress);
    }
}

/* Content an attacker, or a customer with a long name, may choose. */
static const char *const HOSTILE[] = {
    "x\r\nBcc: v@x.test",
    "x\nBcc: v@x.test\n\nciao",
    "x\r\n\r\n--=_filo_0\r\nContent-Type: text/html\r\n\r\n<script>",
    "x%0d%0aBcc:v@x.test",
    "x\rBcc: v@x.test\x0b\x0c\x1b[31m\x7f",
    "x\xe2\x80\xa8"
    "Bcc: v@x.test \xe2\x80\xae"
    "gnp.exe",
    "perché così è",
    "=?UTF-8?Q?gi=C3=A0_codificato?=",
    "=?UTF-8?B?AAAA?= =?x",
    "\"quoted\" \\ back, (comment) <a@b.test>; x:y",
    "a@b.test, c@d.test",
    "'single' 100% *0*=UTF-8''x",
    "日本語の件名はとても長いので、いくつかの符号化語に分けられなければなりません。そうですね。",
    /* a mechanic (joined by U+200D) and a coffee (with U+FE0F), longer than one encoded word */
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7 E07 \xe2\x98\x95\xef\xb8\x8f macchina "
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7 E07 \xe2\x98\x95\xef\xb8\x8f",
    "una riga piana e lunga che deve essere piegata agli spazi perche' passa i settantotto caratteri di una riga "
    "intera",
    "parolasenzaspaziparolasenzaspaziparolasenzaspaziparolasenzaspaziparolasenzaspaziparolasenzaspazi",
    "invalid \xff\xfe\xc3 bytes \xc3\xa9",
    ".",
    "../../etc/passwd",
    "From luca",
    "a_b=c?d",
    /* two of them pass the width of a line between two atoms, where a reader may keep the fold */
    "xFrom lungalungalungalunga' *",
};

static void check_hostile(const char *value)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *clean = text_clean_line(arena, bytes_of(value));
    MailDraft draft = plain_draft();
    Mailbox to[] = {{.name = value, .address = "luca@bar.test"}, {.name = value, .address = "anna@bar.test"}};
    ChannelFile file = {.name = value, .media_type = value, .content = bytes_of(value)};
    draft.to = to;
    draft.to_count = 2;
    draft.operator_name = NULL;
    draft.company_name = draft.subject = draft.text = draft.marker = draft.in_reply_to = value;
    draft.references = &value;
    draft.reference_count = 1;
    draft.files = &file;
    draft.file_count = 1;
    const char *message = compose(arena, &draft);
    check_wire(message);

    g_autoptr(GMimeMessage) read = read_back(message);
    check_header_names(read, mail_id_is_safe(value)
                                 ? " Date From To Subject Message-ID In-Reply-To References X-Filo-Loop MIME-Version"
                                 : " Date From To Subject Message-ID X-Filo-Loop MIME-Version");
    g_assert_cmpstr(g_mime_message_get_subject(read), ==, clean);
    InternetAddressList *list = g_mime_message_get_to(read);
    g_assert_cmpint(internet_address_list_length(list), ==, 2);
    for (int i = 0; i < 2; i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        g_assert_cmpstr(internet_address_get_name(address), ==, clean);
        g_assert_cmpstr(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)), ==, to[i].address);
    }
    InternetAddress *from = internet_address_list_get_address(g_mime_message_get_from(read), 0);
    g_assert_cmpstr(internet_address_get_name(from), ==, clean);
    g_assert_cmpint(internet_address_list_length(g_mime_message_get_bcc(read)), ==, 0);

    g_assert_true(GMIME_IS_MULTIPART(g_mime_message_get_mime_part(read)));
    GMimeMultipart *parts = GMIME_MULTIPART(g_mime_message_get_mime_part(read));
    g_assert_cmpint(g_mime_multipart_get_count(parts), ==, 2);
    g_autofree char *text = part_text(g_mime_multipart_get_part(parts, 0));
    const char *cleaned_text = text_clean(arena, bytes_of(value));
    g_autofree char *expected =
        g_strconcat(clean, "\n\n", cleaned_text, g_str_has_suffix(cleaned_text, "\n") ? "" : "\n", NULL);
    g_assert_cmpstr(text, ==, expected);

    GMimePart *part = GMIME_PART(g_mime_multipart_get_part(parts, 1));
    g_assert_cmpstr(g_mime_part_get_filename(part), ==, clean);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_assert_cmpmem(bytes->data, bytes->len, value, (int)strlen(value));
}

static void test_hostile_content_round_trips(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(HOSTILE); i++) {
        g_test_message("row %zu", i);
        check_hostile(HOSTILE[i]);
    }
}

/* Random strings of awkward pieces, the same at every run: what fails once fails always. */
static void test_random_content_round_trips(void)
{
    static const char *const pieces[] = {"\r\n", "\n",      "\r",   " ",  "\t",    "=?", "?=", "è",
                                         "日",   "👩",       "\xff", "a",  "Bcc:",  "@",  "<",  ">",
                                         "\"",   "\\",      ",",    ";",  "%",     "'",  "*",  "=",
                                         "_",    "?",       ".",    "--", "From ", "(",  ")",  "lungalungalungalunga",
                                         "\x01", "\xc2\x85"};
    g_autoptr(GRand) random = g_rand_new_with_seed(2026);
    for (int i = 0; i < 2000; i++) {
        g_autoptr(GString) value = g_string_new("x"); /* an empty name is another test */
        for (int n = g_rand_int_range(random, 0, 40); n > 0; n--)
            g_string_append(value, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
        g_autofree char *shown = g_strescape(value->str, NULL);
        g_test_message("%s", shown);
        check_hostile(value->str);
    }
}

static void test_blank_content(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    MailDraft draft = plain_draft();
    Mailbox nobody = {.name = " \r\n ", .address = "luca@bar.test"};
    draft.to = &nobody;
    draft.operator_name = draft.company_name = draft.subject = draft.text = NULL;
    const char *message = compose(arena, &draft);
    g_assert_nonnull(strstr(message, "\r\nTo: luca@bar.test\r\n"));
    g_assert_nonnull(strstr(message, "\r\nFrom: assistenza@caffemeccanica.test\r\n"));
    g_assert_true(g_str_has_suffix(message, "quoted-printable\r\n\r\n"));
}

static void test_binary_file(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    uint8_t content[1000];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7);
    ChannelFile files[] = {{.name = "foto.jpg", .media_type = "image/jpeg", .content = {content, sizeof content}},
                           {.name = "vuoto.txt", .media_type = "message/rfc822", .content = {NULL, 0}}};
    MailDraft draft = plain_draft();
    draft.files = files;
    draft.file_count = 2;
    const char *message = compose(arena, &draft);
    check_wire(message);
    g_autoptr(GMimeMessage) read = read_back(message);
    GMimeMultipart *parts = GMIME_MULTIPART(g_mime_message_get_mime_part(read));
    g_assert_cmpint(g_mime_multipart_get_count(parts), ==, 3);
    GMimePart *photo = GMIME_PART(g_mime_multipart_get_part(parts, 1));
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(photo), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_assert_cmpmem(bytes->data, bytes->len, content, (int)sizeof content);
    g_assert_true(g_mime_content_type_is_type(g_mime_object_get_content_type(GMIME_OBJECT(photo)), "image", "jpeg"));
    GMimeObject *empty = g_mime_multipart_get_part(parts, 2); /* RFC 2046 allows no base64 in message/rfc822 */
    g_assert_true(g_mime_content_type_is_type(g_mime_object_get_content_type(empty), "application", "octet-stream"));
}

static void check_refused(const MailDraft *draft, int code)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    Bytes message = {0};
    g_assert_false(mail_compose(arena, draft, &message, &error));
    g_assert_error(error, FILO_ERROR, code);
    g_assert_null(message.data);
}

static void test_refused(void)
{
    static const char *const addresses[] = {NULL,
                                            "",
                                            "luca",
                                            "@bar.test",
                                            "luca@",
                                            "a b@bar.test",
                                            "luca@bar.test\r\nBcc: x@y",
                                            "luca@bar.test>",
                                            "<luca@bar.test>",
                                            "luca@bar.test,x@y.test",
                                            "perché@bar.test",
                                            "luca@-bar.test",
                                            "luca@bar.test.",
                                            ".luca@bar.test",
                                            "lu..ca@bar.test",
                                            "luca@bar test",
                                            "\"lu ca\"@bar.test"};
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        Mailbox to = {.name = "x", .address = addresses[i]};
        MailDraft draft = plain_draft();
        draft.to = &to;
        check_refused(&draft, FILO_ERROR_REFUSED);
        draft = plain_draft();
        draft.cc = &to;
        draft.cc_count = 1;
        check_refused(&draft, FILO_ERROR_REFUSED);
        draft = plain_draft();
        draft.mailbox_address = addresses[i];
        check_refused(&draft, FILO_ERROR_REFUSED);
    }
    MailDraft draft = plain_draft();
    draft.to_count = 0;
    check_refused(&draft, FILO_ERROR_REFUSED);
    draft = plain_draft();
    draft.message_id = NULL;
    check_refused(&draft, FILO_ERROR_REFUSED);
    draft = plain_draft();
    draft.reply_token = "../../../../../../x";
    check_refused(&draft, FILO_ERROR_REFUSED);
    draft = plain_draft();
    ChannelFile huge = {.name = "x",
                        .content = {(const uint8_t *)"", (size_t)23 << 20}}; /* never read: refused by size */
    draft.files = &huge;
    draft.file_count = 1;
    check_refused(&draft, FILO_ERROR_TOO_LARGE);
}

static void test_long_conversation(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *references[50];
    for (int i = 0; i < 50; i++)
        references[i] = arena_printf(arena, "%d@bar.test", i);
    MailDraft draft = plain_draft();
    draft.references = references;
    draft.reference_count = 50;
    draft.in_reply_to = "answered@bar.test";
    const char *message = compose(arena, &draft);
    check_wire(message);
    g_autoptr(GMimeMessage) read = read_back(message);
    g_autoptr(GMimeReferences) ids =
        g_mime_references_parse(NULL, g_mime_object_get_header(GMIME_OBJECT(read), "References"));
    g_assert_cmpint(g_mime_references_length(ids), ==, 20);
    g_assert_cmpstr(g_mime_references_get_message_id(ids, 0), ==, "0@bar.test");
    g_assert_cmpstr(g_mime_references_get_message_id(ids, 1), ==, "32@bar.test");
    g_assert_cmpstr(g_mime_references_get_message_id(ids, 19), ==, "answered@bar.test");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_mime_init();
    g_test_add_func("/mail-compose/answer", test_answer);
    g_test_add_func("/mail-compose/automatic", test_automatic_messages_say_so);
    g_test_add_func("/mail-compose/hostile", test_hostile_content_round_trips);
    g_test_add_func("/mail-compose/random", test_random_content_round_trips);
    g_test_add_func("/mail-compose/blank", test_blank_content);
    g_test_add_func("/mail-compose/binary", test_binary_file);
    g_test_add_func("/mail-compose/refused", test_refused);
    g_test_add_func("/mail-compose/conversation", test_long_conversation);
    return g_test_run();
}
