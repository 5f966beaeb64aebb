/* SPDX-License-Identifier: EUPL-1.2 */
/* daticert.xml through real workers: every field, what providers get wrong, and what attackers try. */
#include "parse/daticert_int.h"

#include "parse/sandbox_int.h"

#include <string.h>

static ParseZygote *zygote;
static Arena *arena;

static Daticert read_bytes(Bytes coded, ParseEncoding encoding)
{
    g_autoptr(GError) error = NULL;
    Daticert certified;
    g_assert_true(parse_daticert(zygote, arena, coded, encoding, &certified, &error));
    g_assert_no_error(error);
    return certified;
}

static Daticert read_text(const char *xml)
{
    return read_bytes(bytes_of(xml), PARSE_IDENTITY);
}

#define OPEN "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static const char delivery[] = OPEN
    "<postacert tipo=\"avvenuta-consegna\" errore=\"nessuno\">\n"
    " <intestazione><mittente>noi@pec.it</mittente>\n"
    "  <destinatari tipo=\"certificato\">a@pec.it</destinatari><destinatari tipo=\"esterno\">b@x.it</destinatari>\n"
    "  <risposte>noi@pec.it</risposte><oggetto>Re: perché &amp; come</oggetto></intestazione>\n"
    " <dati><gestore-emittente>Gestore S.p.A.</gestore-emittente>\n"
    "  <data zona=\"+0100\"><giorno>15/11/2024</giorno><ora>18:20:38</ora></data>\n"
    "  <identificativo>opec1@gestore.it</identificativo><msgid>&lt;10001.7.abc@pec.it&gt;</msgid>\n"
    "  <ricevuta tipo=\"completa\"/><consegna>a@pec.it</consegna></dati>\n"
    "</postacert>\n";

static void test_every_field(void)
{
    Daticert certified = read_text(delivery);
    g_assert_true(certified.read);
    g_assert_cmpstr(certified.type, ==, "avvenuta-consegna");
    g_assert_cmpstr(certified.error, ==, "nessuno");
    g_assert_cmpstr(certified.sender, ==, "noi@pec.it");
    g_assert_cmpstr(certified.replies, ==, "noi@pec.it");
    g_assert_cmpstr(certified.subject, ==, "Re: perché & come");
    g_assert_cmpstr(certified.provider, ==, "Gestore S.p.A.");
    g_assert_cmpint(certified.at, ==, INT64_C(1731691238000)); /* date -u -d '2024-11-15 17:20:38' +%s */
    g_assert_cmpstr(certified.identifier, ==, "opec1@gestore.it");
    g_assert_cmpstr(certified.message_id, ==, "10001.7.abc@pec.it");
    g_assert_cmpstr(certified.receipt_form, ==, "completa");
    g_assert_cmpstr(certified.delivered_to, ==, "a@pec.it");
    g_assert_cmpstr(certified.error_text, ==, "");
    g_assert_cmpuint(certified.recipient_count, ==, 2);
    g_assert_cmpstr(certified.recipients[0].address, ==, "a@pec.it");
    g_assert_true(certified.recipients[0].certified);
    g_assert_cmpstr(certified.recipients[1].address, ==, "b@x.it");
    g_assert_false(certified.recipients[1].certified);
}

static void test_base64(void)
{
    g_autofree char *coded = g_base64_encode((const guchar *)delivery, strlen(delivery));
    g_assert_cmpstr(read_bytes(bytes_of(coded), PARSE_BASE64).identifier, ==, "opec1@gestore.it");
}

/* An older provider's encoding; è is e8 there. */
static void test_latin(void)
{
    Daticert certified =
        read_text("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><postacert tipo=\"errore-consegna\" "
                  "errore=\"no-dest\"><dati><errore-esteso>5.1.1 non \xe8 valido</errore-esteso></dati>"
                  "</postacert>");
    g_assert_cmpstr(certified.error_text, ==, "5.1.1 non è valido");
    g_assert_cmpstr(certified.error, ==, "no-dest");
    g_assert_cmpint(certified.at, ==, TIME_NONE);
}

