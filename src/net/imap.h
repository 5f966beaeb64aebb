/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * imap: one signed-in session with one mail server, for reading a mailbox. Answers: "what came, and is it surely kept
 * there until we have it?"
 *
 * libcurl connects, starts TLS and signs in; then we speak on its socket, because it knows no IDLE and loses literals.
 * It knows no mailbox row, no job and no retry: the caller keeps UIDVALIDITY and the last UID, commits each message, and
 * only then marks or moves it. Not for sending (net/smtp.h).
 *
 * Called by: channel/mail. A session belongs to one thread at a time; several sessions may live at once. The process
 * ignores SIGPIPE. Pointers: what an ImapServer holds is borrowed until imap_open returns, but for `stop`, which outlives
 * the session. The password is the caller's to wipe; libcurl's copy is freed unwiped with the session. A message's
 * content lives until the next call with the session; lists live in the arena given.
 * Errors: none but the result's outcome.
 *
 * Invariants:
 *  1. No credential leaves outside TLS, except with IMAP_TLS_NONE, which connects to loopback only; certificate and name
 *     are always checked, STARTTLS is never done without (security A61).
 *  2. A folder opened to observe is never changed: EXAMINE, BODY.PEEK, and marks and moves are refused here.
 *  3. A message is given whole or not at all: a cut at any byte of it is IMAP_CLOSED or IMAP_PROTOCOL.
 *  4. Every wait ends: silence or a trickle for reply_seconds, command_seconds in all, 64 MB beside the message, stop.
 *  5. After CLOSED, PROTOCOL, STOPPED or TEMPORARY the session is dead: every call is refused with IMAP_CLOSED and sends
 *     nothing.
 *  6. Nothing but what we moved is ever expunged: without UIDPLUS a copied message stays, marked \Deleted.
 *
 * Example:
 *     ImapResult result = imap_open(&server, &session);
 *     if (result.outcome == IMAP_OK)
 *         result = imap_select(session, "INBOX", false, &folder);
 *     …
 *     imap_close(session);
 */
#ifndef FILO_NET_IMAP_H
#define FILO_NET_IMAP_H

#include "base/clock.h"

#include <stdatomic.h>

typedef enum ImapTls {
    IMAP_TLS_IMPLICIT, /* TLS from the first byte (port 993) */
    IMAP_TLS_STARTTLS, /* plain greeting, then STARTTLS or nothing (port 143) */
    IMAP_TLS_NONE      /* loopback only */
} ImapTls;

typedef struct ImapServer {
    const char *host; /* a name or an address */
    uint16_t port;
    ImapTls tls;
    const char *user;
    const char *password;     /* borrowed; the caller wipes it */
    const char *bearer;       /* a token for OAUTHBEARER or XOAUTH2 instead of the password; NULL: the password */
    const char *ca_file;      /* PEM of what to trust instead of the system's list; NULL: the system's */
    unsigned open_seconds;    /* until signed in; 0: 60 */
    unsigned reply_seconds;   /* silent, or slower than 100 bytes a second, for so long; 0: 120 */
    unsigned command_seconds; /* one call, idling apart; 0: 1800 */
    size_t message_max;       /* bytes of one message; 0: 50 MB */
    const atomic_bool *stop;  /* true: give up within about a second; NULL: never */
} ImapServer;

typedef struct ImapSession ImapSession;

typedef enum ImapOutcome {
    IMAP_OK,
    IMAP_REFUSED,   /* the server said no to this one thing, or we did: the session goes on */
    IMAP_NOT_FOUND, /* no message has that UID any more: the session goes on */
    IMAP_TOO_LARGE, /* over message_max: left where it is, the session goes on */
    IMAP_TEMPORARY, /* not reached, or too slow; later it may be */
    IMAP_SIGN_IN,   /* user, password or token refused, or no way of signing in that we have */
    IMAP_PRIVATE,   /* the address is inside the house, and that is not allowed (dial.h) */
    IMAP_INSECURE,  /* no TLS, or not with a right certificate */
    IMAP_PROTOCOL,  /* what it says is not IMAP */
    IMAP_CLOSED,    /* the connection ended, or had ended before */
    IMAP_STOPPED,   /* stop */
    IMAP_OUTCOMES
} ImapOutcome;

typedef struct ImapResult {
    ImapOutcome outcome;
    char text[256]; /* the server's words, or what went wrong; one clean line, "" when all went well */
} ImapResult;

typedef struct ImapFolder {
    uint32_t uid_validity; /* another than last time: every UID kept is worthless */
    uint32_t uid_next;     /* 0: the server does not say */
    uint32_t exists;       /* messages in it */
    bool read_only;        /* observed, or the server allows no more */
    bool keeps_keywords;   /* imap_mark may use words of ours */
} ImapFolder;

typedef struct ImapQuery {
    uint32_t above; /* UIDs greater than this */
    uint32_t below; /* and less than this; 0: no end */
    bool newest_first;
    bool unseen; /* those only that nobody has read */
    TimeMs
        since;  /* those only that came on its day (UTC) or later; TIME_NONE: all. With unseen: both those and these */
    size_t max; /* at most so many, the first in that order */
} ImapQuery;

