/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pec_letter: what a message in a certified box is, and how far it is proved. Answers: "a customer's letter, a receipt of
 * ours, or ordinary mail; and may this receipt move anything?"
 *
 * Pure functions on what the sandbox read (docs/adr/0014). Headers are not signed, so they only say what to look for; what
 * counts stands in daticert.xml, inside the signed bytes. Not for reading or keeping. Called by: pec_normalise.c.
 *
 * Pointers: everything is borrowed from the letter. Errors: none; what is missing is not proved.
 *
 * Invariants:
 *  1. A receipt counts only if daticert.xml was read, names one of the known outcomes, was issued to one of our boxes, and
 *     the signature is valid or there was nothing to check it against.
 *  2. Only the outermost message is looked at: headers inside an envelope are its sender's.
 *
 * Example:
 *     if (pec_kind(mail) == PEC_RECEIPT) {
 *         Receipt receipt = pec_receipt(&letter);
 *         …
 */
#ifndef FILO_CHANNEL_PEC_PEC_LETTER_H
#define FILO_CHANNEL_PEC_PEC_LETTER_H

#include "desk/receipt/receipt.h"
#include "parse/daticert.h"
#include "parse/mail.h"
#include "parse/signature.h"

typedef enum PecKind {
    PEC_ENVELOPE, /* X-Trasporto: posta-certificata */
    PEC_ANOMALY,  /* X-Trasporto: errore: ordinary mail that the provider wrapped */
    PEC_RECEIPT,  /* X-Ricevuta */
    PEC_PLAIN,    /* neither: ordinary mail */
} PecKind;

/* What was found out about one message. */
typedef struct PecLetter {
    Arena *arena;
    const ParsedMail *mail;            /* the outermost */
    const ParsedAttachment *daticert;  /* its daticert.xml, or NULL */
    const ParsedAttachment *postacert; /* the message inside, or NULL */
    Daticert certified;
    ReceiptSignature signature;
    const char *signer;
    const char *const *own_addresses;
    size_t own_count;
} PecLetter;

PecKind pec_kind(const ParsedMail *mail);

/* Finds daticert.xml and the message inside among the attachments; NULL where there is none. */
const ParsedAttachment *pec_find_daticert(const ParsedMail *mail);
const ParsedAttachment *pec_find_postacert(const ParsedMail *mail);

/* What the signature is worth here: the signer must hold the address in From, and the two files lie in what was signed. */
ReceiptSignature pec_signature(const PecLetter *letter, const Signature *signature);

/* The receipt as desk/receipt keeps it, without ids, instants of ours and hash. */
Receipt pec_receipt(const PecLetter *letter);

/* The id that only the header claims, when it is another than the receipt's; or NULL. */
const char *pec_claimed(const PecLetter *letter);

/* What is certified of a customer's message: RECEIPT_ENVELOPE or RECEIPT_UNCERTIFIED. */
Receipt pec_certificate(const PecLetter *letter, PecKind kind);

/* May a machine answer? Only a proved envelope of a person. */
bool pec_may_acknowledge(const PecLetter *letter, PecKind kind, const char *sender);

#endif
