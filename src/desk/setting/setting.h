/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * setting: what the owner decides in pages rather than in files. Answers: "how does this company want it?"
 *
 * Owns the tables setting and channel_account. A setting is a key and a text; the table in setting.c lists every key
 * with its default and its check, and nothing reads a key outside it. A channel account (a mailbox, a number) keeps its
 * adapter's key as text and its configuration as JSON: the desk reads neither. Secrets are sealed before they come here.
 * Not for bootstrap (listen, base_url, db, tls: cli/config.h). Called by: everything from desk on.
 *
 * Memory: texts live in the arena given. Errors: setting_set refuses with the InputError of the key's check.
 *
 * Invariants:
 *  1. setting_get of a known key always gives a value: the stored one or the default.
 */
#ifndef FILO_DESK_SETTING_SETTING_H
#define FILO_DESK_SETTING_SETTING_H

#include "base/error.h"
#include "desk/audit/actor.h"
#include "schema_ids.h"
#include "store/store.h"

typedef enum SettingKey {
    SETTING_COMPANY_NAME,
    SETTING_COMPANY_ADDRESS,
    SETTING_COMPANY_VAT, /* partita IVA, eleven digits; "": not said */
    SETTING_COMPANY_PEC,
    SETTING_COMPANY_PHONE,      /* E.164: what customers call */
    SETTING_LANGUAGE,           /* of texts to customers who have none: "it" or "en" */
    SETTING_TIME_ZONE,          /* IANA name */
    SETTING_REOPEN_DAYS,        /* a customer's message reopens up to so many days after closing */
    SETTING_UNDO_SECONDS,       /* an answer waits so long before it leaves */
    SETTING_LETTER_DAYS,        /* a certified letter wants an answer within so many days (desk/receipt/letter.h) */
    SETTING_FIRST_UPDATE_HOURS, /* by when the customer hears from us, counted from arrival */
    SETTING_CLOSE_AT_ONCE,      /* "1": solved requests are closed with the notice; "0": only solved, closed later */
    /* The house's hours (desk/calendar/house.h): a text for each weekday, and what closes beside them. */
    SETTING_CALENDAR_MONDAY,
    SETTING_CALENDAR_TUESDAY,
    SETTING_CALENDAR_WEDNESDAY,
    SETTING_CALENDAR_THURSDAY,
    SETTING_CALENDAR_FRIDAY,
    SETTING_CALENDAR_SATURDAY,
    SETTING_CALENDAR_SUNDAY,
    SETTING_CALENDAR_HOLIDAYS, /* "1": the national holidays are kept */
    SETTING_CALENDAR_PATRON,
    SETTING_CALENDAR_CLOSURES,
    SETTING_CALENDAR_VERSION,
    SETTING_START_TOKEN,    /* SHA-256 of what opens the first page (first_start.h); "" when nothing does */
    SETTING_DEMO,           /* "1" in the demo company: the outbox is sealed */
    SETTING_VERSION,        /* counts the changes of the company page (company.h) */
    SETTING_DEMO_PASSWORD,  /* of the demo's people, so that visitors change roles with one click; "" elsewhere */
    SETTING_DKIM_SELECTORS, /* by which names our domains sign their mail, as it showed (channel/signing.h) */
    SETTING_SLOW_SERVERS,   /* which servers asked us to send less, and until when (channel/send_server.h) */
    SETTING_COUNT
} SettingKey;

const char *setting_get(StoreTx *tx, Arena *arena, SettingKey key);
int64_t setting_get_int(StoreTx *tx, Arena *arena, SettingKey key);
bool setting_set(StoreTx *tx, SettingKey key, const char *value, TimeMs now, InputError *refused_out);

/* One way in and out: a mailbox. */
typedef struct ChannelAccount {
    ChannelAccountId id;
    const char *channel;   /* adapter's key */
    const char *name;      /* how mail-in and pages call it; unique */
    const char *address;   /* what customers write to */
    const char *config;    /* JSON, the adapter's */
    Bytes sealed_secret;   /* no bytes: none */
    const char *signature; /* stands under every answer; "" for none */
    bool active;
    int64_t version;
} ChannelAccount;

/* Adds the account, or replaces the one of that name, whose signature stays (channel_account_keep is for pages). */
void channel_account_put(StoreTx *tx, const ChannelAccount *account);
bool channel_account_find(StoreTx *tx, Arena *arena, const char *name, ChannelAccount *account_out);

typedef struct ChannelAccountList {
    ChannelAccount *items;
    size_t count;
} ChannelAccountList;
ChannelAccountList channel_account_list(StoreTx *tx, Arena *arena);

/* The work of one write: adds the account (id {0}) or changes the one that was read at account->version; its channel and
 * name never change (the secret is sealed under the name). Refused: name, name_taken, address_taken, stale, not_found,
 * signature. Audit: mailbox.add, mailbox.change. */
bool channel_account_keep(StoreTx *tx, const ChannelAccount *account, Actor by, TimeMs now, InputError *refused_out);

/* The same for a part of its configuration that has a page's form of its own. what: the audit's action, a static text;
 * payload: its JSON. Refused: stale. */
bool channel_account_set_config(StoreTx *tx, const ChannelAccount *account, const char *what, const char *payload,
                                Actor by, TimeMs now, InputError *refused_out);

/* The first active account of a channel; false when it has none. */
bool channel_account_default(StoreTx *tx, Arena *arena, const char *channel, ChannelAccount *account_out);

#endif
