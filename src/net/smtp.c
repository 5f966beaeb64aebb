/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libcurl speaks SMTP; what it does not say, we hear: every command it sends (debug callback, HEADER_OUT) and every
 * reply line it gets (header callback) pass through here, one command and one reply at a time, since libcurl does not
 * pipeline. So a reply is always that of the last command, and the stage, the refused recipients and the last words are
 * known without parsing libcurl's error strings.
 *
 * The dot: libcurl asks the read callback for more whenever its last buffer is in the socket, and writes the final
 * "\r\n.\r\n" only after the callback has answered 0. That answer is the moment before_final_dot is asked. For this to
 * hold the size of the message must stay unknown to libcurl (no CURLOPT_INFILESIZE): told the size it would stop asking
 * and send the dot by itself. The price is no SIZE= in MAIL FROM. A callback that aborts makes libcurl drop the
 * connection without a dot. smtp_test.c holds both against a sink that counts bytes.
 */
#include "net/smtp.h"

#include "base/check.h"
#include "base/text.h"
#include "net/dial.h"
#include "net/smtp_reply.h"

#include <string.h>
#include <sys/socket.h>

#define LINE_MAX_BYTES 998
#define QUIT_SECONDS 2L

typedef struct Exchange {
    Arena *arena;
    CURL *curl;
    const SmtpServer *server;
    const SmtpMessage *message;
    const SmtpHooks *hooks;
    size_t sent; /* bytes of the message handed to libcurl */

    SmtpStage stage;
    bool signed_in;
    bool dot_asked, dot_allowed;
    bool stopped;
    bool leaving; /* QUIT is said: its answer is of no interest */
    Dial dial;

    char *recipient;  /* of the RCPT last sent */
    bool dot_replied; /* a complete reply came after the dot */
    SmtpReply reply;  /* the last one */
    char *enhanced;
    GArray *refusals; /* SmtpRefusal */
} Exchange;

const char *smtp_stage_name(SmtpStage stage)
{
    static const char *const names[SMTP_STAGES] = {
        [SMTP_STAGE_HERE] = "here", [SMTP_STAGE_CONNECT] = "connect", [SMTP_STAGE_GREET] = "greet",
        [SMTP_STAGE_PRIVATE] = "private",
        [SMTP_STAGE_TLS] = "tls",   [SMTP_STAGE_SIGN_IN] = "sign_in", [SMTP_STAGE_MAIL] = "mail",
        [SMTP_STAGE_RCPT] = "rcpt", [SMTP_STAGE_DATA] = "data",       [SMTP_STAGE_DOT] = "dot",
    };
    check(stage >= 0 && stage < SMTP_STAGES);
    return names[stage];
}

/* --- what may not even be tried ---------------------------------------------------------------------------------- */

/* Whether the text may stand in MAIL FROM:<> or RCPT TO:<>; stricter than SMTP, which nobody needs. */
static bool is_plain_address(const char *address)
{
    if (strlen(address) > 254 || !strchr(address, '@'))
        return false;
    for (const char *c = address; *c; c++)
        if (!g_ascii_isgraph(*c) || strchr("<>()[]\\,;:\"", *c))
            return false;
    return true;
}

/* CRLF only, no NUL, no line over 998 bytes: otherwise two servers could see two messages in one (SMTP smuggling). */
static const char *content_fault(Bytes content)
{
    size_t line = 0;
    for (size_t i = 0; i < content.size; i++) {
        uint8_t byte = content.data[i];
        if (byte == '\0')
            return "the message holds a NUL";
        if (byte == '\n' || (byte == '\r' && (i + 1 == content.size || content.data[i + 1] != '\n')))
            return "the message holds a bare CR or LF";
        if (byte == '\r') {
            i++;
            line = 0;
        } else if (++line > LINE_MAX_BYTES) {
            return "the message holds a line over 998 bytes";
        }
    }
    return line ? "the message's last line has no end" : NULL;
}

static const char *message_fault(const SmtpMessage *message)
{
    if (*message->return_path && !is_plain_address(message->return_path))
        return "the return path is not a plain address";
    if (!message->recipient_count)
        return "no recipient";
    for (size_t i = 0; i < message->recipient_count; i++)
        if (!is_plain_address(message->recipients[i]))
            return "a recipient is not a plain address";
    return content_fault(message->content);
}

