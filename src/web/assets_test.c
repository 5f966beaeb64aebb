/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/assets.h"

#include <gio/gio.h>
#include <pthread.h>
#include <string.h>

static Bytes gunzip(Bytes data, uint8_t *buffer, size_t size)
{
    g_autoptr(GZlibDecompressor) zip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    gsize bytes_read, written;
    GConverterResult result = g_converter_convert(G_CONVERTER(zip), data.data, data.size, buffer, size,
                                                  G_CONVERTER_INPUT_AT_END, &bytes_read, &written, NULL);
    g_assert_cmpint(result, ==, G_CONVERTER_FINISHED);
    return (Bytes){buffer, written};
}

static void test_every_name_is_found_under_its_hash(void)
{
    static const char *const names[] = {"favicon.svg", "filo.css", "icons.svg", "page.js"};
    static uint8_t buffer[1 << 20];
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Asset asset;
        char digest[SHA256_HEX_SIZE];
        g_assert_true(asset_find(asset_url(names[i]), &asset));
        g_assert_cmpuint(asset.bytes.size, >, 0);
        g_assert_true(bytes_equal(gunzip(asset.gzip, buffer, sizeof buffer), asset.bytes));
        bytes_sha256_hex(asset.bytes, digest);
        digest[12] = '\0';
        g_assert_nonnull(strstr(asset_url(names[i]), digest));
        g_assert_true(asset.etag[0] == '"' && g_str_has_prefix(asset.etag + 1, digest));
    }
}

static void test_no_other_address_is_found(void)
{
    static const char *const paths[] = {
        "/static/filo.css", "/static/", "", "/static/../filo.css", "/static/filo.000000000000.css", "filo.css"};
    Asset asset;
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
        g_assert_false(asset_find(paths[i], &asset));
}

/* Our policy refuses eval; htmx must be the pinned one with morph beside it. */
static void test_script_holds_what_pages_need(void)
{
    Asset asset;
    g_assert_true(asset_find(asset_url("page.js"), &asset));
    g_autofree char *script = g_strndup((const char *)asset.bytes.data, asset.bytes.size);
    g_assert_nonnull(strstr(script, "2.0.11"));
    g_assert_nonnull(strstr(script, "defineExtension(\"morph\""));
    g_assert_nonnull(strstr(script, "filo-events"));
}

enum { ASKERS = 8 };

static void *ask(void *barrier)
{
    Asset asset;
    pthread_barrier_wait(barrier);
    return asset_find(asset_url("filo.css"), &asset) && asset.bytes.size > 0 ? barrier : NULL;
}

/* Comes before the other tests: the first page after a start asks for all it needs at once. */
static void test_many_ask_at_once_for_the_first_time(void)
{
    pthread_barrier_t barrier;
    pthread_t askers[ASKERS];
    pthread_barrier_init(&barrier, NULL, ASKERS);
    for (size_t i = 0; i < ASKERS; i++)
        g_assert_cmpint(pthread_create(&askers[i], NULL, ask, &barrier), ==, 0);
    for (size_t i = 0; i < ASKERS; i++) {
        void *found;
        pthread_join(askers[i], &found);
        g_assert_nonnull(found);
    }
    pthread_barrier_destroy(&barrier);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/assets/at-once", test_many_ask_at_once_for_the_first_time);
    g_test_add_func("/assets/found", test_every_name_is_found_under_its_hash);
    g_test_add_func("/assets/not-found", test_no_other_address_is_found);
    g_test_add_func("/assets/script", test_script_holds_what_pages_need);
    return g_test_run();
}
