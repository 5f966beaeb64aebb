/* SPDX-License-Identifier: EUPL-1.2 */
/* winmail.dat, built here attribute by attribute from [MS-OXTNEF], and opened in real workers. */
#include "parse/attachment.h"
#include "parse/sandbox_int.h"
#include "parse/tnef_int.h"
#include "parse/wire_int.h"

#include "base/error.h"

#include <string.h>

static ParseZygote *zygote;
static Arena *arena;

/* ---- a builder ---- */

static void put(GByteArray *out, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        guint8 byte = (guint8)(number >> (8 * i));
        g_byte_array_append(out, &byte, 1);
    }
}

static void put_attribute(GByteArray *out, uint8_t level, uint32_t id, const void *data, size_t size)
{
    uint16_t sum = 0;
    put(out, level, 1);
    put(out, id, 4);
    put(out, size, 4);
    for (size_t i = 0; i < size; i++)
        sum = (uint16_t)(sum + ((const uint8_t *)data)[i]);
    if (size)
        g_byte_array_append(out, data, (guint)size);
    put(out, sum, 2);
}

static GByteArray *stream_new(void)
{
    GByteArray *out = g_byte_array_new();
    put(out, 0x223e9f78, 4);
    put(out, 1, 2);
    put_attribute(out, 1, 0x00089006, "\0\0\1\0", 4);
    put_attribute(out, 1, 0x00069007, "\xe4\x04\0\0\0\0\0\0", 8); /* code page 1252 */
    return out;
}

/* A list of properties: the first four bytes count them. */
static GByteArray *list_new(void)
{
    GByteArray *list = g_byte_array_new();
    put(list, 0, 4);
    return list;
}

static void put_head(GByteArray *list, uint16_t type, uint16_t id)
{
    list->data[0]++;
    put(list, type, 2);
    put(list, id, 2);
}

static void put_value(GByteArray *list, uint16_t type, uint16_t id, const void *data, size_t size)
{
    put_head(list, type, id);
    put(list, 1, 4);
    put(list, size, 4);
    if (size)
        g_byte_array_append(list, data, (guint)size);
    put(list, 0, (4 - size % 4) % 4);
}

static void put_words(GByteArray *list, uint16_t id, const char *text)
{
    glong units = 0;
    g_autofree gunichar2 *wide = g_utf8_to_utf16(text, -1, NULL, &units, NULL);
    put_value(list, 0x001f, id, wide, (size_t)(units + 1) * 2);
}

static void put_list(GByteArray *out, uint8_t level, GByteArray *list)
{
    put_attribute(out, level, level == 1 ? 0x00069003 : 0x00069005, list->data, list->len);
    g_byte_array_unref(list);
}

