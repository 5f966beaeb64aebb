/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/http_int.h"

#include "base/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const method_names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

const char *http_method_name(HttpMethod method)
{
    return method_names[method];
}

bool http_method_parse(const char *name, HttpMethod *method_out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(method_names); i++) {
        if (strcmp(name, method_names[i]) == 0) {
            *method_out = (HttpMethod)i;
            return true;
        }
    }
    return false;
}

const char *http_pairs_find(HttpPairs pairs, const char *name)
{
    for (size_t i = 0; i < pairs.count; i++)
        if (strcmp(pairs.items[i].name, name) == 0)
            return pairs.items[i].value;
    return NULL;
}

const char *http_query(const HttpRequest *request, const char *name)
{
    return http_pairs_find(request->query, name);
}

const char *http_form(const HttpRequest *request, const char *name)
{
    return http_pairs_find(request->form, name);
}

const char *http_header(const HttpRequest *request, const char *lower_name)
{
    return http_pairs_find(request->headers, lower_name);
}

const char *http_cookie(const HttpRequest *request, const char *name)
{
    return http_pairs_find(request->cookies, name);
}

const HttpFile *http_file(const HttpRequest *request, const char *field)
{
    for (size_t i = 0; i < request->file_count; i++)
        if (strcmp(request->files[i].field, field) == 0)
            return &request->files[i];
    return NULL;
}

const char *http_param(const HttpRequest *request, const char *name)
{
    const char *value = http_pairs_find(request->params, name);
    check(value != NULL);
    return value;
}

int64_t http_param_id(const HttpRequest *request, const char *name)
{
    const char *text = http_param(request, name);
    if (!g_ascii_isdigit(*text) || *text == '0')
        return 0;
    char *end;
    errno = 0;
    int64_t id = g_ascii_strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? id : 0;
}

/* The weight of one "it-IT;q=0.8" part, in thousandths; 1000 without q. */
static int quality_of(const char *part)
{
    const char *q = strstr(part, "q=");
    return q ? (int)(g_ascii_strtod(q + 2, NULL) * 1000) : 1000;
}

static bool names_language(const char *part, const char *language)
{
    size_t size = strlen(language);
    return g_ascii_strncasecmp(part, language, size) == 0 && !g_ascii_isalnum(part[size]);
}

const char *http_language(const HttpRequest *request, const char *const *offered, size_t count)
{
    const char *accepted = http_header(request, "accept-language");
    const char *best = offered[0];
    if (!accepted)
        return best;
    g_auto(GStrv) parts = g_strsplit(accepted, ",", 20);
    int best_quality = 0;
    for (size_t p = 0; parts[p]; p++) {
        const char *part = g_strstrip(parts[p]);
        for (size_t i = 0; i < count; i++) {
            if (names_language(part, offered[i]) && quality_of(part) > best_quality) {
                best = offered[i];
                best_quality = quality_of(part);
            }
        }
    }
    return best;
}

bool http_path_is_local(const char *path)
{
    if (!path || path[0] != '/' || path[1] == '/')
        return false;
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at <= 0x20 || *at == '\\' || *at == 0x7f)
            return false;
    return true;
}
