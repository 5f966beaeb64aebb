/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One command at a time: imap_run sends it and hears responses until the tagged one; what comes untagged goes first to
 * note(), which keeps the count of messages and hears a BYE, then to the command's own collector. Whatever makes the
 * stream of responses doubtful (silence, a cut, a broken response) ends the session: nothing is ever read twice or
 * resumed. So the calls need no undoing, only to give nothing before the tagged OK.
 */
#include "net/imap_int.h"

#include "base/check.h"
#include "base/text.h"

#include <poll.h>
#include <string.h>

#define MIN_RATE 100 /* bytes a second */
#define NOISE_MAX ((uint64_t)64 << 20)
#define MESSAGE_MAX ((size_t)50 << 20)
#define LOGOUT_SECONDS 2

const char *imap_outcome_name(ImapOutcome outcome)
{
    static const char *const names[IMAP_OUTCOMES] = {
        [IMAP_OK] = "ok",
        [IMAP_REFUSED] = "refused",
        [IMAP_NOT_FOUND] = "not_found",
        [IMAP_TOO_LARGE] = "too_large",
        [IMAP_TEMPORARY] = "temporary",
        [IMAP_SIGN_IN] = "sign_in",
        [IMAP_PRIVATE] = "private",
        [IMAP_INSECURE] = "insecure",
        [IMAP_PROTOCOL] = "protocol",
        [IMAP_CLOSED] = "closed",
        [IMAP_STOPPED] = "stopped",
    };
    check(outcome >= 0 && outcome < IMAP_OUTCOMES);
    return names[outcome];
}

/* --- results ----------------------------------------------------------------------------------------------------- */

static ImapResult result_of(ImapOutcome outcome, Bytes words)
{
    ImapResult result = {.outcome = outcome};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    words.size = MIN(words.size, sizeof result.text * 4);
    g_strlcpy(result.text, text_clean_line(arena, words), sizeof result.text);
    const char *cut; /* in the middle of a character, perhaps */
    if (!g_utf8_validate(result.text, -1, &cut))
        result.text[cut - result.text] = '\0';
    return result;
}

ImapOutcome imap_say(ImapSession *session, ImapOutcome outcome, Bytes words)
{
    session->result = result_of(outcome, words);
    return outcome;
}

ImapOutcome imap_say_ok(ImapSession *session)
{
    return imap_say(session, IMAP_OK, (Bytes){0});
}

/* The session is over; false for the caller to hand on. */
bool imap_end(ImapSession *session, ImapOutcome outcome, Bytes words)
{
    session->dead = true;
    imap_say(session, outcome, words);
    return false;
}

/* --- waiting ----------------------------------------------------------------------------------------------------- */

ImapWait imap_wait_begin(const ImapSession *session, unsigned seconds)
{
    int64_t now = clock_monotonic_us();
    return (ImapWait){
        .end = now + (int64_t)seconds * G_USEC_PER_SEC,
        .window_end = now + (int64_t)session->reply_seconds * G_USEC_PER_SEC,
        .wake_fd = -1,
    };
}

static bool is_stopped(const atomic_bool *stop)
{
    return stop && atomic_load(stop);
}

/* Whether the wait may go on. */
static bool in_time(ImapSession *session, ImapWait *wait)
{
    int64_t now = clock_monotonic_us();
    if (is_stopped(session->stop))
        return imap_end(session, IMAP_STOPPED, bytes_of("stopped"));
    wait->over = now >= wait->end;
    if (wait->idle)
        return !wait->over && !wait->woken;
    if (wait->over)
        return imap_end(session, IMAP_TEMPORARY, bytes_of("the server took too long"));
    if (now < wait->window_end)
        return true;
    if (wait->window_bytes < (uint64_t)session->reply_seconds * MIN_RATE)
        return imap_end(session, IMAP_TEMPORARY, bytes_of("the server is silent or too slow"));
    wait->window_bytes = 0;
    wait->window_end = now + (int64_t)session->reply_seconds * G_USEC_PER_SEC;
    return true;
}

/* Until the socket is ready, somebody wakes us, or it is time to look whether the wait may go on: at most a second. */
bool imap_wait_ready(ImapSession *session, ImapWait *wait, short events)
{
    struct pollfd ready[2] = {{.fd = session->descriptor, .events = events}, {.fd = wait->wake_fd, .events = POLLIN}};
    int64_t until = wait->idle ? wait->end : MIN(wait->end, wait->window_end);
    int64_t ms = CLAMP((until - clock_monotonic_us()) / 1000 + 1, 0, 1000);
    if (poll(ready, wait->wake_fd >= 0 ? 2 : 1, (int)ms) > 0 && ready[1].revents)
        wait->woken = true;
    return in_time(session, wait);
}

