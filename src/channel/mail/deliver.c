/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"
#include "base/text.h"
#include "channel/mail/compose.h"
#include "channel/mail/fetch.h"
#include "channel/mail/incoming.h"
#include "channel/mail/mail.h"
#include "channel/mail/normalise.h"
#include "channel/mail/throttle.h"
#include "channel/mail/vouch.h"
#include "channel/oauth.h"
#include "desk/party/suspect.h"
#include "net/smtp.h"

#include <string.h>

/* --- settings ---------------------------------------------------------------------------------------------------- */

static bool find_tls(const char *text, SmtpTls *tls_out)
{
    static const struct {
        const char *text;
        SmtpTls tls;
    } rows[] = {{"", SMTP_TLS_STARTTLS},
                {"starttls", SMTP_TLS_STARTTLS},
                {"implicit", SMTP_TLS_IMPLICIT},
                {"none", SMTP_TLS_NONE}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(text, rows[i].text) == 0) {
            *tls_out = rows[i].tls;
            return true;
        }
    return false;
}

static bool read_port(const char *text, SmtpTls tls, uint16_t *port_out)
{
    static const uint16_t usual[] = {[SMTP_TLS_STARTTLS] = 587, [SMTP_TLS_IMPLICIT] = 465, [SMTP_TLS_NONE] = 25};
    guint64 port = usual[tls];
    if (*text && !g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
        return false;
    *port_out = (uint16_t)port;
    return true;
}

static bool wrong(InputError *error_out, const char *field, const char *key)
{
    *error_out = (InputError){.field = field, .key = key};
    return false;
}

/* Somebody waits for the answer, as in the settings page's test: less than a queue would give. */
static void read_patience(const ChannelSettings *settings, SmtpServer *server_out)
{
    guint64 seconds;
    if (!g_ascii_string_to_unsigned(channel_setting(settings, "smtp_seconds"), 10, 1, 600, &seconds, NULL))
        return;
    server_out->connect_seconds = server_out->reply_seconds = (unsigned)seconds;
    server_out->stall_seconds = server_out->total_seconds = (unsigned)seconds;
}

/* Reads the settings into *server_out (texts borrowed from settings), or says which field is wrong. */
static bool read_server(const ChannelSettings *settings, SmtpServer *server_out, InputError *error_out)
{
    *server_out = (SmtpServer){
        .host = channel_setting(settings, "smtp_host"),
        .user = channel_setting(settings, "smtp_user"),
        .password = channel_setting(settings, "smtp_password"),
        .bearer = oauth_is_wanted(settings) ? channel_setting(settings, "bearer") : NULL,
        .ca_file = channel_setting(settings, "smtp_ca_file"),
    };
    read_patience(settings, server_out);
    const char *address = channel_setting(settings, "address");
    if (!mail_address_is_safe(address))
        return wrong(error_out, "address", "channel.mail.error.address");
    server_out->helo = strchr(address, '@') + 1;
    if (!mail_host_is_name(server_out->host))
        return wrong(error_out, "smtp_host", "channel.mail.error.host");
    if (!find_tls(channel_setting(settings, "smtp_tls"), &server_out->tls) ||
        (server_out->tls == SMTP_TLS_NONE && !mail_host_is_here(server_out->host)))
        return wrong(error_out, "smtp_tls", "channel.mail.error.tls");
    if (!read_port(channel_setting(settings, "smtp_port"), server_out->tls, &server_out->port))
        return wrong(error_out, "smtp_port", "channel.mail.error.port");
    if (*server_out->user && !*server_out->password && !server_out->bearer)
        return wrong(error_out, "smtp_password", "channel.mail.error.password");
    const char *rate = channel_setting(settings, "send_per_minute");
    if (*rate && !g_ascii_string_to_unsigned(rate, 10, 0, 10000, NULL, NULL))
        return wrong(error_out, "send_per_minute", "channel.mail.error.rate");
    const char *judge = channel_setting(settings, "auth_server");
    if (*judge && !mail_auth_server_is_name(judge))
        return wrong(error_out, "auth_server", "channel.mail.error.auth_server");
    return true;
}

static bool mail_check_config(const ChannelSettings *settings, InputError *error_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SmtpServer server;
    MailIncoming incoming;
    Oauth oauth;
    return read_server(settings, &server, error_out) && mail_incoming_read(settings, &incoming, error_out) &&
           oauth_read(arena, settings, &oauth, error_out);
}

/* The ports of submission are two doors of one server (RFC 8314 3.3); another is a server of its own. */
static const char *mail_server_name(Arena *arena, const ChannelSettings *settings)
{
    SmtpTls tls;
    uint16_t port;
    const char *host = channel_setting(settings, "smtp_host");
    if (!mail_host_is_name(host) || !find_tls(channel_setting(settings, "smtp_tls"), &tls) ||
        !read_port(channel_setting(settings, "smtp_port"), tls, &port))
        return NULL;
    g_autofree char *lower = g_ascii_strdown(host, -1);
    return port == 587 || port == 465 || port == 25 ? arena_strdup(arena, lower)
                                                    : arena_printf(arena, "%s:%u", lower, port);
}

static bool has_plus_addressing(const ChannelSettings *settings)
{
    return strcmp(channel_setting(settings, "plus_addressing"), "0") != 0;
}

/* --- one message ------------------------------------------------------------------------------------------------- */

/* Contacts as mailboxes: those in copy, or those not. */
static Mailbox *mailboxes_of(Arena *arena, const Outbound *outbound, bool in_copy, size_t *count_out)
{
    Mailbox *mailboxes = ARENA_ARRAY(arena, Mailbox, outbound->contact_count);
    *count_out = 0;
    for (size_t i = 0; i < outbound->contact_count; i++) {
        const ChannelContact *contact = &outbound->contacts[i];
        if (contact->in_copy == in_copy)
            mailboxes[(*count_out)++] = (Mailbox){.name = contact->name, .address = contact->address};
    }
    return mailboxes;
}

static MailDraft draft_of(Arena *arena, const ChannelSettings *settings, const Outbound *outbound)
{
    MailDraft draft = {
        .purpose = outbound->purpose,
        .mailbox_address = channel_setting(settings, "address"),
        .operator_name = outbound->operator_name,
        .company_name = channel_setting(settings, "company_name"),
        .reply_token = has_plus_addressing(settings) ? outbound->reply_token : NULL,
        .subject = outbound->subject,
        .text = outbound->text,
        .marker = outbound->marker,
        .date = outbound->written_at,
        .in_reply_to = outbound->in_reply_to,
        .references = outbound->references,
        .reference_count = outbound->reference_count,
        .files = outbound->files,
        .file_count = outbound->file_count,
    };
    draft.to = mailboxes_of(arena, outbound, false, &draft.to_count);
    draft.cc = mailboxes_of(arena, outbound, true, &draft.cc_count);
    draft.message_id =
        mail_message_id(arena, outbound->ticket_id, outbound->outbox_id, outbound->random, draft.mailbox_address);
    return draft;
}

static bool mail_render(Arena *arena, const ChannelSettings *settings, const Outbound *outbound, Bytes *payload_out,
                        GError **error)
{
    MailDraft draft = draft_of(arena, settings, outbound);
    return mail_compose(arena, &draft, payload_out, error);
}

static const char *return_path_of(Arena *arena, const MailDraft *draft)
{
    const char *bounces =
        draft->reply_token ? mail_plus_address(arena, draft->mailbox_address, 'b', draft->reply_token) : NULL;
    return bounces ? bounces : draft->mailbox_address;
}

static bool is_among(const char *const *addresses, size_t count, const char *address)
{
    for (size_t i = 0; i < count; i++)
        if (g_ascii_strcasecmp(addresses[i], address) == 0)
            return true;
    return false;
}

static SmtpMessage envelope_of(Arena *arena, const MailDraft *draft, const Outbound *outbound, Bytes content)
{
    const char **recipients = ARENA_ARRAY(arena, const char *, outbound->contact_count);
    SmtpMessage message = {.return_path = return_path_of(arena, draft), .recipients = recipients, .content = content};
    for (size_t i = 0; i < outbound->contact_count; i++)
        if (!outbound->contacts[i].settled &&
            !is_among(recipients, message.recipient_count, outbound->contacts[i].address))
            recipients[message.recipient_count++] = outbound->contacts[i].address;
    return message;
}

/* --- what came of it --------------------------------------------------------------------------------------------- */

static DeliveryOutcome outcome_of(SmtpOutcome outcome)
{
    static const DeliveryOutcome outcomes[SMTP_OUTCOMES] = {
        [SMTP_ACCEPTED] = CHANNEL_SENT,       [SMTP_TEMPORARY] = CHANNEL_RETRY,   [SMTP_PERMANENT] = CHANNEL_REFUSED,
        [SMTP_UNCERTAIN] = CHANNEL_UNCERTAIN, [SMTP_WITHHELD] = CHANNEL_WITHHELD,
    };
    check(outcome >= 0 && outcome < SMTP_OUTCOMES);
    return outcomes[outcome];
}

/* Without a status of RFC 3463 the code must do: 550, 551 and 553 are about the mailbox (RFC 5321, 4.2.3), 552 is one that
 * is full, 554 anything. */
static bool is_unknown(const SmtpRefusal *refusal)
{
    if (refusal->code / 100 != 5)
        return false;
    if (refusal->enhanced)
        return suspect_status_concerns_address(refusal->enhanced);
    return refusal->code == 550 || refusal->code == 551 || refusal->code == 553;
}

static void copy_refusals(Arena *arena, const SmtpResult *smtp, DeliveryResult *result_out)
{
    DeliveryRefusal *refusals = ARENA_ARRAY(arena, DeliveryRefusal, smtp->refusal_count);
    for (size_t i = 0; i < smtp->refusal_count; i++)
        refusals[i] = (DeliveryRefusal){
            .address = smtp->refusals[i].recipient,
            .permanent = smtp->refusals[i].code / 100 == 5,
            .unknown = is_unknown(&smtp->refusals[i]),
            .status = smtp->refusals[i].enhanced ? smtp->refusals[i].enhanced : "",
            .reason = smtp->refusals[i].text,
        };
    result_out->refusals = refusals;
    result_out->refusal_count = smtp->refusal_count;
}

static bool asks_for_patience(const SmtpResult *smtp)
{
    for (size_t i = 0; i < smtp->refusal_count; i++)
        if (mail_asks_for_patience(smtp->refusals[i].code, smtp->refusals[i].enhanced, smtp->refusals[i].text))
            return true;
    return mail_asks_for_patience(smtp->code, smtp->enhanced, smtp->text);
}

static void copy_result(Arena *arena, const SmtpResult *smtp, DeliveryResult *result_out)
{
    result_out->outcome = outcome_of(smtp->outcome);
    result_out->configuration = smtp->outcome == SMTP_TEMPORARY && smtp->stage > SMTP_STAGE_CONNECT &&
                                smtp->stage < SMTP_STAGE_MAIL && smtp->code / 100 != 4;
    result_out->before_message = smtp->outcome == SMTP_TEMPORARY && smtp->stage < SMTP_STAGE_MAIL;
    result_out->slow_down = asks_for_patience(smtp);
    result_out->step = smtp_stage_name(smtp->stage);
    result_out->peer_id = smtp->queue_id;
    result_out->code = smtp->code;
    result_out->enhanced = smtp->enhanced;
    result_out->reason =
        smtp->outcome == SMTP_ACCEPTED ? "" : arena_printf(arena, "%s: %s", smtp_stage_name(smtp->stage), smtp->text);
    copy_refusals(arena, smtp, result_out);
}

static void refuse(Arena *arena, DeliveryResult *result_out, bool configuration, const char *reason)
{
    result_out->outcome = configuration ? CHANNEL_RETRY : CHANNEL_REFUSED;
    result_out->configuration = result_out->before_message = configuration;
    result_out->reason = arena_strdup(arena, reason);
}

static void mail_deliver(Arena *arena, const ChannelSettings *settings, const Outbound *outbound,
                         const ChannelHooks *hooks, DeliveryResult *result_out)
{
    SmtpServer server;
    InputError input;
    g_autoptr(GError) error = NULL;
    Bytes content;
    if (!read_server(settings, &server, &input)) {
        refuse(arena, result_out, true, arena_printf(arena, "the mailbox's setting %s is wrong", input.field));
        return;
    }
    MailDraft draft = draft_of(arena, settings, outbound);
    result_out->external_id = draft.message_id;
    if (!mail_render(arena, settings, outbound, &content, &error)) {
        refuse(arena, result_out, false, error->message);
        return;
    }
    SmtpMessage message = envelope_of(arena, &draft, outbound, content);
    SmtpHooks smtp_hooks = {.before_final_dot = hooks->before_send, .arg = hooks->arg, .stop = hooks->stop};
    SmtpResult smtp;
    smtp_send(arena, &server, &message, &smtp_hooks, &smtp);
    copy_result(arena, &smtp, result_out);
}

static void mail_health(Arena *arena, const ChannelSettings *settings, ChannelHealth *health_out)
{
    SmtpServer server;
    InputError input;
    if (!read_server(settings, &server, &input)) {
        *health_out = (ChannelHealth){.works = false,
                                      .reason = arena_printf(arena, "the mailbox's setting %s is wrong", input.field)};
        return;
    }
    SmtpResult smtp;
    smtp_probe(arena, &server, &smtp);
    health_out->works = smtp.outcome == SMTP_ACCEPTED;
    health_out->reason = arena_printf(arena, "%s: %s", smtp_stage_name(smtp.stage), smtp.text);
}

const ChannelAdapter channel_mail = {
    .key = "mail",
    .caps = CHANNEL_CAN_ATTACH | CHANNEL_CAN_COPY | CHANNEL_CAN_SUBJECT | CHANNEL_CAN_REPORT_DELIVERY,
    .limits = {.text_max = (size_t)1 << 20, .file_max = (size_t)20 << 20, .recipient_max = 50, .per_minute = 60},
    .check_config = mail_check_config,
    .server_name = mail_server_name,
    .takes_reply_token = has_plus_addressing,
    .normalise = mail_normalise,
    .render = mail_render,
    .deliver = mail_deliver,
    .listens = mail_listens,
    .listen = mail_listen,
    .health = mail_health,
};
