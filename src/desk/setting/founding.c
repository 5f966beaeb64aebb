/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/setting/founding.h"

#include "desk/code/code.h"
#include "desk/cost/tariff.h"
#include "desk/setting/setting.h"

#include <string.h>

const char *founding_team_name(const char *language)
{
    return strcmp(language, "it") == 0 ? "Assistenza" : "Support";
}

bool founding_is_done(StoreTx *tx, Arena *arena)
{
    return team_first(tx, arena).value != 0;
}

bool founding_write(StoreTx *tx, Arena *arena, const Founding *founding, TimeMs now, StaffId *person_out,
                    InputError *refused_out)
{
    Lang lang = LANG_IT;
    (void)lang_find(founding->language, &lang); /* an unknown one is refused below */
    TeamId team = team_add(tx, founding_team_name(founding->language), founding->team_sort_key, TEAM_INTERNAL);
    *person_out = staff_add(tx,
                            &(Staff){.login = founding->login,
                                     .display_name = founding->name,
                                     .email = founding->email,
                                     .role = ROLE_ADMIN,
                                     .team = team,
                                     .language = founding->language,
                                     .password_hash = founding->password_hash},
                            founding->name_sort_key, now);
    code_install(tx, arena);
    tariff_install(tx, lang);
    return setting_set(tx, SETTING_COMPANY_NAME, founding->company, now, refused_out) &&
           setting_set(tx, SETTING_LANGUAGE, founding->language, now, refused_out);
}
