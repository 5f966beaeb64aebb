/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/domain.h"

#include "domain_sql.h"

#include <string.h>

/* Where addresses are given to anybody: the great free ones, Italy's providers of access, and certified mail's. A name that
 * is missing here makes a proposal that a person sees is wrong; it grants nothing. */
static const char *const shared[] = {
    "alice.it",       "aol.com",        "aruba.it",        "arubapec.it",     "casellapec.com",  "cert.cna.it",
    "cgn.legalmail.it", "email.it",     "fastmail.com",    "fastpiu.it",      "fastwebmail.it",  "fastwebnet.it",
    "free.fr",        "gmail.com",      "gmx.com",         "gmx.de",          "gmx.net",         "googlemail.com",
    "hotmail.com",    "hotmail.it",     "icloud.com",      "inwind.it",       "iol.it",          "legalmail.it",
    "libero.it",      "live.com",       "live.it",         "mac.com",         "mail.com",        "me.com",
    "msn.com",        "outlook.com",    "outlook.it",      "pec.aruba.it",    "pec.buffetti.it", "pec.cgn.it",
    "pec.it",         "pec.libero.it",  "pec.net",         "pecimprese.it",   "pecmail.it",      "postecert.it",
    "poste.it",       "proton.me",      "protonmail.com",  "register.it",     "sicurezzapostale.it", "supereva.it",
    "t-online.de",    "teletu.it",      "tim.it",          "tin.it",          "tiscali.it",      "tiscalinet.it",
    "tutanota.com",   "tuta.io",        "twtcert.it",      "virgilio.it",     "vodafone.it",     "web.de",
    "wind.it",        "ymail.com",      "yahoo.com",       "yahoo.it",        "yandex.com",      "zoho.com",
};

const char *domain_of_address(const char *address_key)
{
    const char *at = strchr(address_key, '@');
    return at && at != address_key && !strchr(at + 1, '@') ? at + 1 : "";
}

bool domain_is_shared(const char *domain)
{
    size_t size = strlen(domain);
    for (size_t i = 0; i < G_N_ELEMENTS(shared); i++) {
        size_t length = strlen(shared[i]);
        if (size >= length && strcmp(domain + size - length, shared[i]) == 0 &&
            (size == length || domain[size - length - 1] == '.'))
            return true;
    }
    return false;
}

bool domain_find_company(StoreTx *tx, Arena *arena, const char *domain, PartyId *company_out)
{
    if (!*domain || domain_is_shared(domain))
        return false;
    SqlDomainOwnList own = sql_domain_own(tx, arena, &(SqlDomainOwnIn){domain});
    SqlDomainPeopleList people = sql_domain_people(tx, arena, &(SqlDomainPeopleIn){domain});
    PartyId found = {0};
    for (size_t i = 0; i < own.count + people.count; i++) {
        PartyId one = i < own.count ? own.rows[i].company_id : people.rows[i - own.count].company_id;
        if (found.value && one.value != found.value)
            return false;
        found = one;
    }
    *company_out = found;
    return found.value != 0;
}

bool domain_propose(StoreTx *tx, Arena *arena, PartyId person, PartyId *company_out, const char **address_out)
{
    Party party;
    if (!party_find(tx, arena, person, &party) || party.kind != PARTY_PERSON ||
        membership_list_companies(tx, arena, person).count)
        return false;
    ContactPointList points = contact_point_list(tx, arena, person);
    for (size_t i = 0; i < points.count; i++) {
        const ContactPoint *point = &points.items[i];
        bool mail = point->kind == CONTACT_EMAIL || point->kind == CONTACT_PEC;
        if (mail && domain_find_company(tx, arena, domain_of_address(point->value_key), company_out)) {
            *address_out = point->value;
            return true;
        }
    }
    return false;
}
