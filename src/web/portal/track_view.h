/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * track_view: a ticket as its customer may see it. Answers: "who has it, where is it, what happens next, by when?"
 *
 * The one place that decides what leaves the house through a tracking link. Used by the page, its form and its files.
 * Not for staff. Owns no table. Called by: web/portal.
 *
 * Pointers: all in the arena given. Errors: track_read is false for a link that leads nowhere; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. No note, cost, code, team, login or address of anybody is in a TrackingView; of the staff only the display name.
 *  2. An answer is seen only once it cannot be taken back, and never after it was.
 *  3. What was said on a request merged with this one is seen only when it is the same person's of the same customer.
 *  4. A robot's report and a message whose sender is unproven are not seen.
 *  5. While nobody has said that the request is the customer's under whose address it was written (desk/intake/unproved.h),
 *     only what was written on this page itself is seen: no answer, no mail of the customer's, nothing joined.
 */
#ifndef FILO_WEB_PORTAL_TRACK_VIEW_H
#define FILO_WEB_PORTAL_TRACK_VIEW_H

#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "queue/outbox.h"
#include "web/tracking_view.h"
#include "web/visit.h"

/* What one read transaction gave. */
typedef struct Track {
    const char *token;
    Ticket ticket;  /* whose link it is */
    Ticket goes_on; /* the one it was merged into, else itself: its state, owner and promise are shown */
    MessageList messages;
    AttachmentList files;
    TicketEventHistory events;
    OutboxStatusList sendings;
    bool unproved;     /* as in invariant 5 */
    const char *owner; /* display name, or "" */
} Track;

/* The link is a secret: no page it leads to learns it, whatever the browser makes of the page's own meta element. */
void track_keep_link_secret(HttpResponse *response);

/* token: as it came in the address. */
bool track_read(StoreTx *tx, Arena *arena, const char *token, Track *track_out);

/* Whether the customer may see this message at that moment. */
bool track_shows(const Message *message, const OutboxStatusList *sendings, TimeMs now);

/* Whether the customer may have a file of this message. */
bool track_shows_message(const Track *track, MessageId message, TimeMs now);

/* The first thing the customer said: in whose name the holder of the link goes on; NULL when nothing came in. */
const Message *track_first_inbound(const Track *track);

/* All of the view but page, form_token and what was typed. */
void track_fill(Arena *arena, const Visit *visit, const Track *track, TrackingView *view_out);

#endif