static const char *curl_says(const ImapSession *session, CURLcode done)
{
    return *session->curl_words ? session->curl_words : libcurl.curl_easy_strerror(done);
}

/* Asks libcurl first: TLS may hold decrypted bytes that no poll announces. */
static bool hear(ImapSession *session, ImapWait *wait)
{
    for (;;) {
        size_t size = 0;
        CURLcode done = libcurl.curl_easy_recv(session->curl, session->buffer, sizeof session->buffer, &size);
        if (done == CURLE_OK && size) {
            session->heard = (Bytes){session->buffer, size};
            wait->window_bytes += size;
            wait->bytes += size;
            if (wait->bytes > session->message_max + NOISE_MAX)
                return imap_end(session, IMAP_PROTOCOL, bytes_of("the server talks without end"));
            return in_time(session, wait);
        }
        if (done == CURLE_OK)
            return imap_end(session, IMAP_CLOSED, bytes_of("the server closed the connection"));
        if (done != CURLE_AGAIN)
            return imap_end(session, IMAP_CLOSED, bytes_of(curl_says(session, done)));
        if (!imap_wait_ready(session, wait, POLLIN))
            return false;
    }
}

bool imap_speak(ImapSession *session, ImapWait *wait, const char *line)
{
    for (size_t sent = 0, size = strlen(line); sent < size;) {
        size_t piece = 0;
        CURLcode done = libcurl.curl_easy_send(session->curl, line + sent, size - sent, &piece);
        sent += piece;
        if (done != CURLE_OK && done != CURLE_AGAIN)
            return imap_end(session, IMAP_CLOSED, bytes_of(curl_says(session, done)));
        if (done == CURLE_AGAIN && !imap_wait_ready(session, wait, POLLOUT))
            return false;
    }
    return true;
}

/* --- one command ------------------------------------------------------------------------------------------------- */

/* What every response may mean, whichever command it comes with. */
static bool note(ImapSession *session, const ImapResponse *response)
{
    if (response->kind == IMAP_STATUS && response->status == IMAP_STATUS_BYE)
        return imap_end(session, IMAP_CLOSED, response->text);
    if (response->kind == IMAP_EXISTS) {
        session->news |= response->number > session->exists;
        session->exists = response->number;
    } else if (response->kind == IMAP_EXPUNGE && session->exists) {
        session->exists--;
    }
    return true;
}

bool imap_next_response(ImapSession *session, ImapWait *wait, ImapResponse *response_out)
{
    ImapReading reading;
    while ((reading = imap_read(session->reader, &session->heard, response_out)) == IMAP_READ_MORE)
        if (!hear(session, wait))
            return false;
    if (reading == IMAP_READ_BROKEN)
        return imap_end(session, IMAP_PROTOCOL, bytes_of(imap_reader_fault(session->reader)));
    return note(session, response_out);
}

bool imap_is_answer(const ImapSession *session, const ImapResponse *response)
{
    return response->kind == IMAP_STATUS && !strcmp(response->tag, session->tag);
}

bool imap_is_astray(const ImapSession *session, const ImapResponse *response)
{
    return response->kind == IMAP_CONTINUE || (*response->tag && !imap_is_answer(session, response));
}

/* Everything up to the tagged answer. The answer lives until the next command. */
bool imap_hear_answer(ImapSession *session, ImapWait *wait, ImapCollect collect, void *arg, ImapResponse *answer_out)
{
    while (imap_next_response(session, wait, answer_out)) {
        if (imap_is_answer(session, answer_out))
            return true;
        if (imap_is_astray(session, answer_out))
            return imap_end(session, IMAP_PROTOCOL, bytes_of("the server answers what was not asked"));
        if (collect)
            collect(answer_out, arg);
    }
    return false;
}

bool imap_begin(ImapSession *session, ImapWait *wait, const char *command)
{
    g_clear_pointer(&session->message, g_byte_array_unref);
    if (session->dead) {
        imap_say(session, IMAP_CLOSED, bytes_of("the session has ended"));
        return false;
    }
    g_snprintf(session->tag, sizeof session->tag, "F%u", ++session->tags);
    g_autofree char *line = g_strdup_printf("%s %s\r\n", session->tag, command);
    return imap_speak(session, wait, line);
}

ImapOutcome imap_judge(ImapSession *session, const ImapResponse *answer)
{
    return answer->status == IMAP_STATUS_OK ? imap_say_ok(session) : imap_say(session, IMAP_REFUSED, answer->text);
}

