/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands in for the fuzzer's main: runs the target once on every file of a folder, one test each, and on nothing. */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_one(gconstpointer path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *content = NULL;
    gsize size = 0;
    g_file_get_contents(path, &content, &size, &error);
    g_assert_no_error(error);
    /* A copy of the exact size, so that a sanitizer sees the first byte read past the end. */
    g_autofree uint8_t *input = g_memdup2(content, size);
    LLVMFuzzerTestOneInput(input, size);
}

static void replay_nothing(void)
{
    LLVMFuzzerTestOneInput(NULL, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    g_autoptr(GDir) folder = g_dir_open(argv[1], 0, NULL);
    g_assert_nonnull(folder);
    g_test_add_func("/seeds/nothing", replay_nothing);
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *test = g_strconcat("/seeds/", name, NULL);
        g_test_add_data_func_full(test, g_build_filename(argv[1], name, NULL), replay_one, g_free);
    }
    return g_test_run();
}
