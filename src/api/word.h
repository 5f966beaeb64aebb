/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * word: the enumerations that the API speaks, as lists of words. Answers: "which words may stand there?"
 *
 * Each function gives the word of a place, from 0, then NULL: what ShapeField.word wants. The words are those of the
 * .def tables, so the store, the API and its documentation say the same. Owns no table. Called by: api's shapes.
 *
 * Pointers: static texts. Errors: none.
 *
 * Invariants:
 *  1. The place of a word is its C constant.
 */
#ifndef FILO_API_WORD_H
#define FILO_API_WORD_H

const char *word_ticket_state(int at);
const char *word_ticket_kind(int at);
const char *word_ownership(int at);
const char *word_initiative(int at);
const char *word_direction(int at);
const char *word_actor(int at);
const char *word_party_kind(int at);
const char *word_buyer(int at);
const char *word_contact(int at);
const char *word_product_role(int at);
const char *word_product_kind(int at);
const char *word_code_list(int at);
const char *word_language(int at);

#endif
