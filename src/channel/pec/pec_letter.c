/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/pec/pec_letter.h"

#include "desk/party/party.h"

#include <string.h>

static const char *field_of(const ParsedMail *mail, const char *name)
{
    const char *value = parse_mail_field(mail, name);
    return value ? value : "";
}

PecKind pec_kind(const ParsedMail *mail)
{
    const char *transport = field_of(mail, "x-trasporto");
    if (!g_ascii_strcasecmp(transport, "posta-certificata"))
        return PEC_ENVELOPE;
    if (!g_ascii_strcasecmp(transport, "errore"))
        return PEC_ANOMALY;
    return parse_mail_field(mail, "x-ricevuta") ? PEC_RECEIPT : PEC_PLAIN;
}

/* ------------------------------------------------------------------------------------------------------- its files */

static const ParsedAttachment *find_file(const ParsedMail *mail, const char *name, const char *type)
{
    for (size_t i = 0; i < mail->attachment_count; i++) {
        const ParsedAttachment *file = &mail->attachments[i];
        if ((name && !g_ascii_strcasecmp(file->name, name)) || (type && !strcmp(file->type, type)))
            return file;
    }
    return NULL;
}

const ParsedAttachment *pec_find_daticert(const ParsedMail *mail)
{
    return find_file(mail, "daticert.xml", NULL);
}

const ParsedAttachment *pec_find_postacert(const ParsedMail *mail)
{
    const ParsedAttachment *named = find_file(mail, "postacert.eml", NULL);
    return named ? named : find_file(mail, NULL, "message/rfc822");
}

/* ------------------------------------------------------------------------------------------------------- signature */

static bool is_inside(const Signature *signature, const ParsedAttachment *file)
{
    return !file || (file->offset >= signature->signed_offset &&
                     file->offset + file->length <= signature->signed_offset + signature->signed_length);
}

static bool holds_address(const Signature *signature, const char *address)
{
    for (size_t i = 0; i < signature->address_count; i++)
        if (!g_ascii_strcasecmp(signature->addresses[i], address))
            return true;
    return false;
}

ReceiptSignature pec_signature(const PecLetter *letter, const Signature *signature)
{
    static const ReceiptSignature verdicts[SIGNATURE_VERDICTS] = {
        [SIGNATURE_VALID] = RECEIPT_SIGNATURE_VALID,           [SIGNATURE_ABSENT] = RECEIPT_SIGNATURE_ABSENT,
        [SIGNATURE_UNREADABLE] = RECEIPT_SIGNATURE_UNREADABLE, [SIGNATURE_CHANGED] = RECEIPT_SIGNATURE_CHANGED,
        [SIGNATURE_UNTRUSTED] = RECEIPT_SIGNATURE_UNTRUSTED,   [SIGNATURE_EXPIRED] = RECEIPT_SIGNATURE_EXPIRED,
        [SIGNATURE_WEAK] = RECEIPT_SIGNATURE_WEAK,
    };
    if (signature->verdict != SIGNATURE_VALID)
        return verdicts[signature->verdict];
    if (!holds_address(signature, letter->mail->from_address))
        return RECEIPT_SIGNATURE_OTHER_ADDRESS;
    bool inside = is_inside(signature, letter->daticert) && is_inside(signature, letter->postacert);
    return inside ? RECEIPT_SIGNATURE_VALID : RECEIPT_SIGNATURE_OUTSIDE;
}

static bool is_proved(const PecLetter *letter)
{
    return letter->signature == RECEIPT_SIGNATURE_VALID || letter->signature == RECEIPT_SIGNATURE_NOT_CHECKED;
}

/* ------------------------------------------------------------------------------------------------------- receipts */