/* --- listening --------------------------------------------------------------------------------------------------- */

static void note_refusal(Exchange *exchange)
{
    SmtpRefusal refusal = {
        .recipient = exchange->recipient,
        .code = exchange->reply.code,
        .enhanced = exchange->enhanced,
        .text = text_clean_line(exchange->arena, bytes_of(exchange->reply.text->str)),
    };
    g_array_append_val(exchange->refusals, refusal);
}

static void hear_reply(Exchange *exchange)
{
    exchange->enhanced = smtp_reply_enhanced(exchange->arena, exchange->reply.text->str);
    if (exchange->stage == SMTP_STAGE_SIGN_IN && exchange->reply.code / 100 == 2)
        exchange->signed_in = true;
    if (exchange->stage == SMTP_STAGE_RCPT && exchange->reply.code >= 400)
        note_refusal(exchange);
    if (exchange->dot_allowed)
        exchange->dot_replied = true;
}

static size_t on_reply_line(char *line, size_t size, size_t count, void *arg)
{
    Exchange *exchange = arg;
    if (!exchange->leaving && smtp_reply_line(&exchange->reply, line, size * count) == SMTP_REPLY_WHOLE)
        hear_reply(exchange);
    return size * count;
}

static bool says(const char *command, size_t size, const char *verb)
{
    return size >= strlen(verb) && g_ascii_strncasecmp(command, verb, strlen(verb)) == 0;
}

/* Which stage a command opens. Lines of a sign-in conversation have no verb: they leave the stage as it is. */
static SmtpStage stage_of(const char *command, size_t size, SmtpStage now)
{
    static const struct {
        const char *verb;
        SmtpStage stage;
    } verbs[] = {
        {"EHLO", SMTP_STAGE_GREET},    {"HELO", SMTP_STAGE_GREET}, {"STARTTLS", SMTP_STAGE_TLS},
        {"AUTH ", SMTP_STAGE_SIGN_IN}, {"MAIL ", SMTP_STAGE_MAIL}, {"RCPT ", SMTP_STAGE_RCPT},
        {"DATA", SMTP_STAGE_DATA},
    };
    for (size_t i = 0; now != SMTP_STAGE_SIGN_IN && i < G_N_ELEMENTS(verbs); i++)
        if (says(command, size, verbs[i].verb))
            return verbs[i].stage;
    /* A base64 line of a sign-in could look like any verb but one with a blank or a colon in it. */
    return now == SMTP_STAGE_SIGN_IN && says(command, size, "MAIL FROM:") ? SMTP_STAGE_MAIL : now;
}

/* Only SMTP commands are looked at; nothing is kept of a sign-in. */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *arg)
{
    Exchange *exchange = arg;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    if (says(data, size, "QUIT\r\n")) {
        exchange->leaving = true;
        curl_set_long(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, QUIT_SECONDS);
    }
    if (exchange->leaving || exchange->dot_asked)
        return 0;
    exchange->stage = stage_of(data, size, exchange->stage);
    if (exchange->stage == SMTP_STAGE_RCPT) {
        const char *open = memchr(data, '<', size), *close = memchr(data, '>', size);
        exchange->recipient = open && close > open
                                  ? arena_strndup(exchange->arena, open + 1, (size_t)(close - open - 1))
                                  : arena_strdup(exchange->arena, "");
    }
    return 0;
}

/* --- speaking ---------------------------------------------------------------------------------------------------- */

static size_t on_read(char *buffer, size_t size, size_t count, void *arg)
{
    Exchange *exchange = arg;
    Bytes content = exchange->message->content;
    size_t piece = MIN(size * count, content.size - exchange->sent);
    if (piece) {
        memcpy(buffer, content.data + exchange->sent, piece);
        exchange->sent += piece;
        return piece;
    }
    check(
        !exchange->dot_asked); /* libcurl asks again after the end only on a retry, and connections are never reused */
    exchange->dot_asked = true;
    const SmtpHooks *hooks = exchange->hooks;
    if (hooks->before_final_dot && !hooks->before_final_dot(hooks->arg))
        return CURL_READFUNC_ABORT;
    exchange->dot_allowed = true;
    exchange->stage = SMTP_STAGE_DOT;
    return 0;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    Exchange *exchange = arg;
    exchange->stopped = exchange->hooks->stop && atomic_load(exchange->hooks->stop);
    return exchange->stopped;
}

