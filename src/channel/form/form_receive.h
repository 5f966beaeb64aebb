/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form_receive: a form becomes part of a ticket, once. Answers: "what number did this form get?"
 *
 * One transaction keeps the form as it came, its files and the ticket: nothing here needs a parser, so there is nothing
 * to finish later (compare channel/receive.h). Also for what the staff type in by hand. Not for reading fields
 * (form_event.h). Owns no table. Called by: web.
 *
 * Memory: a parcel is borrowed for the call; texts of files live in the arena. Errors: FULL, BUSY, IO, CORRUPT: nothing
 * was kept; USAGE: the key is too old and nothing was sent with it before.
 *
 * Invariants:
 *  1. One key is one request, across crashes and however often it is sent: the second time gives the first one's ticket.
 *  2. true means durable.
 *  3. No acknowledgement is promised where no mailbox could carry it.
 *
 * Example:
 *     FormParcel parcel = {.source = "help", .key = &key, .event = form_event(…), .raw = form_entry_to_json(…)};
 *     if (form_receive(desk, arena, &parcel, &receipt, &error))
 *         show_number(receipt.ticket);
 */
#ifndef FILO_CHANNEL_FORM_FORM_RECEIVE_H
#define FILO_CHANNEL_FORM_FORM_RECEIVE_H

#include "channel/form/form_key.h"
#include "desk/intake/intake.h"

enum { FORM_FILES_MAX = 20, FORM_FILES_SIZE_MAX = 10 << 20 };

typedef struct FormFile {
    const char *name;       /* any text */
    const char *media_type; /* unproven */
    Bytes content;
} FormFile;

/* More to do in the same transaction, once the ticket is there; false: roll back everything. May run twice. */
typedef bool (*FormThen)(StoreTx *tx, const IntakeResult *result, void *arg);

typedef struct FormParcel {
    const char *source; /* which form: "help", "track", "desk" */
    const FormKey *key;
    bool stale;         /* the key is too old to open anything new */
    InboundEvent event; /* without inbound and files */
    const char *raw;
    const FormFile *files;
    size_t file_count;
    bool (*before)(StoreTx *tx, InboundEvent *event, void *arg); /* fills the event from the store; NULL: complete */
    FormThen then;                                               /* NULL: nothing */
    void *arg;
} FormParcel;

typedef struct FormReceipt {
    TicketId ticket;
    IntakeOutcome outcome; /* INTAKE_ALREADY: sent before with this key */
    bool acknowledged;     /* a mail is on its way */
    bool refused;          /* before or then said no: nothing was kept */
} FormReceipt;

bool form_receive(const Desk *desk, Arena *arena, const FormParcel *parcel, FormReceipt *receipt_out, GError **error);

#endif
