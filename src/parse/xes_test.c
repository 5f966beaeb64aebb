/* SPDX-License-Identifier: EUPL-1.2 */
/* Shapes from IEEE 1849-2016, section 4 (the example log), and what must not pass. */
#include "parse/xes.h"

#include <string.h>

static bool write_event(const XesEvent *event, void *arg, GError **error)
{
    GString *out = arg;
    (void)error;
    g_string_append_printf(out, "%" G_GINT64_FORMAT ":", event->line);
    for (size_t i = 0; i < event->count; i++)
        g_string_append_printf(out, "%s%s=%s", i ? "|" : "", event->keys[i], event->values[i]);
    g_string_append_c(out, ';');
    return true;
}

static char *read_all(const char *text, size_t piece)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(XesReader) reader = xes_reader_new(write_event, out);
    bool fine = true;
    size_t size = strlen(text);
    for (size_t at = 0; fine && at < size; at += piece)
        fine = xes_reader_feed(reader, (Bytes){(const uint8_t *)text + at, MIN(piece, size - at)}, &error);
    if (!fine || !xes_reader_end(reader, &error))
        g_string_append_printf(out, "!%s", error->message);
    return g_string_free(out, FALSE);
}

#define LOG "<?xml version=\"1.0\"?>\n<log xmlns=\"http://www.xes-standard.org/\">\n"

static const char two_events[] = LOG
    "<extension name=\"Concept\"/><global scope=\"event\"><string key=\"concept:name\" value=\"UNKNOWN\"/></global>\n"
    "<string key=\"concept:name\" value=\"the log\"><int key=\"inner\" value=\"1\"/></string>\n"
    "<trace><string key=\"concept:name\" value=\"C1\"/>\n"
    "<event><string key=\"a\" value=\"1 &lt; 2\"><string key=\"nested\" value=\"no\"/></string></event>\n"
    "<event><date key=\"time:timestamp\" value=\"2006-11-07T10:00:36+01:00\"/><list key=\"l\"/></event></trace>\n"
    "<trace><event/></trace></log>\n";

static void test_events(void)
{
    for (size_t piece = 1; piece < sizeof two_events; piece += 7) {
        g_autofree char *read = read_all(two_events, piece);
        g_assert_cmpstr(read, ==,
                        "6:case:concept:name=C1|a=1 < 2;"
                        "7:case:concept:name=C1|time:timestamp=2006-11-07T10:00:36+01:00;8:;");
    }
}

static void assert_refused(const char *text, const char *part)
{
    g_autofree char *read = read_all(text, 64);
    const char *refused = strchr(read, '!');
    g_assert_nonnull(refused);
    if (!strstr(refused, part))
        g_error("%s: no '%s'", refused, part);
}

static void test_cut_off(void)
{
    assert_refused(LOG "<trace>", "line 3: the file ends before </log>");
    assert_refused(LOG "<trace><event><string key=\"a\" val", "line 3");
    assert_refused("", "the file ends before </log>");
}

static void test_not_xes(void)
{
    assert_refused("<html></html>", "not an event log");
    assert_refused(LOG "<trace></log><log></log>", "line 3");
    assert_refused("a,b\n", "line 1");
}

/* Entities: the laugh that grows a thousandfold with each line, and a file of this machine. */
static void test_doctype(void)
{
    assert_refused("<!DOCTYPE log [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><log>&b;</log>",
                   "document type declaration");
    assert_refused("<!DOCTYPE log SYSTEM \"file:///etc/passwd\"><log/>", "document type declaration");
    assert_refused(LOG "<trace><event><string key=\"a\" value=\"&x;\"/></event></trace></log>", "line 3");
}

static void test_limits(void)
{
    g_autoptr(GString) log = g_string_new(LOG "<trace><event>");
    for (int i = 0; i <= XES_ATTRIBUTES_MAX; i++)
        g_string_append(log, "<int key=\"k\" value=\"1\"/>");
    g_string_append(log, "</event></trace></log>");
    assert_refused(log->str, "more than 1024 attributes");
    g_string_assign(log, LOG);
    for (int i = 0; i < 100000; i++)
        g_string_append(log, "<list>");
    assert_refused(log->str, "line 3");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xes/events", test_events);
    g_test_add_func("/xes/cut-off", test_cut_off);
    g_test_add_func("/xes/not-xes", test_not_xes);
    g_test_add_func("/xes/doctype", test_doctype);
    g_test_add_func("/xes/limits", test_limits);
    return g_test_run();
}