static void test_instants(void)
{
    static const struct {
        const char *date, *time, *zone;
        TimeMs at;
    } cases[] = {
        {"28/03/2026", "23:59:59", "+0100", INT64_C(1774738799000)}, /* date -u -d '2026-03-28 22:59:59' +%s */
        {"13/05/2021", "14:35:30", "+0200", INT64_C(1620909330000)}, /* date -u -d '2021-05-13 12:35:30' +%s */
        {"01/01/2026", "00:00:00", "-0330", INT64_C(1767238200000)}, /* date -u -d '2026-01-01 03:30:00' +%s */
        {"31/02/2026", "10:00:00", "+0100", TIME_NONE},
        {"2026-03-28", "10:00:00", "+0100", TIME_NONE},
        {"28/03/2026", "25:00:00", "+0100", TIME_NONE},
        {"28/03/2026", "10:00", "+0100", TIME_NONE},
        {"28/03/2026", "10:00:00", "CET", TIME_NONE},
        {"28/03/1926", "10:00:00", "+0100", TIME_NONE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *xml =
            g_strdup_printf("<postacert tipo=\"accettazione\"><dati><data zona=\"%s\"><giorno>%s</giorno>"
                            "<ora>%s</ora></data></dati></postacert>",
                            cases[i].zone, cases[i].date, cases[i].time);
        if (read_text(xml).at != cases[i].at)
            g_test_fail_printf("%s %s %s", cases[i].date, cases[i].time, cases[i].zone);
    }
}

static void test_escaped_twice(void)
{
    g_assert_cmpstr(
        read_text("<postacert tipo=\"accettazione\"><dati><msgid>&amp;lt;a&amp;amp;b@x.it&amp;gt;</msgid></dati>"
                  "</postacert>")
            .message_id,
        ==, "a&b@x.it");
}

/* ---- hostile ---- */

static void test_no_daticert(void)
{
    static const char *const texts[] = {
        "", "ciao", "<postacert", "<postacert tipo=\"accettazione\"><dati></postacert>", "<altro/>",
        "<a><postacert tipo=\"accettazione\"/></a>", OPEN "<postacert tipo=\"accettazione\">&niente;</postacert>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (read_text(texts[i]).read)
            g_test_fail_printf("%s", texts[i]);
}

static void test_doctype_is_refused(void)
{
    static const char *const texts[] = {
        ("<!DOCTYPE postacert [<!ENTITY a \"b\">]><postacert tipo=\"accettazione\"><dati><identificativo>&a;</identificativo>"
         "</dati></postacert>"),
        "<!DOCTYPE postacert SYSTEM \"file:///etc/passwd\"><postacert tipo=\"accettazione\"/>",
        "<!DOCTYPE postacert [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><postacert tipo=\"accettazione\">&x;</postacert>",
        "<!DOCTYPE p [<!ENTITY % r SYSTEM \"http://127.0.0.1/r\">%r;]><postacert tipo=\"accettazione\"/>",
        "<!DOCTYPE postacert><postacert tipo=\"accettazione\"/>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (read_text(texts[i]).read)
            g_test_fail_printf("%s", texts[i]);
}

/* Ten entities of ten of the one before: a gigabyte, if anyone expanded them. */
static void test_billion_laughs(void)
{
    g_autoptr(GString) xml = g_string_new("<!DOCTYPE postacert [<!ENTITY l0 \"ahah\">");
    for (int i = 1; i < 10; i++) {
        g_string_append_printf(xml, "<!ENTITY l%d \"", i);
        for (int k = 0; k < 10; k++)
            g_string_append_printf(xml, "&l%d;", i - 1);
        g_string_append(xml, "\">");
    }
    g_string_append(
        xml, "]><postacert tipo=\"accettazione\"><dati><identificativo>&l9;</identificativo></dati></postacert>");
    int64_t before = g_get_monotonic_time();
    g_assert_false(read_text(xml->str).read);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 2 * G_USEC_PER_SEC);
}

static void test_ten_megabytes(void)
{
    g_autoptr(GString) xml = g_string_new("<postacert tipo=\"accettazione\"><dati><identificativo>");
    for (int i = 0; i < 10 << 10; i++)
        g_string_append_printf(xml, "%01024d", i);
    g_string_append(xml, "</identificativo></dati></postacert>");
    g_assert_false(read_bytes((Bytes){(const uint8_t *)xml->str, xml->len}, PARSE_IDENTITY).read);
    g_autofree char *coded = g_base64_encode((const guchar *)xml->str, 3 << 20);
    g_assert_false(read_bytes(bytes_of(coded), PARSE_BASE64).read);
}

static void test_deep_and_many(void)
{
    g_autoptr(GString) deep = g_string_new("<postacert tipo=\"accettazione\">");
    for (int i = 0; i < 60000; i++)
        g_string_append(deep, "<dati>");
    g_assert_false(read_text(deep->str).read);
    g_autoptr(GString) many = g_string_new("<postacert tipo=\"accettazione\"><intestazione>");
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(many, "<destinatari tipo=\"certificato\">a%d@x.it</destinatari>", i);
    g_string_append(many, "</intestazione></postacert>");
    Daticert certified = read_text(many->str);
    g_assert_true(certified.read);
    g_assert_cmpuint(certified.recipient_count, ==, DATICERT_RECIPIENTS_MAX);
    g_autoptr(GString) longest = g_string_new("<postacert tipo=\"accettazione\"><dati><identificativo>");
    for (int i = 0; i < 100000; i++)
        g_string_append(longest, "è");
    g_string_append(longest, "</identificativo></dati></postacert>");
    certified = read_text(longest->str);
    g_assert_cmpuint(strlen(certified.identifier), ==, PARSE_LINE_MAX); /* an even number of bytes: whole letters */
    g_assert_true(g_utf8_validate(certified.identifier, -1, NULL));
}

/* Control characters and directions in what people will read. */
static void test_lines_are_clean(void)
{
    Daticert certified =
        read_text("<postacert tipo=\"accettazione\"><dati><identificativo>a\n\tb&#13;&#10;c</identificativo>"
                  "</dati></postacert>");
    g_assert_null(strpbrk(certified.identifier, "\n\r\t"));
    g_assert_true(g_str_has_prefix(certified.identifier, "a"));
}

/* A taken-over worker may answer anything. */
static void test_lies_are_refused(void)
{
    static const char *const lies[] = {"", "1", "2\n", "1\n", "0\nx\n", "1\na\nb\n", "1\n\n\n\n\n\n\n\n\n\n\n\n-5\n0\n",
                                       "1\n\n\n\n\n\n\n\n\n\n\n\n0\n501\n", "1\n\n\n\n\n\n\n\n\n\n\n\n0\n1\n1\n"};
    Daticert out;
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++)
        if (daticert_lines_read(arena, bytes_of(lies[i]), &out))
            g_test_fail_printf("lie %zu was believed", i);
    g_assert_true(daticert_lines_read(arena, bytes_of("0\n"), &out));
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
    g_test_add_func("/daticert/fields", test_every_field);
    g_test_add_func("/daticert/base64", test_base64);
    g_test_add_func("/daticert/latin", test_latin);
    g_test_add_func("/daticert/instants", test_instants);
    g_test_add_func("/daticert/escaped-twice", test_escaped_twice);
    g_test_add_func("/daticert/no-daticert", test_no_daticert);
    g_test_add_func("/daticert/doctype", test_doctype_is_refused);
    g_test_add_func("/daticert/billion-laughs", test_billion_laughs);
    g_test_add_func("/daticert/ten-megabytes", test_ten_megabytes);
    g_test_add_func("/daticert/deep-and-many", test_deep_and_many);
    g_test_add_func("/daticert/clean", test_lines_are_clean);
    g_test_add_func("/daticert/lies", test_lies_are_refused);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    arena_free(arena);
    return status;
}
