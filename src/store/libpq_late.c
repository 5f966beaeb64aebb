/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/libpq_late.h"

#include "base/late.h"

LibPq libpq;

#define LATE_SYMBOL(name) {#name, &libpq.name},
static const LateSymbol symbols[] = {LIBPQ_FUNCTIONS(LATE_SYMBOL)};

bool libpq_load(GError **error)
{
    static LateLibrary library = LATE_LIBRARY("libpq.so.5", symbols);
    return late_load(&library, error);
}
