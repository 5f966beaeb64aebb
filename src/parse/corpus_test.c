/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The 226 messages of the corpus against oracle.tsv, which CPython's parser made: every difference in sender, subject,
 * date or Message-ID is named below with its reason. All of it runs through real sandboxed workers.
 */
#include "parse/attachment.h"
#include "parse/content_hash.h"

#include <gio/gio.h>
#include <string.h>

/* What differs, and who is right: the words after the field are the reason, shown when the test is read. */
static const struct {
    const char *file; /* end of the path */
    const char *field;
    const char *reason;
} known_differences[] = {
    {"qp-utf8-header-recursed.raw", "from", "CPython raised ValueError and gave no field at all"},
    {"qp-utf8-header-recursed.raw", "subject", "the same"},
    {"qp-utf8-header-recursed.raw", "date", "the same"},
    {"qp-utf8-header-recursed.raw", "message-id", "the same"},
    {"raw_email_incorrect_header.eml", "from", "CPython stops at a field name with a space; more fields follow"},
    {"raw_email_incorrect_header.eml", "subject", "the same"},
    {"raw_email_incorrect_header.eml", "date", "the same"},
    {"raw_email_incorrect_header.eml", "message-id", "the same"},
    {"bad_date_header.eml", "subject", "white space at the end: we trim"},
    {"bad_subject.eml", "subject", "white space at the end: we trim"},
    {"empty_in_reply_to.eml", "subject", "white space at the end: we trim"},
    {"must_supply_encoding.eml", "subject", "white space at the end: we trim"},
    {"invalid_subject_characters.eml", "subject", "raw 8-bit bytes: we read windows-1252, CPython U+FFFD"},
    {"trademark_character_in_subject.eml", "date", "the table lacks the Z: the Date names no zone"},
    {"mix_caps_content_type.eml", "from", "'Big Bug bb@bug.com' is no address: we take the last word"},
    {"raw_email_double_at_in_header.eml", "message-id", "a@b@c: we keep it whole, CPython stops at the second @"},
    {"raw_email_with_partially_quoted_subject.eml", "subject", "the table quotes the cell as CSV does"},
    {"msg_43.txt", "from", "'<>' is no address; the table keeps its brackets"},
};

static ParseZygote *zygote;
static char *data_dir;
static GPtrArray *files; /* paths of the 226 */

typedef struct Oracle {
    char *file, *message_id, *from, *subject, *date;
} Oracle;

enum { COLUMN_FILE = 1, COLUMN_MESSAGE_ID = 4, COLUMN_FROM = 5, COLUMN_SUBJECT = 6, COLUMN_DATE = 7 };

static Bytes file_read(const char *path)
{
    char *data;
    gsize size;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    return (Bytes){(uint8_t *)data, size};
}

static char *id_bare(const char *id)
{
    g_autofree char *text = g_strstrip(g_strdup(id));
    size_t size = strlen(text);
    return size > 1 && *text == '<' && text[size - 1] == '>' ? g_strndup(text + 1, size - 2) : g_strdup(text);
}

static bool is_known(const char *file, const char *field)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_differences); i++)
        if (g_str_has_suffix(file, known_differences[i].file) && !strcmp(known_differences[i].field, field))
            return true;
    return false;
}

static unsigned compare(const char *file, const char *field, const char *got, const char *expected)
{
    if (!strcmp(got, expected))
        return 0;
    bool known = is_known(file, field);
    g_test_message("%s %s %s\n     ours: %s\n   oracle: %s", known ? "known" : "NEW", field, file, got, expected);
    if (!known)
        g_test_fail();
    return 1;
}

static unsigned compare_message(const ParsedMail *mail, char **row)
{
    g_autoptr(Arena) arena = arena_new(1 << 20);
    g_autofree char *id = id_bare(row[COLUMN_MESSAGE_ID]);
    char *date = mail->date == TIME_NONE ? arena_strdup(arena, "") : time_to_iso(arena, mail->date);
    if (*date)
        memcpy(date + strlen("2026-04-03T15:20:00"), "Z", 2);
    return compare(row[COLUMN_FILE], "from", mail->from_address, row[COLUMN_FROM]) +
           compare(row[COLUMN_FILE], "subject", mail->subject, row[COLUMN_SUBJECT]) +
           compare(row[COLUMN_FILE], "date", date, row[COLUMN_DATE]) +
           compare(row[COLUMN_FILE], "message-id", mail->message_id, id);
}

