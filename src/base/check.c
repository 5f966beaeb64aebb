/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/check.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local char request[40] = "-";

void check_set_request(const char *request_id)
{
    g_strlcpy(request, request_id ? request_id : "-", sizeof request);
}

void check_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "filo: bug at %s:%d, request %s: not true: %s\n", file, line, request, condition);
    abort();
}
