/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/token.h"
#include "cli/command.h"
#include "cli/token_door.h"
#include "net/local.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { ANSWER_TIMEOUT_MS = 5000 };

typedef struct TokenOptions {
    char *name, *scopes, *login;
    int days;
    char **words; /* what to do, and for revoke which */
} TokenOptions;

static void token_options_clear(TokenOptions *options)
{
    g_free(options->name);
    g_free(options->scopes);
    g_free(options->login);
    g_strfreev(options->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenOptions, token_options_clear)

/* ----------------------------------------------------------------------------------------------------------- both doors */

static const char *ask_server(const Config *config, Arena *arena, Bytes body, GError **error)
{
    g_autofree char *path = config_socket_path(config);
    const char *header = arena_printf(arena, "{\"command\":\"token\",\"size\":%" G_GSIZE_FORMAT "}", body.size);
    return local_call(arena, path, header, body, ANSWER_TIMEOUT_MS, error);
}

static const char *do_it_here(const Config *config, Arena *arena, Bytes body, GError **error)
{
    g_auto(Installation) installation = {0};
    if (!installation_open(&installation, config, NEED_WRITING, error))
        return NULL;
    return token_door_answer(installation.desk, arena, body);
}

/* The answer's object, which must be "done"; NULL: *error. Yours to json_decref. */
static json_t *ask(const Config *config, Arena *arena, json_t *asked, GError **error)
{
    char *text = json_dumps(asked, JSON_COMPACT);
    Bytes body = bytes_of(arena_strdup(arena, text));
    free(text);
    json_decref(asked);
    g_autoptr(GError) absent = NULL;
    const char *answer = ask_server(config, arena, body, &absent);
    if (!answer && g_error_matches(absent, FILO_ERROR, FILO_ERROR_NOT_FOUND))
        answer = do_it_here(config, arena, body, error);
    else if (!answer)
        g_propagate_error(error, g_steal_pointer(&absent));
    if (!answer)
        return NULL;
    json_t *object = json_loads(answer, 0, NULL);
    const char *status = json_string_value(json_object_get(object, "status"));
    const char *reason = json_string_value(json_object_get(object, "reason"));
    if (status && strcmp(status, "done") == 0)
        return object;
    bool is_refused = status && strcmp(status, "refused") == 0;
    g_set_error(error, FILO_ERROR, is_refused ? FILO_ERROR_USAGE : FILO_ERROR_BUSY, "%s",
                reason ? reason : "no answer");
    json_decref(object);
    return NULL;
}

/* -------------------------------------------------------------------------------------------------------------- commands */

/* Prints the token alone: the one time it is shown. */
static int token_create(const Config *config, const TokenOptions *options)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    if (!options->name || !options->scopes || !options->login || options->days < 0) {
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "say --name NAME --scopes \"WORD …\" --as LOGIN [--days N]");
        return command_fail(error);
    }
    TimeMs expires_at = options->days ? clock_now(clock_system()) + options->days * TIME_DAY : TIME_NONE;
    json_t *answer = ask(config, arena,
                         json_pack("{s:s, s:s, s:s, s:s, s:I}", "do", "create", "name", options->name, "scopes",
                                   options->scopes, "login", options->login, "expires_at", (json_int_t)expires_at),
                         &error);
    if (!answer)
        return command_fail(error);
    printf("%s\n", json_string_value(json_object_get(answer, "token")));
    json_decref(answer);
    return EX_OK;
}

static int token_revoke(const Config *config, const TokenOptions *options)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    gint64 id;
    if (!options->words[1] || !g_ascii_string_to_signed(options->words[1], 10, 1, G_MAXINT64, &id, NULL)) {
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "say which: filo token list numbers them");
        return command_fail(error);
    }
    json_t *answer = ask(config, arena, json_pack("{s:s, s:I}", "do", "revoke", "id", (json_int_t)id), &error);
    if (!answer)
        return command_fail(error);
    printf("revoked %" G_GINT64_FORMAT "\n", id);
    json_decref(answer);
    return EX_OK;
}

static const char *state_of(const ApiToken *token, TimeMs now)
{
    if (token->revoked_at)
        return "revoked";
    if (token->expires_at && token->expires_at <= now)
        return "expired";
    return token->maker_active ? "good" : "its maker is disabled";
}

static void print_tokens(Arena *arena, const ApiTokenList *list, TimeMs now)
{
    for (size_t i = 0; i < list->count; i++) {
        const ApiToken *token = &list->items[i];
        printf("%" G_GINT64_FORMAT "\t%s…\t%s\t%s\t%s\tused %s\n", token->id.value, token->prefix, token->name,
               token->scopes, state_of(token, now), token->used_at ? time_to_iso(arena, token->used_at) : "never");
    }
}

static int token_list(const Config *config, const TokenOptions *options)
{
    (void)options;
    g_auto(Installation) installation = {0};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    if (!installation_open(&installation, config, NEED_READING, &error))
        return command_fail(error);
    StoreTx *tx = store_read_begin(installation.store, &error);
    if (!tx)
        return command_fail(error);
    ApiTokenList tokens = api_token_list(tx, arena);
    if (!store_read_end(tx, &error))
        return command_fail(error);
    print_tokens(arena, &tokens, desk_now(installation.desk));
    return EX_OK;
}

static const struct {
    const char *name;
    int (*run)(const Config *config, const TokenOptions *options);
} verbs[] = {{"create", token_create}, {"list", token_list}, {"revoke", token_revoke}};

int command_token(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(TokenOptions) options = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry own[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name, "what it is for", "NAME"},
        {"scopes", 0, 0, G_OPTION_ARG_STRING, &options.scopes, "permission words parted by spaces", "WORDS"},
        {"as", 0, 0, G_OPTION_ARG_STRING, &options.login, "the member of staff it acts as", "LOGIN"},
        {"days", 0, 0, G_OPTION_ARG_INT, &options.days, "how long it is good; for ever unless told", "N"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.words, NULL, "create | list | revoke ID"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Tokens for programs.", argc, argv, &error))
        return command_fail(error);
    for (size_t i = 0; options.words && i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i].name, options.words[0]) == 0)
            return verbs[i].run(&config, &options);
    fputs("usage: filo token create --name NAME --scopes \"WORD …\" --as LOGIN [--days N]\n"
          "       filo token list\n       filo token revoke ID\n",
          stderr);
    return EX_USAGE;
}
