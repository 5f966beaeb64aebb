/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/permission.h"

#include <glib.h>
#include <string.h>

#define A (1u << ROLE_ADMIN)
#define S (1u << ROLE_SUPERVISOR)
#define O (1u << ROLE_OPERATOR)
#define Q (1u << ROLE_QUALITY)
#define R (1u << ROLE_READER)

const Permission permissions[] = {
    {"ticket.read", A | S | O | Q | R, "Read requests, their messages, notes and files."},
    {"ticket.write", A | S | O, "Register, answer, note, code, resolve and close requests."},
    {"ticket.assign", A | S | O, "Take a request or give it to a person or a team."},
    {"ticket.code", A | S | O | Q, "Correct the codes of a request, closed ones too."},
    {"party.read", A | S | O | Q | R, "Read customers, their people and addresses."},
    {"party.write", A | S | O, "Add and change customers and their people."},
    {"party.erase", A, "Erase or export all that is known of a person."},
    {"product.read", A | S | O | Q | R, "Read products and installed items."},
    {"product.write", A | S, "Add and change products."},
    {"item.write", A | S | O, "Add and change installed items."},
    {"code.read", A | S | O | Q | R, "Read the lists of codes."},
    {"code.write", A | S | Q, "Add, rename and retire codes."},
    {"solution.read", A | S | O | Q | R, "Read solutions."},
    {"solution.write", A | S | O | Q, "Write and change solutions."},
    {"solution.publish", A | S | Q, "Approve and retire solutions."},
    {"cost.read", A | S | O | Q, "Read what a request cost."},
    {"cost.write", A | S | O, "Enter time, parts and travel."},
    {"tariff.write", A, "Change tariffs and labour rates."},
    {"report.read", A | S | Q | R, "Read reports and figures."},
    {"report.export", A | S | Q, "Take reports and lists out as files."},
    {"staff.read", A | S | O | Q | R, "Read who works here and in which team."},
    {"staff.write", A, "Add, change and disable staff and teams."},
    {"settings.read", A | S | Q, "Read how the desk is set up."},
    {"settings.write", A, "Change the company, calendar, mailboxes and all other settings."},
    {"token.write", A, "Make and revoke tokens for programs."},
    {"import.run", A | S, "Import requests, customers, products and items."},
    {"metrics.read", A, "Read the counters and times of the running server (GET /metrics)."},
    {"audit.read", A, "Read the record of who did and read what."},
};
const size_t permission_count = G_N_ELEMENTS(permissions);

static const Permission *find(const char *word)
{
    for (size_t i = 0; i < permission_count; i++)
        if (strcmp(permissions[i].word, word) == 0)
            return &permissions[i];
    return NULL;
}

static bool is_everyones(const char *word)
{
    return strcmp(word, PERMISSION_PUBLIC) == 0 || strcmp(word, PERMISSION_OWN_ACCOUNT) == 0;
}

bool permission_allows(StaffRole role, const char *word)
{
    const Permission *permission = find(word);
    return is_everyones(word) || (permission && permission->roles & 1u << role);
}

bool permission_is_known(const char *word)
{
    return is_everyones(word) || find(word);
}