typedef struct ImapUids {
    const uint32_t *uids; /* in the order asked for */
    size_t count;
} ImapUids;

typedef struct ImapMessage {
    uint32_t uid;
    TimeMs received; /* INTERNALDATE; TIME_NONE: the server gave none that is a date */
    uint64_t size;   /* as the server believes */
    bool seen;
    Bytes content; /* as the server keeps it; lives until the next call with the session */
} ImapMessage;

/* Bytes of a header that imap_fetch_head gives at most. */
#define IMAP_HEAD_MAX ((size_t)64 << 10)

/* What the server says a folder is for (RFC 6154, RFC 8457). */
typedef enum ImapUse {
    IMAP_USE_NONE, /* it says nothing */
    IMAP_USE_ALL,
    IMAP_USE_ARCHIVE,
    IMAP_USE_DRAFTS,
    IMAP_USE_FLAGGED,
    IMAP_USE_IMPORTANT,
    IMAP_USE_JUNK,
    IMAP_USE_SENT,
    IMAP_USE_TRASH,
    IMAP_USES
} ImapUse;

typedef struct ImapFolderName {
    const char *name; /* UTF-8 */
    ImapUse use;
} ImapFolderName;

/* How many folders imap_folders gives at most. */
#define IMAP_FOLDERS_MAX ((size_t)1000)

typedef struct ImapFolders {
    const ImapFolderName *items; /* in the server's order */
    size_t count;
} ImapFolders;

/* How a message left its folder. */
typedef enum ImapMoveWay {
    IMAP_MOVED,      /* the server moved it */
    IMAP_COPIED,     /* copied, then expunged: a cut between the two leaves both */
    IMAP_COPIED_ONLY /* copied, and marked \Deleted where it was: the server can expunge no single message */
} ImapMoveWay;

typedef struct ImapMove {
    ImapMoveWay way;
    bool created; /* the folder was not there and now is */
    uint32_t uid; /* in the other folder; 0: the server does not say */
} ImapMove;

typedef enum ImapWake {
    IMAP_WAKE_TIME, /* the seconds are over */
    IMAP_WAKE_NEWS, /* there is more in the folder than when it was last listed */
    IMAP_WAKE_CALL  /* the wake-up descriptor is readable; reading it is the caller's */
} ImapWake;

/* Connects and signs in. When OK the session is yours to imap_close, else *session_out is NULL. */
ImapResult imap_open(const ImapServer *server, ImapSession **session_out);

/* Says goodbye, waiting two seconds at most, and frees; a dead session or NULL is freed at once. */
void imap_close(ImapSession *session);

/* Whether imap_idle hears of news as they come; without, it asks when the seconds are over. As the server says, until it
 * says no to IDLE. */
bool imap_has_idle(const ImapSession *session);

/* Opens a folder by its UTF-8 name, to change it or to observe only. */
ImapResult imap_select(ImapSession *session, const char *folder, bool observe, ImapFolder *folder_out);

/* The UIDs asked for; the list is in the arena. */
ImapResult imap_list(Arena *arena, ImapSession *session, const ImapQuery *query, ImapUids *uids_out);

/* One message; its size is asked first. The message's content lives until the next call with the session. */
ImapResult imap_fetch(ImapSession *session, uint32_t uid, ImapMessage *message_out);

/* The beginning of a message's header, whatever the message's size: content holds IMAP_HEAD_MAX bytes at most, and lives
 * as long as imap_fetch's. */
ImapResult imap_fetch_head(ImapSession *session, uint32_t uid, ImapMessage *message_out);

/* The folders that can be opened; names are in the arena. No folder need be open. */
ImapResult imap_folders(Arena *arena, ImapSession *session, ImapFolders *folders_out);

/* What the names of the user's own folders begin with ("INBOX."), in the arena; "": nothing, or the server does not say. */
ImapResult imap_prefix(Arena *arena, ImapSession *session, const char **prefix_out);

/* Adds a flag: "\Seen", or a keyword of letters, digits, $, - and _. */
ImapResult imap_mark(ImapSession *session, uint32_t uid, const char *flag);

/* Moves a message to a folder by its UTF-8 name, which is made if the server says it could be. */
ImapResult imap_move(ImapSession *session, uint32_t uid, const char *folder, ImapMove *move_out);

/* Waits for news at most so many seconds (under 29 minutes, or the server may leave), or until wake_fd is readable (-1:
 * none). A server may end it at any moment, or say no to IDLE: then it is asked whether there is news, at once and from
 * then on when the seconds are over. REFUSED: it says no to that too. */
ImapResult imap_idle(ImapSession *session, unsigned seconds, int wake_fd, ImapWake *wake_out);

/* A word for logs ("sign_in"), static. */
const char *imap_outcome_name(ImapOutcome outcome);

/* The attribute without its backslash, lower case ("sent"); "" for none. Static. */
const char *imap_use_name(ImapUse use);

#endif
