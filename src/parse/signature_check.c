/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: S/MIME with OpenSSL's CMS. How: first the bytes (does the digest hold?), then each signer's certificate, so that
 * "somebody changed a word" and "we do not know who this is" are told apart. Why a partial chain is enough: lists of
 * providers hold their own certificates, not always the authority's.
 */
#include "parse/certificate_int.h"
#include "parse/decode_int.h"
#include "parse/lines_int.h"
#include "parse/message_int.h"
#include "parse/signature_int.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { CERTIFICATES_MAX = 2000, AUTH_LEVEL = 1 /* 80 bits: no SHA-1 and no short key in a chain */ };
#define SIGNATURE_MAX ((size_t)1 << 20)

typedef struct Checker {
    Arena *arena;
    Signature *out;
    TimeMs at;
    STACK_OF(X509) * trusted;
    X509_STORE *store;
    CMS_ContentInfo *cms;
} Checker;

void signature_open(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS | OPENSSL_INIT_ADD_ALL_CIPHERS |
                            OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
                        NULL);
    EVP_MD *digest = EVP_MD_fetch(NULL, "SHA256", NULL); /* loads the provider */
    EVP_MD_free(digest);
}

/* ---- input ---- */

static bool take_byte(Bytes piece, void *user)
{
    GByteArray *out = user;
    if (piece.size)
        g_byte_array_append(out, piece.data, (guint)piece.size);
    return out->len <= SIGNATURE_MAX;
}

/* Where the part's body begins. */
static size_t body_of(Bytes part)
{
    for (size_t at = 0; at < part.size; at++) {
        if (part.data[at] != '\n')
            continue;
        size_t next = at + 1 + (at + 1 < part.size && part.data[at + 1] == '\r');
        if (next < part.size && part.data[next] == '\n')
            return next + 1;
    }
    return part.size;
}

static CMS_ContentInfo *signature_parse(Bytes part)
{
    size_t body = body_of(part);
    g_autofree char *headers = g_ascii_strdown((const char *)part.data, (gssize)body);
    const char *encoding = strstr(headers, "content-transfer-encoding:");
    bool is_base64 = encoding && strstr(encoding, "base64");
    g_autoptr(GByteArray) der = g_byte_array_new();
    decode_pump(is_base64 ? PARSE_BASE64 : PARSE_IDENTITY, (Bytes){part.data + body, part.size - body}, take_byte, der);
    if (!der->len || der->len > SIGNATURE_MAX)
        return NULL;
    const unsigned char *at = der->data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der->len);
    if (cms && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

/* Lines end in CR LF where it was signed; a pipe or an mbox may have taken the CR away. Yours. */
static GByteArray *canonical_of(Bytes content)
{
    size_t bare = 0;
    for (size_t i = 0; i < content.size; i++)
        bare += content.data[i] == '\n' && (!i || content.data[i - 1] != '\r');
    GByteArray *out = g_byte_array_sized_new((guint)(content.size + bare));
    for (size_t at = 0; at < content.size;) {
        const uint8_t *newline = memchr(content.data + at, '\n', content.size - at);
        size_t end = newline ? (size_t)(newline - content.data) : content.size;
        bool lacks = newline && (end == 0 || content.data[end - 1] != '\r');
        if (end > at)
            g_byte_array_append(out, content.data + at, (guint)(end - at));
        if (newline)
            g_byte_array_append(out, (const guint8 *)"\r\n" + !lacks, lacks ? 2 : 1);
        at = end + (newline ? 1 : 0);
    }
    return out;
}

static bool checker_open(Checker *checker, Bytes trusted)
{
    BIO *pem = BIO_new_mem_buf(trusted.data, (int)trusted.size);
    checker->trusted = sk_X509_new_null();
    checker->store = X509_STORE_new();
    if (!pem || !checker->trusted || !checker->store)
        return false;
    for (int count = 0; count < CERTIFICATES_MAX; count++) {
        X509 *certificate = PEM_read_bio_X509(pem, NULL, NULL, NULL);
        if (!certificate)
            break;
        X509_STORE_add_cert(checker->store, certificate);
        if (!sk_X509_push(checker->trusted, certificate))
            X509_free(certificate);
    }
    BIO_free(pem);
    X509_VERIFY_PARAM *rules = X509_STORE_get0_param(checker->store);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(rules, (time_t)(checker->at / TIME_SECOND));
    X509_VERIFY_PARAM_set_auth_level(rules, AUTH_LEVEL);
    return true;
}

static void checker_close(Checker *checker)
{
    CMS_ContentInfo_free(checker->cms);
    X509_STORE_free(checker->store);
    sk_X509_pop_free(checker->trusted, X509_free);
    ERR_clear_error();
}

/* ---- whose ---- */

static void read_signer(Checker *checker, X509 *certificate)
{
    Signature *out = checker->out;
    STACK_OF(OPENSSL_STRING) *emails = X509_get1_email(certificate); /* subject and subjectAltName */
    const char **addresses = ARENA_ARRAY(checker->arena, const char *, SIGNATURE_ADDRESSES_MAX);
    out->signer = certificate_name(checker->arena, certificate, NID_commonName);
    out->organization = certificate_name(checker->arena, certificate, NID_organizationName);
    for (int i = 0; i < sk_OPENSSL_STRING_num(emails) && out->address_count < SIGNATURE_ADDRESSES_MAX; i++) {
        g_autofree char *lower = g_ascii_strdown(sk_OPENSSL_STRING_value(emails, i), -1);
        addresses[out->address_count++] = line_keep(checker->arena, lower, 1000);
    }
    out->addresses = addresses;
    X509_email_free(emails);
}

/* ---- checks ---- */

static bool digests_are_strong(CMS_ContentInfo *cms)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    for (int i = 0; i < sk_CMS_SignerInfo_num(signers); i++) {
        X509_ALGOR *digest = NULL;
        CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(signers, i), NULL, NULL, &digest, NULL);
        int nid = digest ? OBJ_obj2nid(digest->algorithm) : NID_undef;
        if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
            return false;
    }
    return sk_CMS_SignerInfo_num(signers) > 0;
}