/* Sends the command and gives the answer, which may be NULL; both live until the next command. */
ImapOutcome imap_run(ImapSession *session, const char *command, ImapCollect collect, void *arg,
                     ImapResponse *answer_out)
{
    ImapResponse answer;
    ImapWait wait = imap_wait_begin(session, session->command_seconds);
    if (!imap_begin(session, &wait, command) || !imap_hear_answer(session, &wait, collect, arg, &answer))
        return session->result.outcome;
    if (answer_out)
        *answer_out = answer;
    return imap_judge(session, &answer);
}

/* --- opening and closing ----------------------------------------------------------------------------------------- */

/* Keeps the server's refusal, which libcurl does not tell: the sign-in's tagged NO, or a BYE. */
static size_t on_line(char *line, size_t size, size_t count, void *arg)
{
    ImapSession *session = arg;
    g_autofree char *text = g_strndup(line, MIN(size * count, sizeof session->result.text * 2));
    const char *status = strchr(text, ' ');
    if (status && (!g_ascii_strncasecmp(status, " NO ", 4) || !g_ascii_strncasecmp(status, " BAD ", 5) ||
                   !g_ascii_strncasecmp(status, " BYE ", 5)))
        imap_say(session, IMAP_TEMPORARY, bytes_of(strchr(status + 1, ' ') + 1));
    return size * count;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    const ImapSession *session = arg;
    return is_stopped(session->stop);
}

