/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as a message in a certified box, with any bytes as its daticert.xml, under each verdict on the signature: a
 * receipt counts only if the file was read, names a message, was issued to a box of ours and is proved (pec_letter.h,
 * invariant 1), and says only clean lines.
 */
#include "channel/pec/pec_letter.h"
#include "header_fuzz.h"
#include "parse/daticert_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const boxes[] = {"noi@pec.test"};

static void check_receipt(const PecLetter *letter, const Receipt *receipt)
{
    const Daticert *certified = &letter->certified;
    bool proved = letter->signature == RECEIPT_SIGNATURE_VALID || letter->signature == RECEIPT_SIGNATURE_NOT_CHECKED;
    check(receipt->standing != RECEIPT_COUNTS || proved);
    check_line(receipt->reference);
    check_line(receipt->recipient);
    check_line(receipt->provider);
    check_line(receipt->identifier);
    check_line(receipt->error_text);
    if (receipt->standing == RECEIPT_COUNTS && receipt->kind != RECEIPT_ENVELOPE &&
        receipt->kind != RECEIPT_UNCERTIFIED) {
        check(certified->read && *certified->message_id && !strcmp(receipt->reference, certified->message_id));
        check(!g_ascii_strcasecmp(certified->sender, "noi@pec.test"));
    }
}

static void check_letter(const PecLetter *letter)
{
    PecKind kind = pec_kind(letter->mail);
    Receipt receipt = pec_receipt(letter), certificate = pec_certificate(letter, kind);
    check_receipt(letter, &receipt);
    check_receipt(letter, &certificate);
    check(certificate.kind ==
          (kind == PEC_ENVELOPE && letter->certified.read && !strcmp(letter->certified.type, "posta-certificata")
               ? RECEIPT_ENVELOPE
               : RECEIPT_UNCERTIFIED));
    check(!pec_may_acknowledge(letter, kind, "anna@bar.test") || certificate.kind == RECEIPT_ENVELOPE);
    check(!pec_may_acknowledge(letter, kind, "posta-certificata@gestore.test"));
    const char *claimed = pec_claimed(letter);
    check(!claimed || *claimed);
}

static void check_message(Arena *arena, Bytes raw, Bytes xml)
{
    ParsedMail mail;
    message_parse(arena, raw, false, &mail);
    PecLetter letter = {.arena = arena,
                        .mail = &mail,
                        .daticert = pec_find_daticert(&mail),
                        .postacert = pec_find_postacert(&mail),
                        .signer = "",
                        .own_addresses = boxes,
                        .own_count = 1};
    if (letter.daticert && letter.daticert->encoding == PARSE_IDENTITY)
        xml = (Bytes){raw.data + letter.daticert->offset, letter.daticert->length};
    daticert_read(arena, xml, &letter.certified);
    for (letter.signature = 0; letter.signature < RECEIPT_SIGNATURE_COUNT; letter.signature++)
        check_letter(&letter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Bytes bytes = {data, size};
    static const char receipt[] = "From: posta-certificata@gestore.test\r\nX-Ricevuta: avvenuta-consegna\r\n\r\n";
    check_message(arena, bytes, bytes);
    check_message(arena, bytes_of(receipt), bytes);
    return 0;
}
