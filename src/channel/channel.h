/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * channel: the adapter's contract. Answers: "what must a way of talking to customers be able to do, and which are
 * there?"
 *
 * The desk knows no channel: an answer is an outbox row with the channel's key as text. A job finds the adapter by that
 * key, hands it an Outbound and stores the DeliveryResult; an adapter owns no table, decides no rule and sees no ticket.
 * A new channel is a new folder, one line in registry.c, two catalogues, a scenario. What comes in is handed raw to
 * channel/receive.h: by whoever the peer calls (a form, a pipe, a web hook), by listen where we must go and look. That
 * module keeps it before anything is told to the peer, and then asks normalise what it is.
 *
 * Pointers: adapters are static and live for ever. An Outbound and its settings are borrowed until deliver returns, a
 * ChannelListening until listen does, a ChannelKept as long as its event is used; a result's texts live in the arena given. A secret among the settings is wiped by
 * the caller.
 * Errors: check_config gives an InputError; deliver, listen and health tell everything in their result; normalise fails
 * only with the parser's process (it is tried again), render with what cannot be written (REFUSED, TOO_LARGE).
 * Called by: receive.c (normalise), job (deliver, listen, health), web (check_config, render, the tests). Any thread,
 * several at once.
 *
 * Invariants:
 *  1. deliver makes one attempt: no retry, no sleep; when to try again is backoff.h.
 *  2. before_send is called at most once in a delivery, before the first byte whose arrival could make the peer accept.
 *     Until then a crash means "not sent". If it returns false nothing is sent and the outcome is CHANNEL_WITHHELD.
 *  3. After before_send returned true the outcome is SENT, RETRY or REFUSED only on the peer's word; else UNCERTAIN.
 *  4. Two deliveries of one Outbound hand the peer the same message (same external id, same date).
 *  5. listen tells the peer that something was taken only once it is committed; what comes twice is kept once.
 *  6. normalise and render are pure: no store, no clock, no network, nothing random. The same kept thing gives the same
 *     event (a mended adapter may read it again years later), the same Outbound the same bytes (4 rests on it). Hostile
 *     bytes are looked into by the parser's process alone; files are read only where an account's setting names them.
 *  7. normalise decides nothing: which ticket, whether to answer and to whom, is the desk's; it may only forbid an
 *     acknowledgement.
 *
 * Example:
 *     const ChannelAdapter *adapter = channel_find(row->channel);
 *     DeliveryResult result = {0};
 *     adapter->deliver(arena, &settings, &outbound, &hooks, &result);
 *     outbox_finish(store, row->id, &result);
 */
#ifndef FILO_CHANNEL_CHANNEL_H
#define FILO_CHANNEL_CHANNEL_H

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/error.h"
#include "desk/desk.h"
#include "desk/intake/intake.h"
#include "desk/receipt/receipt.h"
#include "parse/zygote.h"

#include <stdatomic.h>

typedef enum ChannelCaps {
    CHANNEL_CAN_ATTACH = 1 << 0,         /* files go with the text */
    CHANNEL_CAN_COPY = 1 << 1,           /* several recipients, some in copy */
    CHANNEL_CAN_SUBJECT = 1 << 2,        /* has a subject line */
    CHANNEL_CAN_REPORT_DELIVERY = 1 << 3 /* a later event may say delivered or failed */
} ChannelCaps;

typedef struct ChannelLimits {
    size_t text_max; /* bytes of text in one message */
    size_t file_max; /* bytes of all files together */
    size_t recipient_max;
    unsigned per_minute; /* messages of one account, unless its setting send_per_minute says otherwise; 0: no limit */
} ChannelLimits;

/* Why the message goes out: decides how it declares itself. */
typedef enum ChannelPurpose {
    CHANNEL_ANSWER, /* a person wrote it */
    CHANNEL_ACK,    /* automatic, because something arrived */
    CHANNEL_NOTICE, /* automatic, because something happened here */
    CHANNEL_PURPOSES
} ChannelPurpose;

/* One setting of a configured channel: key as in the setting table without the channel's prefix ("smtp_host"). */
typedef struct ChannelSetting {
    const char *key;
    const char *value;
} ChannelSetting;

typedef struct ChannelSettings {
    const ChannelSetting *items;
    size_t count;
} ChannelSettings;

typedef struct ChannelFile {
    const char *name;       /* as the customer shall see it; any content */
    const char *media_type; /* "application/pdf"; NULL or odd: application/octet-stream */
    Bytes content;
} ChannelFile;

typedef struct ChannelContact {
    const char *name;    /* may be NULL */
    const char *address; /* as the channel writes one: an e-mail address, a number */
    bool in_copy;
    bool settled; /* has it already, or was refused for good: named in the message, but it is not sent there */
} ChannelContact;

