/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* A new command is one row here. */
static const Command commands[] = {
    {"init", "make a new installation", command_init},
    {"demo", "make an invented company, in a new installation", command_demo},
    {"serve", "serve pages, mail and jobs", command_serve},
    {"mailbox", "set up a mailbox", command_mailbox},
    {"mail-in", "take one message from standard input", command_mail_in},
    {"import", "bring in another system's history", command_import},
    {"token", "make, list and revoke tokens for programs", command_token},
    {"api", "print what programs may call (OpenAPI)", command_api},
    {"check", "compare what is stored with what should be", command_check},
    {"report", "print figures that others can recompute", command_report},
    {"audit", "verify that nobody changed the audit", command_audit},
    {"backup", "make a consistent copy while the server works", command_backup},
    {"restore", "make a new installation from a copy", command_restore},
    {"serve-node", NULL, command_serve_node},
    {NULL, NULL, NULL},
};

const Command *command_table(void)
{
    return commands;
}

const Command *command_find(const char *name)
{
    for (const Command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static int exit_code_of(const GError *error)
{
    static const int codes[] = {
        [FILO_ERROR_BUSY] = EX_TEMPFAIL,       [FILO_ERROR_FULL] = EX_TEMPFAIL,  [FILO_ERROR_IO] = EX_IOERR,
        [FILO_ERROR_CORRUPT] = EX_SOFTWARE,    [FILO_ERROR_REFUSED] = EX_NOPERM, [FILO_ERROR_USAGE] = EX_USAGE,
        [FILO_ERROR_NOT_FOUND] = EX_UNAVAILABLE, [FILO_ERROR_TOO_LARGE] = EX_DATAERR,
    };
    if (error->domain == G_OPTION_ERROR)
        return EX_USAGE;
    bool known = error->domain == FILO_ERROR && error->code >= 0 && error->code < (int)G_N_ELEMENTS(codes);
    return known ? codes[error->code] : EX_IOERR;
}

int command_fail(const GError *error)
{
    fprintf(stderr, "filo: %s\n", error->message);
    return exit_code_of(error);
}