static void test_corpus_agrees_with_the_oracle(void)
{
    g_autofree char *path = g_build_filename(data_dir, "mail", "oracle.tsv", NULL);
    Bytes table = file_read(path);
    g_auto(GStrv) lines = g_strsplit((const char *)table.data, "\n", -1);
    unsigned messages = 0, differences = 0;
    for (char **line = lines + 1; *line && **line; line++) {
        g_auto(GStrv) row = g_strsplit(*line, "\t", -1);
        g_autofree char *file = g_build_filename(data_dir, "mail", row[COLUMN_FILE], NULL);
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autoptr(GError) error = NULL;
        Bytes raw = file_read(file);
        ParsedMail mail;
        g_assert_true(parse_mail(zygote, arena, raw, &mail, &error));
        g_assert_no_error(error);
        g_assert_true(mail.parsed);
        differences += compare_message(&mail, row);
        messages++;
        g_free((void *)(uintptr_t)raw.data);
    }
    g_free((void *)(uintptr_t)table.data);
    g_test_message("%u messages, %u differences", messages, differences);
    g_assert_cmpuint(messages, ==, 226);
    g_assert_cmpuint(differences, <=, 20);
}

/* ---- attachments, by our rule, as CPython's parser counts them ---- */

static const struct {
    const char *file;
    unsigned ours;
    const char *reason;
} attachment_differences[] = {
    {"msg_15.txt", 1, "one boundary used by two levels: CPython drops the GIF behind it"},
    {"msg_39.txt", 6, "one boundary used by two levels: CPython finds two of the six patches"},
};

/* The range and coding decode in a worker to what the parse said. */
static void assert_attachment_decodes(Bytes raw, const ParsedAttachment *attachment)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = parse_mail_attachment(zygote, raw, attachment, PARSE_RAW_MAX, &error);
    g_assert_no_error(error);
    char hex[SHA256_HEX_SIZE];
    bytes_sha256_hex((Bytes){g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)}, hex);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, attachment->size);
    g_assert_cmpstr(hex, ==, attachment->sha256);
}

static unsigned attachments_of(const char *path)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    Bytes raw = file_read(path);
    ParsedMail mail;
    g_assert_true(parse_mail(zygote, arena, raw, &mail, &error));
    for (size_t i = 0; i < mail.attachment_count; i++)
        assert_attachment_decodes(raw, &mail.attachments[i]);
    g_free((void *)(uintptr_t)raw.data);
    return (unsigned)mail.attachment_count;
}

static void compare_attachments(const char *line)
{
    const char *path = strchr(line, '\t') + 1;
    unsigned expected = (unsigned)g_ascii_strtoull(line, NULL, 10), ours = attachments_of(path);
    for (size_t i = 0; i < G_N_ELEMENTS(attachment_differences); i++)
        if (g_str_has_suffix(path, attachment_differences[i].file) && ours == attachment_differences[i].ours)
            return;
    if (ours != expected)
        g_test_fail_printf("%s: %u attachments, CPython %u", path, ours, expected);
}

static void test_attachments_are_counted_by_our_rule(void)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST, "src", "parse", "attachments_oracle.py", NULL);
    g_autoptr(GString) paths = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < files->len; i++)
        g_string_append_printf(paths, "%s\n", (const char *)g_ptr_array_index(files, i));
    g_autoptr(GSubprocess) python = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                                     &error, "python3", script, NULL);
    g_assert_no_error(error);
    g_autofree char *out = NULL;
    g_assert_true(g_subprocess_communicate_utf8(python, paths->str, NULL, &out, NULL, &error));
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, files->len + 1);
    for (char **line = lines; **line; line++)
        compare_attachments(*line);
}

/* ---- identity ---- */

/* Five are another's bytes once what carried them is left out; three more (the corpus names them _lf) are another's with
 * LF for CRLF, as sha256sum of `sed 's/\r$//'` says too. */
static void test_exactly_eight_are_there_already(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < files->len; i++) {
        char hex[SHA256_HEX_SIZE];
        Bytes raw = file_read(g_ptr_array_index(files, i));
        parse_content_hash(raw, hex);
        g_hash_table_add(seen, g_strdup(hex));
        g_free((void *)(uintptr_t)raw.data);
    }
    g_assert_cmpuint(files->len, ==, 226);
    g_assert_cmpuint(g_hash_table_size(seen), ==, 218);
}

/* ---- certified mail ---- */