static void put_file(GByteArray *out, const char *title, const char *content, GByteArray *list)
{
    put_attribute(out, 2, 0x00069002, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
    put_attribute(out, 2, 0x00018010, title, strlen(title) + 1);
    if (content)
        put_attribute(out, 2, 0x0006800f, content, strlen(content));
    if (list)
        put_list(out, 2, list);
}

/* The object of a message inside: IID_IMessage, then its stream. */
static GByteArray *inner_list(GByteArray *stream)
{
    GByteArray *list = list_new();
    g_byte_array_prepend(stream, (const guint8 *)"\x07\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16);
    put_value(list, 0x000d, 0x3701, stream->data, stream->len);
    g_byte_array_unref(stream);
    return list;
}

/* ---- reading ---- */

static GString *mail_with(const char *body, GByteArray *stream, const char *type, const char *name)
{
    g_autofree char *coded = g_base64_encode(stream->data, stream->len);
    GString *raw =
        g_string_new("From: a@x.it\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n");
    if (body)
        g_string_append_printf(raw, "--B\n%s\n", body);
    g_string_append_printf(raw, "--B\nContent-Type: %s; name=\"%s\"\nContent-Transfer-Encoding: base64\n\n", type,
                           name);
    g_string_append(raw, coded);
    g_byte_array_unref(stream);
    return g_string_append(raw, "\n--B--\n");
}

static ParsedMail parse(const GString *raw)
{
    g_autoptr(GError) error = NULL;
    ParsedMail mail;
    arena_clear(arena);
    g_assert_true(parse_mail(zygote, arena, (Bytes){(const uint8_t *)raw->str, raw->len}, &mail, &error));
    g_assert_no_error(error);
    g_assert_true(mail.parsed);
    g_assert_cmpstr(mail.from_address, ==, "a@x.it");
    return mail;
}

static ParsedMail parse_outlook(GString **raw, const char *body, GByteArray *stream)
{
    *raw = mail_with(body, stream, "application/ms-tnef", "winmail.dat");
    return parse(*raw);
}

/* What the word to store leads back to. */
static char *content_of(const GString *raw, const ParsedAttachment *file)
{
    g_autoptr(GError) error = NULL;
    const char *coding = parse_attachment_coding(arena, file);
    ParsedAttachment slice = parse_attachment_slice(coding, (int64_t)file->offset, (int64_t)file->length);
    g_autoptr(GBytes) bytes =
        parse_mail_attachment(zygote, (Bytes){(const uint8_t *)raw->str, raw->len}, &slice, PARSE_RAW_MAX, &error);
    g_assert_no_error(error);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    char hex[SHA256_HEX_SIZE];
    bytes_sha256_hex((Bytes){data, size}, hex);
    g_assert_cmpstr(hex, ==, file->sha256);
    g_assert_cmpuint(size, ==, file->size);
    return g_strndup(data ? (const char *)data : "", size);
}

static void assert_file(const GString *raw, const ParsedAttachment *file, const char *name, const char *content)
{
    g_autofree char *got = content_of(raw, file);
    g_assert_cmpstr(file->name, ==, name);
    g_assert_cmpstr(got, ==, content);
}

/* ---- tests ---- */

static GByteArray *full_stream(void)
{
    GByteArray *out = stream_new(), *message = list_new(), *long_name = list_new(), *picture = list_new();
    put_words(message, 0x0037, "Caldaia ferma");
    put_words(message, 0x1000, "Buongiorno,\r\nla caldaia è ferma.\r\n");
    put_value(message, 0x0102, 0x1013, "<p>la caldaia \xe8 <b>ferma</b><img src=\"cid:foto@x\"></p>", 54);
    put_head(message, 0x0003, 0x3fde); /* PR_INTERNET_CPID */
    put(message, 1252, 4);
    put_head(message, 0x000b, 0x0e1b); /* a boolean, filled up to four bytes */
    put(message, 1, 4);
    put_head(message, 0x1003, 0x8001); /* several numbers of a property with a name */
    g_byte_array_append(message, (const guint8 *)"0123456789abcdef", 16);
    put(message, 1, 4);
    put(message, 10, 4);
    g_byte_array_append(message, (const guint8 *)"n\0o\0m\0e\0\0\0\0", 12);
    put(message, 3, 4);
    put(message, 0x000300020001, 8);
    put(message, 3, 4);
    put_list(out, 1, message);
    put_words(long_name, 0x3707, "../preventivo più lungo.pdf");
    put_value(long_name, 0x001e, 0x370e, "application/pdf", 16);
    put_file(out, "PREVEN~1.PDF", "%PDF-1.4 x", long_name);
    put_value(picture, 0x001e, 0x370e, "IMAGE/PNG", 10);
    put_value(picture, 0x001e, 0x3712, "foto@x", 7);
    put_file(out, "foto \xe8.png", "\x89PNG", picture);
    return out;
}

static void assert_full(const GString *raw, const ParsedMail *mail)
{
    g_assert_cmpuint(mail->defects & ~(uint32_t)PARSE_DEFECT_CHARSET, ==, 0);
    g_assert_cmpuint(mail->attachment_count, ==, 3);
    g_assert_true(mail->attachments[0].is_tnef);
    g_assert_cmpuint(mail->attachments[0].tnef, ==, 0);
    assert_file(raw, &mail->attachments[1], "preventivo più lungo.pdf", "%PDF-1.4 x");
    g_assert_cmpstr(mail->attachments[1].type, ==, "application/pdf");
    assert_file(raw, &mail->attachments[2], "foto è.png", "\x89PNG");
    g_assert_cmpstr(mail->attachments[2].type, ==, "image/png");
}

static void test_alone_it_is_the_message(void)
{
    g_autoptr(GString) raw = NULL;
    ParsedMail mail = parse_outlook(&raw, NULL, full_stream());
    assert_full(raw, &mail);
    g_assert_cmpstr(mail.attachments[0].name, ==, "winmail.dat");
    g_assert_cmpstr(mail.subject, ==, "s");
    g_assert_cmpstr(mail.text, ==, "Buongiorno,\nla caldaia è ferma.\n");
    g_assert_cmpstr(mail.html, ==, "<p>la caldaia è <b>ferma</b><img data-attachment=\"2\"></p>");
    g_assert_true(mail.attachments[2].is_inline);
    g_assert_cmpstr(parse_attachment_coding(arena, &mail.attachments[2]), ==, "base64+tnef:2");
}

static void test_beside_a_text_it_gives_its_files_alone(void)
{
    static const char *const bodies[] = {"\nCiao\n", "Content-Type: text/html\n\n<p>Ciao</p>\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GString) raw = NULL;
        ParsedMail mail = parse_outlook(&raw, bodies[i], full_stream());
        assert_full(raw, &mail);
        g_assert_true(g_str_has_prefix(mail.text, "Ciao"));
        g_assert_cmpint(mail.html && g_str_has_prefix(mail.html, "<p>Ciao</p>"), ==, i == 1);
    }
    g_autoptr(GString) raw = NULL;
    ParsedMail mail = parse_outlook(&raw, "\n \n", full_stream());
    g_assert_cmpstr(mail.text, ==, "Buongiorno,\nla caldaia è ferma.\n"); /* blanks are no text */
}

/* By its type, its name or its first bytes. */
static void test_it_is_known_by_any_of_three(void)
{
    static const char *const claims[][2] = {{"application/vnd.ms-tnef", "x.bin"}, {"application/octet-stream", "WINMAIL.DAT"},
                                            {"application/octet-stream", "ATT00001.dat"}};
    for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
        g_autoptr(GString) raw = mail_with("\nCiao\n", full_stream(), claims[i][0], claims[i][1]);
        ParsedMail mail = parse(raw);
        assert_full(raw, &mail);
    }
}

static GByteArray *inner_stream(void)
{
    GByteArray *inner = stream_new(), *list = list_new();
    put_words(list, 0x0037, "Offerta n. 7");
    put_words(list, 0x0c1a, "Anna Rossi");
    put_words(list, 0x5d01, "anna@x.it");
    put_head(list, 0x0040, 0x0039); /* FILETIME of 2026-03-03 09:12:00 UTC: (1772529120 + 11644473600) * 10^7 */
    put(list, UINT64_C(134170027200000000), 8);
    put_words(list, 0x1000, "Ecco l'offerta.\r\n");
    put_list(inner, 1, list);
    put_file(inner, "offerta.txt", "sconto 3%", NULL);
    return inner;
}

static void test_a_message_inside_is_a_file_and_so_are_its_files(void)
{
    g_autoptr(GString) raw = NULL;
    GByteArray *out = stream_new();
    put_file(out, "prima.txt", "prima", NULL);
    put_file(out, "Offerta", NULL, inner_list(inner_stream()));
    put_file(out, "dopo.txt", "dopo", NULL);
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", out);
    g_assert_cmpuint(mail.defects, ==, 0);
    g_assert_cmpuint(mail.attachment_count, ==, 5);
    assert_file(raw, &mail.attachments[1], "prima.txt", "prima");
    g_assert_cmpstr(mail.attachments[2].name, ==, "Offerta n. 7.eml");
    g_assert_cmpstr(mail.attachments[2].type, ==, "message/rfc822");
    assert_file(raw, &mail.attachments[3], "offerta.txt", "sconto 3%");
    assert_file(raw, &mail.attachments[4], "dopo.txt", "dopo");
    g_autofree char *written = content_of(raw, &mail.attachments[2]);
    g_autoptr(GString) inside = g_string_new(written);
    mail.from_address = "";
    g_autoptr(GError) error = NULL;
    g_assert_true(parse_mail(zygote, arena, bytes_of(inside->str), &mail, &error));
    g_assert_cmpstr(mail.subject, ==, "Offerta n. 7");
    g_assert_cmpstr(mail.from_address, ==, "anna@x.it");
    g_assert_cmpstr(mail.from_name, ==, "Anna Rossi");
    g_assert_cmpint(mail.date, ==, INT64_C(1772529120000));
    g_assert_cmpstr(mail.text, ==, "Ecco l'offerta.\n");
}

/* The simple example of [MS-OXRTFCP]. */
static void test_a_packed_body_is_text(void)
{
    static const uint8_t hello[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1,
                                    0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32,
                                    0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
                                    0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
    g_autoptr(GString) raw = NULL;
    GByteArray *out = stream_new(), *list = list_new();
    put_value(list, 0x0102, 0x1009, hello, sizeof hello);
    put_list(out, 1, list);
    ParsedMail mail = parse_outlook(&raw, NULL, out);
    g_assert_cmpstr(mail.text, ==, "hello world");
    g_assert_false(mail.has_html);
    g_assert_cmpuint(mail.defects, ==, 0);
}

/* ---- broken ---- */

/* Cut anywhere: what came whole is there, the rest is told, and the file as it came is always the first. */
static void test_cut_anywhere(void)
{
    g_autoptr(GByteArray) whole = full_stream();
    size_t files = 0;
    for (guint size = 0; size < whole->len; size++) {
        g_autoptr(Arena) scratch = arena_new(ARENA_REQUEST_CAP);
        TnefSource source = {.encoding = PARSE_IDENTITY, .coded = size};
        g_autofree uint8_t *copy = g_memdup2(whole->data, size); /* of that size, for a sanitizer to see past */
        ParsedMail mail, read;
        tnef_mail(scratch, (Bytes){copy, size}, &source, &mail);
        g_autoptr(GByteArray) result = wire_mail_write(&mail);
        g_assert_true(wire_mail_read(scratch, (Bytes){result->data, result->len}, size, &read));
        g_assert_cmpuint(mail.attachment_count, >=, files);
        files = mail.attachment_count;
    }
    g_assert_cmpuint(files, ==, 2);
    g_autoptr(GString) raw = NULL;
    GByteArray *cut = full_stream();
    g_byte_array_set_size(cut, cut->len - 40);
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", cut);
    g_assert_cmpuint(mail.defects, ==, PARSE_DEFECT_TNEF);
    g_assert_cmpuint(mail.attachment_count, ==, 3);
    assert_file(raw, &mail.attachments[1], "preventivo più lungo.pdf", "%PDF-1.4 x");
}

static void test_what_is_none_stays_as_it_came(void)
{
    static const char *const contents[] = {"", "x", "\x78\x9f\x3e\x22", "Microsoft Outlook says hello"};
    for (size_t i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(GString) raw = NULL;
        GByteArray *bytes = g_byte_array_new();
        if (*contents[i])
            g_byte_array_append(bytes, (const guint8 *)contents[i], (guint)strlen(contents[i]));
        ParsedMail mail = parse_outlook(&raw, "\nCiao\n", bytes);
        g_assert_cmpuint(mail.attachment_count, ==, 1);
        g_assert_cmpstr(mail.text, ==, "Ciao\n");
        g_assert_cmpuint(mail.defects, ==, PARSE_DEFECT_TNEF);
        assert_file(raw, &mail.attachments[0], "winmail.dat", contents[i]);
    }
}

static void test_a_wrong_checksum_is_told_and_the_file_given(void)
{
    g_autoptr(GString) raw = NULL;
    GByteArray *out = stream_new();
    put_file(out, "a.txt", "contenuto", NULL);
    out->data[out->len - 1] ^= 1;
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", out);
    g_assert_cmpuint(mail.defects, ==, PARSE_DEFECT_TNEF);
    assert_file(raw, &mail.attachments[1], "a.txt", "contenuto");
}

/* A file that lies elsewhere has no bytes here: told, not shown as an empty one. */
static void test_a_link_is_no_file(void)
{
    g_autoptr(GString) raw = NULL;
    GByteArray *out = stream_new();
    put_file(out, "elsewhere.xls", NULL, NULL);
    put_file(out, "vuoto.txt", "", NULL);
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", out);
    g_assert_cmpuint(mail.defects, ==, PARSE_DEFECT_TNEF);
    g_assert_cmpuint(mail.attachment_count, ==, 2);
    assert_file(raw, &mail.attachments[1], "vuoto.txt", "");
}

static void test_only_the_first_are_opened(void)
{
    g_autoptr(GString) raw = NULL;
    ParsedMail first = parse_outlook(&raw, "\nCiao\n", full_stream());
    g_assert_cmpuint(first.attachment_count, ==, 3);
    g_autofree char *part = g_strdup(strstr(raw->str, "--B\nContent-Type: application/ms-tnef"));
    *strstr(part, "--B--") = '\0';
    g_autoptr(GString) many = g_string_new("From: a@x.it\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nCiao\n");
    for (int i = 0; i < 4; i++)
        g_string_append(many, part);
    g_string_append(many, "--B--\n");
    ParsedMail mail = parse(many);
    g_assert_cmpuint(mail.attachment_count, ==, 4 + PARSE_TNEF_MAX * 2);
    g_assert_cmpuint(mail.defects & PARSE_DEFECT_TNEF, ==, PARSE_DEFECT_TNEF);
    assert_file(many, &mail.attachments[7], "foto è.png", "\x89PNG"); /* of the second */
}

/* ---- bombs ---- */

static GByteArray *nested(int depth)
{
    GByteArray *out = stream_new();
    put_file(out, "fondo.txt", "fondo", NULL);
    for (int i = 0; i < depth; i++) {
        GByteArray *outer = stream_new();
        put_file(outer, "dentro", NULL, inner_list(out));
        out = outer;
    }
    return out;
}

static void test_depth(void)
{
    g_autoptr(GString) raw = NULL, deep = NULL;
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", nested(TNEF_DEPTH_MAX));
    g_assert_cmpuint(mail.defects, ==, 0);
    g_assert_cmpuint(mail.attachment_count, ==, 1 + TNEF_DEPTH_MAX + 1);
    assert_file(raw, &mail.attachments[TNEF_DEPTH_MAX + 1], "fondo.txt", "fondo");
    mail = parse_outlook(&deep, "\nCiao\n", nested(200));
    g_assert_cmpuint(mail.defects, ==, PARSE_DEFECT_PARTS_CUT);
    g_assert_true(mail.truncated);
    g_assert_cmpuint(mail.attachment_count, ==, 1 + TNEF_DEPTH_MAX + 1); /* the last is the rest, as it stands */
    g_assert_cmpuint(mail.attachments[TNEF_DEPTH_MAX + 1].size, >, 10000);
}

/* Runs of 17 bytes each, as dense as the code allows ([MS-OXRTFCP]). */
static GByteArray *packed_bomb(size_t runs)
{
    GByteArray *out = g_byte_array_new();
    size_t write = 207;
    put(out, 0, 4);
    put(out, runs * 17, 4);
    put(out, 0x75465a4c, 4);
    put(out, 0, 4);
    for (size_t i = 0; i < runs; i++) {
        size_t token = ((write + 2048) % 4096) << 4 | 15;
        if (i % 8 == 0)
            put(out, 0xff, 1);
        put(out, token >> 8 | (token & 0xff) << 8, 2);
        write = (write + 17) % 4096;
    }
    size_t said = out->len - 4;
    for (size_t i = 0; i < 4; i++)
        out->data[i] = (guint8)(said >> (8 * i));
    return out;
}

static GByteArray *rtf_bomb(void)
{
    GByteArray *out = stream_new(), *list = list_new();
    g_autoptr(GByteArray) packed = packed_bomb(2 << 20);
    put_value(list, 0x0102, 0x1009, packed->data, packed->len);
    put_list(out, 1, list);
    return out;
}

static GByteArray *attribute_bomb(void)
{
    GByteArray *out = stream_new();
    for (size_t i = 0; i < 1000000; i++)
        put_attribute(out, 2, 0x00069002, NULL, 0);
    return out;
}

static GByteArray *file_bomb(void)
{
    GByteArray *out = stream_new();
    for (size_t i = 0; i < 100000; i++)
        put_file(out, "a", "x", NULL);
    return out;
}

static GByteArray *property_bomb(void)
{
    GByteArray *out = stream_new(), *list = list_new();
    for (size_t i = 0; i < 1000000; i++) {
        put(list, 0x00010003, 4);
        put(list, 1, 4);
    }
    put(list, 0xffffffff10020001, 8); /* four thousand million numbers of two bytes */
    memset(list->data, 0xff, 4);
    put_list(out, 1, list);
    return out;
}

static GByteArray *inner_bomb(void)
{
    GByteArray *out = stream_new();
    g_autofree char *words = g_strnfill(1 << 20, 'w');
    for (size_t i = 0; i < 12; i++) {
        GByteArray *inner = stream_new();
        put_attribute(inner, 1, 0x0002800c, words, 1 << 20);
        put_file(out, "m", NULL, inner_list(inner));
    }
    return out;
}

/* Each ends with the message read, its own text kept, the file as it came first, and a word that something is missing. */
static void test_bombs(void)
{
    static const struct {
        const char *name;
        GByteArray *(*build)(void);
        size_t files; /* of the stream that are listed */
        uint32_t defects;
    } bombs[] = {
        {"rtf", rtf_bomb, 0, PARSE_DEFECT_TNEF | PARSE_DEFECT_TEXT_CUT},
        {"attributes", attribute_bomb, 0, PARSE_DEFECT_TNEF},
        {"files", file_bomb, PARSE_ATTACHMENTS_MAX - 1, PARSE_DEFECT_PARTS_CUT},
        {"properties", property_bomb, 0, PARSE_DEFECT_TNEF},
        {"inner", inner_bomb, 12, PARSE_DEFECT_TEXT_CUT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
        g_autoptr(GString) raw = NULL;
        gint64 before = g_get_monotonic_time();
        ParsedMail mail = parse_outlook(&raw, "\nCiao\n", bombs[i].build());
        g_test_message("%s: %" G_GINT64_FORMAT " ms, %zu bytes, defects %x, %zu attachments", bombs[i].name,
                       (g_get_monotonic_time() - before) / 1000, raw->len, mail.defects, mail.attachment_count);
        g_assert_cmpstr(mail.text, ==, "Ciao\n");
        g_assert_cmpstr(mail.attachments[0].name, ==, "winmail.dat");
        g_assert_cmpuint(mail.attachment_count, ==, 1 + bombs[i].files);
        g_assert_cmphex(mail.defects, ==, bombs[i].defects);
    }
}

/* As large as a mail can be: still opened, or honestly not; here it is. */
static void test_the_largest(void)
{
    g_autoptr(GString) raw = NULL;
    GByteArray *out = stream_new();
    g_autofree char *content = g_strnfill((size_t)46 << 20, 'x');
    put_file(out, "grande.bin", content, NULL);
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", out);
    g_assert_cmpuint(mail.defects, ==, 0);
    g_assert_cmpuint(mail.attachment_count, ==, 2);
    g_autofree char *got = content_of(raw, &mail.attachments[1]);
    g_assert_cmpuint(strlen(got), ==, (size_t)46 << 20);
}

/* ---- the stored word ---- */

static void test_the_word_that_is_stored(void)
{
    for (int encoding = 0; encoding < PARSE_ENCODINGS; encoding++)
        for (uint32_t number = 0; number <= PARSE_ATTACHMENTS_MAX; number += 333) {
            ParsedAttachment file = {.encoding = (ParseEncoding)encoding, .tnef = number};
            ParsedAttachment back = parse_attachment_slice(parse_attachment_coding(arena, &file), 3, 4);
            g_assert_cmpint(back.encoding, ==, encoding);
            g_assert_cmpuint(back.tnef, ==, number);
            g_assert_cmpuint(back.offset, ==, 3);
            g_assert_cmpuint(back.length, ==, 4);
        }
    static const char *const none[] = {"", "7bit", "base64x", "base6", "base64+tnef:", "base64+tnef:0", "base64+tnef:1001",
                                       "base64+tnef:-1", "base64+tnef:1x"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        ParsedAttachment back = parse_attachment_slice(none[i], 0, 0);
        g_assert_cmpuint(back.tnef, ==, 0);
        g_assert_cmpint(back.encoding, ==, i < 4 ? PARSE_IDENTITY : PARSE_BASE64);
    }
}

static void test_the_word_of_a_piece(void)
{
    ParsedAttachment file = {.encoding = PARSE_BASE64,
                             .is_within = true,
                             .within_encoding = PARSE_QUOTED_PRINTABLE,
                             .within_offset = 120,
                             .within_length = 64};
    g_assert_cmpstr(parse_attachment_coding(arena, &file), ==, "base64+within:120:64:quoted-printable");
    file.tnef = 3;
    const char *word = parse_attachment_coding(arena, &file);
    g_assert_cmpstr(word, ==, "base64+within:120:64:quoted-printable+tnef:3");
    ParsedAttachment back = parse_attachment_slice(word, 5, 6);
    g_assert_cmpint(back.encoding, ==, PARSE_BASE64);
    g_assert_true(back.is_within);
    g_assert_cmpint(back.within_encoding, ==, PARSE_QUOTED_PRINTABLE);
    g_assert_cmpuint(back.within_offset, ==, 120);
    g_assert_cmpuint(back.within_length, ==, 64);
    g_assert_cmpuint(back.tnef, ==, 3);
    static const char *const none[] = {"base64+within:", "base64+within:1", "base64+within:1:2", "base64+within:-1:2:base64",
                                       "base64+within:1:99999999999:base64"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(parse_attachment_slice(none[i], 0, 0).is_within);
}

/* "ciao mondo" coded as a whole; what lies outside of that is nobody's file. */
static void test_a_piece_of_what_is_coded(void)
{
    g_autoptr(GError) error = NULL;
    Bytes raw = bytes_of("Y2lhbyBtb25kbw==");
    ParsedAttachment file = {
        .encoding = PARSE_BASE64, .length = raw.size, .is_within = true, .within_offset = 5, .within_length = 5};
    g_autoptr(GBytes) got = parse_mail_attachment(zygote, raw, &file, 100, &error);
    g_autoptr(GBytes) wanted = g_bytes_new("mondo", 5);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(got, wanted));
    file.within_length = 6;
    g_assert_null(parse_mail_attachment(zygote, raw, &file, 100, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_CORRUPT);
}

/* A number the stream does not have, as only a store that was tampered with can ask. */
static void test_a_file_that_is_not_there(void)
{
    g_autoptr(GString) raw = NULL;
    g_autoptr(GError) error = NULL;
    ParsedMail mail = parse_outlook(&raw, "\nCiao\n", full_stream());
    ParsedAttachment file = mail.attachments[2];
    file.tnef = 3;
    g_assert_null(parse_mail_attachment(zygote, bytes_of(raw->str), &file, 1000, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_clear_error(&error);
    file.tnef = 1;
    g_assert_null(parse_mail_attachment(zygote, bytes_of(raw->str), &file, 3, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    arena = arena_new(ARENA_REQUEST_CAP);
    g_test_add_func("/tnef/alone", test_alone_it_is_the_message);
    g_test_add_func("/tnef/beside", test_beside_a_text_it_gives_its_files_alone);
    g_test_add_func("/tnef/known", test_it_is_known_by_any_of_three);
    g_test_add_func("/tnef/inside", test_a_message_inside_is_a_file_and_so_are_its_files);
    g_test_add_func("/tnef/rtf", test_a_packed_body_is_text);
    g_test_add_func("/tnef/cut", test_cut_anywhere);
    g_test_add_func("/tnef/none", test_what_is_none_stays_as_it_came);
    g_test_add_func("/tnef/checksum", test_a_wrong_checksum_is_told_and_the_file_given);
    g_test_add_func("/tnef/link", test_a_link_is_no_file);
    g_test_add_func("/tnef/first", test_only_the_first_are_opened);
    g_test_add_func("/tnef/depth", test_depth);
    if (sandbox_is_real()) { /* a sanitizer build has other limits of time; the plain builds run them */
        g_test_add_func("/tnef/bombs", test_bombs);
        g_test_add_func("/tnef/largest", test_the_largest);
    }
    g_test_add_func("/tnef/word", test_the_word_that_is_stored);
    g_test_add_func("/tnef/word-of-a-piece", test_the_word_of_a_piece);
    g_test_add_func("/tnef/piece", test_a_piece_of_what_is_coded);
    g_test_add_func("/tnef/missing", test_a_file_that_is_not_there);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    arena_free(arena);
    return status;
}
