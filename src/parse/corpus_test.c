/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The 226 messages of the corpus against oracle.tsv, which CPython's parser made: every difference in sender, subject,
 * date or Message-ID is named below with its reason. All of it runs through real sandboxed workers.
 */
#include "parse/content_hash.h"
#include "parse/mail.h"

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
        if (g_str_has_suffix(file, known_differences[i].file) &&
            !strcmp(known_differences[i].field, field))
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
    g_test_add_func("/corpus/oracle", test_corpus_agrees_with_the_oracle);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    g_free(data_dir);
    return status;
}