/* --- setting up -------------------------------------------------------------------------------------------------- */

static unsigned seconds_or(unsigned seconds, unsigned otherwise)
{
    return seconds ? seconds : otherwise;
}

static DialTls dial_tls_of(SmtpTls tls)
{
    return tls == SMTP_TLS_IMPLICIT ? DIAL_TLS_IMPLICIT : tls == SMTP_TLS_NONE ? DIAL_TLS_NONE : DIAL_TLS_STARTTLS;
}

/* A token goes with the first word of the exchange (SASL-IR), and nothing else is tried with it. */
static void set_sign_in(CURL *curl, const SmtpServer *server)
{
    curl_set_text(curl, CURLOPT_USERNAME, server->user);
    if (server->bearer) {
        curl_set_text(curl, CURLOPT_XOAUTH2_BEARER, server->bearer);
        curl_set_text(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER;AUTH=XOAUTH2");
        curl_set_long(curl, CURLOPT_SASL_IR, 1L);
    } else {
        curl_set_text(curl, CURLOPT_PASSWORD, server->password ? server->password : "");
    }
}

/* The URL's path is the name for EHLO. False if the server's name makes no URL. */
static bool set_server(CURL *curl, Exchange *exchange)
{
    const SmtpServer *server = exchange->server;
    exchange->dial = (Dial){
        .protocol = "smtp",
        .host = server->host,
        .port = server->port,
        .path = arena_printf(exchange->arena, "/%s", server->helo && *server->helo ? server->helo : "localhost"),
        .tls = dial_tls_of(server->tls),
        .ca_file = server->ca_file,
    };
    if (server->user && *server->user)
        set_sign_in(curl, server);
    return dial_set(curl, &exchange->dial);
}

static void set_time_limits(CURL *curl, const SmtpServer *server)
{
    curl_set_long(curl, CURLOPT_NOSIGNAL, 1L);
    curl_set_long(curl, CURLOPT_CONNECTTIMEOUT, (long)seconds_or(server->connect_seconds, 30));
    curl_set_long(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)seconds_or(server->reply_seconds, 600));
    curl_set_long(curl, CURLOPT_TIMEOUT, (long)seconds_or(server->total_seconds, 1800));
}

static void set_callbacks(CURL *curl, Exchange *exchange)
{
    const curl_debug_callback debug = on_debug; /* the compiler's check of each one's type */
    const curl_write_callback header = on_reply_line;
    const curl_xferinfo_callback progress = on_progress;
    curl_set_long(curl, CURLOPT_VERBOSE, 1L); /* or the debug callback hears nothing */
    curl_set_function(curl, CURLOPT_DEBUGFUNCTION, CURL_FUNCTION(debug));
    curl_set_pointer(curl, CURLOPT_DEBUGDATA, exchange);
    curl_set_function(curl, CURLOPT_HEADERFUNCTION, CURL_FUNCTION(header));
    curl_set_pointer(curl, CURLOPT_HEADERDATA, exchange);
    curl_set_long(curl, CURLOPT_NOPROGRESS, 0L);
    curl_set_function(curl, CURLOPT_XFERINFOFUNCTION, CURL_FUNCTION(progress));
    curl_set_pointer(curl, CURLOPT_XFERINFODATA, exchange);
}

