/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * find: tickets and customers by what a person remembers of them. Answers: "where is that request?"
 *
 * By number, by the beginning of a customer's name, by words anywhere in what was said (search/). All three give the
 * same page, each line what a list shows. For staff: notes are searched too, nothing here is fit for a customer. Which
 * of them to ask, and the permission, is the face's. Owns no table. Called by: faces, cli (rebuild, check).
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction. find_rebuild: those of
 * store_write.
 *
 * Invariants:
 *  1. The statements of a find are few and do not depend on how much there is, nor on how much is found.
 *  2. A ticket stands once on a page, by its newest match; on a later page of the same words it may stand again, by an
 *     older one.
 *
 * Example:
 *     FindPage page = find_by_words(tx, arena, &(FindAsk){.typed = q, .how_many = 25});
 *     for (size_t i = 0; i < page.count; i++) show(&page.tickets[i].entry, &page.tickets[i].excerpt);
 */
#ifndef FILO_DESK_TICKET_FIND_H
#define FILO_DESK_TICKET_FIND_H

#include "desk/party/party.h"
#include "desk/ticket/worklist.h"
#include "search/excerpt.h"
#include "search/index.h"

#define FIND_TICKETS_MAX 50
#define FIND_PARTIES_MAX 10

typedef struct FindTicket {
    WorklistEntry entry;
    Excerpt excerpt; /* of the message that matched; text "" when it was the subject, the number or the customer */
} FindTicket;

typedef struct FindPage {
    FindTicket *tickets;
    size_t count;
    PartyLine *parties; /* whose name or address matches */
    size_t party_count;
    int64_t next; /* FindAsk.before of the next page; 0: there is none */
} FindPage;

/* "10042" or "#10042"; an empty page when it is no number or there is no such ticket. */
FindPage find_by_number(StoreTx *tx, Arena *arena, const char *typed);

/* The customers whose name begins with what was typed, and the newest requests of the first three. */
FindPage find_by_customer(StoreTx *tx, Arena *arena, const char *typed);

/* These tickets, newest first; those that are not there are left out. */
WorklistPage find_by_ids(StoreTx *tx, Arena *arena, const int64_t *ids, size_t count);

typedef struct FindAsk {
    const char *typed; /* the language of search/query.h */
    SearchOrder order;
    int64_t before;   /* FindPage.next of the page before; 0: the first. Ranked finds have one page. */
    int64_t how_many; /* tickets, at most FIND_TICKETS_MAX */
} FindAsk;

/* Parties come with the first page only. */
FindPage find_by_words(StoreTx *tx, Arena *arena, const FindAsk *ask);

/* Builds the index again from what is stored, in small transactions; what is written meanwhile is indexed as ever. */
bool find_rebuild(Store *store, GError **error);

/* NULL when every message, ticket, party and contact point is in the index; else what is not (static text). */
const char *find_verify(StoreTx *tx, Arena *arena);

#endif
