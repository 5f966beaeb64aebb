/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/libxml_late.h"

#include "base/late.h"

LibXml libxml;

#define LATE_SYMBOL(name) {#name, &libxml.name},
static const LateSymbol symbols[] = {LIBXML_FUNCTIONS(LATE_SYMBOL)};

bool libxml_load(GError **error)
{
    static LateLibrary library = LATE_LIBRARY("libxml2.so.2", symbols);
    return late_load(&library, error);
}
