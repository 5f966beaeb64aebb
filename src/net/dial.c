/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/dial.h"

#include "base/check.h"
#include "net/download.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

enum { NETWORKS_MAX = 32 };

typedef struct Network {
    int family;
    uint8_t bytes[16];
    unsigned bits;
} Network;

/* What the installation allows beside the public internet: written once, before any thread dials. */
static Network allowed[NETWORKS_MAX];
static size_t allowed_count;

static unsigned width_of(int family)
{
    return family == AF_INET ? 32 : 128;
}

/* "192.168.1.0/24", "::1". */
static bool read_network(const char *text, Network *network_out)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    guint64 bits;
    network_out->family = strchr(text, ':') ? AF_INET6 : AF_INET;
    bits = width_of(network_out->family);
    if (inet_pton(network_out->family, parts[0], network_out->bytes) != 1 ||
        (parts[1] && !g_ascii_string_to_unsigned(parts[1], 10, 0, bits, &bits, NULL)))
        return false;
    network_out->bits = (unsigned)bits;
    return true;
}

bool dial_allow(const char *networks)
{
    g_auto(GStrv) words = g_strsplit_set(networks, ", ", -1);
    allowed_count = 0;
    for (char **word = words; *word; word++)
        if (**word && (allowed_count == NETWORKS_MAX || !read_network(*word, &allowed[allowed_count++]))) {
            allowed_count = 0;
            return false;
        }
    return true;
}

static bool is_inside(const Network *network, const uint8_t *bytes)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->bytes, bytes, whole) != 0)
        return false;
    return !rest || (network->bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

bool dial_may_reach(const struct sockaddr *address)
{
    const void *bytes = address->sa_family == AF_INET
                            ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
                            : &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (address_is_public(address))
        return true;
    if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
        return false;
    for (size_t i = 0; i < allowed_count; i++)
        if (allowed[i].family == address->sa_family && is_inside(&allowed[i], bytes))
            return true;
    return false;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;
        return ntohl(four->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *six = (const void *)address;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

/* Looks at the address about to be connected to, not at the name: a name may resolve to anything. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    Dial *dial = arg;
    if (dial->tls == DIAL_TLS_NONE && !is_loopback(&address->addr)) {
        dial->plaintext_refused = true;
        return CURL_SOCKET_BAD;
    }
    dial->private_refused = !dial_may_reach(&address->addr);
    if (dial->private_refused)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Sets scheme, host, port and path; false if they do not make a URL. */
static bool set_url(CURL *curl, const Dial *dial)
{
    g_autofree char *scheme = g_strconcat(dial->protocol, dial->tls == DIAL_TLS_IMPLICIT ? "s" : "", NULL);
    g_autofree char *port = g_strdup_printf("%u", dial->port);
    g_autofree char *host = g_strdup_printf(strchr(dial->host, ':') ? "[%s]" : "%s", dial->host);
    char *url = NULL;
    CURLU *parts = libcurl.curl_url();
    check(parts != NULL);
    bool done = !libcurl.curl_url_set(parts, CURLUPART_SCHEME, scheme, 0) &&
                !libcurl.curl_url_set(parts, CURLUPART_HOST, host, 0) &&
                !libcurl.curl_url_set(parts, CURLUPART_PORT, port, 0) &&
                !libcurl.curl_url_set(parts, CURLUPART_PATH, dial->path, 0) &&
                !libcurl.curl_url_get(parts, CURLUPART_URL, &url, 0) &&
                !libcurl.curl_easy_setopt(curl, CURLOPT_URL, url);
    libcurl.curl_free(url);
    libcurl.curl_url_cleanup(parts);
    return done;
}

bool dial_set(CURL *curl, Dial *dial)
{
    const curl_opensocket_callback open_socket = on_open_socket; /* the compiler's check of its type */
    g_autofree char *protocols = g_strdup_printf("%s,%ss", dial->protocol, dial->protocol);
    curl_set_text(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_set_text(curl, CURLOPT_PROXY, ""); /* the environment shall not send our mail elsewhere */
    curl_set_long(curl, CURLOPT_USE_SSL, dial->tls == DIAL_TLS_STARTTLS ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_set_long(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_set_long(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_set_long(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (dial->ca_file && *dial->ca_file) {
        curl_set_text(curl, CURLOPT_CAINFO, dial->ca_file);
        curl_set_text(curl, CURLOPT_CAPATH, NULL);
    }
    curl_set_function(curl, CURLOPT_OPENSOCKETFUNCTION, CURL_FUNCTION(open_socket));
    curl_set_pointer(curl, CURLOPT_OPENSOCKETDATA, dial);
    return set_url(curl, dial);
}

bool dial_is_tls_failure(CURLcode done)
{
    return done == CURLE_USE_SSL_FAILED || done == CURLE_SSL_CONNECT_ERROR || done == CURLE_PEER_FAILED_VERIFICATION ||
           done == CURLE_SSL_CERTPROBLEM || done == CURLE_SSL_CIPHER || done == CURLE_SSL_CACERT_BADFILE ||
           done == CURLE_SSL_ISSUER_ERROR || done == CURLE_SSL_INVALIDCERTSTATUS;
}
