/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/party.h"

#include "base/text.h"
#include "party_sql.h"

#include <string.h>

bool party_find(StoreTx *tx, Arena *arena, PartyId id, Party *party_out)
{
    SqlPartyFindRow row;
    if (!sql_party_find_row(tx, arena, &(SqlPartyFindRowIn){id}, &row))
        return false;
    *party_out = (Party){id,           row.kind,     row.name,       row.buyer,  row.vat_number, row.fiscal_code,
                         row.sdi_code, row.language, row.created_at, row.version};
    return true;
}

PartyId party_add(StoreTx *tx, const Party *party, const char *sort_key, TimeMs now)
{
    return sql_party_insert(tx, &(SqlPartyInsertIn){
                                    .kind = party->kind,
                                    .name = party->name,
                                    .sort_key = sort_key,
                                    .buyer = party->buyer,
                                    .vat_number = party->vat_number,
                                    .fiscal_code = party->fiscal_code,
                                    .sdi_code = party->sdi_code,
                                    .language = party->language,
                                    .created_at = now,
                                });
}

void contact_point_add(StoreTx *tx, PartyId party, const ContactPoint *point, TimeMs now)
{
    sql_contact_point_insert(
        tx, &(SqlContactPointInsertIn){party, point->kind, point->value, point->value_key, point->label, now});
}

ContactPointList contact_point_list(StoreTx *tx, Arena *arena, PartyId party)
{
    SqlContactPointListRowList rows = sql_contact_point_list_row(tx, arena, &(SqlContactPointListRowIn){party});
    ContactPointList list = {ARENA_ARRAY(arena, ContactPoint, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] =
            (ContactPoint){rows.rows[i].kind, rows.rows[i].value, rows.rows[i].value_key, rows.rows[i].label};
    return list;
}

bool party_find_by_contact(StoreTx *tx, Arena *arena, const char *value_key, PartyMatch *match_out)
{
    SqlContactPointFindOwner owner;
    SqlMembershipFirstCompany company;
    if (!sql_contact_point_find_owner(tx, arena, &(SqlContactPointFindOwnerIn){value_key}, &owner))
        return false;
    bool employed =
        sql_membership_first_company(tx, arena, &(SqlMembershipFirstCompanyIn){owner.party_id}, &company);
    *match_out = (PartyMatch){owner.party_id, employed ? company.company_id : owner.party_id};
    return true;
}

char *contact_key_of_email(Arena *arena, const char *address)
{
    char *trimmed = text_trim(arena, address);
    g_autofree char *lower = g_utf8_strdown(trimmed, -1);
    return arena_strdup(arena, lower);
}
