/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/token.h"

#include <glib.h>
#include <string.h>

static void test_tokens_differ_and_hash(void)
{
    Token a = token_new(), b = token_new();
    char hash[SHA256_HEX_SIZE];
    g_assert_cmpuint(strlen(a.text), ==, 32);
    g_assert_cmpstr(a.text, !=, b.text);
    g_assert_true(token_hash(a.text, hash));
    g_assert_cmpstr(hash, ==, a.sha256);
}

static void test_only_tokens_are_hashed(void)
{
    char hash[SHA256_HEX_SIZE];
    g_assert_false(token_hash(NULL, hash));
    g_assert_false(token_hash("", hash));
    g_assert_false(token_hash("abcdefghijklmnopqrstuvwxyz23456", hash));  /* 31 */
    g_assert_false(token_hash("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", hash)); /* upper case */
    g_assert_false(token_hash("abcdefghijklmnopqrstuvwxyz23456/", hash));
}

static void test_key_is_no_token(void)
{
    Key a = key_new(), b = key_new();
    Token token = token_new();
    char hash[SHA256_HEX_SIZE];
    g_assert_cmpuint(strlen(a.text) * 5, >=, 256);
    g_assert_cmpstr(a.text, !=, b.text);
    g_assert_true(key_hash(a.text, hash));
    g_assert_cmpstr(hash, ==, a.sha256);
    g_assert_false(token_hash(a.text, hash));
    g_assert_false(key_hash(token.text, hash));
}

static void test_hash_is_sha256(void)
{
    char hash[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of("abc"), hash); /* FIPS 180-2, appendix B.1 */
    g_assert_cmpstr(hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token/differ", test_tokens_differ_and_hash);
    g_test_add_func("/token/strict", test_only_tokens_are_hashed);
    g_test_add_func("/token/key", test_key_is_no_token);
    g_test_add_func("/token/sha256", test_hash_is_sha256);
    return g_test_run();
}
