/* SPDX-License-Identifier: EUPL-1.2 */
/* `filo serve` becomes the parent of the serving node, a small program beside this one (parent.c). */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int command_serve(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *parent = config_program_path("filo-parent", &error);
    g_autofree char **whole = g_new0(char *, argc + 2);
    if (!parent)
        return command_fail(error);
    whole[0] = (char *)"filo";
    memcpy(whole + 1, argv, (size_t)argc * sizeof *argv);
    execv(parent, whole);
    fprintf(stderr, "filo: %s: %s\n", parent, strerror(errno));
    return EX_UNAVAILABLE;
}
