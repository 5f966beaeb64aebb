/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/late.h"

#include "base/error.h"

static double (*cosine)(double);
static void *nothing;

static void test_a_library_is_loaded_when_asked_for(void)
{
    static const LateSymbol symbols[] = {{"cos", &cosine}};
    static LateLibrary library = LATE_LIBRARY("libm.so.6", symbols);
    g_autoptr(GError) error = NULL;
    for (int again = 0; again < 2; again++) {
        g_assert_true(late_load(&library, &error));
        g_assert_no_error(error);
        g_assert_true(cosine(0) == 1);
    }
}

static void test_what_is_missing_is_named(void)
{
    static const LateSymbol symbols[] = {{"cos", &cosine}, {"no_such_function", &nothing}};
    static LateLibrary library = LATE_LIBRARY("libm.so.6", symbols), gone = LATE_LIBRARY("libnowhere.so.7", symbols);
    g_autoptr(GError) function = NULL, file = NULL;
    g_assert_false(late_load(&library, &function));
    g_assert_error(function, FILO_ERROR, FILO_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(function->message, "no_such_function"));
    g_assert_false(late_load(&gone, &file));
    g_assert_nonnull(strstr(file->message, "libnowhere.so.7"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/late/loaded", test_a_library_is_loaded_when_asked_for);
    g_test_add_func("/late/missing", test_what_is_missing_is_named);
    return g_test_run();
}
