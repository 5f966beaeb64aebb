/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libcurl_late: libcurl, loaded when the first mail server is called (base/late.h). Answers: "is it there, and how is it
 * called?" Included instead of <curl/curl.h>; its
 * functions are called as libcurl.curl_easy_perform(…) (a lint refuses them bare: that would link the library again).
 *
 * libcurl's own check of option types needs its functions' names; here options are set by one function a type, and each
 * checks that the option takes it.
 *
 * Called by: net/dial.c, net/download.c, net/smtp.c, net/imap.c, after libcurl_load. Errors: late_load's; an option libcurl lacks is a bug (check): it would
 * silently weaken a promise of the caller's. Pointers: those given to curl_set_pointer and curl_set_function are
 * libcurl's until the handle is cleaned up; texts are copied.
 *
 * Invariants:
 *  1. After libcurl_load every function of the list may be called; before, none.
 */
#ifndef FILO_NET_LIBCURL_LATE_H
#define FILO_NET_LIBCURL_LATE_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>

#undef curl_easy_setopt /* macros by the names of functions */
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define LIBCURL_FUNCTIONS(X)                                                                                           \
    X(curl_easy_cleanup)                                                                                               \
    X(curl_easy_getinfo)                                                                                               \
    X(curl_easy_init)                                                                                                  \
    X(curl_easy_perform)                                                                                               \
    X(curl_easy_recv)                                                                                                  \
    X(curl_easy_send)                                                                                                  \
    X(curl_easy_setopt)                                                                                                \
    X(curl_easy_strerror)                                                                                              \
    X(curl_free)                                                                                                       \
    X(curl_multi_add_handle)                                                                                           \
    X(curl_multi_cleanup)                                                                                              \
    X(curl_multi_info_read)                                                                                            \
    X(curl_multi_init)                                                                                                 \
    X(curl_multi_perform)                                                                                              \
    X(curl_multi_poll)                                                                                                 \
    X(curl_multi_remove_handle)                                                                                        \
    X(curl_multi_setopt)                                                                                               \
    X(curl_slist_append)                                                                                               \
    X(curl_slist_free_all)                                                                                             \
    X(curl_url)                                                                                                        \
    X(curl_url_cleanup)                                                                                                \
    X(curl_url_get)                                                                                                    \
    X(curl_url_set)

#define LATE_MEMBER(name) __typeof__(name) *name;
typedef struct LibCurl {
    LIBCURL_FUNCTIONS(LATE_MEMBER)
} LibCurl;
#undef LATE_MEMBER

extern LibCurl libcurl;

bool libcurl_load(GError **error);

typedef void (*CurlFunction)(void);
#define CURL_FUNCTION(function) ((CurlFunction)(function)) /* of the type the option names: the caller checks */

void curl_set_long(CURL *curl, CURLoption option, long value);
void curl_set_text(CURL *curl, CURLoption option, const char *value); /* NULL: libcurl's default */
void curl_set_pointer(CURL *curl, CURLoption option, void *value);
void curl_set_function(CURL *curl, CURLoption option, CurlFunction function);

#endif
