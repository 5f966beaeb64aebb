/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include <glib.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the calls between capture_begin and capture_end wrote. */
static int capture_begin(void)
{
    char name[] = "/tmp/filo-log-XXXXXX";
    int file = mkstemp(name);
    g_assert_cmpint(file, >=, 0);
    unlink(name);
    log_set_descriptor(file);
    return file;
}

static char *capture_end(int file)
{
    log_set_descriptor(STDERR_FILENO);
    off_t size = lseek(file, 0, SEEK_END);
    char *text = g_malloc0((size_t)size + 1);
    g_assert_cmpint(pread(file, text, (size_t)size, 0), ==, size);
    close(file);
    return text;
}

static void test_hostile_values_stay_one_json_line(void)
{
    int file = capture_begin();
    LOG(LOG_WARNING, "test.line", LOG_TEXT("agent", "a\"b\\\r\n{\"level\":\"x\"}\x1b\xff"), LOG_NUMBER("ms", -7));
    g_autofree char *text = capture_end(file);
    g_assert_true(strchr(text, '\n') == text + strlen(text) - 1);
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(line);
    g_assert_cmpstr(json_string_value(json_object_get(line, "level")), ==, "warning");
    g_assert_cmpstr(json_string_value(json_object_get(line, "event")), ==, "test.line");
    g_assert_cmpstr(json_string_value(json_object_get(line, "agent")), ==, "a\"b\\\r\n{\"level\":\"x\"}\x1b\xc3\xbf");
    g_assert_cmpint(json_integer_value(json_object_get(line, "ms")), ==, -7);
    json_decref(line);
}

static void test_secrets_and_low_levels_are_not_written(void)
{
    int file = capture_begin();
    LOG(LOG_DEBUG, "test.debug", LOG_NUMBER("n", 1));
    LOG(LOG_ERROR, "test.secret", LOG_TEXT("password", "hunter2"), LOG_TEXT("api_token", "zyzzyva"));
    g_autofree char *text = capture_end(file);
    g_assert_null(strstr(text, "test.debug"));
    g_assert_null(strstr(text, "hunter2"));
    g_assert_null(strstr(text, "zyzzyva"));
    g_assert_nonnull(strstr(text, "\"api_token\":\"[redacted]\""));
}

static void test_too_much_is_cut_at_a_field(void)
{
    char long_value[5000];
    memset(long_value, 1, sizeof long_value - 1); /* each byte grows to six */
    long_value[sizeof long_value - 1] = '\0';
    int file = capture_begin();
    LOG(LOG_INFO, "test.long", LOG_TEXT("a", long_value), LOG_TEXT("b", long_value), LOG_TEXT("c", long_value),
        LOG_TEXT("d", long_value), LOG_NUMBER("n", 5));
    g_autofree char *text = capture_end(file);
    g_assert_cmpuint(strlen(text), <=, 4096);
    json_t *line = json_loads(text, 0, NULL);
    g_assert_nonnull(line);
    g_assert_cmpuint(strlen(json_string_value(json_object_get(line, "a"))), ==, 200);
    g_assert_null(json_object_get(line, "d"));
    g_assert_cmpint(json_integer_value(json_object_get(line, "n")), ==, 5);
    json_decref(line);
}

static void *write_lines(void *arg)
{
    for (int i = 0; i < 200; i++)
        LOG(LOG_INFO, "test.thread", LOG_TEXT("who", arg), LOG_NUMBER("i", i));
    return NULL;
}

static void test_threads_do_not_mix_lines(void)
{
    int file = capture_begin();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, write_lines, (void *)"operator"), ==, 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    g_autofree char *text = capture_end(file);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 801); /* 800 and what follows the last newline */
    for (size_t i = 0; i < 800; i++) {
        json_t *line = json_loads(lines[i], 0, NULL);
        g_assert_nonnull(line);
        json_decref(line);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/hostile", test_hostile_values_stay_one_json_line);
    g_test_add_func("/log/secrets", test_secrets_and_low_levels_are_not_written);
    g_test_add_func("/log/long", test_too_much_is_cut_at_a_field);
    g_test_add_func("/log/threads", test_threads_do_not_mix_lines);
    return g_test_run();
}
