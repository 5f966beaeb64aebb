/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/http_int.h"

#include "base/check.h"
#include "base/file_name.h"

#include <string.h>
#include <zlib.h>

enum { GZIP_FROM = 1024, GZIP_LEVEL = 1 /* 26 KB in 0.05 ms; level 6 takes 2.5 times as long for 10 % */ };

#define SANDBOX_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
/* Without require-trusted-types-for: htmx hands the server's own HTML to the parser as plain text (parseHTMLUnsafe), so
 * under it no part of a page could be refreshed. */
#define PAGE_POLICY                                                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "                 \
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "                 \
    "frame-ancestors 'none'"

HttpResponse *http_response_new(HttpRequest *request)
{
    HttpResponse *response = ARENA_NEW(request->arena, HttpResponse);
    response->request = request;
    response->status = 200;
    response->body = g_string_new(NULL);
    response->headers = g_array_new(FALSE, FALSE, sizeof(HttpPair));
    return response;
}

void http_response_clear(HttpResponse *response)
{
    if (response->body)
        g_string_free(response->body, TRUE);
    g_array_unref(response->headers);
}

void http_set_status(HttpResponse *response, int status)
{
    response->status = status;
}

int http_status(const HttpResponse *response)
{
    return response->status;
}

GString *http_body(HttpResponse *response)
{
    return response->body;
}

static GString *body_of_type(HttpResponse *response, const char *type)
{
    response->type = type;
    return response->body;
}

GString *http_html(HttpResponse *response)
{
    return body_of_type(response, "text/html; charset=utf-8");
}

GString *http_text(HttpResponse *response)
{
    return body_of_type(response, "text/plain; charset=utf-8");
}

GString *http_json(HttpResponse *response)
{
    return body_of_type(response, "application/json");
}

static bool is_token(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!g_ascii_isalnum(*at) && !strchr("!#$%&'*+-.^_`|~", *at))
            return false;
    return *text != '\0';
}

