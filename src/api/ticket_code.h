/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_code: codes by their keys, as programs name them. Answers: "which code is that, and which field takes it?"
 *
 * Keys outlive a reinstallation; the desk wants ids. Not for judging a code (desk/ticket/coding.h). Owns no table.
 * Called by: api/ticket_*.c.
 *
 * Pointers: borrowed for the call. Errors: a key the list has not adds a refusal to the list given.
 *
 * Invariants:
 *  1. A key that was not given changes nothing.
 */
#ifndef FILO_API_TICKET_CODE_H
#define FILO_API_TICKET_CODE_H

#include "api/call.h"

enum { TICKET_CODE_KEYS = 5 };

/* Problem, condition, component, origin, remedy, in this order; each with the name it has in the body. */
typedef struct CodeKeys {
    const ShapeValue *given[TICKET_CODE_KEYS];
    const char *names[TICKET_CODE_KEYS];
} CodeKeys;

void ticket_codes_find(StoreTx *tx, Arena *arena, const CodeKeys *keys, TicketChange *change, CodingRefusals *refused);

#define TICKET_VERSION_FIELD                                                                                           \
    {                                                                                                                  \
        "version", SHAPE_NUMBER, .doc = "The version you saw: refused if somebody was faster. Or say it in If-Match."  \
    }

#endif
