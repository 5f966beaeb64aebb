/* SPDX-License-Identifier: EUPL-1.2 */
/* password_int: the two halves of password.h, apart because one is slow and the other a table. */
#ifndef FILO_DESK_STAFF_PASSWORD_INT_H
#define FILO_DESK_STAFF_PASSWORD_INT_H

#include <stdbool.h>
#include <stddef.h>

/* Valid UTF-8 of any length: whether too little is left of it once the obvious is taken away. */
bool password_is_obvious(const char *password, const char *const *own_words, size_t own_word_count);

#endif