static bool is_header_value(const char *text)
{
    for (const char *at = text; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return false;
    return true;
}

bool http_set_type(HttpResponse *response, const char *content_type)
{
    if (!is_header_value(content_type) || *content_type == '\0')
        return false;
    response->type = arena_strdup(response->request->arena, content_type);
    return true;
}

bool http_add_header(HttpResponse *response, const char *name, const char *value)
{
    if (!is_token(name) || !is_header_value(value))
        return false;
    Arena *arena = response->request->arena;
    HttpPair pair = {arena_strdup(arena, name), arena_strdup(arena, value)};
    g_array_append_val(response->headers, pair);
    return true;
}

bool http_set_header(HttpResponse *response, const char *name, const char *value)
{
    for (guint i = response->headers->len; i-- > 0;)
        if (g_ascii_strcasecmp(g_array_index(response->headers, HttpPair, i).name, name) == 0)
            g_array_remove_index(response->headers, i);
    return http_add_header(response, name, value);
}

const char *http_response_header(const HttpResponse *response, const char *name)
{
    for (guint i = 0; i < response->headers->len; i++)
        if (g_ascii_strcasecmp(g_array_index(response->headers, HttpPair, i).name, name) == 0)
            return g_array_index(response->headers, HttpPair, i).value;
    return NULL;
}

/* For headers whose text is ours: a refusal would be a bug. */
static void put_header(HttpResponse *response, const char *name, const char *value)
{
    bool set = http_set_header(response, name, value);
    check(set);
}

static bool is_cookie_value(const char *value)
{
    return strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~") == strlen(value);
}

bool http_set_cookie(HttpResponse *response, const char *name, const char *value, int64_t max_age)
{
    if (!is_token(name) || !is_cookie_value(value))
        return false;
    Arena *arena = response->request->arena;
    const char *age = max_age < 0 ? "" : arena_printf(arena, "; Max-Age=%lld", (long long)max_age);
    const char *secure = response->request->secure ? "; Secure" : "";
    return http_add_header(response, "Set-Cookie",
                           arena_printf(arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s", name, value, secure, age));
}

void http_set_policy(HttpResponse *response, const char *policy)
{
    check(is_header_value(policy));
    response->policy = policy;
}

void http_redirect(HttpResponse *response, const char *path)
{
    g_string_truncate(response->body, 0);
    response->status = 303;
    response->type = NULL;
    put_header(response, "Location", http_path_is_local(path) ? path : "/");
}

static bool may_show(const char *type)
{
    static const char *const shown[] = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"};
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
        if (g_str_has_prefix(type, shown[i]) && (type[strlen(shown[i])] == '\0' || type[strlen(shown[i])] == ';'))
            return true;
    return false;
}

/* RFC 6266: the name in RFC 8187 form alone; every browser of the last ten years reads it. */
static const char *disposition_of(Arena *arena, const char *file_name, bool shown)
{
    g_autofree char *encoded = g_uri_escape_string(file_name_safe(arena, file_name), NULL, FALSE);
    return arena_printf(arena, "%s; filename*=UTF-8''%s", shown ? "inline" : "attachment", encoded);
}

void http_send_blob(HttpResponse *response, Bytes content, const char *type, const char *file_name, bool show)
{
    bool shown = show && may_show(type);
    g_string_truncate(response->body, 0);
    g_string_append_len(response->body, (const char *)content.data, (gssize)content.size);
    if (!http_set_type(response, type))
        response->type = "application/octet-stream";
    response->policy = SANDBOX_POLICY;
    put_header(response, "Content-Disposition", disposition_of(response->request->arena, file_name, shown));
}

void http_set_etag(HttpResponse *response, const char *tag, int64_t max_age, bool immutable)
{
    Arena *arena = response->request->arena;
    check(is_cookie_value(tag));
    response->etag = arena_printf(arena, "\"%s\"", tag);
    put_header(response, "Cache-Control",
               arena_printf(arena, "%s, max-age=%lld%s", immutable ? "public" : "private", (long long)max_age,
                            immutable ? ", immutable" : ""));
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}

void http_response_error(HttpResponse *response, int status)
{
    g_string_truncate(response->body, 0);
    g_array_set_size(response->headers, 0);
    response->etag = NULL;
    response->policy = NULL;
    response->status = status;
    g_string_append_printf(http_text(response), "%d %s\n", status, http_reason(status));
}

/* If-None-Match as a list; weak marks do not matter for a GET. */
static bool client_has_version(const HttpResponse *response)
{
    const char *known = http_header(response->request, "if-none-match");
    return known && (strcmp(known, "*") == 0 || strstr(known, response->etag));
}

static void answer_not_modified(HttpResponse *response)
{
    g_string_truncate(response->body, 0);
    response->status = 304;
    response->type = NULL;
}

static bool wants_gzip(const HttpResponse *response)
{
    const char *accepted = http_header(response->request, "accept-encoding");
    const char *gzip = accepted ? strstr(accepted, "gzip") : NULL;
    return gzip && !g_str_has_prefix(gzip + 4, ";q=0");
}

static bool is_compressible(const char *type)
{
    return type && (g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "application/json") ||
                    g_str_has_prefix(type, "application/javascript") || g_str_has_prefix(type, "image/svg+xml"));
}

/* The body as gzip, or NULL when zlib has no memory: then it goes out plain. */
static GString *gzip_of(const GString *body)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t bound = deflateBound(&stream, body->len);
    GString *out = g_string_sized_new(bound);
    stream.next_in = (Bytef *)body->str;
    stream.avail_in = (uInt)body->len;
    stream.next_out = (Bytef *)out->str;
    stream.avail_out = (uInt)bound;
    int result = deflate(&stream, Z_FINISH);
    size_t size = stream.total_out;
    deflateEnd(&stream);
    check(result == Z_STREAM_END); /* deflateBound promises the room */
    out->len = size;
    out->str[size] = '\0';
    return out;
}

/* Compression would let a page that shows both a secret and a reader's words leak the secret by its length (BREACH).
 * There is none to leak: forms carry no token, the cross-site gate looks at headers. */
static void maybe_compress(HttpResponse *response)
{
    if (!is_compressible(response->type) || response->body->len < GZIP_FROM || response->body->len > G_MAXUINT32 / 2 ||
        http_response_header(response, "Content-Encoding"))
        return;
    put_header(response, "Vary", "Accept-Encoding");
    GString *smaller = wants_gzip(response) ? gzip_of(response->body) : NULL;
    if (!smaller)
        return;
    g_string_free(response->body, TRUE);
    response->body = smaller;
    put_header(response, "Content-Encoding", "gzip");
}

static void put_security_headers(HttpResponse *response)
{
    put_header(response, "Content-Security-Policy", response->policy ? response->policy : PAGE_POLICY);
    put_header(response, "X-Content-Type-Options", "nosniff");
    if (!http_response_header(response, "Referrer-Policy")) /* a page may be stricter, never looser */
        put_header(response, "Referrer-Policy", "same-origin");
    if (!response->policy) /* browsers refuse to open what is sandboxed and claims its opener too */
        put_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    put_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    put_header(response, "Permissions-Policy",
               "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()");
    if (response->request->secure)
        put_header(response, "Strict-Transport-Security", "max-age=31536000");
}

void http_response_finish(HttpResponse *response)
{
    if (response->etag && response->status == 200) {
        put_header(response, "ETag", response->etag);
        if (http_method_is_safe(response->request->method) && client_has_version(response))
            answer_not_modified(response);
    } else if (!http_response_header(response, "Cache-Control")) {
        put_header(response, "Cache-Control", "no-store");
    }
    maybe_compress(response);
    if (response->type)
        put_header(response, "Content-Type", response->type);
    put_security_headers(response);
}
