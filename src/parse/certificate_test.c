/* SPDX-License-Identifier: EUPL-1.2 */
/* Files somebody might upload, through real workers: in every form certificates come in, and what is none. */
#include "parse/certificate_int.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

/* date -u -d 2026-01-01 +%s, date -u -d 2027-01-01 +%s */
#define FROM INT64_C(1767225600)
#define UNTIL INT64_C(1798761600)

enum { MANY = CERTIFICATE_COUNT_MAX + 1 };

static ParseZygote *zygote;
static Arena *arena;
static EVP_PKEY *key;
static X509 *made[MANY];

static void name_add(X509 *certificate, const char *entry, const char *text)
{
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), entry, MBSTRING_UTF8, (const unsigned char *)text,
                               -1, -1, 0);
}

static X509 *certificate_new(long serial, const char *name, const char *organization)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    ASN1_TIME_set(X509_getm_notBefore(certificate), FROM);
    ASN1_TIME_set(X509_getm_notAfter(certificate), UNTIL);
    if (organization)
        name_add(certificate, "O", organization);
    if (name)
        name_add(certificate, "CN", name);
    X509_set_pubkey(certificate, key);
    g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
    return certificate;
}

static Bytes taken(BIO *out)
{
    char *data;
    long size = BIO_get_mem_data(out, &data);
    Bytes copy = arena_bytes(arena, (Bytes){(const uint8_t *)data, (size_t)size});
    BIO_free(out);
    return copy;
}

static Bytes pem_of(size_t first, size_t count)
{
    BIO *out = BIO_new(BIO_s_mem());
    for (size_t i = first; i < first + count; i++)
        PEM_write_bio_X509(out, made[i]);
    return taken(out);
}

static Bytes der_of(size_t which)
{
    BIO *out = BIO_new(BIO_s_mem());
    i2d_X509_bio(out, made[which]);
    return taken(out);
}

static Bytes joined(Bytes a, Bytes b)
{
    uint8_t *both = arena_alloc(arena, a.size + b.size);
    memcpy(both, a.data, a.size);
    memcpy(both + a.size, b.data, b.size);
    return (Bytes){both, a.size + b.size};
}

static Certificates read_of(Bytes file)
{
    g_autoptr(GError) error = NULL;
    Certificates found;
    g_assert_true(parse_certificates(zygote, arena, file, &found, &error));
    g_assert_no_error(error);
    return found;
}

static CertificateVerdict verdict_of(Bytes file)
{
    Certificates found = read_of(file);
    g_assert_true((found.verdict == CERTIFICATES_READ) == (found.count > 0));
    return found.verdict;
}

static bool has_name(const Certificates *found, const char *name)
{
    for (size_t i = 0; i < found->count; i++)
        if (!strcmp(found->items[i].name, name))
            return true;
    return false;
}

/* The two first of those made; a bundle's are a set, in an order of its own. */
static void check_two(Bytes file)
{
    Certificates found = read_of(file);
    g_assert_cmpint(found.verdict, ==, CERTIFICATES_READ);
    g_assert_cmpuint(found.count, ==, 2);
    g_assert_true(has_name(&found, "Autorità 0"));
    g_assert_true(has_name(&found, "Autorità 1"));
}

static void test_one(void)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    g_autoptr(GString) hex = g_string_new(NULL);
    Certificates found = read_of(pem_of(0, 1));
    g_assert_cmpint(found.verdict, ==, CERTIFICATES_READ);
    g_assert_cmpuint(found.count, ==, 1);
    g_assert_cmpstr(found.items[0].name, ==, "Autorità 0");
    g_assert_cmpstr(found.items[0].organization, ==, "Gestore S.p.A.");
    g_assert_cmpint(found.items[0].not_before, ==, FROM * TIME_SECOND);
    g_assert_cmpint(found.items[0].not_after, ==, UNTIL * TIME_SECOND);
    X509_digest(made[0], EVP_sha256(), digest, &size);
    for (unsigned i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", digest[i]);
    g_assert_cmpstr(found.items[0].fingerprint, ==, hex->str);
    Bytes original = pem_of(0, 1);
    g_autofree char *expected = g_strndup((const char *)original.data, original.size);
    g_assert_cmpstr(certificate_pem(arena, found.items, found.count), ==, expected);
}

