/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/mail.h"

/* The fields that threading, loop guards and certified mail decide by. */
static const char *const kept_names[] = {
    "arc-authentication-results", "authentication-results", "auto-submitted", "content-language", "content-type",
    "delivered-to", "disposition-notification-to", "dkim-signature", "envelope-to", "feedback-id", "importance", "list-help", "list-id",
    "list-post", "list-unsubscribe", "list-unsubscribe-post", "precedence", "priority", "received", "received-spf", "resent-from",
    "resent-to", "return-path", "thread-index", "thread-topic", "user-agent", "x-auto-response-suppress",
    "x-auto-reply", "x-autoreply", "x-autoreply-from", "x-autorespond", "x-autoresponder", "x-envelope-to", "x-failed-recipients", "x-filo-loop", "x-loop", "x-mail-autoreply", "x-mailer", "x-original-to",
    "x-priority", "x-ricevuta", "x-riferimento-message-id", "x-spam-flag", "x-spam-score", "x-spam-status",
    "x-tiporicevuta", "x-trasporto", "x-verificasicurezza", NULL};

bool parse_mail_keeps(const char *name)
{
    return g_strv_contains(kept_names, name);
}
