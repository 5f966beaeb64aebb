/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/word.h"

#include "base/catalogue.h"

#include "actor_kind_enum.h"
#include "buyer_kind_enum.h"
#include "code_list_enum.h"
#include "contact_kind_enum.h"
#include "message_direction_enum.h"
#include "party_kind_enum.h"
#include "product_kind_enum.h"
#include "product_role_enum.h"
#include "ticket_initiative_enum.h"
#include "ticket_kind_enum.h"
#include "ticket_ownership_enum.h"
#include "ticket_state_enum.h"

#define WORD(name, Type, COUNT, text)                                                                                  \
    const char *name(int at)                                                                                           \
    {                                                                                                                  \
        return at < (int)COUNT ? text((Type)at) : NULL;                                                                \
    }

WORD(word_ticket_state, TicketState, TICKET_STATE_COUNT, ticket_state_text)
WORD(word_ticket_kind, TicketKind, TICKET_KIND_COUNT, ticket_kind_text)
WORD(word_ownership, TicketOwnership, TICKET_OWNERSHIP_COUNT, ticket_ownership_text)
WORD(word_initiative, TicketInitiative, TICKET_INITIATIVE_COUNT, ticket_initiative_text)
WORD(word_direction, MessageDirection, MESSAGE_DIRECTION_COUNT, message_direction_text)
WORD(word_actor, ActorKind, ACTOR_KIND_COUNT, actor_kind_text)
WORD(word_party_kind, PartyKind, PARTY_KIND_COUNT, party_kind_text)
WORD(word_buyer, BuyerKind, BUYER_KIND_COUNT, buyer_kind_text)
WORD(word_contact, ContactKind, CONTACT_KIND_COUNT, contact_kind_text)
WORD(word_product_role, ProductRole, PRODUCT_ROLE_COUNT, product_role_text)
WORD(word_product_kind, ProductKind, PRODUCT_KIND_COUNT, product_kind_text)
WORD(word_code_list, CodeList, CODE_LIST_COUNT, code_list_text)
WORD(word_language, Lang, LANG_COUNT, lang_tag)
