/* SPDX-License-Identifier: EUPL-1.2 */
/* S/MIME through real workers: an authority, a provider and a stranger made here; what is changed, moved or cut. */
#include "parse/signature_int.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* 2026-06-01T00:00:00Z: date -u -d 2026-06-01 +%s */
#define NOW (INT64_C(1780272000) * TIME_SECOND)
#define DAY_SECONDS 86400

static ParseZygote *zygote;
static Arena *arena;

typedef struct Identity {
    EVP_PKEY *key;
    X509 *certificate;
} Identity;

static Identity authority, provider, stranger;

/* ---- making certificates ---- */

static void extension_add(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    g_assert_nonnull(extension);
    g_assert_cmpint(X509_add_ext(certificate, extension, -1), ==, 1);
    X509_EXTENSION_free(extension);
}

/* mail NULL: an authority of its own. Valid for a year around NOW. */
static Identity identity_new(const char *name, const char *mail, const Identity *issuer, unsigned bits,
                             const EVP_MD *digest)
{
    static long serial = 1;
    Identity made = {EVP_RSA_gen(bits), X509_new()};
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    ASN1_TIME_set(X509_getm_notBefore(made.certificate), NOW / TIME_SECOND - 180L * DAY_SECONDS);
    ASN1_TIME_set(X509_getm_notAfter(made.certificate), NOW / TIME_SECOND + 180L * DAY_SECONDS);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"Gestore S.p.A.", -1, -1, 0);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(made.certificate, issuer ? X509_get_subject_name(issuer->certificate) : subject);
    X509_set_pubkey(made.certificate, made.key);
    X509 *by = issuer ? issuer->certificate : made.certificate;
    extension_add(made.certificate, by, NID_basic_constraints, mail ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (mail) {
        g_autofree char *alternative = g_strdup_printf("email:%s", mail);
        extension_add(made.certificate, by, NID_subject_alt_name, alternative);
        extension_add(made.certificate, by, NID_ext_key_usage, "emailProtection");
    }
    g_assert_cmpint(X509_sign(made.certificate, issuer ? issuer->key : made.key, digest), >, 0);
    return made;
}

static void identity_free(Identity *identity)
{
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
}

static char *pem_of(const Identity *identity)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *data;
    PEM_write_bio_X509(out, identity->certificate);
    long size = BIO_get_mem_data(out, &data);
    char *copy = g_strndup(data, (gsize)size);
    BIO_free(out);
    return copy;
}

/* ---- making messages ---- */

#define CONTENT                                                                                                        \
    "Content-Type: text/plain; charset=utf-8\r\n"                                                                      \
    "\r\n"                                                                                                             \
    "Il messaggio è stato consegnato.\r\n"

static char *signature_of(const char *content, const Identity *signer, const EVP_MD *digest, unsigned flags)
{
    BIO *bytes = BIO_new_mem_buf(content, -1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, bytes, CMS_DETACHED | CMS_BINARY | CMS_PARTIAL);
    g_assert_nonnull(CMS_add1_signer(cms, signer->certificate, signer->key, digest, flags));
    g_assert_cmpint(CMS_final(cms, bytes, NULL, CMS_DETACHED | CMS_BINARY), ==, 1);
    unsigned char *der = NULL;
    int size = i2d_CMS_ContentInfo(cms, &der);
    char *text = g_base64_encode(der, (gsize)size);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(bytes);
    return text;
}

static char *message_of(const char *content, const char *signature)
{
    return g_strdup_printf("From: posta-certificata@gestore.it\r\nSubject: CONSEGNA: x\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\";\r\n"
                           " micalg=sha-256; boundary=\"----AB+C\"\r\n\r\nThis is an S/MIME signed message\r\n\r\n"
                           "------AB+C\r\n%s\r\n------AB+C\r\n"
                           "Content-Type: application/x-pkcs7-signature; name=\"smime.p7s\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n------AB+C--\r\n",
                           content, signature);
}

static char *signed_by(const Identity *signer)
{
    g_autofree char *signature = signature_of(CONTENT, signer, EVP_sha256(), 0);
    return message_of(CONTENT, signature);
}

static Signature check_at(const char *raw, const Identity *trusted, TimeMs at)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pem = trusted ? pem_of(trusted) : g_strdup("");
    Signature signature;
    g_assert_true(parse_signature(zygote, arena, bytes_of(raw), bytes_of(pem), at, &signature, &error));
    g_assert_no_error(error);
    return signature;
}

