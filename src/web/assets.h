/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * assets: the static files inside the binary. Answers: "what are the bytes behind /static/filo.3fa91c….css?"
 *
 * The address of a file holds the hash of its content, so a browser may keep it for ever and a new release never meets
 * an old file. Not for uploads or blobs (store). Made at build time by tools/assets.py; nothing is read from disk.
 *
 * Pointers: static, they live as long as the process. Errors: none; an unknown address is simply not found. Called by:
 * the web server (asset_find) and generated templates (asset_url).
 *
 * Invariants:
 *  1. asset_find(asset_url(name)) finds every name; an address without its hash, or with another, finds nothing.
 *
 * Example:
 *     Asset asset;
 *     if (asset_find(path, &asset))
 *         answer(asset.type, ASSET_CACHE_CONTROL, asset.etag, accepts_gzip ? asset.gzip : asset.bytes);
 */
#ifndef FILO_WEB_ASSETS_H
#define FILO_WEB_ASSETS_H

#include "base/bytes.h"

/* What to send with every asset. */
#define ASSET_CACHE_CONTROL "public, max-age=31536000, immutable"

typedef struct Asset {
    Bytes bytes, gzip; /* the same content, the second for Content-Encoding: gzip */
    const char *type;  /* Content-Type */
    const char *etag;  /* with its quotes */
} Asset;

/* The file behind a request path (no query). */
bool asset_find(const char *path, Asset *asset_out);

/* The address of a file by name ("filo.css"); the name must exist. */
const char *asset_url(const char *name);

#endif