typedef struct Outbound {
    int64_t ticket_id;
    int64_t outbox_id;
    const char *random; /* 8-64 letters and digits, drawn once, kept with the row: part of the external id */
    TimeMs written_at;  /* kept with the row */
    ChannelPurpose purpose;
    const char *operator_name;      /* who answers; NULL for automatic messages */
    const char *reply_token;        /* brings the reply back to the ticket; NULL: none */
    const ChannelContact *contacts; /* at least one not in copy */
    size_t contact_count;
    const char *subject;
    const char *text;
    const char *marker;            /* "reply above this line", in the customer's language; NULL: none */
    const char *in_reply_to;       /* external id of the message answered; NULL: none */
    const char *const *references; /* external ids of the conversation, oldest first */
    size_t reference_count;
    const ChannelFile *files;
    size_t file_count;
} Outbound;

typedef struct ChannelHooks {
    bool (*before_send)(void *arg); /* commits "about to be sent"; false: it could not, do not send. Never NULL */
    void *arg;
    const atomic_bool *stop; /* becomes true when the node shuts down; NULL: never */
} ChannelHooks;

typedef enum DeliveryOutcome {
    CHANNEL_SENT,      /* the peer took it for at least one recipient; see refusals */
    CHANNEL_RETRY,     /* not taken, trying again may help */
    CHANNEL_REFUSED,   /* not taken and never will be: tell a person */
    CHANNEL_UNCERTAIN, /* it may or may not have been taken: at most one re-send, logged (security R04) */
    CHANNEL_WITHHELD,  /* before_send said no, or stop came first: nothing happened */
    CHANNEL_OUTCOMES
} DeliveryOutcome;

typedef struct DeliveryRefusal {
    const char *address;
    bool permanent;     /* false: this recipient may be tried again */
    bool unknown;       /* the address itself is the cause: nobody is reached there */
    const char *status; /* "5.1.1", or "" */
    const char *reason; /* the peer's words, cleaned */
} DeliveryRefusal;

typedef struct DeliveryResult {
    DeliveryOutcome outcome;
    bool before_message;     /* it ended before the peer heard of this message: nothing in it was the cause */
    bool slow_down;          /* it asks us to send less: reason or a refusal says how */
    bool configuration;      /* the cause is our set-up or the server (sign-in, certificate, host), not the message:
                                alarm the administrator, and let no customer look unreachable because of it */
    const char *external_id; /* the message's id on the channel; set whenever it could be made */
    const char *peer_id;     /* what the peer calls it (queue id), or NULL */
    const char *step;        /* how far it came, a static word of the adapter ("sign_in"); NULL: it has none */
    int code;                /* the peer's last code, 0 if it said none */
    const char *enhanced;    /* "5.1.1", or NULL */
    const char *reason;      /* one English line for the log and the tray; "" when sent */
    const DeliveryRefusal *refusals;
    size_t refusal_count;
} DeliveryResult;

typedef struct ChannelHealth {
    bool works;
    const char *reason; /* one English line */
} ChannelHealth;

/* Where something came in: an account, and what the store knows of the others. */
typedef struct ChannelSource {
    ChannelAccountId account;
    const char *name; /* the account's */
    const char *address;
    const char *channel;              /* the adapter's key */
    ChannelSettings settings;         /* without the secret */
    const char *const *own_addresses; /* of every account: what comes from one of them comes from us */
    size_t own_count;
} ChannelSource;

/* One thing as it came, kept and not yet understood. */
typedef struct ChannelKept {
    const ChannelSource *source;
    ParseZygote *zygote;
    Bytes raw;
    const char *raw_sha256;
    int64_t whole_size; /* over raw.size: raw is the beginning, the rest could not be taken */
    TimeMs received_at; /* when whoever brought it had it, where that is known; else when it was kept */
    bool is_history;    /* it lay there before the account was ours, or for more than a day: no acknowledgement */
    Lang lang;          /* the house's, for what must be said in words, */
    Zone *zone;         /* and its time */
} ChannelKept;

/* A name of ours that a message was signed in, and which of its keys. */
typedef struct ChannelSigning {
    const char *domain; /* lower case, as DNS writes it; NULL: it was not signed so */
    const char *selector;
} ChannelSigning;

typedef enum ChannelEventKind {
    CHANNEL_EVENT_MESSAGE, /* somebody says something */
    CHANNEL_EVENT_RECEIPT  /* somebody testifies what became of something we sent */
} ChannelEventKind;

