/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_talk: what was said and done on a ticket, in order. Answers: "how did we get here?"
 *
 * Turns messages and events into the entries of the page. Not for reading the store.
 * Pointers: entries live in the arena given and borrow from the material. Errors: none. Called by: ticket_view.
 *
 * Invariants:
 *  1. Every message stands once, whole; an event that only records a message does not stand again.
 */
#ifndef FILO_WEB_DESK_TICKET_TALK_H
#define FILO_WEB_DESK_TICKET_TALK_H

#include "desk/staff/staff.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "queue/outbox.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

/* All that one read transaction gave. */
typedef struct TicketMaterial {
    Ticket ticket;
    MessageList messages;
    AttachmentList files;
    TicketEventHistory events;
    OutboxStatusList sendings;
    StaffList staff;
    ParticipantList participants;
    MessageList merged; /* said on the requests joined to this one, by when */
    AttachmentList merged_files;
    int64_t seen; /* the last message a writer had before them; 0: nobody was writing */
} TicketMaterial;

/* The display name of a member of staff, or NULL for {0} or somebody who left. */
const char *ticket_material_staff_name(const TicketMaterial *material, int64_t staff_id);

const TicketEntry *ticket_talk(Arena *arena, const Visit *visit, const TicketMaterial *material, size_t *count_out);

#endif