/* ---- tests ---- */

static void test_valid(void)
{
    g_autofree char *raw = signed_by(&provider);
    Signature signature = check_at(raw, &authority, NOW);
    g_assert_cmpint(signature.verdict, ==, SIGNATURE_VALID);
    g_assert_cmpstr(signature.signer, ==, "Posta certificata");
    g_assert_cmpstr(signature.organization, ==, "Gestore S.p.A.");
    g_assert_cmpuint(signature.address_count, ==, 1);
    g_assert_cmpstr(signature.addresses[0], ==, "posta-certificata@gestore.it"); /* written with capitals in it */
    g_assert_cmpuint(signature.signed_offset, ==, (uint64_t)(strstr(raw, CONTENT) - raw));
    g_assert_cmpuint(signature.signed_length, ==, strlen(CONTENT));
}

/* A list that holds the provider's own certificate and not its authority's. */
static void test_leaf_is_trusted(void)
{
    g_autofree char *raw = signed_by(&provider);
    g_assert_cmpint(check_at(raw, &provider, NOW).verdict, ==, SIGNATURE_VALID);
}

/* A pipe or an mbox takes the carriage returns away. */
static void test_bare_line_ends(void)
{
    g_autofree char *raw = signed_by(&provider);
    g_autoptr(GString) bare = g_string_new(raw);
    g_string_replace(bare, "\r\n", "\n", 0);
    g_assert_cmpint(check_at(bare->str, &authority, NOW).verdict, ==, SIGNATURE_VALID);
}

static void test_one_word_changed(void)
{
    g_autofree char *raw = signed_by(&provider);
    g_autoptr(GString) changed = g_string_new(raw);
    g_string_replace(changed, "consegnato", "rifiutato!", 1);
    Signature signature = check_at(changed->str, &authority, NOW);
    g_assert_cmpint(signature.verdict, ==, SIGNATURE_CHANGED);
    g_assert_cmpuint(signature.signed_length, ==, 0);
}

static void test_strangers(void)
{
    g_autofree char *raw = signed_by(&stranger);
    Signature signature = check_at(raw, &authority, NOW);
    g_assert_cmpint(signature.verdict, ==, SIGNATURE_UNTRUSTED);
    g_assert_cmpstr(signature.signer, ==, "Chiunque");
    g_autofree char *known = signed_by(&provider);
    g_assert_cmpint(check_at(known, NULL, NOW).verdict, ==, SIGNATURE_UNTRUSTED);
}

static void test_times(void)
{
    g_autofree char *raw = signed_by(&provider);
    g_assert_cmpint(check_at(raw, &authority, NOW + 400 * TIME_DAY).verdict, ==, SIGNATURE_EXPIRED);
    g_assert_cmpint(check_at(raw, &authority, NOW - 400 * TIME_DAY).verdict, ==, SIGNATURE_EXPIRED);
}

static void test_weak(void)
{
    g_autofree char *sha1 = signature_of(CONTENT, &provider, EVP_sha1(), 0);
    g_autofree char *raw = message_of(CONTENT, sha1);
    g_assert_cmpint(check_at(raw, &authority, NOW).verdict, ==, SIGNATURE_WEAK);
    Identity weak = identity_new("Debole", "posta-certificata@gestore.it", &authority, 2048, EVP_sha1());
    g_autofree char *weakly = signed_by(&weak);
    g_assert_cmpint(check_at(weakly, &authority, NOW).verdict, ==, SIGNATURE_WEAK);
    identity_free(&weak);
}

/* An authority's key signs certificates, not mail; and a certificate for servers is none for mail. */
static void test_other_purposes(void)
{
    Identity server = identity_new("Server", "posta-certificata@gestore.it", &authority, 2048, EVP_sha256());
    X509_EXTENSION_free(
        X509_delete_ext(server.certificate, X509_get_ext_by_NID(server.certificate, NID_ext_key_usage, -1)));
    extension_add(server.certificate, authority.certificate, NID_ext_key_usage, "serverAuth");
    X509_sign(server.certificate, authority.key, EVP_sha256());
    g_autofree char *raw = signed_by(&server);
    g_assert_cmpint(check_at(raw, &authority, NOW).verdict, ==, SIGNATURE_UNTRUSTED);
    identity_free(&server);
}