/* The list is the caller's to free after the transfer. */
static struct curl_slist *set_message(CURL *curl, Exchange *exchange)
{
    const SmtpMessage *message = exchange->message;
    const curl_read_callback read = on_read;
    struct curl_slist *recipients = NULL;
    for (size_t i = 0; i < message->recipient_count; i++) {
        struct curl_slist *longer = libcurl.curl_slist_append(recipients, message->recipients[i]);
        check(longer != NULL);
        recipients = longer;
    }
    curl_set_text(curl, CURLOPT_MAIL_FROM, message->return_path);
    curl_set_pointer(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_set_long(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_set_long(curl, CURLOPT_UPLOAD, 1L);
    curl_set_function(curl, CURLOPT_READFUNCTION, CURL_FUNCTION(read));
    curl_set_pointer(curl, CURLOPT_READDATA, exchange);
    curl_set_long(curl, CURLOPT_LOW_SPEED_LIMIT, 10L);
    curl_set_long(curl, CURLOPT_LOW_SPEED_TIME, (long)seconds_or(exchange->server->stall_seconds, 180));
    return recipients;
}

/* --- the verdict ------------------------------------------------------------------------------------------------- */

/* A server that offers no sign-in although we have one to make refuses everyone as a stranger: what failed then is the
 * sign-in, and that says nothing about the recipient. */
static bool is_sign_in_missing(const Exchange *exchange)
{
    const char *user = exchange->server->user;
    return user && *user && !exchange->signed_in && exchange->stage >= SMTP_STAGE_MAIL &&
           exchange->reply.code / 100 == 5;
}

/* The stage the failure belongs to, where it is not the one reached. */
static SmtpStage blamed_stage(const Exchange *exchange, CURLcode done)
{
    if (exchange->stage == SMTP_STAGE_CONNECT && exchange->dial.private_refused)
        return SMTP_STAGE_PRIVATE;
    if (exchange->stage < SMTP_STAGE_MAIL && dial_is_tls_failure(done))
        return SMTP_STAGE_TLS;
    return !exchange->dot_asked && is_sign_in_missing(exchange) ? SMTP_STAGE_SIGN_IN : exchange->stage;
}

static bool has_temporary_refusal(const Exchange *exchange)
{
    for (guint i = 0; i < exchange->refusals->len; i++)
        if (g_array_index(exchange->refusals, SmtpRefusal, i).code / 100 == 4)
            return true;
    return false;
}

static SmtpOutcome outcome_before_dot(const Exchange *exchange)
{
    if (exchange->dot_asked || exchange->stopped)
        return SMTP_WITHHELD;
    if (exchange->stage < SMTP_STAGE_MAIL || exchange->reply.open || exchange->reply.code / 100 != 5)
        return SMTP_TEMPORARY;
    if (exchange->stage == SMTP_STAGE_RCPT && has_temporary_refusal(exchange))
        return SMTP_TEMPORARY;
    return SMTP_PERMANENT;
}

static SmtpOutcome outcome_of(const Exchange *exchange)
{
    if (!exchange->dot_allowed)
        return outcome_before_dot(exchange);
    if (!exchange->dot_replied)
        return SMTP_UNCERTAIN;
    switch (exchange->reply.code / 100) {
    case 2:
        return SMTP_ACCEPTED;
    case 4:
        return SMTP_TEMPORARY;
    case 5:
        return SMTP_PERMANENT;
    default:
        return SMTP_UNCERTAIN;
    }
}

/* Postfix, Exim, Exchange and most others: "2.0.0 Ok: queued as 4D5F61A2", "OK id=1abc-000-XY". */
static const char *queue_id_of(Arena *arena, const char *text)
{
    static const char *const signs[] = {"queued as ", "id="};
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        const char *found = strstr(text, signs[i]);
        const char *id = found ? found + strlen(signs[i]) : "";
        size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
        if (length)
            return arena_strndup(arena, id, MIN(length, (size_t)128));
    }
    return NULL;
}

static const char *words_of(const Exchange *exchange, CURLcode done, const char *curl_words)
{
    if (exchange->dial.plaintext_refused)
        return "plain SMTP is for loopback only";
    if (exchange->stage == SMTP_STAGE_PRIVATE)
        return DIAL_PRIVATE_WORDS;
    if (exchange->dot_asked && !exchange->dot_allowed)
        return "withheld before the final dot";
    bool replied = exchange->reply.code && !exchange->reply.open && exchange->reply.text->len;
    bool by_reply = exchange->dot_allowed ? exchange->dot_replied : exchange->reply.code >= 400;
    if (replied && by_reply && !dial_is_tls_failure(done))
        return exchange->reply.text->str;
    return *curl_words ? curl_words : libcurl.curl_easy_strerror(done);
}

static void conclude(Exchange *exchange, CURLcode done, const char *curl_words, SmtpResult *result_out)
{
    Arena *arena = exchange->arena;
    exchange->stage = blamed_stage(exchange, done);
    SmtpRefusal *refusals = ARENA_ARRAY(arena, SmtpRefusal, exchange->refusals->len);
    for (guint i = 0; i < exchange->refusals->len; i++)
        refusals[i] = g_array_index(exchange->refusals, SmtpRefusal, i);
    *result_out = (SmtpResult){
        .outcome = outcome_of(exchange),
        .stage = exchange->stage,
        .code = exchange->reply.code,
        .enhanced = exchange->enhanced,
        .text = text_clean_line(arena, bytes_of(words_of(exchange, done, curl_words))),
        .refusals = refusals,
        .refusal_count = exchange->refusals->len,
    };
    if (result_out->outcome == SMTP_ACCEPTED && exchange->dot_allowed)
        result_out->queue_id = queue_id_of(arena, exchange->reply.text->str);
}

static void refuse_here(Arena *arena, const char *fault, SmtpOutcome outcome, SmtpResult *result_out)
{
    *result_out = (SmtpResult){.outcome = outcome, .stage = SMTP_STAGE_HERE, .text = arena_strdup(arena, fault)};
}

/* After a success libcurl says QUIT when the handle is freed, with time-outs of its own; a tarpit would hold us for two
 * minutes after the outcome is known. With the reading side shut it says QUIT and hears the end at once. */
static void leave(CURL *curl)
{
    curl_socket_t descriptor = CURL_SOCKET_BAD;
    if (libcurl.curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &descriptor) == CURLE_OK &&
        descriptor != CURL_SOCKET_BAD)
        shutdown(descriptor, SHUT_RD);
    libcurl.curl_easy_cleanup(curl);
}