static ReceiptKind kind_of_word(const char *word)
{
    static const struct {
        const char *word; /* of daticert's tipo and of X-Ricevuta */
        ReceiptKind kind;
    } words[] = {
        {"accettazione", RECEIPT_ACCEPTED},
        {"non-accettazione", RECEIPT_REFUSED},
        {"presa-in-carico", RECEIPT_TAKEN},
        {"avvenuta-consegna", RECEIPT_DELIVERED},
        {"errore-consegna", RECEIPT_FAILED},
        {"mancata-consegna", RECEIPT_FAILED},
        {"preavviso-errore-consegna", RECEIPT_LATE},
        {"rilevazione-virus", RECEIPT_VIRUS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (!g_ascii_strcasecmp(word, words[i].word))
            return words[i].kind;
    return RECEIPT_OTHER;
}

/* "<id>" without its brackets. */
static const char *header_id(const PecLetter *letter)
{
    const char *value = field_of(letter->mail, "x-riferimento-message-id");
    size_t size = strlen(value);
    bool bracketed = size >= 2 && value[0] == '<' && value[size - 1] == '>';
    return bracketed ? arena_strndup(letter->arena, value + 1, size - 2) : value;
}

static bool was_issued_to_us(const PecLetter *letter)
{
    const char *sender = contact_key_of_email(letter->arena, letter->certified.sender);
    for (size_t i = 0; *sender && i < letter->own_count; i++)
        if (!strcmp(contact_key_of_email(letter->arena, letter->own_addresses[i]), sender))
            return true;
    return false;
}

static ReceiptStanding standing_of(const PecLetter *letter)
{
    if (!letter->certified.read || !*letter->certified.message_id || !is_proved(letter))
        return RECEIPT_UNPROVED;
    return was_issued_to_us(letter) ? RECEIPT_COUNTS : RECEIPT_NOT_OURS;
}

/* Of whom it speaks: the provider's word; where a single recipient is named it can be no other. */
static const char *recipient_of(const Daticert *certified, ReceiptKind kind)
{
    if (*certified->delivered_to || kind == RECEIPT_ACCEPTED)
        return certified->delivered_to;
    return certified->recipient_count == 1 ? certified->recipients[0].address : "";
}

static const char *error_of(const PecLetter *letter)
{
    const Daticert *certified = &letter->certified;
    bool none = !*certified->error || !strcmp(certified->error, "nessuno");
    return *certified->error_text || none ? certified->error_text : certified->error;
}

static Receipt blank_receipt(const PecLetter *letter, ReceiptKind kind)
{
    return (Receipt){.kind = kind,
                     .reference = "",
                     .recipient = "",
                     .provider = "",
                     .identifier = "",
                     .error_text = "",
                     .signature = letter->signature,
                     .signer = letter->signer,
                     .standing = standing_of(letter)};
}

Receipt pec_receipt(const PecLetter *letter)
{
    const Daticert *certified = &letter->certified;
    Receipt receipt =
        blank_receipt(letter, kind_of_word(certified->read ? certified->type : field_of(letter->mail, "x-ricevuta")));
    receipt.reference = header_id(letter);
    if (!certified->read)
        return receipt;
    if (*certified->message_id)
        receipt.reference = certified->message_id;
    receipt.recipient = recipient_of(certified, receipt.kind);
    receipt.provider = certified->provider;
    receipt.identifier = certified->identifier;
    receipt.legal_at = certified->at;
    receipt.error_text = error_of(letter);
    return receipt;
}

const char *pec_claimed(const PecLetter *letter)
{
    const char *claimed = header_id(letter);
    bool same = letter->certified.read && !strcmp(claimed, letter->certified.message_id);
    return *claimed && !same ? claimed : NULL;
}

/* ------------------------------------------------------------------------------------------------------- letters */

Receipt pec_certificate(const PecLetter *letter, PecKind kind)
{
    const Daticert *certified = &letter->certified;
    bool envelope = kind == PEC_ENVELOPE && certified->read && !strcmp(certified->type, "posta-certificata");
    Receipt receipt = blank_receipt(letter, envelope ? RECEIPT_ENVELOPE : RECEIPT_UNCERTIFIED);
    receipt.standing = is_proved(letter) ? RECEIPT_COUNTS : RECEIPT_UNPROVED;
    if (!envelope)
        return receipt;
    receipt.reference = certified->message_id;
    receipt.provider = certified->provider;
    receipt.identifier = certified->identifier;
    receipt.legal_at = certified->at;
    return receipt;
}

bool pec_may_acknowledge(const PecLetter *letter, PecKind kind, const char *sender)
{
    return pec_certificate(letter, kind).kind == RECEIPT_ENVELOPE && is_proved(letter) &&
           g_ascii_strncasecmp(sender, "posta-certificata@", strlen("posta-certificata@")) != 0;
}