static void set_sign_in(CURL *curl, const ImapServer *server)
{
    curl_set_text(curl, CURLOPT_USERNAME, server->user);
    if (server->bearer) {
        curl_set_text(curl, CURLOPT_XOAUTH2_BEARER, server->bearer);
        curl_set_text(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER;AUTH=XOAUTH2"); /* nothing else is tried */
        curl_set_long(curl, CURLOPT_SASL_IR, 1L);
    } else {
        curl_set_text(curl, CURLOPT_PASSWORD, server->password ? server->password : "");
    }
}

static unsigned seconds_or(unsigned seconds, unsigned otherwise)
{
    return seconds ? seconds : otherwise;
}

static void set_session(ImapSession *session, const ImapServer *server)
{
    const curl_write_callback header = on_line; /* the compiler's check of each one's type */
    const curl_xferinfo_callback progress = on_progress;
    CURL *curl = session->curl;
    curl_set_pointer(curl, CURLOPT_ERRORBUFFER, session->curl_words);
    curl_set_long(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_set_long(curl, CURLOPT_NOSIGNAL, 1L);
    curl_set_long(curl, CURLOPT_TIMEOUT, (long)seconds_or(server->open_seconds, 60));
    curl_set_function(curl, CURLOPT_HEADERFUNCTION, CURL_FUNCTION(header));
    curl_set_pointer(curl, CURLOPT_HEADERDATA, session);
    curl_set_long(curl, CURLOPT_NOPROGRESS, 0L);
    curl_set_function(curl, CURLOPT_XFERINFOFUNCTION, CURL_FUNCTION(progress));
    curl_set_pointer(curl, CURLOPT_XFERINFODATA, session);
    set_sign_in(curl, server);
}

static bool begins_with_one_of(const char *words, const char *const *codes)
{
    for (; *codes; codes++)
        if (g_ascii_strncasecmp(words, *codes, strlen(*codes)) == 0)
            return true;
    return false;
}

/* A refusal that is not the credentials' fault: it says so by its code (RFC 5530), or in words. [ALERT] alone says neither:
 * Gmail writes it before "Too many simultaneous connections" and before "Application-specific password required". */
static bool is_for_now(const char *words)
{
    static const char *const theirs[] = {"[AUTHENTICATIONFAILED]", "[AUTHORIZATIONFAILED]", "[EXPIRED]", NULL};
    static const char *const passing[] = {"[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[OVERQUOTA]", "[SERVERBUG]", NULL};
    static const char *const said[] = {"unavailable", "too many", "temporar", "try again later"};
    if (begins_with_one_of(words, theirs))
        return false;
    g_autofree char *lower = g_ascii_strdown(words, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++)
        if (strstr(lower, said[i]))
            return true;
    return begins_with_one_of(words, passing);
}

static ImapOutcome outcome_of_opening(const ImapSession *session, CURLcode done)
{
    if (is_stopped(session->stop))
        return IMAP_STOPPED;
    if (session->dial.private_refused)
        return IMAP_PRIVATE;
    if (session->dial.plaintext_refused || dial_is_tls_failure(done))
        return IMAP_INSECURE;
    if (done == CURLE_LOGIN_DENIED)
        return is_for_now(session->result.text) ? IMAP_TEMPORARY : IMAP_SIGN_IN;
    return done == CURLE_WEIRD_SERVER_REPLY ? IMAP_PROTOCOL : IMAP_TEMPORARY;
}

static bool sign_in(ImapSession *session)
{
    CURLcode done = libcurl.curl_easy_perform(session->curl);
    if (done == CURLE_OK)
        done = libcurl.curl_easy_getinfo(session->curl, CURLINFO_ACTIVESOCKET, &session->descriptor);
    if (done == CURLE_OK)
        return true;
    const char *words = session->dial.plaintext_refused                       ? "plain IMAP is for loopback only"
                        : session->dial.private_refused                       ? DIAL_PRIVATE_WORDS
                        : dial_is_tls_failure(done) || !*session->result.text ? curl_says(session, done)
                                                                              : session->result.text;
    g_autofree char *kept = g_strdup(words);
    return imap_end(session, outcome_of_opening(session, done), bytes_of(kept));
}

static void collect_capability(const ImapResponse *response, void *arg)
{
    ImapSession *session = arg;
    if (response->kind != IMAP_CAPABILITY)
        return;
    session->has_idle = imap_words_have(response->words, "IDLE");
    session->has_move = imap_words_have(response->words, "MOVE");
    session->has_uidplus = imap_words_have(response->words, "UIDPLUS");
    session->has_esearch = imap_words_have(response->words, "ESEARCH");
    session->lists_special_use =
        imap_words_have(response->words, "SPECIAL-USE") && imap_words_have(response->words, "LIST-EXTENDED");
}

static DialTls dial_tls_of(ImapTls tls)
{
    return tls == IMAP_TLS_STARTTLS ? DIAL_TLS_STARTTLS : tls == IMAP_TLS_NONE ? DIAL_TLS_NONE : DIAL_TLS_IMPLICIT;
}

static ImapSession *session_new(const ImapServer *server)
{
    ImapSession *session = g_new0(ImapSession, 1);
    session->stop = server->stop;
    session->reply_seconds = seconds_or(server->reply_seconds, 120);
    session->command_seconds = seconds_or(server->command_seconds, 1800);
    session->message_max = server->message_max ? server->message_max : MESSAGE_MAX;
    session->reader = imap_reader_new(IMAP_LITERAL_MAX);
    session->dial = (Dial){
        .protocol = "imap",
        .host = server->host,
        .port = server->port,
        .path = "/",
        .tls = dial_tls_of(server->tls),
        .ca_file = server->ca_file,
    };
    session->curl = libcurl.curl_easy_init();
    check(session->curl != NULL);
    return session;
}

static void session_free(ImapSession *session)
{
    libcurl.curl_easy_cleanup(session->curl); /* says nothing more: with CONNECT_ONLY the connection is ours */
    imap_reader_free(session->reader);
    g_clear_pointer(&session->message, g_byte_array_unref);
    g_free(session);
}

static bool session_open(ImapSession *session, const ImapServer *server)
{
    if (!server->user || !*server->user)
        return imap_end(session, IMAP_SIGN_IN, bytes_of("no user to sign in as"));
    if (!dial_set(session->curl, &session->dial))
        return imap_end(session, IMAP_TEMPORARY, bytes_of("the server's name makes no address"));
    set_session(session, server);
    return sign_in(session) && imap_run(session, "CAPABILITY", collect_capability, session, NULL) == IMAP_OK;
}

ImapResult imap_open(const ImapServer *server, ImapSession **session_out)
{
    g_autoptr(GError) missing = NULL;
    *session_out = NULL;
    if (!libcurl_load(&missing))
        return result_of(IMAP_TEMPORARY, bytes_of(missing->message));
    ImapSession *session = session_new(server);
    bool is_open = session_open(session, server);
    ImapResult result = session->result;
    if (is_open)
        *session_out = session;
    else
        session_free(session);
    return result;
}

void imap_close(ImapSession *session)
{
    if (!session)
        return;
    ImapResponse response;
    ImapWait wait = imap_wait_begin(session, LOGOUT_SECONDS);
    if (!session->dead && imap_begin(session, &wait, "LOGOUT"))
        while (imap_next_response(session, &wait, &response)) /* to the BYE, which ends it */
            ;
    session_free(session);
}

bool imap_has_idle(const ImapSession *session)
{
    return session->has_idle;
}
