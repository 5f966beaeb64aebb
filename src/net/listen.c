/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/listen.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

bool listen_address_read(const char *text, ListenAddress *address_out)
{
    const char *colon = text ? strrchr(text, ':') : NULL;
    guint64 port;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return false;
    bool is_v6 = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    g_autofree char *host =
        is_v6 ? g_strndup(text + 1, (gsize)(colon - text - 2)) : g_strndup(text, (gsize)(colon - text));
    *address_out = (ListenAddress){0};
    struct sockaddr_in *v4 = (void *)&address_out->storage;
    struct sockaddr_in6 *v6 = (void *)&address_out->storage;
    address_out->storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
    address_out->size = is_v6 ? sizeof *v6 : sizeof *v4;
    if (is_v6)
        v6->sin6_port = htons((uint16_t)port);
    else
        v4->sin_port = htons((uint16_t)port);
    return inet_pton(address_out->storage.ss_family, host, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr) == 1;
}

bool listen_address_is_loopback(const ListenAddress *address)
{
    const struct sockaddr_in *v4 = (const void *)&address->storage;
    const struct sockaddr_in6 *v6 = (const void *)&address->storage;
    if (address->storage.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

int listen_port(int descriptor, ListenAddress *address_out)
{
    address_out->size = sizeof address_out->storage;
    if (getsockname(descriptor, (struct sockaddr *)&address_out->storage, &address_out->size) < 0)
        return -1;
    if (address_out->storage.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address_out->storage)->sin_port);
    return ntohs(((struct sockaddr_in6 *)&address_out->storage)->sin6_port);
}
