/* SPDX-License-Identifier: EUPL-1.2 */
/* What a message in a certified box is, and which receipts count (docs/adr/0014). */
#include "channel/pec/pec_letter.h"

#include <string.h>

static Arena *arena;

static const char *const boxes[] = {"Noi@pec.test"};
static const DaticertRecipient one_recipient[] = {{"anna@pec.test", true}};

static const ParsedField receipt_fields[] = {{"x-ricevuta", "avvenuta-consegna"},
                                             {"x-riferimento-message-id", "<1.2.abc@pec.test>"}};
static const ParsedMail receipt_mail = {.parsed = true,
                                        .from_address = "posta-certificata@gestore.test",
                                        .fields = receipt_fields,
                                        .field_count = G_N_ELEMENTS(receipt_fields)};

static Daticert daticert(const char *type)
{
    return (Daticert){.read = true,
                      .type = type,
                      .error = "nessuno",
                      .sender = "noi@pec.test",
                      .replies = "",
                      .subject = "",
                      .provider = "Gestore S.p.A.",
                      .at = 1731691238000,
                      .identifier = "opec1",
                      .message_id = "1.2.abc@pec.test",
                      .receipt_form = "",
                      .delivered_to = "",
                      .error_text = "",
                      .recipients = one_recipient,
                      .recipient_count = 1};
}

static PecLetter letter(const ParsedMail *mail, Daticert certified)
{
    return (PecLetter){.arena = arena,
                       .mail = mail,
                       .certified = certified,
                       .signature = RECEIPT_SIGNATURE_VALID,
                       .signer = "Gestore",
                       .own_addresses = boxes,
                       .own_count = 1};
}

