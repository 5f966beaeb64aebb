/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * download: files of strangers' web servers, by URLs a stranger wrote. Answers: "what lies there?" without ever being made
 * to ask inside the house (security A20, A60).
 *
 * All of a list at once, with one deadline, so that a server that answers slowly costs one wait. Not for talking to a
 * service (no method but GET, no header of the caller's), nor for judging what came (parse/file_kind.h). Tables: none.
 * Called by: web/desk/message_page.c.
 *
 * Pointers: urls are borrowed; a content is yours (g_bytes_unref), NULL when there is none. Errors: FILO_ERROR_IO when
 * libcurl is missing. A URL that is refused or fails has no content, and nothing says why: who wrote it shall not learn
 * from us which ports of the house are open.
 *
 * Invariants:
 *  1. Every connection, also one a redirect leads to, is judged by the address it goes to, after the name was resolved:
 *     public addresses, ports 80 and 443. No name is trusted.
 *  2. No cookie, no referrer, no password, no proxy of the environment; http and https only; certificates are checked.
 *  3. At most max_each bytes of a file, max_all of all, and seconds for everything together.
 */
#ifndef FILO_NET_DOWNLOAD_H
#define FILO_NET_DOWNLOAD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct DownloadLimits {
    size_t max_each, max_all;
    int seconds;
    const char *also; /* "127.0.0.1:8080": one more address that may be asked, for tests; NULL for none */
} DownloadLimits;

typedef struct Download {
    const char *url;
    GBytes *content; /* out */
} Download;

bool download_all(Download *downloads, size_t count, const DownloadLimits *limits, GError **error);

/* Whether an address is of the public internet: not of this machine, of a private or link-local network, of a carrier's,
 * of documentation, of multicast, nor one that hides an IPv4 address (RFC 6890 and the registries it founds). */
bool address_is_public(const struct sockaddr *address);

#endif