static void test_forms(void)
{
    check_two(pem_of(0, 2));
    check_two(joined(bytes_of("\xef\xbb\xbf"
                              "# le nostre\n"),
                     pem_of(0, 2)));
    check_two(joined(pem_of(0, 2), pem_of(0, 1))); /* once each */
    g_assert_cmpuint(read_of(der_of(1)).count, ==, 1);
    Bytes damaged = bytes_of("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    check_two(joined(damaged, pem_of(0, 2)));
    Certificates found = read_of(pem_of(0, 2));
    g_assert_cmpstr(found.items[1].name, ==, "Autorità 1");
    check_two(bytes_of(certificate_pem(arena, found.items, found.count)));
}

static void test_bundles(void)
{
    CMS_ContentInfo *bundle =
        CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY); /* as in a .p7b: no signer */
    BIO *out = BIO_new(BIO_s_mem()), *pem = BIO_new(BIO_s_mem());
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(CMS_add1_cert(bundle, made[i]), ==, 1);
    i2d_CMS_bio(out, bundle);
    Bytes der = taken(out);
    check_two(der);
    PEM_write_bio(pem, PEM_STRING_PKCS7, "", der.data, 10); /* a damaged one first */
    PEM_write_bio(pem, PEM_STRING_CMS, "", der.data, (long)der.size);
    Bytes text = taken(pem);
    check_two(text);
    g_autofree char *words = g_strndup((const char *)text.data, text.size);
    g_autoptr(GString) other = g_string_new(words);
    g_string_replace(other, " CMS-", " PKCS7-", 0);
    check_two(bytes_of(other->str));
    CMS_ContentInfo_free(bundle);
}

/* Whatever stands beside it, and in whatever form. */
static void test_keys(void)
{
    BIO *plain = BIO_new(BIO_s_mem()), *sealed = BIO_new(BIO_s_mem()), *der = BIO_new(BIO_s_mem()),
        *sealed_der = BIO_new(BIO_s_mem()), *bundle = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(plain, key, NULL, NULL, 0, NULL, NULL);
    PEM_write_bio_PKCS8PrivateKey(sealed, key, EVP_aes_256_cbc(), "segreta", 7, NULL, NULL);
    i2d_PrivateKey_bio(der, key);
    i2d_PKCS8PrivateKey_bio(sealed_der, key, EVP_aes_256_cbc(), "segreta", 7, NULL, NULL);
    PKCS12 *p12 = PKCS12_create("segreta", "nome", key, made[0], NULL, 0, 0, 0, 0, 0);
    i2d_PKCS12_bio(bundle, p12);
    PKCS12_free(p12);
    Bytes text = taken(plain);
    g_assert_cmpint(verdict_of(text), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(joined(pem_of(0, 2), text)), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(joined(text, pem_of(0, 2))), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(joined(der_of(0), text)), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(taken(sealed)), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(taken(der)), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(taken(sealed_der)), ==, CERTIFICATES_KEY);
    g_assert_cmpint(verdict_of(taken(bundle)), ==, CERTIFICATES_KEY);
}

static void test_nothing_in_it(void)
{
    g_assert_cmpint(verdict_of(bytes_of("")), ==, CERTIFICATES_NONE);
    g_assert_cmpint(verdict_of(bytes_of("Gentile cliente, in allegato i certificati.")), ==, CERTIFICATES_NONE);
    g_assert_cmpint(verdict_of(bytes_of("-----BEGIN CERTIFICATE-----\nMIIB")), ==, CERTIFICATES_NONE);
    g_assert_cmpint(verdict_of(bytes_of("-----BEGIN CERTIFICATE-----\n-----BEGIN -----BEGIN \n\n")), ==,
                    CERTIFICATES_NONE);
    Bytes whole = der_of(0);
    for (size_t size = 1; size < whole.size; size += 37)
        g_assert_cmpint(verdict_of((Bytes){whole.data, size}), ==, CERTIFICATES_NONE);
}

