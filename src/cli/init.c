/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"
#include "cli/command.h"
#include "desk/setting/founding.h"
#include "desk/staff/password.h"
#include "store/data_dir.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

typedef struct InitWork {
    Arena *arena;
    TimeMs now;
    Founding founding;
    InputError refused;
    bool exists;
} InitWork;

/* Without a password nobody could come in: the company is founded on the first page (desk/setting/first_start.h). */
static bool init_company(StoreTx *tx, void *arg)
{
    InitWork *work = arg;
    StaffId admin;
    work->exists = founding_is_done(tx, work->arena);
    if (!work->founding.password_hash)
        return !work->exists;
    return !work->exists && founding_write(tx, work->arena, &work->founding, work->now, &admin, &work->refused);
}

static int init_store(const Config *config, InitWork *work, GError **error)
{
    g_auto(Installation) installation = {0};
    if (!data_dir_init(config->data_dir, error) || !installation_open(&installation, config, NEED_WRITING, error))
        return -1;
    work->now = desk_now(installation.desk);
    switch (store_write(installation.store, "init", init_company, work, error)) {
    case STORE_COMMITTED:
        return 0;
    case STORE_REFUSED:
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "%s",
                    work->exists ? "this installation has been made already" : work->refused.key);
        return -1;
    case STORE_FAILED:
    default:
        return -1;
    }
}

/* Reads, checks and hashes; the text is wiped. */
static bool read_password(const char *path, const InitWork *work, PasswordHash *hash_out, GError **error)
{
    g_autofree char *password = NULL;
    InputError refused;
    if (!g_file_get_contents(path, &password, NULL, error))
        return false;
    g_strchomp(password);
    const char *const own_words[] = {work->founding.login, work->founding.name, work->founding.company};
    bool good = password_check(password, own_words, G_N_ELEMENTS(own_words), &refused);
    if (good)
        password_hash(password, hash_out);
    else
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "that password will not do: %s", refused.key);
    sodium_memzero(password, strlen(password));
    return good;
}

int command_init(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autofree char *company = NULL, *login = NULL, *name = NULL, *language = NULL, *password_file = NULL;
    PasswordHash hash;
    const GOptionEntry own[] = {
        {"company", 0, 0, G_OPTION_ARG_STRING, &company, "the company's name", "NAME"},
        {"admin", 0, 0, G_OPTION_ARG_STRING, &login, "login of the first person, default admin", "LOGIN"},
        {"admin-name", 0, 0, G_OPTION_ARG_STRING, &name, "their name, as customers read it", "NAME"},
        {"admin-password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, "file with their password", "FILE"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &language, "it (default) or en", "LANGUAGE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Makes a new installation in DIR.", argc, argv, &error))
        return command_fail(error);
    InitWork work = {.arena = arena, .founding = {.email = ""}};
    Founding *founding = &work.founding;
    founding->company = company ? company : "Filo";
    founding->login = login ? login : "admin";
    founding->name = name ? name : "Amministratore";
    founding->language = language ? language : "it";
    founding->name_sort_key = text_sort_key(arena, founding->name);
    founding->team_sort_key = text_sort_key(arena, founding_team_name(founding->language));
    if (!password_file && (company || login || name))
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE,
                    "--company, --admin and --admin-name need "
                    "--admin-password-file; without any of them the first page asks");
    if (error || (password_file && !read_password(password_file, &work, &hash, &error)))
        return command_fail(error);
    founding->password_hash = password_file ? hash.text : NULL;
    if (init_store(&config, &work, &error) < 0)
        return command_fail(error);
    printf("made %s\n", config.data_dir);
    if (!password_file)
        printf("filo serve --data %s prints the address of its first page, which asks four questions\n",
               config.data_dir);
    return 0;
}