/* data/README.md: consegna.eml of go-pec is really an errore-consegna. Values read off the files with grep. */
static const struct {
    const char *file, *field, *value;
} pec_fields[] = {
    {"pec-go/pec/test/resources/accettazione.eml", "x-ricevuta", "accettazione"},
    {"pec-go/pec/test/resources/consegna.eml", "x-ricevuta", "errore-consegna"},
    {"pec-go/pec/test/resources/email_2.eml", "x-ricevuta", "avvenuta-consegna"},
    {"pec-go/pec/test/resources/email_3.eml", "x-trasporto", "posta-certificata"},
    {"pec-java/src/test/resources/accettazione.eml", "x-ricevuta", "accettazione"},
    {"pec-java/src/test/resources/consegna.eml", "x-ricevuta", "errore-consegna"},
    {"pec-java/src/test/resources/Delivery Status Notification (Failure).eml", NULL, NULL},
    {"pec-java/src/test/resources/Test - Simple Mail.eml", NULL, NULL},
    {"pec-java/src/test/resources/Test - Simple Mail (2).eml", NULL, NULL},
    {"pec-java/src/test/resources/Test - Simple Mail (3).eml", NULL, NULL},
};

static bool has_daticert(const ParsedMail *mail)
{
    for (size_t i = 0; i < mail->attachment_count; i++)
        if (!g_ascii_strcasecmp(mail->attachments[i].name, "daticert.xml"))
            return true;
    return false;
}

static void test_certified_mail(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pec_fields); i++) {
        g_autofree char *path = g_build_filename(data_dir, "pec", pec_fields[i].file, NULL);
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autoptr(GError) error = NULL;
        Bytes raw = file_read(path);
        ParsedMail mail;
        g_assert_true(parse_mail(zygote, arena, raw, &mail, &error));
        g_assert_true(mail.parsed);
        g_assert_cmpstr(mail.message_id, !=, "");
        if (pec_fields[i].field) {
            g_assert_cmpstr(parse_mail_field(&mail, pec_fields[i].field), ==, pec_fields[i].value);
            g_assert_true(has_daticert(&mail));
        }
        g_test_message("%s: %zu attachments, %s", pec_fields[i].file, mail.attachment_count, mail.subject);
        g_free((void *)(uintptr_t)raw.data);
    }
}

/* ---- quoted replies in HTML ---- */

static void test_html_replies_are_folded(void)
{
    static const struct {
        const char *name, *said, *quoted; /* words that stay, words the fold starts with */
    } cases[] = {
        {"office-365.html", "Mr. Cat", "---\nFrom: Ms. Dolphin\nSent: Monday"},
        {"outlook-mixed.html", "This is how it looks", NULL}, /* begins with a header block: that stays visible */
        {"microsoft-namespaces.html", "James Public", "From: John Doe [mailto:john@example.com]\nSent: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_build_filename(data_dir, "mail", "planer", "test", "examples", "html", cases[i].name, NULL);
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autoptr(GError) error = NULL;
        Bytes html = file_read(path);
        g_autoptr(GString) raw = g_string_new("From: a@x.it\nContent-Type: text/html; charset=utf-8\n\n");
        g_string_append_len(raw, (const char *)html.data, (gssize)html.size);
        ParsedMail mail;
        g_assert_true(parse_mail(zygote, arena, (Bytes){(const uint8_t *)raw->str, raw->len}, &mail, &error));
        g_assert_true(mail.parsed && mail.html);
        g_assert_cmpuint(mail.quote_at, <, mail.text_size);
        g_autofree char *said = g_strndup(mail.text, mail.quote_at);
        g_assert_nonnull(strstr(said, cases[i].said));
        g_assert_true(!cases[i].quoted || g_str_has_prefix(mail.text + mail.quote_at, cases[i].quoted));
        g_free((void *)(uintptr_t)html.data);
    }
}

/* Every message of the table, as a path. */
static GPtrArray *files_list(void)
{
    g_autofree char *path = g_build_filename(data_dir, "mail", "oracle.tsv", NULL);
    Bytes table = file_read(path);
    g_auto(GStrv) lines = g_strsplit((const char *)table.data, "\n", -1);
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines + 1; *line && **line; line++) {
        g_auto(GStrv) row = g_strsplit(*line, "\t", -1);
        g_ptr_array_add(list, g_build_filename(data_dir, "mail", row[COLUMN_FILE], NULL));
    }
    g_free((void *)(uintptr_t)table.data);
    return list;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    const char *given = g_getenv("FILO_DATA");
    data_dir = given ? g_strdup(given) : g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "shared", "data", NULL);
    if (!g_file_test(data_dir, G_FILE_TEST_IS_DIR)) {
        g_print("1..0 # SKIP no corpus: set FILO_DATA\n");
        return 0;
    }
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    files = files_list();
    g_test_add_func("/corpus/oracle", test_corpus_agrees_with_the_oracle);
    g_test_add_func("/corpus/identity", test_exactly_eight_are_there_already);
    g_test_add_func("/corpus/attachments", test_attachments_are_counted_by_our_rule);
    g_test_add_func("/corpus/certified", test_certified_mail);
    g_test_add_func("/corpus/replies", test_html_replies_are_folded);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    g_ptr_array_unref(files);
    g_free(data_dir);
    return status;
}
