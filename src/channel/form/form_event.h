/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form_event: a filled form in the desk's words. Answers: "who says what, and is anything missing?"
 *
 * Takes what a stranger typed, cleans it, says what is wrong field by field, and makes the InboundEvent. Pure but for
 * the desk's policy; form_receive.h keeps it. Not for the fields' layout (web/). Owns no table. Called by: web/portal.
 *
 * Memory: all in the arena given, or borrowed from what was typed. Errors: form_entry_read gives InputErrors, one a
 * field, keys form.error.* or identity.error.*.
 *
 * Invariants:
 *  1. Nothing typed reaches a header, a subject or a name with a line end or control character in it.
 *  2. Nothing typed is dropped: what has no column of its own (business, phone, product, serial) stands below the text.
 *  3. An acknowledgement may go to the address once an hour (security A15): the address may be anybody's.
 */
#ifndef FILO_CHANNEL_FORM_FORM_EVENT_H
#define FILO_CHANNEL_FORM_FORM_EVENT_H

#include "base/catalogue.h"
#include "channel/form/form_key.h"
#include "desk/intake/intake.h"

enum { FORM_LINE_MAX = 200, FORM_TEXT_MAX = 50000, FORM_ERRORS_MAX = 4 }; /* characters */

/* The public form, typed (any text, NULL for what was not sent) or clean. */
typedef struct FormEntry {
    const char *name, *email, *phone, *business;
    const char *product, *serial;
    const char *subject, *text;
} FormEntry;

typedef struct FormErrors {
    InputError items[FORM_ERRORS_MAX];
    size_t count;
} FormErrors;

/* Cleans all fields into *entry_out, also when some are wrong; true when none is. */
bool form_entry_read(Arena *arena, const FormEntry *typed, FormEntry *entry_out, FormErrors *errors_out);

/* The error of a field, or NULL. */
const InputError *form_error_of(const FormErrors *errors, const char *field);

/* A clean entry as the event that opens a ticket. product: of entry->product, or {0}. */
InboundEvent form_event(Arena *arena, const Desk *desk, const FormEntry *entry, const FormKey *key, Lang lang,
                        ProductId product);

/* What the holder of a tracking link adds to the ticket, or, when that is closed for good, the ticket that follows it.
 * who: in whose name, from the ticket; text is clean. */
typedef struct FormReply {
    const char *tracking_sha256;
    const char *sender_name, *sender_address;
    PartyId customer, contact;
    const char *subject;
    const char *text;
} FormReply;
InboundEvent form_reply_event(Arena *arena, const Desk *desk, const FormReply *reply, const FormKey *key, Lang lang);

/* The form as it came, for the record: a JSON object of its fields. */
char *form_entry_to_json(Arena *arena, const FormEntry *entry);
char *form_reply_to_json(Arena *arena, const FormReply *reply);

#endif