/* What it is. */
typedef struct ChannelEvent {
    ChannelEventKind kind;
    InboundEvent
        message; /* of a message. Left out, and filled in by receive.c: inbound, html_sha256, raw_sha256, tokens,
                             whatever the desk's policy says */
    Bytes html;  /* the message as it looked, cleaned; data NULL: none, empty: nothing was left */
    const Receipt
        *proof; /* the receipt itself; of a message: what is certified of it, or NULL. Without ids and original */
    const char *claimed;     /* of a receipt: an id that nothing proves, or NULL (desk/receipt) */
    const char *test_secret; /* it may be the account's own test, or speak of it; NULL: no */
    bool is_test_itself;
    ChannelSigning signing; /* of what may be the account's own test */
} ChannelEvent;

/* How a listening that works fares. The texts live as long as the call. */
typedef struct ChannelWell {
    TimeMs message_at; /* when something came in; TIME_NONE: nothing since the last call */
    const char *step,
        *said; /* what does not work beside it: the adapter's word and the peer's words; "" when all does */
} ChannelWell;

/* What the peer would not give or do, kept from one listening to the next. Zeroed at first, and when the account changes; the
 * adapter's alone. */
typedef struct ChannelRefusal {
    char thing[64];
    int times;          /* in a row */
    TimeMs since;       /* of the first of them */
    TimeMs given_up_at; /* TIME_NONE: it was not, or something has been given whole since */
    bool untidied;      /* the last thing taken could not be put away */
    char untidied_said[256];
} ChannelRefusal;

/* One account that is listened to. */
typedef struct ChannelListening {
    Desk *desk;
    ParseZygote *zygote;
    ChannelAccountId account;
    const char *name; /* the account's */
    const ChannelSettings *settings;
    const atomic_bool *stop; /* becomes true when it is time to end; never NULL */
    int wake_fd;             /* readable from then on */
    ChannelRefusal *refusal; /* never NULL */
    void (*on_well)(const ChannelWell *well, void *arg);
    void *arg;
} ChannelListening;

/* Why listening ended. */
typedef struct ChannelEnd {
    bool configuration; /* the cause is our set-up (sign-in, certificate, folder): trying again soon helps little */
    const char *step;   /* how far it came, a static word; "" when it was asked to end */
    const char *said;   /* the peer's words or ours, one line */
} ChannelEnd;

typedef struct ChannelAdapter {
    const char *key; /* text in outbox and ticket rows; never changes */
    unsigned caps;   /* ChannelCaps */
    ChannelLimits limits;

    /* Are these settings complete and sound? Touches no network. false: *error_out names the first wrong field; its
     * texts are static. */
    bool (*check_config)(const ChannelSettings *settings, InputError *error_out);

    /* What these settings send through, by a name that all accounts of that server have in common, without a space
     * ("smtp.one.test"); NULL: settings that are not sound. Pure. NULL: its accounts share nothing. */
    const char *(*server_name)(Arena *arena, const ChannelSettings *settings);

    /* Whether what is sent with these settings has a reply address of its own, by which an answer is known (outbound's
     * reply_token). Pure. NULL: never. */
    bool (*takes_reply_token)(const ChannelSettings *settings);

    /* What came. Blocks for the parser's time limits at most. NULL: what comes by this channel is understood at once by
     * whoever takes it in, in the transaction that keeps it (channel/form). */
    bool (*normalise)(Arena *arena, const ChannelKept *kept, ChannelEvent *event_out, GError **error);

    /* The bytes the peer will be handed: for deliver, for whoever shows them first, and for the golden files. */
    bool (*render)(Arena *arena, const ChannelSettings *settings, const Outbound *outbound, Bytes *payload_out,
                   GError **error);

    /* One attempt. result_out starts zeroed. Blocks for the peer's time-outs at most. */
    void (*deliver)(Arena *arena, const ChannelSettings *settings, const Outbound *outbound, const ChannelHooks *hooks,
                    DeliveryResult *result_out);

    /* Does an account with these settings need listening to? NULL: none of this channel does. */
    bool (*listens)(const ChannelSettings *settings);

    /* Takes in what comes, until *stop or the first failure of the peer or the store; the caller calls again after a
     * pause. Blocks. NULL where listens is. */
    void (*listen)(Arena *arena, const ChannelListening *listening, ChannelEnd *end_out);

    /* Reaches the peer and signs in, sends nothing. For the dashboard and the settings page's test. */
    void (*health)(Arena *arena, const ChannelSettings *settings, ChannelHealth *health_out);
} ChannelAdapter;

/* The adapter of a key, or NULL if there is none (a row of a channel that a newer version had). */
const ChannelAdapter *channel_find(const char *key);

/* All adapters, in the order pages show them. */
const ChannelAdapter *const *channel_list(size_t *count_out);

/* The value of a setting, or "" if it is absent; borrowed from settings. */
const char *channel_setting(const ChannelSettings *settings, const char *key);

#endif
