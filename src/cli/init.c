/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"
#include "cli/command.h"
#include "desk/code/code.h"
#include "desk/cost/tariff.h"
#include "desk/setting/setting.h"
#include "desk/staff/password.h"
#include "desk/staff/staff.h"
#include "store/data_dir.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

typedef struct InitWork {
    Arena *arena;
    TimeMs now;
    const char *company, *login, *name, *language;
    const char *password_hash; /* NULL: nobody can sign in yet */
    InputError refused;
    bool exists;
} InitWork;

static bool init_company(StoreTx *tx, void *arg)
{
    InitWork *work = arg;
    work->exists = team_first(tx, work->arena).value != 0;
    if (work->exists)
        return false;
    const char *team_name = strcmp(work->language, "it") == 0 ? "Assistenza" : "Support";
    TeamId team = team_add(tx, team_name, text_sort_key(work->arena, team_name), TEAM_INTERNAL);
    staff_add(tx,
              &(Staff){.login = work->login,
                       .display_name = work->name,
                       .email = "",
                       .role = ROLE_ADMIN,
                       .team = team,
                       .language = work->language,
                       .password_hash = work->password_hash},
              text_sort_key(work->arena, work->name), work->now);
    Lang lang = LANG_IT;
    (void)lang_find(work->language, &lang); /* an unknown one is refused below */
    code_install(tx, work->arena);
    tariff_install(tx, lang);
    return setting_set(tx, SETTING_COMPANY_NAME, work->company, work->now, &work->refused) &&
           setting_set(tx, SETTING_LANGUAGE, work->language, work->now, &work->refused);
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
    const char *const own_words[] = {work->login, work->name, work->company};
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
    InitWork work = {.arena = arena,
                     .company = company ? company : "Filo",
                     .login = login ? login : "admin",
                     .name = name ? name : "Amministratore",
                     .language = language ? language : "it"};
    if (password_file && !read_password(password_file, &work, &hash, &error))
        return command_fail(error);
    work.password_hash = password_file ? hash.text : NULL;
    if (init_store(&config, &work, &error) < 0)
        return command_fail(error);
    printf("made %s\n", config.data_dir);
    return 0;
}
