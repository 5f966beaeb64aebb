/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/post.h"

#include "base/check.h"
#include "base/text.h"
#include "net/dial.h"

#include <string.h>

typedef struct Exchange {
    Arena *arena;
    GByteArray *body;
    const atomic_bool *stop;
    bool too_long;
} Exchange;

/* --- addresses --------------------------------------------------------------------------------------------------- */

static bool is_host(const char *host)
{
    for (const char *c = host; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-.:", *c))
            return false;
    return *host != '\0';
}

/* What stays a path whoever reads it. */
static bool is_path(const char *path)
{
    for (const char *c = path; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("/-._~%!$&'()*+,;=:@", *c))
            return false;
    return *path == '/' && !strstr(path, "/../") && !strstr(path, "//");
}

/* Without TLS only this machine, by a name nobody else can give: what it resolves to is looked at again by dial. */
static bool is_here(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 || g_str_has_prefix(host, "127.");
}

/* "host", "host:port", "[::1]:port". */
static bool read_authority(Arena *arena, const char *text, uint16_t usual, PostAddress *address_out)
{
    const char *closing = *text == '[' ? strchr(text, ']') : NULL;
    const char *colon = closing ? (closing[1] == ':' ? closing + 1 : NULL) : strchr(text, ':');
    guint64 port = usual;
    if ((*text == '[' && !closing) || (closing && closing[1] && !colon))
        return false;
    if (colon && !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return false;
    const char *begin = closing ? text + 1 : text;
    const char *end = closing ? closing : colon ? colon : text + strlen(text);
    char *host = arena_strndup(arena, begin, (size_t)(end - begin));
    for (char *c = host; *c; c++)
        *c = g_ascii_tolower(*c);
    address_out->host = host;
    address_out->port = (uint16_t)port;
    return is_host(host);
}

bool post_address_read(Arena *arena, const char *text, PostAddress *address_out)
{
    *address_out = (PostAddress){.plain = g_str_has_prefix(text, "http://")};
    if ((!address_out->plain && !g_str_has_prefix(text, "https://")) || strlen(text) > POST_ADDRESS_MAX)
        return false;
    const char *authority = strstr(text, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    address_out->path = authority[length] ? arena_strdup(arena, authority + length) : "/";
    return read_authority(arena, arena_strndup(arena, authority, length), address_out->plain ? 80 : 443, address_out) &&
           is_path(address_out->path) && (!address_out->plain || is_here(address_out->host));
}

bool post_same_origin(const PostAddress *one, const PostAddress *other)
{
    return one->plain == other->plain && one->port == other->port && strcmp(one->host, other->host) == 0;
}

/* --- one exchange ------------------------------------------------------------------------------------------------ */

static size_t on_body(char *piece, size_t size, size_t count, void *arg)
{
    Exchange *exchange = arg;
    exchange->too_long |= size * count > POST_ANSWER_MAX - exchange->body->len;
    if (exchange->too_long)
        return 0; /* ends it */
    g_byte_array_append(exchange->body, (const guint8 *)piece, (guint)(size * count));
    return size * count;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    const Exchange *exchange = arg;
    return exchange->stop && atomic_load(exchange->stop);
}

static void set_exchange(CURL *curl, Exchange *exchange, const PostRequest *request)
{
    const curl_write_callback body = on_body; /* the compiler's check of each one's type */
    const curl_xferinfo_callback progress = on_progress;
    curl_set_long(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(request->form));
    curl_set_text(curl, CURLOPT_COPYPOSTFIELDS, request->form);
    if (request->user) {
        curl_set_long(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_set_text(curl, CURLOPT_USERNAME, request->user);
        curl_set_text(curl, CURLOPT_PASSWORD, request->password ? request->password : "");
    }
    curl_set_long(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_set_long(curl, CURLOPT_NOSIGNAL, 1L);
    curl_set_long(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_set_long(curl, CURLOPT_TIMEOUT, (long)POST_SECONDS);
    curl_set_function(curl, CURLOPT_WRITEFUNCTION, CURL_FUNCTION(body));
    curl_set_pointer(curl, CURLOPT_WRITEDATA, exchange);
    curl_set_long(curl, CURLOPT_NOPROGRESS, 0L);
    curl_set_function(curl, CURLOPT_XFERINFOFUNCTION, CURL_FUNCTION(progress));
    curl_set_pointer(curl, CURLOPT_XFERINFODATA, exchange);
}

static const char *type_of(Arena *arena, CURL *curl)
{
    char *said = NULL;
    if (libcurl.curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &said) != CURLE_OK || !said)
        return "";
    char *type = text_trim(arena, arena_strndup(arena, said, strcspn(said, ";")));
    for (char *c = type; *c; c++)
        *c = g_ascii_tolower(*c);
    return type;
}

static void fail(PostAnswer *answer_out, PostOutcome outcome, const char *said)
{
    *answer_out = (PostAnswer){.outcome = outcome, .type = "", .said = said};
}

static void conclude(Exchange *exchange, CURL *curl, const Dial *dial, CURLcode done, PostAnswer *answer_out)
{
    long status = 0;
    if (done == CURLE_OK)
        done = libcurl.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (dial->plaintext_refused || dial_is_tls_failure(done))
        fail(answer_out, POST_INSECURE, "no TLS with a right certificate");
    else if (exchange->too_long)
        fail(answer_out, POST_NO_ANSWER, "the answer is too long");
    else if (done != CURLE_OK)
        fail(answer_out, POST_NO_ANSWER, arena_strdup(exchange->arena, libcurl.curl_easy_strerror(done)));
    else if (status / 100 == 3)
        fail(answer_out, POST_NO_ANSWER, "the server sends us elsewhere");
    else
        *answer_out = (PostAnswer){
            .outcome = POST_ANSWERED,
            .status = (int)status,
            .type = type_of(exchange->arena, curl),
            .body = arena_bytes(exchange->arena, (Bytes){exchange->body->data, exchange->body->len}),
            .said = "",
        };
}

/* What was heard may be a token. */
static void wipe(GByteArray *body)
{
    volatile guint8 *byte = body->data;
    for (guint i = 0; i < body->len; i++)
        byte[i] = 0;
    g_byte_array_unref(body);
}

void post_form(Arena *arena, const PostRequest *request, PostAnswer *answer_out)
{
    g_autoptr(GError) missing = NULL;
    if (!libcurl_load(&missing)) {
        fail(answer_out, POST_NO_ANSWER, arena_strdup(arena, missing->message));
        return;
    }
    Exchange exchange = {.arena = arena, .body = g_byte_array_sized_new(POST_ANSWER_MAX), .stop = request->stop};
    Dial dial = {
        .protocol = "http",
        .host = request->to.host,
        .port = request->to.port,
        .path = request->to.path,
        .tls = request->to.plain ? DIAL_TLS_NONE : DIAL_TLS_IMPLICIT,
        .ca_file = request->ca_file,
    };
    CURL *curl = libcurl.curl_easy_init();
    check(curl != NULL);
    struct curl_slist *headers = libcurl.curl_slist_append(NULL, "Accept: application/json");
    check(headers != NULL);
    if (dial_set(curl, &dial)) {
        set_exchange(curl, &exchange, request);
        curl_set_pointer(curl, CURLOPT_HTTPHEADER, headers);
        conclude(&exchange, curl, &dial, libcurl.curl_easy_perform(curl), answer_out);
    } else {
        fail(answer_out, POST_NO_ANSWER, "the server's name makes no address");
    }
    libcurl.curl_easy_cleanup(curl);
    libcurl.curl_slist_free_all(headers);
    wipe(exchange.body);
}
