/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup.h"

#include "cli/command.h"
#include "store/migration.h"

#include <stdio.h>

int command_backup(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *name = NULL, *path = NULL;
    BackupSummary summary;
    const GOptionEntry own[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &name, "name below DIR/backups, default the time", "NAME"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Copies everything to DIR/backups, and reads the copy back.", argc, argv, &error) ||
        !installation_open(&installation, &config, NEED_READING, &error))
        return command_fail(error);
    path = backup_make(installation.store, name, &error);
    if (!path || !backup_verify(path, &summary, &error))
        return command_fail(error);
    printf("%s\n", path);
    fprintf(stderr, "%" G_GINT64_FORMAT " rows and %" G_GINT64_FORMAT " files, read back and whole\n", summary.rows,
            summary.blob_files);
    return 0;
}

int command_restore(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    BackupSummary summary;
    const GOptionEntry own[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "the copy, a folder of DIR/backups", "PATH"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Makes a new installation in DIR (absent or empty) from a copy.", argc, argv,
                      &error))
        return command_fail(error);
    if (!from)
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "which copy? Say --from PATH");
    if (error || !backup_restore(from, config.data_dir, config.db, (int)store_migration_count, &summary, &error))
        return command_fail(error);
    printf("restored %" G_GINT64_FORMAT " rows to %s\n", summary.rows, config.data_dir);
    if (summary.new_seal_key)
        fprintf(stderr, "passwords of mailboxes are not in a copy: set them again (filo mailbox)\n");
    return 0;
}
