/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the certificates of a file, with OpenSSL. How: PEM is walked block by block; anything else is tried as a certificate,
 * then as a PKCS#7 bundle. Why a key ends it all: whoever uploads one has taken the wrong file, and must be told while they
 * still know which; a file that is half taken says nothing.
 */
#include "parse/certificate_int.h"
#include "parse/message_int.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

enum { NAME_SIZE = 1000 };

typedef struct Reading {
    Arena *arena;
    Certificate *items;
    size_t count;
    bool too_many;
} Reading;

const char *certificate_name(Arena *arena, X509 *certificate, int nid)
{
    const X509_NAME *name = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    unsigned char *text = NULL;
    if (at < 0 || ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))) < 0)
        return "";
    const char *kept = line_keep(arena, (const char *)text, NAME_SIZE);
    OPENSSL_free(text);
    return kept;
}

static bool moment_of(const ASN1_TIME *written, TimeMs *at_out)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool is_time = epoch && ASN1_TIME_diff(&days, &seconds, epoch, written) == 1;
    ASN1_TIME_free(epoch);
    *at_out = days * TIME_DAY + seconds * TIME_SECOND;
    return is_time;
}

/* Its bytes and their fingerprint; false for one too large. */
static bool describe_bytes(Arena *arena, X509 *certificate, Certificate *out)
{
    unsigned char *der = NULL;
    char hex[SHA256_HEX_SIZE];
    int size = i2d_X509(certificate, &der);
    bool fits = size > 0 && size <= CERTIFICATE_DER_MAX;
    if (fits) {
        g_autofree char *base64 = g_base64_encode(der, (gsize)size);
        bytes_sha256_hex((Bytes){der, (size_t)size}, hex);
        out->base64 = arena_strdup(arena, base64);
        out->fingerprint = arena_strdup(arena, hex);
    }
    OPENSSL_free(der);
    return fits;
}

static void take(Reading *reading, X509 *certificate)
{
    Certificate item;
    if (reading->too_many || !certificate || !describe_bytes(reading->arena, certificate, &item) ||
        certificate_find(reading->items, reading->count, item.fingerprint) ||
        !moment_of(X509_get0_notBefore(certificate), &item.not_before) ||
        !moment_of(X509_get0_notAfter(certificate), &item.not_after))
        return;
    reading->too_many = reading->count == CERTIFICATE_COUNT_MAX;
    if (reading->too_many)
        return;
    item.name = certificate_name(reading->arena, certificate, NID_commonName);
    if (!*item.name)
        item.name = certificate_name(reading->arena, certificate, NID_organizationalUnitName);
    item.organization = certificate_name(reading->arena, certificate, NID_organizationName);
    reading->items[reading->count++] = item;
}

static bool read_certificate(Reading *reading, Bytes der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.size);
    take(reading, certificate);
    X509_free(certificate);
    return certificate != NULL;
}

static void read_bundle(Reading *reading, Bytes der)
{
    const unsigned char *at = der.data;
    CMS_ContentInfo *bundle = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
    STACK_OF(X509) *certificates = bundle ? CMS_get1_certs(bundle) : NULL;
    for (int i = 0; i < sk_X509_num(certificates); i++)
        take(reading, sk_X509_value(certificates, i));
    sk_X509_pop_free(certificates, X509_free);
    CMS_ContentInfo_free(bundle);
}

/* ---- PEM ---- */

static void read_block(Reading *reading, const char *label, Bytes der)
{
    static const char *const bundles[] = {PEM_STRING_PKCS7, PEM_STRING_PKCS7_SIGNED, PEM_STRING_CMS, NULL};
    static const char *const certificates[] = {PEM_STRING_X509, PEM_STRING_X509_OLD, PEM_STRING_X509_TRUSTED, NULL};
    if (g_strv_contains(certificates, label))
        read_certificate(reading, der); /* what a trusted one carries behind it is left out */
    else if (g_strv_contains(bundles, label))
        read_bundle(reading, der);
}

/* A damaged block is passed over: each step takes at least a line. */
static void read_pem(Reading *reading, Bytes text)
{
    BIO *pem = BIO_new_mem_buf(text.data, (int)text.size);
    while (pem && BIO_pending(pem) > 0 && !reading->too_many) {
        char *label = NULL, *header = NULL;
        unsigned char *der = NULL;
        long size = 0;
        if (PEM_read_bio(pem, &label, &header, &der, &size) == 1)
            read_block(reading, label, (Bytes){der, (size_t)size});
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(pem);
}

/* ---- keys ---- */

/* A key as it is, one under a password, or a bundle that carries one (.p12, .pfx). */
static bool is_key(Bytes der)
{
    const unsigned char *plain = der.data, *sealed = der.data, *bundle = der.data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &plain, (long)der.size);
    X509_SIG *sealed_key = d2i_X509_SIG(NULL, &sealed, (long)der.size);
    PKCS12 *pkcs12 = d2i_PKCS12(NULL, &bundle, (long)der.size);
    bool is_one = key || sealed_key || pkcs12;
    EVP_PKEY_free(key);
    X509_SIG_free(sealed_key);
    PKCS12_free(pkcs12);
    return is_one;
}

/* Where the text begins, or NULL: whatever stands before it, a byte order mark or words. */
static const uint8_t *find(Bytes file, const char *text)
{
    return file.size ? memmem(file.data, file.size, text, strlen(text)) : NULL;
}

static CertificateVerdict verdict_of(const Reading *reading)
{
    if (reading->too_many)
        return CERTIFICATES_TOO_MANY;
    return reading->count ? CERTIFICATES_READ : CERTIFICATES_NONE;
}

void certificate_read(Arena *arena, Bytes file, Certificates *out)
{
    Reading reading = {.arena = arena, .items = ARENA_ARRAY(arena, Certificate, CERTIFICATE_COUNT_MAX)};
    const uint8_t *pem = find(file, "-----BEGIN ");
    bool holds_key = find(file, "PRIVATE KEY-----") != NULL;
    if (!holds_key && pem)
        read_pem(&reading, (Bytes){pem, file.size - (size_t)(pem - file.data)});
    else if (!holds_key && file.size && !read_certificate(&reading, file)) {
        read_bundle(&reading, file);
        holds_key = !reading.count && is_key(file);
    }
    ERR_clear_error();
    *out = (Certificates){.verdict = holds_key ? CERTIFICATES_KEY : verdict_of(&reading)};
    if (out->verdict != CERTIFICATES_READ)
        return;
    out->items = reading.items;
    out->count = reading.count;
}
