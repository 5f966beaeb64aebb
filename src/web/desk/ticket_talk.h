/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_talk: what was said and done on a ticket, in order. Answers: "how did we get here?"
 *
 * Turns messages and events into the entries of the page. Not for reading the store.
 * Pointers: entries live in the arena given and borrow from the material. Errors: none. Called by: ticket_view.
 *
 * Invariants:
 *  1. Every message stands once; an event that only records a message does not stand again.
 *  2. A page's length is bounded: of a long talk its last TALK_ENTRIES stand, of a long message its beginning, each with
 *     the way to the rest; nothing is cut unsaid.
 */
#ifndef FILO_WEB_DESK_TICKET_TALK_H
#define FILO_WEB_DESK_TICKET_TALK_H

#include "desk/receipt/receipt.h"
#include "desk/staff/staff.h"
#include "desk/ticket/forward.h"
#include "desk/ticket/message.h"
#include "desk/ticket/recipient.h"
#include "desk/ticket/sender.h"
#include "desk/ticket/ticket.h"
#include "queue/delivery.h"
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
    ReceiptList receipts;      /* of certified mail */
    OutboxRecipientList fared; /* recipients of whom something is to be said */
    DeliveryList deliveries;   /* what became of them, as far as reported */
    StaffList staff;
    CorrespondentList correspondents; /* whom an answer can go to */
    MessageRecipientList recipients;  /* of all messages */
    MessageSenderList senders;        /* what is known of who they are from */
    MessageForwardList forwards;      /* which of them one of us passed on */
    MessageList merged;               /* said on the requests joined to this one, by when */
    AttachmentList merged_files;
    int64_t seen; /* the last message a writer had before them; 0: nobody was writing */
} TicketMaterial;

enum { TALK_ENTRIES = 200, TALK_MESSAGE_MAX = 20000 /* characters */ };

/* What is asked to stand whole. */
typedef struct TalkAsk {
    bool all;          /* from the first entry on */
    MessageId message; /* this one from its first word to its last; {0}: none */
} TalkAsk;

typedef struct TicketTalk {
    const TicketEntry *entries;
    size_t count;
    size_t earlier; /* entries before the first one here */
} TicketTalk;

/* The display name of a member of staff, or NULL for {0} or somebody who left. */
const char *ticket_material_staff_name(const TicketMaterial *material, int64_t staff_id);

TicketTalk ticket_talk(Arena *arena, const Visit *visit, const TicketMaterial *material, TalkAsk ask);

#endif