static void test_limits(void)
{
    Certificates found = read_of(pem_of(0, CERTIFICATE_COUNT_MAX));
    g_assert_cmpint(found.verdict, ==, CERTIFICATES_READ);
    g_assert_cmpuint(found.count, ==, CERTIFICATE_COUNT_MAX);
    g_assert_cmpint(verdict_of(pem_of(0, MANY)), ==, CERTIFICATES_TOO_MANY);
    uint8_t *large = arena_alloc(arena, CERTIFICATE_FILE_MAX + 1);
    memset(large, '\n', CERTIFICATE_FILE_MAX + 1);
    g_assert_cmpint(verdict_of((Bytes){large, CERTIFICATE_FILE_MAX + 1}), ==, CERTIFICATES_TOO_LARGE);
    g_assert_cmpint(verdict_of((Bytes){large, CERTIFICATE_FILE_MAX}), ==, CERTIFICATES_NONE);
}

static void test_names(void)
{
    X509 *bare = certificate_new(7, NULL, NULL), *odd = certificate_new(8, "Uno\nDue", "a\tb");
    BIO *out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, bare);
    PEM_write_bio_X509(out, odd);
    Certificates found = read_of(taken(out));
    g_assert_cmpuint(found.count, ==, 2);
    g_assert_cmpstr(found.items[0].name, ==, "");
    g_assert_cmpstr(found.items[1].name, ==, "Uno Due");
    g_assert_cmpstr(found.items[1].organization, ==, "a b");
    X509_free(bare);
    X509_free(odd);
}

static void test_lies_are_refused(void)
{
    static const char *const lies[] = {
        "",                                   /* nothing */
        "0\n0\n",                             /* read, and none */
        "1\n1\nA\nB\n0\n1\nMIIB\n",           /* none, and one */
        "0\n1\nA\nB\n0\n1\n\n",               /* without bytes */
        "0\n1\nA\nB\n0\n1\nMII\n",            /* no base64 */
        "0\n1\nA\nB\n0\n1\nMIIB-----BEGIN\n", /* more than base64 */
        "0\n1\nA\nB\nx\n1\nMIIB\n",           /* no date */
        "0\n2\nA\nB\n0\n1\nMIIB\nA\nB\n0\n1\nMIIB\n", /* twice the same */
        "0\n1\nA\nB\n0\n1\nMIIB\nx\n",        /* something behind it */
        "9\n0\n",                             /* no such verdict */
        "0\n201\n",
    };
    Certificates out;
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++)
        if (certificate_lines_read(arena, bytes_of(lies[i]), &out))
            g_test_fail_printf("lie %zu was believed", i);
    g_assert_true(certificate_lines_read(arena, bytes_of("0\n1\nA\nB\n0\n1\nMIIB\n"), &out));
    g_assert_cmpstr(out.items[0].fingerprint, ==, /* printf '\x30\x82\x01' | sha256sum */
                    "ccf72380a62a235fbf5474c2a85f6f68d0a1398f2dada1b19df37e10d4aea723");
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
    key = EVP_EC_gen("P-256");
    for (size_t i = 0; i < MANY; i++)
        made[i] = certificate_new((long)i + 1, arena_printf(arena, "Autorità %zu", i), "Gestore S.p.A.");
    g_test_add_func("/certificate/one", test_one);
    g_test_add_func("/certificate/forms", test_forms);
    g_test_add_func("/certificate/bundles", test_bundles);
    g_test_add_func("/certificate/keys", test_keys);
    g_test_add_func("/certificate/nothing", test_nothing_in_it);
    g_test_add_func("/certificate/limits", test_limits);
    g_test_add_func("/certificate/names", test_names);
    g_test_add_func("/certificate/lies", test_lies_are_refused);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    arena_free(arena);
    EVP_PKEY_free(key);
    for (size_t i = 0; i < MANY; i++)
        X509_free(made[i]);
    return status;
}
