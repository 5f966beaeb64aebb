/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * form_key: the hidden key of a form we showed. Answers: "is it ours, how old is it, and was it sent before?"
 *
 * Drawn when a form is shown and sent back with it: one key is one request, however often the button is pressed. Inside
 * lie a Token and the moment, sealed with keys/seal.key, so that a page's source tells nothing and nobody makes one up.
 * The Token becomes the tracking link of a ticket this form opens. Not a session and no defence against cross-site
 * requests (net/server does that). Owns no table. Called by: web (pages with a form that opens or continues a ticket).
 *
 * Memory: texts live in the arena given. Errors: those of desk/setting/secret.h: a server without its key shows no form.
 *
 * Invariants:
 *  1. form_key_open(form_key_make()) gives the same Token and moment; a changed character gives FORM_KEY_FORGED.
 *  2. No key is good before FORM_KEY_HASTY_MS (a person reads first) nor after FORM_KEY_STALE_MS.
 *
 * Example:
 *     FormKey key;
 *     if (form_key_open(arena, desk, http_form(request, "form_token"), &key) != FORM_KEY_GOOD)
 *         show_again(request, key.state);
 */
#ifndef FILO_CHANNEL_FORM_FORM_KEY_H
#define FILO_CHANNEL_FORM_FORM_KEY_H

#include "base/token.h"
#include "desk/desk.h"

#define FORM_KEY_HASTY_MS (2 * TIME_SECOND)
#define FORM_KEY_STALE_MS TIME_DAY

typedef enum FormKeyState {
    FORM_KEY_GOOD,
    FORM_KEY_HASTY,  /* sent faster than anyone types: show it again with the same key */
    FORM_KEY_STALE,  /* shown too long ago: good only for what was sent with it before */
    FORM_KEY_FORGED, /* not ours, or the server's key changed: show it again with a new key */
} FormKeyState;

typedef struct FormKey {
    Token token;
    TimeMs shown_at;
} FormKey;

/* A new one, as text for the hidden field; NULL and *error when seal.key cannot be read. */
char *form_key_make(Arena *arena, const Desk *desk, GError **error);

/* Reads one that came back; *key_out is filled unless it is forged. text may be NULL. */
FormKeyState form_key_open(Arena *arena, const Desk *desk, const char *text, FormKey *key_out);

#endif
