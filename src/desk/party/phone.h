/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * phone: telephone numbers as people in Italy write them. Answers: "which number is this (E.164), of what kind, and may
 * it be the customers' line?"
 *
 * A number without a country is Italian; its leading 0 is part of it and stays. 00 or + before another country's code
 * is taken as it is: only its length is judged. Not for finding numbers in running text, nor for asking whether one
 * answers.
 *
 * Pure; the result lies in the caller's storage. Errors: a PhoneReason; phone_reason_key gives its catalogue key.
 * Called by: party, channel/phone (caller's number to customer), settings (the published lines), imports.
 *
 * Sources: ITU-T E.164 (15 digits at most); AGCOM, Piano di numerazione (delibera 8/15/CIR, annex A): kinds by first
 * digits; the customers' line: art. 64 Codice del consumo (D.Lgs. 206/2005) and AGCOM 55/14/CIR as domain.md section 5
 * reads them: geographic, mobile and toll-free may be, 199, 84x and 89x may not.
 *
 * Invariants:
 *  1. phone_parse(phone.e164) gives the same number.
 *  2. e164 is "+" and 5 to 15 digits; "" when the reason is not OK.
 *
 * Example:
 *     Phone phone;
 *     if (phone_parse("0733/12 34 56", &phone) == PHONE_OK)
 *         keep(phone.e164);   // +390733123456
 */
#ifndef FILO_DESK_PARTY_PHONE_H
#define FILO_DESK_PARTY_PHONE_H

#define PHONE_TYPED_MAX 64
#define PHONE_DISPLAY_SIZE 24

typedef enum PhoneReason {
    PHONE_OK,
    PHONE_EMPTY,      /* no digit in it */
    PHONE_CHARACTER,  /* something that is neither digit nor + ( ) . - / space: an extension goes in its own field */
    PHONE_LENGTH,     /* too few or too many digits for its kind */
    PHONE_UNKNOWN,    /* no Italian number begins so; often the 0 was left out */
    PHONE_SHORT_CODE, /* 1xx and 4xxx numbers (emergency, network services): nobody calls from one */
    PHONE_REASON_COUNT
} PhoneReason;

typedef enum PhoneKind {
    PHONE_GEOGRAPHIC,  /* 0… */
    PHONE_MOBILE,      /* 3… */
    PHONE_NOMADIC,     /* 5…: voice over the internet */
    PHONE_INTERNET,    /* 7… */
    PHONE_TOLL_FREE,   /* 800, 803: the called party pays */
    PHONE_SHARED_COST, /* 840, 841, 847, 848: the caller pays a part */
    PHONE_UNIQUE,      /* 178, 199: personal and "unique" numbers, at the holder's tariff */
    PHONE_PREMIUM,     /* 892, 893, 894, 895, 899 */
    PHONE_FOREIGN,
    PHONE_KIND_COUNT
} PhoneKind;

typedef struct Phone {
    char e164[17];
    PhoneKind kind;
} Phone;

PhoneReason phone_parse(const char *typed, Phone *phone_out);

/* The catalogue key of a reason, static text; for PHONE_OK "". */
const char *phone_reason_key(PhoneReason reason);

/* For people: Italian numbers without country, prefix and number apart ("0733 123456", "333 1234567"); others as
 * E.164. */
void phone_display(const Phone *phone, char out[PHONE_DISPLAY_SIZE]);

typedef enum PhoneTariff {
    PHONE_BASIC,  /* no more than the basic rate: may be the line customers with a contract call */
    PHONE_DEARER, /* may not (art. 64 Cod. cons.) */
    PHONE_UNSURE  /* the law's list does not name this kind: a person decides */
} PhoneTariff;

PhoneTariff phone_tariff(const Phone *phone);

#endif
