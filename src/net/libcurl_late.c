/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/libcurl_late.h"

#include "base/check.h"
#include "base/late.h"

LibCurl libcurl;

#define LATE_SYMBOL(name) {#name, &libcurl.name},
static const LateSymbol symbols[] = {LIBCURL_FUNCTIONS(LATE_SYMBOL)};

bool libcurl_load(GError **error)
{
    static LateLibrary library = LATE_LIBRARY("libcurl.so.4", symbols);
    return late_load(&library, error);
}

/* Options are numbered by the type of their value, 10,000 to each. */
static bool takes(CURLoption option, int type)
{
    return (int)option / 10000 * 10000 == type;
}

void curl_set_long(CURL *curl, CURLoption option, long value)
{
    check(takes(option, CURLOPTTYPE_LONG) && libcurl.curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void curl_set_text(CURL *curl, CURLoption option, const char *value)
{
    check(takes(option, CURLOPTTYPE_OBJECTPOINT) && libcurl.curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void curl_set_pointer(CURL *curl, CURLoption option, void *value)
{
    check(takes(option, CURLOPTTYPE_OBJECTPOINT) && libcurl.curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void curl_set_function(CURL *curl, CURLoption option, CurlFunction function)
{
    check(takes(option, CURLOPTTYPE_FUNCTIONPOINT) && libcurl.curl_easy_setopt(curl, option, function) == CURLE_OK);
}
