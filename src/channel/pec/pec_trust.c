/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/pec/pec_trust.h"

#include "base/error.h"
#include "base/log.h"
#include "parse/signature.h"

#include <string.h>

static bool append_file(GByteArray *pem, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size;
    g_autoptr(GError) world = NULL;
    if (!g_file_get_contents(path, &text, &size, &world)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "%s", world->message);
        return false;
    }
    if (size > SIGNATURE_TRUSTED_MAX - MIN((size_t)pem->len, SIGNATURE_TRUSTED_MAX)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "the certificates in %s are more than %zu bytes", path,
                    SIGNATURE_TRUSTED_MAX);
        return false;
    }
    if (size)
        g_byte_array_append(pem, (const guint8 *)text, (guint)size);
    return true;
}

static bool is_certificate(const char *name)
{
    return g_str_has_suffix(name, ".pem") || g_str_has_suffix(name, ".crt") || g_str_has_suffix(name, ".cer");
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool append_folder(GByteArray *pem, const char *path, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    bool whole = true;
    for (const char *name; folder && (name = g_dir_read_name(folder));)
        if (is_certificate(name))
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; whole && i < names->len; i++)
        whole = append_file(pem, g_ptr_array_index(names, i), error);
    return whole;
}

static bool append_path(GByteArray *pem, const char *path, GError **error)
{
    guint before = pem->len;
    bool is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
    if (!(is_folder ? append_folder(pem, path, error) : append_file(pem, path, error))) {
        g_byte_array_set_size(pem, before);
        return false;
    }
    if (pem->len > before)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there are no certificates in %s", path);
    return false;
}

bool pec_trust_is_set(const ChannelSettings *settings)
{
    return *channel_setting(settings, "pec_ca") || *channel_setting(settings, "pec_ca_file");
}

bool pec_trust_read(Arena *arena, const ChannelSettings *settings, const char *name, Bytes *pem_out, GError **error)
{
    const char *held = channel_setting(settings, "pec_ca"), *path = channel_setting(settings, "pec_ca_file");
    g_autoptr(GByteArray) pem = g_byte_array_new();
    g_autoptr(GError) unread = NULL;
    g_byte_array_append(pem, (const guint8 *)held, (guint)strlen(held));
    if (*path && !append_path(pem, path, &unread)) {
        if (!pem->len) {
            g_propagate_error(error, g_steal_pointer(&unread));
            return false;
        }
        LOG(LOG_WARNING, "pec.trust", LOG_TEXT("mailbox", name), LOG_TEXT("reason", unread->message));
    }
    *pem_out = arena_bytes(arena, (Bytes){pem->data, pem->len});
    return true;
}
