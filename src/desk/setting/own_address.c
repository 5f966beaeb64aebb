/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/own_address.h"

#include "desk/setting/setting.h"

#include <string.h>

bool own_address_is(const char *address, const char *own)
{
    const char *at = strrchr(address, '@'), *own_at = strrchr(own, '@');
    if (!at || !own_at)
        return g_ascii_strcasecmp(address, own) == 0;
    size_t local = (size_t)(at - address), own_local = (size_t)(own_at - own);
    bool is_whole = local == own_local, has_plus = local > own_local && address[own_local] == '+';
    return g_ascii_strcasecmp(at, own_at) == 0 && (is_whole || has_plus) &&
           g_ascii_strncasecmp(address, own, own_local) == 0;
}

static bool has(StoreTx *tx, Arena *arena, const char *address, bool only_in_use)
{
    ChannelAccountList list = channel_account_list(tx, arena);
    for (size_t i = 0; i < list.count; i++)
        if ((list.items[i].active || !only_in_use) && own_address_is(address, list.items[i].address))
            return true;
    return false;
}

bool own_address_comes_back(StoreTx *tx, Arena *arena, const char *address)
{
    return has(tx, arena, address, true);
}

bool own_address_has(StoreTx *tx, Arena *arena, const char *address)
{
    return has(tx, arena, address, false);
}
