/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/openapi.h"
#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int command_api(int argc, char **argv)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (argc != 2 || strcmp(argv[1], "describe") != 0) {
        fputs("usage: filo api describe\n", stderr);
        return EX_USAGE;
    }
    openapi_write(out);
    return fwrite(out->str, 1, out->len, stdout) == out->len ? EX_OK : EX_IOERR;
}