static void test_kinds(void)
{
    static const struct {
        ParsedField fields[2];
        size_t count;
        PecKind kind;
    } cases[] = {
        {{{"x-trasporto", "posta-certificata"}}, 1, PEC_ENVELOPE},
        {{{"x-trasporto", "Posta-Certificata"}}, 1, PEC_ENVELOPE},
        {{{"x-trasporto", "errore"}}, 1, PEC_ANOMALY},
        {{{"x-ricevuta", "accettazione"}}, 1, PEC_RECEIPT},
        {{{"x-ricevuta", "mai-vista"}}, 1, PEC_RECEIPT},
        {{{"x-ricevuta", "accettazione"}, {"x-trasporto", "errore"}}, 2, PEC_ANOMALY}, /* a stranger's own header, wrapped */
        {{{"x-mailer", "x"}}, 1, PEC_PLAIN},
        {{{"x-trasporto", "altro"}}, 1, PEC_PLAIN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        ParsedMail mail = {.parsed = true, .fields = cases[i].fields, .field_count = cases[i].count};
        if (pec_kind(&mail) != cases[i].kind)
            g_test_fail_printf("case %zu", i);
    }
}

static void test_outcomes(void)
{
    static const struct {
        const char *type;
        ReceiptKind kind;
    } cases[] = {
        {"accettazione", RECEIPT_ACCEPTED},        {"non-accettazione", RECEIPT_REFUSED},
        {"presa-in-carico", RECEIPT_TAKEN},        {"avvenuta-consegna", RECEIPT_DELIVERED},
        {"errore-consegna", RECEIPT_FAILED},       {"preavviso-errore-consegna", RECEIPT_LATE},
        {"rilevazione-virus", RECEIPT_VIRUS},      {"posta-certificata", RECEIPT_OTHER},
        {"", RECEIPT_OTHER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PecLetter it = letter(&receipt_mail, daticert(cases[i].type)); /* the header says delivered each time */
        if (pec_receipt(&it).kind != cases[i].kind)
            g_test_fail_printf("%s", cases[i].type);
    }
}

static void test_what_is_kept(void)
{
    Daticert certified = daticert("errore-consegna");
    certified.error = "no-dest";
    PecLetter it = letter(&receipt_mail, certified);
    Receipt receipt = pec_receipt(&it);
    g_assert_cmpstr(receipt.reference, ==, "1.2.abc@pec.test");
    g_assert_cmpstr(receipt.recipient, ==, "anna@pec.test"); /* the only one */
    g_assert_cmpstr(receipt.error_text, ==, "no-dest");      /* no longer text was given */
    g_assert_cmpint(receipt.legal_at, ==, 1731691238000);
    g_assert_cmpstr(receipt.provider, ==, "Gestore S.p.A.");
    g_assert_cmpint(receipt.standing, ==, RECEIPT_COUNTS);
    g_assert_null(pec_claimed(&it));
    it.certified.error_text = "5.1.1 casella inesistente";
    it.certified.delivered_to = "luca@pec.test";
    receipt = pec_receipt(&it);
    g_assert_cmpstr(receipt.error_text, ==, "5.1.1 casella inesistente");
    g_assert_cmpstr(receipt.recipient, ==, "luca@pec.test");
    it.certified.type = "accettazione";
    it.certified.delivered_to = "";
    g_assert_cmpstr(pec_receipt(&it).recipient, ==, ""); /* of all of them */
}

static void test_what_counts(void)
{
    static const ReceiptSignature wrong[] = {
        RECEIPT_SIGNATURE_LIST_UNREADABLE, RECEIPT_SIGNATURE_ABSENT,  RECEIPT_SIGNATURE_UNREADABLE,
        RECEIPT_SIGNATURE_CHANGED,         RECEIPT_SIGNATURE_UNTRUSTED, RECEIPT_SIGNATURE_EXPIRED,
        RECEIPT_SIGNATURE_WEAK,            RECEIPT_SIGNATURE_OTHER_ADDRESS, RECEIPT_SIGNATURE_OUTSIDE};
    PecLetter it = letter(&receipt_mail, daticert("avvenuta-consegna"));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        it.signature = wrong[i];
        g_assert_cmpint(pec_receipt(&it).standing, ==, RECEIPT_UNPROVED);
    }
    it.signature = RECEIPT_SIGNATURE_NOT_CHECKED;
    g_assert_cmpint(pec_receipt(&it).standing, ==, RECEIPT_COUNTS);
    it.certified.sender = "altri@pec.test";
    g_assert_cmpint(pec_receipt(&it).standing, ==, RECEIPT_NOT_OURS);
    it.certified.sender = "";
    g_assert_cmpint(pec_receipt(&it).standing, ==, RECEIPT_NOT_OURS);
    PecLetter empty = letter(&receipt_mail, (Daticert){0});
    Receipt receipt = pec_receipt(&empty);
    g_assert_cmpint(receipt.standing, ==, RECEIPT_UNPROVED); /* headers are not signed */
    g_assert_cmpint(receipt.kind, ==, RECEIPT_DELIVERED);
    g_assert_cmpstr(receipt.reference, ==, "1.2.abc@pec.test");
    g_assert_cmpstr(pec_claimed(&empty), ==, "1.2.abc@pec.test");
}

/* Header and daticert name different messages: the signed one is the reference. */
static void test_ids_that_differ(void)
{
    PecLetter it = letter(&receipt_mail, daticert("avvenuta-consegna"));
    it.certified.message_id = "other@pec.test";
    g_assert_cmpstr(pec_receipt(&it).reference, ==, "other@pec.test");
    g_assert_cmpstr(pec_claimed(&it), ==, "1.2.abc@pec.test");
    it.certified.message_id = "";
    g_assert_cmpstr(pec_receipt(&it).reference, ==, "1.2.abc@pec.test");
    g_assert_cmpint(pec_receipt(&it).standing, ==, RECEIPT_UNPROVED);
}

static void test_signature(void)
{
    static const char *const addresses[] = {"posta-certificata@gestore.test"};
    const ParsedAttachment file = {.name = "daticert.xml", .offset = 200, .length = 100};
    Signature signature = {.verdict = SIGNATURE_VALID,
                           .addresses = addresses,
                           .address_count = 1,
                           .signed_offset = 100,
                           .signed_length = 200};
    PecLetter it = letter(&receipt_mail, daticert("accettazione"));
    it.daticert = &file;
    g_assert_cmpint(pec_signature(&it, &signature), ==, RECEIPT_SIGNATURE_VALID);
    signature.signed_length = 199; /* daticert.xml was put behind what was signed */
    g_assert_cmpint(pec_signature(&it, &signature), ==, RECEIPT_SIGNATURE_OUTSIDE);
    signature.signed_offset = 201;
    signature.signed_length = 300;
    g_assert_cmpint(pec_signature(&it, &signature), ==, RECEIPT_SIGNATURE_OUTSIDE);
    signature.signed_offset = 100;
    signature.address_count = 0;
    g_assert_cmpint(pec_signature(&it, &signature), ==, RECEIPT_SIGNATURE_OTHER_ADDRESS);
    signature.verdict = SIGNATURE_CHANGED;
    g_assert_cmpint(pec_signature(&it, &signature), ==, RECEIPT_SIGNATURE_CHANGED);
}

static void test_files_are_found(void)
{
    const ParsedAttachment files[] = {{.name = "scan.pdf", .type = "application/pdf"},
                                      {.name = "DatiCert.xml", .type = "application/xml"},
                                      {.name = "", .type = "message/rfc822"},
                                      {.name = "smime.p7s", .type = "application/pkcs7-signature"}};
    ParsedMail mail = {.parsed = true, .attachments = files, .attachment_count = G_N_ELEMENTS(files)};
    g_assert_true(pec_find_daticert(&mail) == &files[1]);
    g_assert_true(pec_find_postacert(&mail) == &files[2]);
    mail.attachment_count = 1;
    g_assert_null(pec_find_daticert(&mail));
    g_assert_null(pec_find_postacert(&mail));
}

static void test_letters(void)
{
    PecLetter it = letter(&receipt_mail, daticert("posta-certificata"));
    g_assert_cmpint(pec_certificate(&it, PEC_ENVELOPE).kind, ==, RECEIPT_ENVELOPE);
    g_assert_cmpint(pec_certificate(&it, PEC_ENVELOPE).legal_at, ==, 1731691238000);
    g_assert_true(pec_may_acknowledge(&it, PEC_ENVELOPE, "anna@pec.test"));
    g_assert_false(pec_may_acknowledge(&it, PEC_ENVELOPE, "Posta-Certificata@gestore.test"));
    g_assert_false(pec_may_acknowledge(&it, PEC_ANOMALY, "anna@x.test"));
    g_assert_false(pec_may_acknowledge(&it, PEC_PLAIN, "anna@x.test"));
    g_assert_cmpint(pec_certificate(&it, PEC_ANOMALY).kind, ==, RECEIPT_UNCERTIFIED);
    it.signature = RECEIPT_SIGNATURE_CHANGED;
    g_assert_false(pec_may_acknowledge(&it, PEC_ENVELOPE, "anna@pec.test"));
    g_assert_cmpint(pec_certificate(&it, PEC_ENVELOPE).standing, ==, RECEIPT_UNPROVED);
    PecLetter bare = letter(&receipt_mail, (Daticert){0}); /* an envelope without daticert.xml certifies nothing */
    g_assert_cmpint(pec_certificate(&bare, PEC_ENVELOPE).kind, ==, RECEIPT_UNCERTIFIED);
    g_assert_false(pec_may_acknowledge(&bare, PEC_ENVELOPE, "anna@pec.test"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    arena = arena_new(ARENA_REQUEST_CAP);
    g_test_add_func("/pec/kinds", test_kinds);
    g_test_add_func("/pec/outcomes", test_outcomes);
    g_test_add_func("/pec/kept", test_what_is_kept);
    g_test_add_func("/pec/counts", test_what_counts);
    g_test_add_func("/pec/ids", test_ids_that_differ);
    g_test_add_func("/pec/signature", test_signature);
    g_test_add_func("/pec/files", test_files_are_found);
    g_test_add_func("/pec/letters", test_letters);
    int status = g_test_run();
    arena_free(arena);
    return status;
}
