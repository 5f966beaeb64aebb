/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One pass over the bytes: find the empty line (refusing a bare LF on the way), read the head once as a whole, then
 * count the body or walk its chunks. Nothing is stored but positions, so a request of any size costs its length.
 */
#include "net/gate.h"

#include "base/check.h"

#include <glib.h>
#include <string.h>

/* What the lines of one head said. */
typedef struct Head {
    char method[16];
    char *target; /* in GATE_TARGET_MAX + 1 bytes of caller's storage */
    bool is_1_0;
    int hosts, lengths, codings, headers;
    size_t length;
    bool wants_continue;
} Head;

void gate_init(Gate *gate, const GateRules *rules)
{
    *gate = (Gate){.rules = rules, .stage = GATE_HEAD};
}

void gate_next(Gate *gate)
{
    check(!gate->refused);
    gate_init(gate, gate->rules);
}

void gate_refuse(Gate *gate, int status)
{
    if (!gate->refused)
        gate->refused = status;
}

static bool is_token_byte(uint8_t byte)
{
    return g_ascii_isalnum((char)byte) || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static bool equals_ignoring_case(Bytes text, const char *word)
{
    return text.size == strlen(word) && g_ascii_strncasecmp((const char *)text.data, word, text.size) == 0;
}

static Bytes slice(Bytes text, size_t from, size_t to)
{
    return (Bytes){text.data + from, to - from};
}

/* --- host -------------------------------------------------------------------------------------------------------- */

static bool is_port(const char *text)
{
    return *text == '\0' || (*text == ':' && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1));
}

bool gate_host_is_loopback(const char *authority)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strncasecmp(authority, names[i], strlen(names[i])) == 0 && is_port(authority + strlen(names[i])))
            return true;
    return false;
}

static bool host_is_ours(const GateRules *rules, Bytes host)
{
    char text[256];
    if (host.size == 0 || host.size >= sizeof text)
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    return (rules->host && g_ascii_strcasecmp(text, rules->host) == 0) ||
           (rules->allow_loopback && gate_host_is_loopback(text));
}

/* --- request line ------------------------------------------------------------------------------------------------ */

static bool is_escape(Bytes target, size_t at)
{
    return target.size - at >= 3 && g_ascii_isxdigit((char)target.data[at + 1]) &&
           g_ascii_isxdigit((char)target.data[at + 2]) && !(target.data[at + 1] == '0' && target.data[at + 2] == '0');
}

static int check_target(const GateRules *rules, Bytes target)
{
    if (target.size > GATE_TARGET_MAX)
        return 414;
    for (size_t i = 0; i < target.size; i++) {
        uint8_t byte = target.data[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '#' || byte == '\\' || (byte == '%' && !is_escape(target, i)))
            return 400;
    }
    if (target.data[0] == '/') /* "//x" would be a host to some readers */
        return target.size > 1 && target.data[1] == '/' ? 400 : 0;
    const uint8_t *authority = memmem(target.data, MIN(target.size, 8), "://", 3);
    Bytes scheme = authority ? slice(target, 0, (size_t)(authority - target.data)) : (Bytes){0};
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
        return 400;
    size_t start = scheme.size + 3, end = start;
    while (end < target.size && target.data[end] != '/' && target.data[end] != '?')
        end++;
    return host_is_ours(rules, slice(target, start, end)) ? 0 : 421;
}

static int check_method(Bytes method, Head *head)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < method.size; i++)
        if (!is_token_byte(method.data[i]))
            return 400;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (method.size == strlen(known[i]) && memcmp(method.data, known[i], method.size) == 0) {
            g_strlcpy(head->method, known[i], sizeof head->method);
            return 0;
        }
    }
    return method.size ? 501 : 400;
}

static int check_version(Bytes version, Head *head)
{
    if (version.size != 8 || memcmp(version.data, "HTTP/", 5) != 0 || version.data[6] != '.')
        return 400;
    if (memcmp(version.data + 5, "1.1", 3) != 0 && memcmp(version.data + 5, "1.0", 3) != 0)
        return 505;
    head->is_1_0 = version.data[7] == '0';
    return 0;
}