static SignatureVerdict verdict_of_error(int error)
{
    switch (error) {
    case X509_V_OK:
        return SIGNATURE_VALID;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return SIGNATURE_EXPIRED;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return SIGNATURE_WEAK;
    default:
        return SIGNATURE_UNTRUSTED;
    }
}

static SignatureVerdict check_certificate(const Checker *checker, X509 *certificate, STACK_OF(X509) * others)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    SignatureVerdict verdict = SIGNATURE_UNTRUSTED;
    if (context && X509_STORE_CTX_init(context, checker->store, certificate, others) == 1) {
        X509_STORE_CTX_set_default(context, "smime_sign");
        bool leads = X509_verify_cert(context) == 1;
        int error = X509_STORE_CTX_get_error(context);
        verdict = verdict_of_error(leads ? X509_V_OK : error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error);
    }
    X509_STORE_CTX_free(context);
    return verdict;
}

static SignatureVerdict check_signers(Checker *checker)
{
    STACK_OF(X509) *signers = CMS_get0_signers(checker->cms), *others = CMS_get1_certs(checker->cms);
    SignatureVerdict verdict = sk_X509_num(signers) > 0 ? SIGNATURE_VALID : SIGNATURE_UNREADABLE;
    for (int i = 0; i < sk_X509_num(signers) && verdict == SIGNATURE_VALID; i++)
        verdict = check_certificate(checker, sk_X509_value(signers, i), others);
    if (sk_X509_num(signers) > 0)
        read_signer(checker, sk_X509_value(signers, 0));
    sk_X509_free(signers);
    sk_X509_pop_free(others, X509_free);
    return verdict;
}

/* CMS_verify finds the signers' certificates on its way, also when the digest is wrong. */
static bool content_is_signed(Checker *checker, Bytes content)
{
    g_autoptr(GByteArray) canonical = canonical_of(content);
    BIO *bytes = BIO_new_mem_buf(canonical->data, (int)canonical->len);
    bool whole = bytes && CMS_verify(checker->cms, checker->trusted, NULL, bytes, NULL,
                                     CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
    BIO_free(bytes);
    return whole;
}

static SignatureVerdict check(Checker *checker, const SignedParts *parts, Bytes trusted)
{
    checker->cms = signature_parse(parts->signature);
    if (!checker->cms || !checker_open(checker, trusted))
        return SIGNATURE_UNREADABLE;
    bool whole = content_is_signed(checker, parts->content);
    SignatureVerdict signers = check_signers(checker);
    if (!whole)
        return signers == SIGNATURE_UNREADABLE ? SIGNATURE_UNREADABLE : SIGNATURE_CHANGED;
    return signers == SIGNATURE_VALID && !digests_are_strong(checker->cms) ? SIGNATURE_WEAK : signers;
}

void signature_check(Arena *arena, Bytes raw, Bytes trusted, TimeMs at, Signature *out)
{
    SignedParts parts;
    *out = (Signature){.verdict = SIGNATURE_ABSENT, .signer = "", .organization = ""};
    if (!signed_parts_find(raw, &parts))
        return;
    Checker checker = {.arena = arena, .out = out, .at = at};
    out->verdict = check(&checker, &parts, trusted);
    checker_close(&checker);
    if (out->verdict != SIGNATURE_VALID)
        return;
    out->signed_offset = (uint64_t)(parts.content.data - raw.data);
    out->signed_length = parts.content.size;
}
