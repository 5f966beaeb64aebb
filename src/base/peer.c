/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/peer.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

G_STATIC_ASSERT(PEER_GROUP_SIZE >= INET6_ADDRSTRLEN);

void peer_group(const char *address, char group_out[PEER_GROUP_SIZE])
{
    struct in6_addr six;
    g_strlcpy(group_out, address, PEER_GROUP_SIZE);
    if (inet_pton(AF_INET6, address, &six) != 1)
        return;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        inet_ntop(AF_INET, six.s6_addr + 12, group_out, PEER_GROUP_SIZE);
        return;
    }
    memset(six.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &six, group_out, PEER_GROUP_SIZE);
}
