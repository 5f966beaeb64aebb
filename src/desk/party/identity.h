/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * identity: the codes by which Italy knows a firm or a person. Answers: "is this written right, and how is it kept?"
 *
 * Every reader takes what a person typed, says what is wrong with it, and gives the one form that is stored and
 * compared (duplicates are found by it). It tells whether a code can exist, never whether it was assigned or whose it
 * is: that is VIES, the tax agency or IndicePA. Not for phone numbers (phone.h).
 *
 * Pure. Results are written to the caller's storage; on failure its text is "". Texts of more than IDENTITY_TYPED_MAX
 * bytes are LENGTH, so no input costs more than one pass over that many.
 * Errors: an IdentityReason; identity_reason_key gives its catalogue key. Called by: party pages, imports, the form.
 *
 * Sources: partita IVA: D.P.R. 633/1972 art. 35 and the check digit of D.M. 23/12/1976 (Luhn); office codes: the
 * province codes of ISTAT, 120, 121, 888, 999. Codice fiscale: D.M. 23/12/1976, tables of odd and even characters,
 * omocodia included; the eleven digits of bodies: the same check digit. Addresses: RFC 5321 4.5.3.1 (lengths), RFC 5322
 * dot-atom, RFC 1123 2.1 (labels). Codice destinatario: technical rules of FatturaPA, field 1.1.4.
 *
 * Invariants:
 *  1. Reading a normalised form gives the same form.
 *  2. OK, and only OK, fills the result.
 *
 * Example:
 *     VatNumber vat;
 *     IdentityReason reason = vat_number_parse(typed, &vat);
 *     if (reason != IDENTITY_OK) refuse("vat_number", identity_reason_key(reason));
 */
#ifndef FILO_DESK_PARTY_IDENTITY_H
#define FILO_DESK_PARTY_IDENTITY_H

#include <stdbool.h>

#define IDENTITY_TYPED_MAX 320

typedef enum IdentityReason {
    IDENTITY_OK,
    IDENTITY_EMPTY,       /* nothing but spaces */
    IDENTITY_LENGTH,      /* too short or too long */
    IDENTITY_CHARACTER,   /* a character that cannot stand there */
    IDENTITY_CHECK,       /* the check character does not agree: a slip of the keyboard */
    IDENTITY_OFFICE,      /* digits 8-10 name no tax office */
    IDENTITY_NUMBER_ZERO, /* the registration number is all zeros */
    IDENTITY_BIRTH_DATE,  /* month or day of birth cannot be */
    IDENTITY_NO_AT,       /* not exactly one @ */
    IDENTITY_LOCAL_PART,  /* what stands before the @ */
    IDENTITY_DOMAIN,      /* what stands after the @ */
    IDENTITY_REASON_COUNT
} IdentityReason;

/* The catalogue key of a reason, static text; for IDENTITY_OK "". */
const char *identity_reason_key(IdentityReason reason);

/* Partita IVA: eleven digits; a leading IT and spaces, dots, hyphens are taken off. */
typedef struct VatNumber {
    char text[12];
} VatNumber;

IdentityReason vat_number_parse(const char *typed, VatNumber *vat_out);

typedef enum TaxCodeKind {
    TAX_CODE_PERSON, /* sixteen characters */
    TAX_CODE_BODY    /* eleven digits: firms, associations, offices; also provisional codes of persons */
} TaxCodeKind;

/* Codice fiscale, upper case. */
typedef struct TaxCode {
    char text[17];
    char plain[17]; /* with the letters of omocodia turned back to digits and the check character anew: two codes with
                     * the same plain form may be two persons; never join parties by it without asking */
    TaxCodeKind kind;
    bool omocode; /* text carries letters of omocodia */
} TaxCode;

IdentityReason tax_code_parse(const char *typed, TaxCode *code_out);

/* An e-mail or PEC address: dot-atom before the @ (quoted forms are refused on purpose: nobody has one, attackers do),
 * a name with two labels or more after it. The domain is lower case, and punycode if it was not ASCII. */
typedef struct EmailAddress {
    char text[255];
} EmailAddress;

IdentityReason email_address_parse(const char *typed, EmailAddress *address_out);

typedef enum RecipientKind {
    RECIPIENT_CODE,   /* seven characters: a channel registered with the exchange system */
    RECIPIENT_OFFICE, /* six characters: an office of the public administration (IndicePA) */
    RECIPIENT_BY_PEC, /* 0000000: invoices go to the PEC, or to the tax drawer */
    RECIPIENT_FOREIGN /* XXXXXXX: not established in Italy */
} RecipientKind;

/* Codice destinatario of electronic invoices, upper case. */
typedef struct RecipientCode {
    char text[8];
    RecipientKind kind;
} RecipientCode;

IdentityReason recipient_code_parse(const char *typed, RecipientCode *code_out);

#endif
