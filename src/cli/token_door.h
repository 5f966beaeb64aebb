/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token_door: making and revoking tokens, here or in the running server. Answers: "who writes, and what came of it?"
 *
 * `filo token` sends a JSON object; whoever holds the store does it and answers with one. Not for listing, which only
 * reads. Owns no table. Called by: cli/token.c, cli/node.c.
 *
 * Pointers: the answer lives in the arena given, never NULL. Errors: in the answer: {"status":"done",…},
 * {"status":"refused","reason"} (wrong for good), {"status":"later","reason"}.
 *
 * Invariants:
 *  1. The token's text is in the answer of its making and nowhere else.
 *
 * Example:
 *     {"do":"create","name":"Gestionale","scopes":"ticket.read","login":"sara","expires_at":0}
 *     {"do":"revoke","id":3}
 */
#ifndef FILO_CLI_TOKEN_DOOR_H
#define FILO_CLI_TOKEN_DOOR_H

#include "desk/desk.h"

const char *token_door_answer(const Desk *desk, Arena *arena, Bytes body);

#endif
