/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/party.h"

#include "base/catalogue.h"
#include "base/text.h"
#include "desk/party/domain.h"
#include "desk/party/identity.h"
#include "desk/party/phone.h"
#include "party_sql.h"
#include "search/index.h"

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

/* ---------------------------------------------------------------------------------------------------------- words */

/* Names and addresses are of no language. */
static SearchDocument document_of_party(PartyId id, const char *name)
{
    return (SearchDocument){SEARCH_PARTY, id.value, id.value, SEARCH_ANY_LANGUAGE, SEARCH_STAFF, name, ""};
}

static SearchDocument document_of_contact(ContactPointId id, PartyId party, const char *value)
{
    return (SearchDocument){SEARCH_CONTACT, id.value, party.value, SEARCH_ANY_LANGUAGE, SEARCH_STAFF, "", value};
}

bool party_index(StoreTx *tx, PartyId id, const char *name)
{
    SearchDocument document = document_of_party(id, name);
    return search_put(tx, &document);
}

static void party_index_again(StoreTx *tx, PartyId id, const char *old_name, const char *name)
{
    SearchDocument document = document_of_party(id, old_name);
    search_remove(tx, &document);
    party_index(tx, id, name);
}

bool contact_point_index(StoreTx *tx, ContactPointId id, PartyId party, const char *value)
{
    SearchDocument document = document_of_contact(id, party, value);
    return search_put(tx, &document);
}

/* -------------------------------------------------------------------------------------------------------- parties */

