/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_proof.h"

#include "base/catalogue.h"

static const char *legal_instant(Arena *arena, const Visit *visit, TimeMs at)
{
    return at == TIME_NONE ? msg(visit->lang, MSG_PROOF_NO_DATE)
                           : time_format(arena, visit->policy->zone, at, "%d/%m/%Y %H:%M:%S (%:z)");
}

static const char *what_of(Arena *arena, const Visit *visit, const Receipt *receipt)
{
    static const MsgId words[RECEIPT_KIND_COUNT] = {
        [RECEIPT_ACCEPTED] = MSG_PROOF_ACCEPTED, [RECEIPT_REFUSED] = MSG_PROOF_REFUSED,
        [RECEIPT_TAKEN] = MSG_PROOF_TAKEN,       [RECEIPT_DELIVERED] = MSG_PROOF_DELIVERED,
        [RECEIPT_LATE] = MSG_PROOF_LATE,         [RECEIPT_FAILED] = MSG_PROOF_FAILED,
        [RECEIPT_VIRUS] = MSG_PROOF_VIRUS,       [RECEIPT_OTHER] = MSG_PROOF_OTHER,
        [RECEIPT_ENVELOPE] = MSG_PROOF_ENVELOPE, [RECEIPT_UNCERTIFIED] = MSG_PROOF_UNCERTIFIED,
    };
    const char *text = msg_fill(arena, visit->lang, words[receipt->kind], "provider",
                                *receipt->provider ? receipt->provider : msg(visit->lang, MSG_PROOF_NO_PROVIDER),
                                "when", legal_instant(arena, visit, receipt->legal_at), "whom",
                                *receipt->recipient ? receipt->recipient : msg(visit->lang, MSG_PROOF_ALL), NULL);
    return *receipt->error_text ? arena_printf(arena, "%s: %s", text, receipt->error_text) : text;
}

static const char *verdict_of(Arena *arena, const Visit *visit, const Receipt *receipt)
{
    static const MsgId signatures[RECEIPT_SIGNATURE_COUNT] = {
        [RECEIPT_SIGNATURE_VALID] = MSG_PROOF_SIGNATURE_VALID,
        [RECEIPT_SIGNATURE_NOT_CHECKED] = MSG_PROOF_SIGNATURE_NOT_CHECKED,
        [RECEIPT_SIGNATURE_LIST_UNREADABLE] = MSG_PROOF_SIGNATURE_LIST_UNREADABLE,
        [RECEIPT_SIGNATURE_ABSENT] = MSG_PROOF_SIGNATURE_ABSENT,
        [RECEIPT_SIGNATURE_UNREADABLE] = MSG_PROOF_SIGNATURE_UNREADABLE,
        [RECEIPT_SIGNATURE_CHANGED] = MSG_PROOF_SIGNATURE_CHANGED,
        [RECEIPT_SIGNATURE_UNTRUSTED] = MSG_PROOF_SIGNATURE_UNTRUSTED,
        [RECEIPT_SIGNATURE_EXPIRED] = MSG_PROOF_SIGNATURE_EXPIRED,
        [RECEIPT_SIGNATURE_WEAK] = MSG_PROOF_SIGNATURE_WEAK,
        [RECEIPT_SIGNATURE_OTHER_ADDRESS] = MSG_PROOF_SIGNATURE_OTHER_ADDRESS,
        [RECEIPT_SIGNATURE_OUTSIDE] = MSG_PROOF_SIGNATURE_OUTSIDE,
    };
    static const MsgId standings[RECEIPT_STANDING_COUNT] = {
        [RECEIPT_UNPROVED] = MSG_PROOF_UNPROVED,
        [RECEIPT_ELSEWHERE] = MSG_PROOF_ELSEWHERE,
        [RECEIPT_NOT_OURS] = MSG_PROOF_NOT_OURS,
    };
    const char *signature =
        msg_fill(arena, visit->lang, signatures[receipt->signature], "signer", receipt->signer, NULL);
    if (receipt->standing == RECEIPT_COUNTS || receipt->kind == RECEIPT_UNCERTIFIED)
        return signature;
    return arena_printf(arena, "%s · %s", signature, msg(visit->lang, standings[receipt->standing]));
}

static bool is_wrong(const Receipt *receipt)
{
    bool failure = receipt->kind == RECEIPT_REFUSED || receipt->kind == RECEIPT_FAILED ||
                   receipt->kind == RECEIPT_VIRUS || receipt->kind == RECEIPT_LATE;
    return failure || receipt->kind == RECEIPT_UNCERTIFIED || receipt->standing != RECEIPT_COUNTS;
}

const TicketProof *ticket_proofs(Arena *arena, const Visit *visit, const ReceiptList *receipts, MessageId message,
                                 size_t *count_out)
{
    TicketProof *proofs = ARENA_ARRAY(arena, TicketProof, receipts->count);
    *count_out = 0;
    for (size_t i = 0; i < receipts->count; i++) {
        const Receipt *receipt = &receipts->items[i];
        if (receipt->message.value != message.value)
            continue;
        proofs[(*count_out)++] =
            (TicketProof){.text = what_of(arena, visit, receipt),
                          .verdict = verdict_of(arena, visit, receipt),
                          .wrong = is_wrong(receipt),
                          .url = url_local(arena, "/tickets/%/receipts/%", arena_int(arena, receipt->ticket.value),
                                           arena_int(arena, receipt->id.value)),
                          .sha256 = receipt->raw_sha256};
    }
    return proofs;
}

/* address NULL: of whichever recipient. */
static bool is_proved(const ReceiptList *receipts, MessageId message, ReceiptKind kind, const char *address)
{
    for (size_t i = 0; i < receipts->count; i++) {
        const Receipt *receipt = &receipts->items[i];
        if (receipt->message.value == message.value && receipt->standing == RECEIPT_COUNTS && receipt->kind == kind &&
            (!address || g_ascii_strcasecmp(receipt->recipient, address) == 0))
            return true;
    }
    return false;
}

ReceiptKind ticket_proof_rank(const ReceiptList *receipts, const MessageRecipientList *recipients, MessageId message)
{
    bool somebody = is_proved(receipts, message, RECEIPT_DELIVERED, NULL), all = somebody;
    for (size_t i = 0; i < recipients->count; i++)
        if (recipients->items[i].message.value == message.value)
            all &= is_proved(receipts, message, RECEIPT_DELIVERED, recipients->items[i].address);
    if (all)
        return RECEIPT_DELIVERED;
    bool accepted = somebody || is_proved(receipts, message, RECEIPT_ACCEPTED, NULL);
    return accepted ? RECEIPT_ACCEPTED : RECEIPT_OTHER;
}

bool ticket_proof_has_letter(const ReceiptList *receipts)
{
    for (size_t i = 0; i < receipts->count; i++)
        if (receipts->items[i].kind == RECEIPT_ENVELOPE)
            return true;
    return false;
}
