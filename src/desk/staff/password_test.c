/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/password.h"

#include <glib.h>
#include <string.h>

static const char *refusal(const char *password)
{
    static const char *const own[] = {"anna.bianchi", "Anna Bianchi", "Termoidraulica Velletri"};
    InputError refused = {0};
    return password_check(password, own, G_N_ELEMENTS(own), &refused) ? NULL : refused.key;
}

static void test_length(void)
{
    g_autofree char *longest = g_malloc0(PASSWORD_MAX + 2);
    for (size_t i = 0; i < PASSWORD_MAX; i++)
        longest[i] = "kzq7w!vb3x"[i % 10 == 9 ? i / 10 % 10 : i % 10];
    g_assert_cmpstr(refusal("xkz7!qvbw3m"), ==, "password.error.too_short"); /* 11 */
    g_assert_null(refusal("xkz7!qvbw3mè"));
    g_assert_cmpstr(refusal("èàòùìéèàòùì"), ==, "password.error.too_short"); /* 11 characters, 22 bytes */
    g_assert_null(refusal(longest));
    longest[PASSWORD_MAX] = 'a';
    g_assert_cmpstr(refusal(longest), ==, "password.error.too_long");
    g_assert_cmpstr(refusal("xkz7!qvbw3m\xff"), ==, "password.error.unreadable");
}

static void test_obvious(void)
{
    static const char *const obvious[] = {
        "password1234", "Password2024!", "P@ssw0rd1234", "aaaaaaaaaaaa", "121212121212", "abcabcabcabc",
        "123456789012", "qwertyuiop12", "qwertyqwerty", "1qaz2wsx3edc", "abcdefghijkl", "zyxwvutsrqpo", "Benvenuto2031!",
        "benvenutobenvenuto", "amministratore1", "Administrator!", "juventus1897", "Forza Napoli 1926", "tiamotiamotiamo",
        "Primavera2026.", "iloveyou12345", "francesco1985", "annabianchi123", "a.bianchi.1990", "Anna Bianchi!!",
        "Velletri2025!", "termoidraulica", "ciaociaociao1", "ddddddddddddddddddd1", "s3gr3t1ss1m4",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(obvious); i++)
        if (g_strcmp0(refusal(obvious[i]), "password.error.obvious") != 0)
            g_error("%s was let through", obvious[i]);
}

static void test_good(void)
{
    static const char *const good[] = {
        "correct horse battery staple", "gonfaloniere a Velletri", "tre gatti sul tetto bruno", "kQ7-vxT2-pLw9",
        "пароль длинный весенний",      "とても長い合言葉ですよねえ本当", "il mare d'inverno fischia", "password of my grandmother's goat",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        if (refusal(good[i]))
            g_error("%s was refused: %s", good[i], refusal(good[i]));
}

static void test_hash(void)
{
    PasswordHash one, other;
    password_hash("correct horse battery staple", &one);
    password_hash("correct horse battery staple", &other);
    g_assert_true(g_str_has_prefix(one.text, "$argon2id$v=19$m=47104,t=1,p=1$")); /* 46 MiB = 47,104 KiB, one pass */
    g_assert_cmpstr(one.text, !=, other.text);
    g_assert_true(password_verify(one.text, "correct horse battery staple"));
    g_assert_false(password_verify(one.text, "correct horse battery stapl"));
    g_assert_false(password_verify(one.text, ""));
    g_assert_false(password_verify("$argon2id$nonsense", "correct horse battery staple"));
    g_assert_false(password_needs_rehash(one.text));
}

/* The third-party vector: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1` of the reference implementation, as
 * its test.c holds it. Verified here, and old enough to want a new one. */
static void test_foreign_hash(void)
{
    const char *hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    g_assert_true(password_verify(hash, "password"));
    g_assert_false(password_verify(hash, "passwore"));
    g_assert_true(password_needs_rehash(hash));
}

static void test_nobody(void)
{
    g_assert_false(password_verify_nobody(""));
    g_assert_false(password_verify_nobody("correct horse battery staple"));
    g_assert_false(password_verify(NULL, "correct horse battery staple"));
}

/* Unknown logins must cost what known ones cost; the median of a few, each beside the other. */
static gint compare_times(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

static void test_nobody_costs_the_same(void)
{
    enum { TRIES = 11 };
    PasswordHash hash;
    gint64 theirs[TRIES], nobodys[TRIES];
    password_hash("correct horse battery staple", &hash);
    for (int i = 0; i < TRIES; i++) {
        gint64 start = g_get_monotonic_time();
        password_verify(hash.text, "wrong");
        gint64 between = g_get_monotonic_time();
        password_verify_nobody("wrong");
        theirs[i] = between - start;
        nobodys[i] = g_get_monotonic_time() - between;
    }
    qsort(theirs, TRIES, sizeof *theirs, compare_times);
    qsort(nobodys, TRIES, sizeof *nobodys, compare_times);
    double ratio = (double)nobodys[TRIES / 2] / (double)theirs[TRIES / 2];
    g_test_message("nobody's hash takes %.2f of a person's", ratio);
    g_assert_cmpfloat(ratio, >, 0.5); /* a busy machine; half as much would be another cost */
    g_assert_cmpfloat(ratio, <, 2.0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/password/length", test_length);
    g_test_add_func("/password/obvious", test_obvious);
    g_test_add_func("/password/good", test_good);
    g_test_add_func("/password/hash", test_hash);
    g_test_add_func("/password/foreign-hash", test_foreign_hash);
    g_test_add_func("/password/nobody", test_nobody);
    g_test_add_func("/password/nobody-costs-the-same", test_nobody_costs_the_same);
    return g_test_run();
}
