/* SPDX-License-Identifier: EUPL-1.2 */
/* The subcommand table is in cli/command.c; here is only what happens before it. */
#include "cli/command.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int usage(FILE *out, int code)
{
    fputs("usage: filo COMMAND [options]; filo COMMAND --help\n\n", out);
    for (const Command *command = command_table(); command->name; command++)
        if (command->summary)
            fprintf(out, "  %-10s %s\n", command->name, command->summary);
    return code;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8"); /* UTF-8, and nobody's decimal comma: people's formats are base/format.h */
    if (argc < 2)
        return usage(stderr, EX_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout, EX_OK);
    const Command *command = command_find(argv[1]);
    if (!command) {
        fprintf(stderr, "filo: there is no command '%s'\n", argv[1]);
        return usage(stderr, EX_USAGE);
    }
    return command->run(argc - 1, argv + 1);
}
