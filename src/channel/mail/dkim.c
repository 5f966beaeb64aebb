/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/dkim.h"

#include "channel/mail/tags.h"

#include <string.h>

enum { ED25519_BYTES = 32, SELECTOR_MAX = 100 };

/* --- how long the key is: DER, as far as its modulus ------------------------------------------------------------------- */

enum { DER_INTEGER = 0x02, DER_BITS = 0x03, DER_SEQUENCE = 0x30 };

/* The element at the front of *from, which then stands behind it; false: none of that kind. */
static bool der_take(Bytes *from, uint8_t kind, Bytes *inside_out)
{
    size_t at = 2, length;
    if (from->size < 2 || from->data[0] != kind)
        return false;
    length = from->data[1];
    if (length & 0x80) {
        size_t digits = length & 0x7f;
        if (digits == 0 || digits > 2 || from->size < 2 + digits)
            return false;
        for (length = 0; at < 2 + digits; at++)
            length = length << 8 | from->data[at];
    }
    if (length > from->size - at)
        return false;
    *inside_out = (Bytes){from->data + at, length};
    *from = (Bytes){from->data + at + length, from->size - at - length};
    return true;
}

/* The bits of a SubjectPublicKeyInfo's modulus (what everybody publishes) or of a bare RSAPublicKey's (what RFC 6376 says);
 * 0: it is neither. */
static unsigned rsa_bits(Bytes der)
{
    Bytes key, algorithm, packed, number;
    if (!der_take(&der, DER_SEQUENCE, &key))
        return 0;
    if (key.size && key.data[0] == DER_SEQUENCE) {
        if (!der_take(&key, DER_SEQUENCE, &algorithm) || !der_take(&key, DER_BITS, &packed) || packed.size < 2)
            return 0;
        Bytes rest = {packed.data + 1, packed.size - 1}; /* behind the count of unused bits */
        if (!der_take(&rest, DER_SEQUENCE, &key))
            return 0;
    }
    if (!der_take(&key, DER_INTEGER, &number))
        return 0;
    while (number.size && !number.data[0])
        number = (Bytes){number.data + 1, number.size - 1};
    return number.size ? (unsigned)(number.size * 8) - (unsigned)__builtin_clz(number.data[0]) + 24 : 0;
}

/* --- the record ------------------------------------------------------------------------------------------------------ */

/* Whether a list with colons between has the word. */
static bool lists(const char *text, const char *word)
{
    g_auto(GStrv) words = g_strsplit(text, ":", -1);
    for (size_t i = 0; words[i]; i++)
        if (g_ascii_strcasecmp(g_strstrip(words[i]), word) == 0)
            return true;
    return false;
}

static DkimState judge_key(const char *kind, const char *encoded, unsigned *bits_out)
{
    g_autofree char *packed = g_malloc(strlen(encoded) + 1);
    size_t length = 0, size;
    for (const char *at = encoded; *at; at++)
        if (!g_ascii_isspace(*at)) { /* a long key may be folded */
            if (!g_ascii_isalnum(*at) && !strchr("+/=", *at))
                return DKIM_BROKEN;
            packed[length++] = *at;
        }
    packed[length] = '\0';
    g_autofree uint8_t *der = g_base64_decode(packed, &size);
    if (g_ascii_strcasecmp(kind, "ed25519") == 0)
        return size == ED25519_BYTES ? DKIM_GOOD : DKIM_BROKEN;
    *bits_out = g_ascii_strcasecmp(kind, "rsa") == 0 ? rsa_bits((Bytes){der, size}) : 0;
    return *bits_out >= DKIM_BITS_GOOD  ? DKIM_GOOD
           : *bits_out >= DKIM_BITS_MIN ? DKIM_WEAK
           : *bits_out > 0              ? DKIM_SHORT
                                        : DKIM_BROKEN;
}

DkimKey dkim_key_parse(Arena *arena, const char *record)
{
    DkimKey key = {.state = DKIM_ABSENT};
    TagList tags;
    bool is_list = tags_parse(arena, record, &tags);
    const char *version = is_list ? tags_find(&tags, "v") : NULL, *value = is_list ? tags_find(&tags, "p") : NULL;
    if (!is_list || !value) {
        key.state = g_ascii_strncasecmp(record, "v=DKIM1", 7) == 0 ? DKIM_BROKEN : DKIM_ABSENT;
        return key;
    }
    const char *kind = tags_find(&tags, "k"), *flags = tags_find(&tags, "t"), *services = tags_find(&tags, "s");
    key.testing = flags && lists(flags, "y");
    if (version && (strcmp(version, "DKIM1") != 0 || strcmp(tags.names[0], "v") != 0))
        key.state = DKIM_BROKEN;
    else if (services && !lists(services, "*") && !lists(services, "email"))
        key.state = DKIM_BROKEN; /* a key for something else */
    else
        key.state = *value ? judge_key(kind ? kind : "rsa", value, &key.bits) : DKIM_REVOKED;
    return key;
}

DkimKey dkim_read(Arena *arena, DnsSource source, const char *domain, const char *selector)
{
    DnsAnswer answer = source.ask(source.arg, arena_printf(arena, "%s._domainkey.%s", selector, domain), DNS_TXT);
    DkimKey key = {.state = answer.outcome == DNS_UNASKED ? DKIM_UNASKED : DKIM_ABSENT};
    for (size_t i = 0; i < answer.count; i++) {
        DkimKey one = dkim_key_parse(arena, answer.records[i].text);
        if (one.state != DKIM_ABSENT && key.state != DKIM_ABSENT)
            one.state = DKIM_BROKEN; /* of two keys nobody knows which counts (section 3.6.2.2) */
        if (one.state != DKIM_ABSENT)
            key = one;
    }
    key.selector = selector;
    return key;
}

bool dkim_is_selector(const char *text)
{
    bool good =
        *text && strlen(text) <= SELECTOR_MAX && *text != '.' && !strstr(text, "..") && text[strlen(text) - 1] != '.';
    for (const char *at = text; good && *at; at++)
        good = g_ascii_isalnum(*at) || strchr("-_.", *at) != NULL;
    return good;
}

const char *dkim_signature_selector(Arena *arena, const char *field, const char *domain)
{
    TagList tags;
    if (!tags_parse(arena, field, &tags))
        return NULL;
    const char *signer = tags_find(&tags, "d"), *selector = tags_find(&tags, "s");
    return signer && selector && g_ascii_strcasecmp(signer, domain) == 0 && dkim_is_selector(selector) ? selector
                                                                                                       : NULL;
}

const char *const *dkim_usual_selectors(void)
{
    static const char *const usual[] = {"default", "google", "selector1", "selector2", "dkim", "mail", "s1", "k1", "a1", NULL};
    return usual;
}