static int check_request_line(const GateRules *rules, Bytes line, Head *head)
{
    const uint8_t *first = memchr(line.data, ' ', line.size);
    const uint8_t *last = memrchr(line.data, ' ', line.size);
    if (!first || first == last || last == first + 1)
        return 400;
    Bytes target = {first + 1, (size_t)(last - first - 1)};
    int status = check_method(slice(line, 0, (size_t)(first - line.data)), head);
    if (!status)
        status = check_target(rules, target);
    if (!status)
        status = check_version((Bytes){last + 1, (size_t)(line.data + line.size - last - 1)}, head);
    if (!status) {
        memcpy(head->target, target.data, target.size);
        head->target[target.size] = '\0';
    }
    return status;
}

/* --- header lines ------------------------------------------------------------------------------------------------ */

static int read_length(Bytes value, Head *head)
{
    size_t length = 0;
    if (++head->lengths > 1 || value.size == 0 || value.size > 15)
        return 400;
    for (size_t i = 0; i < value.size; i++) {
        if (!g_ascii_isdigit((char)value.data[i]))
            return 400;
        length = length * 10 + (size_t)(value.data[i] - '0');
    }
    head->length = length;
    return 0;
}

static int read_header(const GateRules *rules, Bytes name, Bytes value, Head *head)
{
    if (equals_ignoring_case(name, "content-length"))
        return read_length(value, head);
    if (equals_ignoring_case(name, "transfer-encoding")) {
        head->codings++;
        return equals_ignoring_case(value, "chunked") ? 0 : 501;
    }
    if (equals_ignoring_case(name, "host")) {
        if (++head->hosts > 1)
            return 400;
        return host_is_ours(rules, value) ? 0 : 421;
    }
    if (equals_ignoring_case(name, "expect")) {
        head->wants_continue = equals_ignoring_case(value, "100-continue");
        return head->wants_continue ? 0 : 417;
    }
    return 0;
}

