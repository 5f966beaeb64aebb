/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/first_start.h"

#include "desk/audit/audit.h"
#include "desk/setting/setting.h"

#include <sodium.h>
#include <string.h>

bool first_start_offer(StoreTx *tx, Arena *arena, const char *sha256, TimeMs now)
{
    InputError impossible;
    return !founding_is_done(tx, arena) && setting_set(tx, SETTING_START_TOKEN, sha256, now, &impossible);
}

bool first_start_opens(StoreTx *tx, Arena *arena, const char *sha256)
{
    const char *kept = setting_get(tx, arena, SETTING_START_TOKEN);
    return !founding_is_done(tx, arena) && strlen(kept) == strlen(sha256) &&
           sodium_memcmp(kept, sha256, strlen(kept)) == 0 && *kept;
}

bool first_start_claim(StoreTx *tx, Arena *arena, const char *sha256, const Founding *founding, const HouseHours *hours,
                       TimeMs now, InputError *refused_out)
{
    StaffId person;
    if (!first_start_opens(tx, arena, sha256)) {
        *refused_out = (InputError){"", "start.error.closed", NULL};
        return false;
    }
    if (!founding_write(tx, arena, founding, now, &person, refused_out) ||
        !house_hours_set(tx, hours, ACTOR_OF_SYSTEM, now, refused_out) ||
        !setting_set(tx, SETTING_START_TOKEN, "", now, refused_out))
        return false;
    audit_add(tx, &(AuditEntry){now, ACTOR_OF_SYSTEM, "start.claimed", "staff", person.value, NULL});
    return true;
}
