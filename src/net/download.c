/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/download.h"

#include "base/check.h"
#include "net/libcurl_late.h"

#include <arpa/inet.h>
#include <string.h>

enum { REDIRECTS_MAX = 3, CONNECTIONS_MAX = 6, CONNECT_SECONDS = 4, ONE_SECONDS = 8 };

/* ------------------------------------------------------------------------------------------------------- addresses */

typedef struct Net4 {
    uint32_t net;
    unsigned bits;
} Net4;

static bool four_is_public(uint32_t address)
{
    static const Net4 others[] = {
        {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16}, {0xac100000, 12},
        {0xc0000000, 24}, {0xc0000200, 24}, {0xc01fc400, 24}, {0xc034c100, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
        {0xc0af3000, 24}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if ((address ^ others[i].net) >> (32 - others[i].bits) == 0)
            return false;
    return true;
}

/* Of global unicast 2000::/3 all but 2001::/23 (Teredo and other protocols'), 2001:db8::/32 and 3fff::/20
 * (documentation), 2002::/16 (6to4). */
static bool six_is_public(const uint8_t six[16])
{
    if (six[0] >> 5 != 1)
        return false;
    bool protocols = six[0] == 0x20 && six[1] == 0x01 && six[2] < 0x02;
    bool documents = (six[0] == 0x20 && six[1] == 0x01 && six[2] == 0x0d && six[3] == 0xb8) ||
                     (six[0] == 0x3f && six[1] == 0xff && six[2] < 0x10);
    return !protocols && !documents && !(six[0] == 0x20 && six[1] == 0x02);
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;
        return four_is_public(ntohl(four->sin_addr.s_addr));
    }
    const struct sockaddr_in6 *six = (const void *)address;
    return address->sa_family == AF_INET6 && six_is_public(six->sin6_addr.s6_addr);
}

static uint16_t port_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
    return address->sa_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port) : 0;
}

static bool is_also(const struct sockaddr *address, const char *also)
{
    char text[INET_ADDRSTRLEN];
    if (!also || address->sa_family != AF_INET)
        return false;
    const struct sockaddr_in *four = (const void *)address;
    g_autofree char *both =
        g_strdup_printf("%s:%u", inet_ntop(AF_INET, &four->sin_addr, text, sizeof text), port_of(address));
    return !strcmp(both, also);
}

/* ------------------------------------------------------------------------------------------------------------ fetching */

typedef struct Fetch Fetch;

typedef struct Take {
    Fetch *fetch;
    CURL *curl;
    GByteArray *bytes;
    bool too_large;
} Take;

struct Fetch {
    const DownloadLimits *limits;
    size_t total; /* bytes of all */
};

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    const Take *take = arg;
    uint16_t port = port_of(&address->addr);
    bool is_web = address_is_public(&address->addr) && (port == 80 || port == 443);
    if (!is_web && !is_also(&address->addr, take->fetch->limits->also))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_bytes(char *data, size_t one, size_t count, void *arg)
{
    Take *take = arg;
    size_t size = one * count;
    take->too_large = take->too_large || size > take->fetch->limits->max_each - take->bytes->len ||
                      size > take->fetch->limits->max_all - take->fetch->total;
    if (take->too_large)
        return 0; /* libcurl ends the transfer */
    g_byte_array_append(take->bytes, (const guint8 *)data, (guint)size);
    take->fetch->total += size;
    return size;
}

static void set_options(Take *take, const char *url)
{
    const curl_opensocket_callback open_socket = on_open_socket; /* the compiler's check of their types */
    const curl_write_callback write = on_bytes;
    CURL *curl = take->curl;
    curl_set_text(curl, CURLOPT_URL, url);
    curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_set_text(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_set_text(curl, CURLOPT_PROXY, "");
    curl_set_text(curl, CURLOPT_USERAGENT, "Mozilla/5.0");
    curl_set_long(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_set_long(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_set_long(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_set_long(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_set_long(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_set_long(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    curl_set_long(curl, CURLOPT_FAILONERROR, 1L);
    curl_set_long(curl, CURLOPT_NOSIGNAL, 1L);
    curl_set_long(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_set_long(curl, CURLOPT_TIMEOUT, (long)MIN(ONE_SECONDS, take->fetch->limits->seconds));
    curl_set_function(curl, CURLOPT_OPENSOCKETFUNCTION, CURL_FUNCTION(open_socket));
    curl_set_pointer(curl, CURLOPT_OPENSOCKETDATA, take);
    curl_set_function(curl, CURLOPT_WRITEFUNCTION, CURL_FUNCTION(write));
    curl_set_pointer(curl, CURLOPT_WRITEDATA, take);
}

/* A name and password in a URL would be sent; none is. */
static bool url_may_be_asked(const char *url)
{
    bool is_web = !g_ascii_strncasecmp(url, "http://", 7) || !g_ascii_strncasecmp(url, "https://", 8);
    const char *authority = is_web ? strstr(url, "//") + 2 : "";
    return is_web && !memchr(authority, '@', strcspn(authority, "/?#"));
}

/* Whose transfer ended well. */
static void note_ended(CURLM *multi, Take *takes, Download *downloads, size_t count)
{
    int left;
    for (CURLMsg *said; (said = libcurl.curl_multi_info_read(multi, &left));)
        for (size_t i = 0; i < count; i++)
            if (said->msg == CURLMSG_DONE && takes[i].curl && takes[i].curl == said->easy_handle &&
                said->data.result == CURLE_OK)
                downloads[i].content = g_bytes_new(takes[i].bytes->data, takes[i].bytes->len);
}

static void run(CURLM *multi, Take *takes, Download *downloads, size_t count, int seconds)
{
    gint64 deadline = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    for (int running = 1; running;) {
        gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;
        if (libcurl.curl_multi_perform(multi, &running) != CURLM_OK)
            break;
        note_ended(multi, takes, downloads, count);
        if (left_ms <= 0)
            break;
        if (running && libcurl.curl_multi_poll(multi, NULL, 0, (int)MIN(left_ms, 1000), NULL) != CURLM_OK)
            break;
    }
}

bool download_all(Download *downloads, size_t count, const DownloadLimits *limits, GError **error)
{
    if (!libcurl_load(error))
        return false;
    Fetch fetch = {.limits = limits};
    g_autofree Take *takes = g_new0(Take, count + 1);
    CURLM *multi = libcurl.curl_multi_init();
    check(multi != NULL);
    libcurl.curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        downloads[i].content = NULL;
        if (!url_may_be_asked(downloads[i].url))
            continue;
        takes[i] = (Take){&fetch, libcurl.curl_easy_init(), g_byte_array_new(), false};
        check(takes[i].curl != NULL);
        set_options(&takes[i], downloads[i].url);
        libcurl.curl_multi_add_handle(multi, takes[i].curl);
    }
    run(multi, takes, downloads, count, limits->seconds);
    for (size_t i = 0; i < count; i++) {
        if (!takes[i].curl)
            continue;
        libcurl.curl_multi_remove_handle(multi, takes[i].curl);
        libcurl.curl_easy_cleanup(takes[i].curl);
        g_byte_array_unref(takes[i].bytes);
    }
    libcurl.curl_multi_cleanup(multi);
    return true;
}
