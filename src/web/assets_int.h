/* SPDX-License-Identifier: EUPL-1.2 */
/* The table tools/assets.py writes; only assets.c and the table include this. */
#ifndef FILO_WEB_ASSETS_INT_H
#define FILO_WEB_ASSETS_INT_H

#include <stddef.h>

typedef struct AssetEntry {
    const char *name, *path, *type, *etag;
} AssetEntry;

extern const AssetEntry asset_table[];
extern const size_t asset_table_count;

#endif