static void exchange_run(Exchange *exchange, SmtpResult *result_out)
{
    g_autoptr(GError) missing = NULL;
    if (!libcurl_load(&missing)) {
        refuse_here(exchange->arena, missing->message, SMTP_TEMPORARY, result_out);
        return;
    }
    CURL *curl = libcurl.curl_easy_init();
    check(curl != NULL);
    char curl_words[CURL_ERROR_SIZE] = "";
    struct curl_slist *recipients = NULL;
    smtp_reply_init(&exchange->reply);
    exchange->refusals = g_array_new(FALSE, FALSE, sizeof(SmtpRefusal));
    if (set_server(curl, exchange)) {
        curl_set_pointer(curl, CURLOPT_ERRORBUFFER, curl_words);
        set_time_limits(curl, exchange->server);
        set_callbacks(curl, exchange);
        if (exchange->message)
            recipients = set_message(curl, exchange);
        else
            curl_set_long(curl, CURLOPT_CONNECT_ONLY, 1L);
        CURLcode done = libcurl.curl_easy_perform(curl);
        conclude(exchange, done, curl_words, result_out);
        if (!exchange->message)
            result_out->outcome = done == CURLE_OK ? SMTP_ACCEPTED : SMTP_TEMPORARY;
    } else {
        refuse_here(exchange->arena, "the server's name makes no address", SMTP_TEMPORARY, result_out);
    }
    leave(curl);
    libcurl.curl_slist_free_all(recipients);
    g_array_unref(exchange->refusals);
    smtp_reply_clear(&exchange->reply);
}

void smtp_send(Arena *arena, const SmtpServer *server, const SmtpMessage *message, const SmtpHooks *hooks,
               SmtpResult *result_out)
{
    const char *fault = message_fault(message);
    if (fault) {
        refuse_here(arena, fault, SMTP_PERMANENT, result_out);
        return;
    }
    Exchange exchange = {
        .arena = arena, .server = server, .message = message, .hooks = hooks, .stage = SMTP_STAGE_CONNECT};
    exchange_run(&exchange, result_out);
}

void smtp_probe(Arena *arena, const SmtpServer *server, SmtpResult *result_out)
{
    static const SmtpHooks none = {0};
    Exchange exchange = {.arena = arena, .server = server, .hooks = &none, .stage = SMTP_STAGE_CONNECT};
    exchange_run(&exchange, result_out);
    bool must_sign_in = server->user && *server->user;
    if (result_out->outcome == SMTP_ACCEPTED && must_sign_in && !exchange.signed_in) {
        result_out->outcome = SMTP_TEMPORARY;
        result_out->stage = SMTP_STAGE_SIGN_IN;
        result_out->text = "the server offers no sign-in we can use";
    }
}
