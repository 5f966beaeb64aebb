/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/assets.h"

#include "base/check.h"
#include "web/assets_int.h"
#include "web/assets_resource.h"

#include <gio/gio.h>
#include <pthread.h>
#include <string.h>

/*
 * One thread asks GLib (2.74), which makes the resource when it is first asked for: whoever else asks while it is being
 * made is given NULL.
 */
static GResource *made;

static void make_resource(void)
{
    made = filo_assets_get_resource();
}

static GResource *resource(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_resource);
    return made;
}

/* The resource is uncompressed in the binary's read-only data: the bytes outlive the GBytes that points at them. */
static Bytes read_resource(const char *name, const char *suffix)
{
    g_autofree char *path = g_strconcat("/filo/", name, suffix, NULL);
    g_autoptr(GBytes) data = g_resource_lookup_data(resource(), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    check(data);
    gsize size;
    const void *start = g_bytes_get_data(data, &size);
    return (Bytes){start, size};
}

bool asset_find(const char *path, Asset *asset_out)
{
    for (size_t i = 0; i < asset_table_count; i++) {
        const AssetEntry *entry = &asset_table[i];
        if (strcmp(entry->path, path))
            continue;
        *asset_out =
            (Asset){read_resource(entry->name, ""), read_resource(entry->name, ".gz"), entry->type, entry->etag};
        return true;
    }
    return false;
}

const char *asset_url(const char *name)
{
    size_t at = 0;
    while (at < asset_table_count && strcmp(asset_table[at].name, name))
        at++;
    check(at < asset_table_count);
    return asset_table[at].path;
}
