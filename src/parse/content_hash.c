/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two passes over line starts: find the end of the header fields and the oldest Received; then feed every line that
 * counts to SHA-256. A line ends at LF only: a bare CR is a byte like any other, so nobody can hide a field behind one.
 */
#include "parse/content_hash.h"

#include <glib.h>
#include <string.h>

/* Names that carrying adds; a final '*' stands for any rest. These have always been left out. */
static const char *const first_names[] = {
    "return-path", "delivered-to", "x-delivered-to", "x-original-to", "x-envelope-*", "envelope-to", "delivery-date",
    "received-spf", "x-received", "authentication-results", "arc-*", "x-spam*", "x-virus-*", "x-quarantine-*",
    "x-amavis-*", "x-rspamd-*", "x-forefront-*", "x-ms-exchange-organization-*", "x-uid", "x-uidl", "x-keywords",
    "status", "x-status", "x-mozilla-*", "content-length", "lines",
};

/* These are left out too: Gmail's, Exchange Online's, Yahoo's and the filters', one by one for each mailbox. */
static const char *const later_names[] = {
    "x-google-smtp-source", "x-gm-*", "x-ms-exchange-*", "x-ms-office365-*", "x-ms-traffictypediagnostic",
    "x-ms-publictraffictype", "x-microsoft-antispam*", "x-eop*", "x-incomingtopheadermarker", "x-incomingheadercount",
    "x-sid-pra", "x-sid-result", "x-cmae-*", "x-apparently-to", "x-ymailisg", "x-barracuda-*", "x-mimecast-*",
    "x-proofpoint-*", "x-ironport-*", "authentication-results-original",
};

typedef struct Field {
    Bytes name;
    size_t start, end; /* with its continuation lines */
} Field;

static size_t line_end(Bytes raw, size_t at)
{
    const uint8_t *newline = memchr(raw.data + at, '\n', raw.size - at);
    return newline ? (size_t)(newline - raw.data) + 1 : raw.size;
}

static bool line_is_empty(Bytes raw, size_t at)
{
    return raw.data[at] == '\n' || (raw.data[at] == '\r' && at + 1 < raw.size && raw.data[at + 1] == '\n');
}

/* The field at `at` and where it ends; its name is empty when the line has no colon. */
static Field field_read(Bytes raw, size_t at)
{
    Field field = {.name = {raw.data + at, 0}, .start = at, .end = line_end(raw, at)};
    const uint8_t *colon = memchr(raw.data + at, ':', field.end - at);
    if (colon)
        field.name.size = (size_t)(colon - (raw.data + at));
    while (field.name.size && g_ascii_isspace(field.name.data[field.name.size - 1]))
        field.name.size--;
    while (field.end < raw.size && (raw.data[field.end] == ' ' || raw.data[field.end] == '\t'))
        field.end = line_end(raw, field.end);
    return field;
}

static bool name_matches(Bytes name, const char *pattern)
{
    size_t length = strlen(pattern);
    if (pattern[length - 1] == '*')
        return name.size >= length - 1 && !g_ascii_strncasecmp((const char *)name.data, pattern, length - 1);
    return name.size == length && !g_ascii_strncasecmp((const char *)name.data, pattern, length);
}

static bool is_one_of(Bytes name, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name_matches(name, patterns[i]))
            return true;
    return false;
}

static bool field_is_later(const Field *field)
{
    return is_one_of(field->name, later_names, G_N_ELEMENTS(later_names));
}

static bool field_is_transport(const Field *field, bool as_before)
{
    return is_one_of(field->name, first_names, G_N_ELEMENTS(first_names)) || (!as_before && field_is_later(field));
}

static size_t headers_start(Bytes raw)
{
    return raw.size >= 5 && !memcmp(raw.data, "From ", 5) ? line_end(raw, 0) : 0;
}

/* Where the oldest of several Received fields starts; SIZE_MAX when there is at most one. */
static size_t oldest_received(Bytes raw)
{
    size_t count = 0, oldest = SIZE_MAX;
    for (size_t at = headers_start(raw); at < raw.size && !line_is_empty(raw, at);) {
        Field field = field_read(raw, at);
        if (name_matches(field.name, "received")) {
            oldest = at;
            count++;
        }
        at = field.end;
    }
    return count > 1 ? oldest : SIZE_MAX;
}

/* A line's end counts as LF, whether a CR came with it: pipes bring LF, LMTP and IMAP bring CRLF. */
static void add_text(GChecksum *sum, Bytes text)
{
    while (text.size) {
        const uint8_t *cr = memchr(text.data, '\r', text.size);
        size_t run = cr ? (size_t)(cr - text.data) : text.size;
        bool ends_line = cr && run + 1 < text.size && cr[1] == '\n';
        g_checksum_update(sum, text.data, (gssize)(run + (cr && !ends_line ? 1 : 0)));
        run += cr ? 1 : 0;
        text = (Bytes){text.data + run, text.size - run};
    }
}

static void hash_content(Bytes raw, bool as_before, char hex_out[SHA256_HEX_SIZE])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    size_t kept_received = oldest_received(raw);
    size_t at = headers_start(raw);
    while (at < raw.size && !line_is_empty(raw, at)) {
        Field field = field_read(raw, at);
        bool skipped =
            name_matches(field.name, "received") ? at != kept_received : field_is_transport(&field, as_before);
        if (!skipped)
            add_text(sum, (Bytes){raw.data + at, field.end - at});
        at = field.end;
    }
    if (at < raw.size)
        add_text(sum, (Bytes){raw.data + at, raw.size - at});
    memcpy(hex_out, g_checksum_get_string(sum), SHA256_HEX_SIZE);
}

void parse_content_hash(Bytes raw, char hex_out[SHA256_HEX_SIZE])
{
    hash_content(raw, false, hex_out);
}

bool parse_content_hash_before(Bytes raw, char hex_out[SHA256_HEX_SIZE])
{
    for (size_t at = headers_start(raw); at < raw.size && !line_is_empty(raw, at);) {
        Field field = field_read(raw, at);
        if (field_is_later(&field)) {
            hash_content(raw, true, hex_out);
            return true;
        }
        at = field.end;
    }
    return false;
}
