/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/form/form_event.h"

#include <string.h>

static void test_complete(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    FormEntry entry, typed = {.name = " Lucia\tFerri ",
                              .email = "Lucia@Example.IT",
                              .subject = "Niente vapore",
                              .text = "Da lunedì.\r\nSolo a freddo.\x01"};
    FormErrors wrong;
    g_assert_true(form_entry_read(arena, &typed, &entry, &wrong));
    g_assert_cmpuint(wrong.count, ==, 0);
    g_assert_cmpstr(entry.name, ==, "Lucia Ferri");
    g_assert_cmpstr(entry.email, ==, "Lucia@example.it"); /* only the domain has no case: RFC 5321 2.4 */
    g_assert_cmpstr(entry.text, ==, "Da lunedì.\nSolo a freddo.");
    g_assert_cmpstr(entry.phone, ==, ""); /* not sent is empty */
}

/* security A11 */
static void test_no_line_end_gets_through(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    FormEntry entry, typed = {.name = "x\r\nBcc: v@x.test",
                              .email = "a@bar.test\r\nBcc: v@x.test",
                              .subject = "ciao\nX-Evil: 1",
                              .text = "x"};
    FormErrors wrong;
    g_assert_false(form_entry_read(arena, &typed, &entry, &wrong));
    g_assert_null(strpbrk(entry.name, "\r\n"));
    g_assert_null(strpbrk(entry.subject, "\r\n"));
    g_assert_nonnull(form_error_of(&wrong, "email"));
    g_assert_null(form_error_of(&wrong, "name"));
}

static void test_each_empty_field_is_named(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    FormEntry entry, typed = {0};
    FormErrors wrong;
    g_assert_false(form_entry_read(arena, &typed, &entry, &wrong));
    g_assert_cmpuint(wrong.count, ==, FORM_ERRORS_MAX);
    g_assert_cmpstr(form_error_of(&wrong, "name")->key, ==, "form.error.name");
    g_assert_cmpstr(form_error_of(&wrong, "email")->key, ==, "form.error.email");
    g_assert_cmpstr(form_error_of(&wrong, "subject")->key, ==, "form.error.subject");
    g_assert_cmpstr(form_error_of(&wrong, "description")->key, ==, "form.error.description");
}

static void test_limits(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autofree char *line = g_strnfill(FORM_LINE_MAX + 50, 'a'), *text = g_strnfill(FORM_TEXT_MAX + 1, 'b');
    FormEntry entry, typed = {.name = line, .email = "a@bar.test", .subject = line, .text = text};
    FormErrors wrong;
    g_assert_false(form_entry_read(arena, &typed, &entry, &wrong));
    g_assert_cmpstr(form_error_of(&wrong, "description")->key, ==, "form.error.long");
    g_assert_cmpuint(wrong.count, ==, 1);
    g_assert_cmpint(g_utf8_strlen(entry.subject, -1), <=, FORM_LINE_MAX + 1); /* the ellipsis says it was cut */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/form/event/complete", test_complete);
    g_test_add_func("/form/event/no-line-end", test_no_line_end_gets_through);
    g_test_add_func("/form/event/empty", test_each_empty_field_is_named);
    g_test_add_func("/form/event/limits", test_limits);
    return g_test_run();
}