static void test_no_certificate_inside(void)
{
    g_autofree char *signature = signature_of(CONTENT, &provider, EVP_sha256(), CMS_NOCERTS);
    g_autofree char *raw = message_of(CONTENT, signature);
    g_assert_cmpint(check_at(raw, &authority, NOW).verdict, ==, SIGNATURE_UNREADABLE);
    g_assert_cmpint(check_at(raw, &provider, NOW).verdict, ==, SIGNATURE_VALID);
}

static void test_shapes(void)
{
    static const struct {
        const char *raw;
        SignatureVerdict verdict;
    } cases[] = {
        {"From: a@x.it\r\n\r\nciao\r\n", SIGNATURE_ABSENT},
        {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nciao\r\n--b--\r\n", SIGNATURE_ABSENT},
        {"Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\r\n"
         "y\r\n--b--\r\n",
         SIGNATURE_ABSENT},
        {"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"\r\n\r\nx\r\n", SIGNATURE_ABSENT},
        {"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n\r\nx\r\n",
         SIGNATURE_ABSENT},
        {"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\nTUlNRQ==\r\n--b--\r\n",
         SIGNATURE_UNREADABLE},
        {"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
         "\r\n0\x82\xff\xff\r\n--b--\r\n",
         SIGNATURE_UNREADABLE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (check_at(cases[i].raw, &authority, NOW).verdict != cases[i].verdict)
            g_test_fail_printf("case %zu", i);
}

/* The signature of one message around the words of another. */
static void test_moved(void)
{
    g_autofree char *signature = signature_of(CONTENT, &provider, EVP_sha256(), 0);
    g_autofree char *raw = message_of("Content-Type: text/plain\r\n\r\nAltro.\r\n", signature);
    g_assert_cmpint(check_at(raw, &authority, NOW).verdict, ==, SIGNATURE_CHANGED);
}

/* The worst that fits: its worker must not run out of memory. */
static void test_largest(void)
{
    g_autoptr(GString) content = g_string_sized_new(41 << 20);
    g_string_append(content, "Content-Type: text/plain\r\n\r\n");
    while (content->len < (size_t)40 << 20)
        g_string_append(content, "Una riga come tante, e ancora una riga come tante, fino in fondo.\r\n");
    g_autofree char *signature = signature_of(content->str, &provider, EVP_sha256(), 0);
    g_autofree char *raw = message_of(content->str, signature);
    g_assert_cmpint(check_at(raw, &authority, NOW).verdict, ==, SIGNATURE_VALID);
}

static void test_lies_are_refused(void)
{
    static const char *const lies[] = {"", "7\n\n\n0\n0\n0\n", "0\n\n\n0\n0\n0\n", "0\n\n\n90\n20\n0\n", "1\n\n\n0\n5\n0\n",
                                       "1\n\n\n0\n0\n11\n", "1\n\n\n0\n0\n1\n", "1\n\n\n0\n0\n0\nx\n"};
    Signature out;
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++)
        if (signature_lines_read(arena, bytes_of(lies[i]), 100, &out))
            g_test_fail_printf("lie %zu was believed", i);
    g_assert_true(signature_lines_read(arena, bytes_of("0\nA\nB\n90\n10\n1\na@x.it\n"), 100, &out));
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    arena = arena_new(ARENA_REQUEST_CAP);
    authority = identity_new("Autorità", NULL, NULL, 2048, EVP_sha256());
    provider = identity_new("Posta certificata", "Posta-Certificata@gestore.it", &authority, 2048, EVP_sha256());
    stranger = identity_new("Chiunque", "posta-certificata@gestore.it", NULL, 2048, EVP_sha256());
    g_test_add_func("/signature/valid", test_valid);
    g_test_add_func("/signature/leaf", test_leaf_is_trusted);
    g_test_add_func("/signature/bare", test_bare_line_ends);
    g_test_add_func("/signature/changed", test_one_word_changed);
    g_test_add_func("/signature/strangers", test_strangers);
    g_test_add_func("/signature/times", test_times);
    g_test_add_func("/signature/weak", test_weak);
    g_test_add_func("/signature/purposes", test_other_purposes);
    g_test_add_func("/signature/no-certificate", test_no_certificate_inside);
    g_test_add_func("/signature/shapes", test_shapes);
    g_test_add_func("/signature/moved", test_moved);
    g_test_add_func("/signature/largest", test_largest);
    g_test_add_func("/signature/lies", test_lies_are_refused);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    arena_free(arena);
    identity_free(&authority);
    identity_free(&provider);
    identity_free(&stranger);
    return status;
}
