/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by incident.c and incident_tell.c. */
#ifndef FILO_DESK_INCIDENT_INCIDENT_INT_H
#define FILO_DESK_INCIDENT_INCIDENT_INT_H

#include "desk/incident/incident.h"

typedef struct Keeping {
    StoreTx *tx;
    Arena *arena;
    const IncidentLook *look;
    TimeMs now;
    IncidentKept *kept;
} Keeping;

/* It goes on: tells those who do not know yet, by another way where the last one does not work. */
void incident_tell_begun(const Keeping *keeping, const Incident *incident, const IncidentList *open);

/* It looks well: news of it that has not left is taken back. */
void incident_take_back(const Keeping *keeping, const Incident *incident);

/* It is over: tells those who know of it. */
void incident_tell_over(const Keeping *keeping, const Incident *incident, const IncidentList *open);

#endif
