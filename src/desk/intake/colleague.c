/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/colleague.h"

#include "desk/party/party.h"
#include "desk/setting/own_address.h"

#include <string.h>

static bool has_address(Arena *arena, const Staff *one, const char *address_key)
{
    return *address_key && *one->email && strcmp(contact_key_of_email(arena, one->email), address_key) == 0;
}

bool colleague_find(StoreTx *tx, Arena *arena, const char *address_key, Staff *colleague_out)
{
    StaffList list = staff_list_everybody(tx, arena);
    int found = 0;
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].active && has_address(arena, &list.items[i], address_key)) {
            *colleague_out = list.items[i];
            found++;
        }
    return found == 1 && !own_address_has(tx, arena, address_key);
}

bool colleague_has(StoreTx *tx, Arena *arena, const char *address_key)
{
    StaffList list = staff_list_everybody(tx, arena);
    for (size_t i = 0; i < list.count; i++)
        if (has_address(arena, &list.items[i], address_key))
            return true;
    return false;
}