PartyId party_add(StoreTx *tx, const Party *party, const char *sort_key, TimeMs now)
{
    PartyId id = sql_party_insert(tx, &(SqlPartyInsertIn){
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
    if (id.value)
        party_index(tx, id, party->name);
    return id;
}

/* --------------------------------------------------------------------------------------------- what a person typed */

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

static bool read_vat(Arena *arena, const char *typed, const char **kept_out, InputError *refused_out)
{
    VatNumber vat;
    if (text_is_blank(typed))
        return true;
    IdentityReason reason = vat_number_parse(typed, &vat);
    *kept_out = arena_strdup(arena, vat.text);
    return reason == IDENTITY_OK || refuse(refused_out, "vat_number", identity_reason_key(reason));
}

static bool read_fiscal(Arena *arena, const char *typed, const char **kept_out, InputError *refused_out)
{
    TaxCode code;
    if (text_is_blank(typed))
        return true;
    IdentityReason reason = tax_code_parse(typed, &code);
    *kept_out = arena_strdup(arena, code.text);
    return reason == IDENTITY_OK || refuse(refused_out, "fiscal_code", identity_reason_key(reason));
}

static bool read_sdi(Arena *arena, const char *typed, const char **kept_out, InputError *refused_out)
{
    RecipientCode code;
    if (text_is_blank(typed))
        return true;
    IdentityReason reason = recipient_code_parse(typed, &code);
    *kept_out = arena_strdup(arena, code.text);
    return reason == IDENTITY_OK || refuse(refused_out, "sdi_code", identity_reason_key(reason));
}

bool party_read(Arena *arena, const Party *typed, Party *party_out, InputError *refused_out)
{
    Lang lang;
    *party_out = *typed;
    party_out->vat_number = party_out->fiscal_code = party_out->sdi_code = NULL;
    party_out->name = text_clean_line(arena, bytes_of(typed->name));
    if (text_is_blank(party_out->name))
        return refuse(refused_out, "name", "party.error.name");
    bool said = !text_is_blank(typed->language);
    if (said && !lang_find(typed->language, &lang))
        return refuse(refused_out, "language", "party.error.language");
    party_out->language = said ? lang_tag(lang) : "";
    return read_vat(arena, typed->vat_number, &party_out->vat_number, refused_out) &&
           read_fiscal(arena, typed->fiscal_code, &party_out->fiscal_code, refused_out) &&
           read_sdi(arena, typed->sdi_code, &party_out->sdi_code, refused_out);
}

static bool read_email(Arena *arena, const char *typed, ContactPoint *point, InputError *refused_out)
{
    EmailAddress address;
    IdentityReason reason = email_address_parse(typed, &address);
    point->value = arena_strdup(arena, address.text);
    point->value_key = contact_key_of_email(arena, address.text);
    return reason == IDENTITY_OK || refuse(refused_out, "value", identity_reason_key(reason));
}

static bool read_phone(Arena *arena, const char *typed, ContactPoint *point, InputError *refused_out)
{
    Phone phone;
    char shown[PHONE_DISPLAY_SIZE];
    PhoneReason reason = phone_parse(typed, &phone);
    if (reason != PHONE_OK)
        return refuse(refused_out, "value", phone_reason_key(reason));
    phone_display(&phone, shown);
    point->value = arena_strdup(arena, shown);
    point->value_key = arena_strdup(arena, phone.e164);
    return true;
}

bool contact_point_read(Arena *arena, ContactKind kind, const char *typed, const char *label, ContactPoint *point_out,
                        InputError *refused_out)
{
    *point_out = (ContactPoint){.kind = kind, .label = text_clean_line(arena, bytes_of(label))};
    if (kind == CONTACT_EMAIL || kind == CONTACT_PEC)
        return read_email(arena, text_trim(arena, typed), point_out, refused_out);
    if (kind == CONTACT_PHONE || kind == CONTACT_FAX)
        return read_phone(arena, text_trim(arena, typed), point_out, refused_out);
    point_out->value = text_clean_line(arena, bytes_of(typed));
    point_out->value_key = text_sort_key(arena, point_out->value);
    return *point_out->value_key || refuse(refused_out, "value", "party.error.contact");
}

/* ------------------------------------------------------------------------------------------------------- keeping */

static bool refuse_other(PartyRefusal *refused_out, const char *field, const char *key, PartyId other, const char *name)
{
    *refused_out = (PartyRefusal){{field, key, name}, other};
    return false;
}

/* Nobody else has the identity numbers. */
static bool is_alone(StoreTx *tx, Arena *arena, const Party *party, PartyRefusal *refused_out)
{
    SqlPartyFindVat vat;
    SqlPartyFindFiscal fiscal;
    if (party->vat_number && sql_party_find_vat(tx, arena, &(SqlPartyFindVatIn){party->vat_number}, &vat) &&
        vat.party_id.value != party->id.value)
        return refuse_other(refused_out, "vat_number", "party.error.vat_number_taken", vat.party_id, vat.name);
    if (party->fiscal_code && sql_party_find_fiscal(tx, arena, &(SqlPartyFindFiscalIn){party->fiscal_code}, &fiscal) &&
        fiscal.party_id.value != party->id.value)
        return refuse_other(refused_out, "fiscal_code", "party.error.fiscal_code_taken", fiscal.party_id, fiscal.name);
    return true;
}

bool party_register(StoreTx *tx, Arena *arena, const Party *party, const char *sort_key, TimeMs now, PartyId *id_out,
                    PartyRefusal *refused_out)
{
    Party fresh = *party;
    fresh.id = (PartyId){0};
    if (!is_alone(tx, arena, &fresh, refused_out))
        return false;
    *id_out = party_add(tx, party, sort_key, now);
    return true;
}

bool party_edit(StoreTx *tx, Arena *arena, const Party *party, const char *sort_key, PartyRefusal *refused_out)
{
    Party old;
    if (!party_find(tx, arena, party->id, &old))
        return refuse_other(refused_out, "party", "party.error.not_found", (PartyId){0}, NULL);
    if (old.version != party->version)
        return refuse_other(refused_out, "version", "party.error.stale", (PartyId){0}, NULL);
    if (!is_alone(tx, arena, party, refused_out))
        return false;
    party_index_again(tx, party->id, old.name, party->name);
    return sql_party_update(tx, &(SqlPartyUpdateIn){.party_id = party->id,
                                                    .version = party->version,
                                                    .kind = party->kind,
                                                    .name = party->name,
                                                    .sort_key = sort_key,
                                                    .buyer = party->buyer,
                                                    .vat_number = party->vat_number,
                                                    .fiscal_code = party->fiscal_code,
                                                    .sdi_code = party->sdi_code,
                                                    .language = party->language}) == 1;
}

PartyLines party_search(StoreTx *tx, Arena *arena, const char *prefix, PartyCursor after, int64_t how_many)
{
    bool first = !after.sort_key || strcmp(after.sort_key, prefix) < 0;
    /* One bound, so that every page costs the same. */
    PartyCursor from = first ? (PartyCursor){.sort_key = prefix} : after;
    SqlPartySearchLinesList rows =
        sql_party_search_lines(tx, arena,
                               &(SqlPartySearchLinesIn){.prefix_end = text_prefix_end(arena, prefix),
                                                        .sort_key = from.sort_key,
                                                        .party_id = from.id,
                                                        .how_many = how_many});
    PartyLines list = {ARENA_ARRAY(arena, PartyLine, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (PartyLine){rows.rows[i].party_id, rows.rows[i].kind, rows.rows[i].name, rows.rows[i].sort_key};
    return list;
}

/* ------------------------------------------------------------------------------------------------- contact points */

void contact_point_add(StoreTx *tx, PartyId party, const ContactPoint *point, TimeMs now)
{
    bool mail = point->kind == CONTACT_EMAIL || point->kind == CONTACT_PEC;
    const char *domain = mail ? domain_of_address(point->value_key) : "";
    ContactPointId id =
        sql_contact_point_insert(tx, &(SqlContactPointInsertIn){party, point->kind, point->value, point->value_key,
                                                                point->label, now, *domain ? domain : NULL});
    if (id.value)
        contact_point_index(tx, id, party, point->value);
}

ContactPointList contact_point_list(StoreTx *tx, Arena *arena, PartyId party)
{
    SqlContactPointListRowList rows = sql_contact_point_list_row(tx, arena, &(SqlContactPointListRowIn){party});
    ContactPointList list = {ARENA_ARRAY(arena, ContactPoint, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (ContactPoint){rows.rows[i].contact_point_id, rows.rows[i].kind, rows.rows[i].value,
                                       rows.rows[i].value_key, rows.rows[i].label};
    return list;
}

static bool is_joined(StoreTx *tx, Arena *arena, PartyId one, PartyId other)
{
    SqlMembershipJoins row;
    return sql_membership_joins(tx, arena, &(SqlMembershipJoinsIn){one, other}, &row) && row.joins > 0;
}

static bool has_point(StoreTx *tx, Arena *arena, PartyId party, const ContactPoint *point)
{
    ContactPointList list = contact_point_list(tx, arena, party);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].kind == point->kind && strcmp(list.items[i].value_key, point->value_key) == 0)
            return true;
    return false;
}

/* Streets and the like are shared by neighbours: they identify nobody. */
static bool identifies(ContactKind kind)
{
    return kind != CONTACT_POSTAL && kind != CONTACT_OTHER;
}

bool contact_point_put(StoreTx *tx, Arena *arena, PartyId party, const ContactPoint *point, TimeMs now,
                       PartyRefusal *refused_out)
{
    SqlContactPointHoldersList holders = {0};
    if (identifies(point->kind))
        holders = sql_contact_point_holders(tx, arena, &(SqlContactPointHoldersIn){point->value_key});
    for (size_t i = 0; i < holders.count; i++) {
        PartyId other = holders.rows[i].party_id;
        if (other.value != party.value && !is_joined(tx, arena, party, other))
            return refuse_other(refused_out, "value", "party.error.contact_taken", other, holders.rows[i].name);
    }
    if (!has_point(tx, arena, party, point))
        contact_point_add(tx, party, point, now);
    return true;
}

bool contact_point_remove(StoreTx *tx, PartyId party, ContactPointId id)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ContactPointList list = contact_point_list(tx, arena, party);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id.value) {
            SearchDocument document = document_of_contact(id, party, list.items[i].value);
            search_remove(tx, &document);
        }
    return sql_contact_point_delete(tx, &(SqlContactPointDeleteIn){id, party}) == 1;
}

PersonPointList contact_point_list_people(StoreTx *tx, Arena *arena, PartyId company, int64_t how_many)
{
    SqlContactPointListPeopleRowList rows =
        sql_contact_point_list_people_row(tx, arena, &(SqlContactPointListPeopleRowIn){company, how_many});
    PersonPointList list = {ARENA_ARRAY(arena, PersonPoint, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (PersonPoint){rows.rows[i].person_id, rows.rows[i].kind, rows.rows[i].value};
    return list;
}

bool party_find_by_contact(StoreTx *tx, Arena *arena, const char *value_key, PartyMatch *match_out)
{
    SqlContactPointFindOwner owner;
    SqlMembershipFirstCompany company;
    if (!sql_contact_point_find_owner(tx, arena, &(SqlContactPointFindOwnerIn){value_key}, &owner))
        return false;
    bool employed = sql_membership_first_company(tx, arena, &(SqlMembershipFirstCompanyIn){owner.party_id}, &company);
    *match_out = (PartyMatch){owner.party_id, employed ? company.company_id : owner.party_id};
    return true;
}

/* Is the letter small, or the one capital of its small letter? Of KELVIN SIGN the small letter is k, whose capital is K. */
static bool has_own_small(gunichar letter)
{
    gunichar small = g_unichar_tolower(letter);
    return small == letter || g_unichar_toupper(small) == letter;
}

char *contact_key_of_email(Arena *arena, const char *address)
{
    const char *trimmed = text_trim(arena, address), *start = trimmed;
    g_autoptr(GString) key = g_string_new(NULL);
    for (const char *at = trimmed; *at; at = g_utf8_next_char(at)) {
        if (has_own_small(g_utf8_get_char(at)))
            continue;
        g_autofree char *lower = g_utf8_strdown(start, at - start);
        start = g_utf8_next_char(at);
        g_string_append(key, lower);
        g_string_append_len(key, at, start - at);
    }
    g_autofree char *lower = g_utf8_strdown(start, -1);
    g_string_append(key, lower);
    return arena_strdup(arena, key->str);
}

/* ----------------------------------------------------------------------------------------------------- membership */

static bool is_kind(StoreTx *tx, Arena *arena, PartyId id, PartyKind kind)
{
    Party party;
    return party_find(tx, arena, id, &party) && party.kind == kind;
}

bool membership_add(StoreTx *tx, Arena *arena, PartyId company, PartyId person, const char *role,
                    InputError *refused_out)
{
    if (!is_kind(tx, arena, company, PARTY_COMPANY) || !is_kind(tx, arena, person, PARTY_PERSON))
        return refuse(refused_out, "company", "party.error.membership_kinds");
    sql_membership_put(tx, &(SqlMembershipPutIn){company, person, role});
    return true;
}

bool membership_remove(StoreTx *tx, PartyId company, PartyId person)
{
    return sql_membership_delete(tx, &(SqlMembershipDeleteIn){company, person}) == 1;
}

MembershipList membership_list_people(StoreTx *tx, Arena *arena, PartyId company)
{
    SqlMembershipPeopleList rows = sql_membership_people(tx, arena, &(SqlMembershipPeopleIn){company});
    MembershipList list = {ARENA_ARRAY(arena, Membership, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Membership){rows.rows[i].person_id, rows.rows[i].name, rows.rows[i].role};
    return list;
}

MembershipList membership_list_companies(StoreTx *tx, Arena *arena, PartyId person)
{
    SqlMembershipCompaniesList rows = sql_membership_companies(tx, arena, &(SqlMembershipCompaniesIn){person});
    MembershipList list = {ARENA_ARRAY(arena, Membership, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (Membership){rows.rows[i].company_id, rows.rows[i].name, rows.rows[i].role};
    return list;
}