static Bytes trim_blanks(Bytes value)
{
    while (value.size && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = slice(value, 1, value.size);
    while (value.size && (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t'))
        value.size--;
    return value;
}

/* A folded line starts with a blank, and a blank before the colon is no token either: one test refuses both. */
static int check_header_line(const GateRules *rules, Bytes line, Head *head)
{
    size_t name_size = 0;
    while (name_size < line.size && is_token_byte(line.data[name_size]))
        name_size++;
    if (name_size == 0 || name_size == line.size || line.data[name_size] != ':')
        return 400;
    for (size_t i = name_size + 1; i < line.size; i++)
        if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
            return 400;
    if (++head->headers > GATE_HEADERS_MAX)
        return 431;
    return read_header(rules, slice(line, 0, name_size), trim_blanks(slice(line, name_size + 1, line.size)), head);
}

/* What the lines say together. The library reads a body only for these three methods: on any other it would take the
 * body for the next request. */
static int check_framing(const Head *head)
{
    bool may_have_body =
        strcmp(head->method, "POST") == 0 || strcmp(head->method, "PUT") == 0 || strcmp(head->method, "PATCH") == 0;
    if (head->hosts != 1 || head->codings > 1 || (head->codings && (head->lengths || head->is_1_0)))
        return 400;
    if (!may_have_body && (head->codings || head->length > 0))
        return 400;
    return 0;
}

static int check_head(const GateRules *rules, Bytes bytes, Head *head)
{
    bool is_first = true;
    while (bytes.size > 2) {
        const uint8_t *end = memmem(bytes.data, bytes.size, "\r\n", 2);
        Bytes line = slice(bytes, 0, (size_t)(end - bytes.data));
        if (memchr(line.data, '\r', line.size))
            return 400;
        int status = is_first ? check_request_line(rules, line, head) : check_header_line(rules, line, head);
        if (status)
            return status;
        is_first = false;
        bytes = slice(bytes, line.size + 2, bytes.size);
    }
    return check_framing(head);
}

/* --- stages ------------------------------------------------------------------------------------------------------ */

/* After a head: its length, or 0. Remembers where the current line began, so that no byte is searched twice. */
static size_t find_head_end(Gate *gate, Bytes pending)
{
    const uint8_t *newline;
    while (gate->scanned < pending.size &&
           (newline = memchr(pending.data + gate->scanned, '\n', pending.size - gate->scanned))) {
        size_t at = (size_t)(newline - pending.data);
        if (at == 0 || pending.data[at - 1] != '\r') {
            gate_refuse(gate, 400);
            return 0;
        }
        bool is_empty_line = at - 1 == gate->line_start;
        gate->scanned = gate->line_start = at + 1;
        if (is_empty_line)
            return at + 1;
    }
    gate->scanned = pending.size;
    return 0;
}

static void accept_head(Gate *gate, Bytes bytes)
{
    char target[GATE_TARGET_MAX + 1];
    Head head = {.target = target};
    int status = check_head(gate->rules, bytes, &head);
    if (status) {
        gate_refuse(gate, status);
        return;
    }
    bool has_body = head.codings || head.length;
    gate->body_limit = has_body ? gate->rules->body_limit(head.method, head.target, gate->rules->arg) : 0;
    if (head.length > gate->body_limit) {
        gate_refuse(gate, 413);
        return;
    }
    gate->wants_continue = head.wants_continue && !head.is_1_0 && has_body;
    gate->stage = head.codings ? GATE_CHUNK_SIZE : GATE_BODY;
    gate->need = head.length;
    gate->body_size = 0;
    gate->chunk_digits = 0;
}

/* An over-long target is told from over-long headers by whether the first line has ended. */
static void scan_head(Gate *gate, Bytes pending)
{
    size_t size = find_head_end(gate, pending);
    if (gate->refused)
        return;
    if ((size ? size : pending.size) > gate->rules->head_max)
        gate_refuse(gate, memchr(pending.data, '\n', gate->rules->head_max) ? 431 : 414);
    else if (size)
        accept_head(gate, slice(pending, 0, size));
}

/* One to eight hexadecimal digits and CR; LF is left to the next stage. No extensions: nobody sends them, and they are
 * one more thing to read differently. */
static void scan_chunk_size(Gate *gate, uint8_t byte)
{
    int digit = g_ascii_xdigit_value((char)byte);
    if (digit >= 0 && gate->chunk_digits < 8) {
        gate->need = (gate->chunk_digits ? gate->need * 16 : 0) + (size_t)digit;
        gate->chunk_digits++;
    } else if (byte == '\n' && gate->chunk_digits == 9) {
        gate->body_size += gate->need;
        gate->stage = gate->need ? GATE_CHUNK_DATA : GATE_TRAILER;
        gate->chunk_digits = 0;
        if (gate->body_size > gate->body_limit)
            gate_refuse(gate, 413);
    } else if (byte == '\r' && gate->chunk_digits >= 1 && gate->chunk_digits <= 8) {
        gate->chunk_digits = 9; /* only LF may follow */
    } else {
        gate_refuse(gate, 400);
    }
}

/* CRLF after a chunk's data, and after the last chunk: no trailers. chunk_digits counts the two bytes. */
static bool scan_line_end(Gate *gate, uint8_t byte)
{
    if (byte != "\r\n"[gate->chunk_digits])
        gate_refuse(gate, 400);
    gate->chunk_digits = !gate->chunk_digits;
    return !gate->refused && gate->chunk_digits == 0;
}

/* Takes what is there of a run of gate->need bytes; true when the run is at its end. */
static bool skip_run(Gate *gate, Bytes *bytes)
{
    size_t taken = MIN(gate->need, bytes->size);
    gate->need -= taken;
    gate->scanned += taken;
    *bytes = slice(*bytes, taken, bytes->size);
    return gate->need == 0;
}

/* One byte of what stands between the runs of data; true when it was the last of the request. */
static bool scan_chunk_framing(Gate *gate, uint8_t byte)
{
    gate->scanned++;
    if (gate->stage == GATE_CHUNK_SIZE) {
        scan_chunk_size(gate, byte);
        return false;
    }
    if (!scan_line_end(gate, byte))
        return false;
    bool is_last = gate->stage == GATE_TRAILER;
    gate->stage = GATE_CHUNK_SIZE;
    return is_last;
}

static bool scan_chunks(Gate *gate, Bytes bytes)
{
    while (bytes.size && !gate->refused) {
        if (gate->stage == GATE_CHUNK_DATA) {
            if (skip_run(gate, &bytes))
                gate->stage = GATE_CHUNK_END;
        } else if (scan_chunk_framing(gate, bytes.data[0])) {
            return true;
        } else {
            bytes = slice(bytes, 1, bytes.size);
        }
    }
    return false;
}

bool gate_scan(Gate *gate, Bytes bytes)
{
    if (gate->refused)
        return false;
    if (gate->stage == GATE_HEAD) {
        scan_head(gate, bytes);
        if (gate->stage == GATE_HEAD || gate->refused)
            return false;
        bytes = slice(bytes, gate->scanned, bytes.size);
    }
    return gate->stage == GATE_BODY ? skip_run(gate, &bytes) : scan_chunks(gate, bytes);
}
