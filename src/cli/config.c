/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"

#define DEFAULT_LISTEN "127.0.0.1:8080"

void config_clear(Config *config)
{
    g_free(config->data_dir);
    g_free(config->db);
    g_free(config->listen);
    g_free(config->base_url);
    g_free(config->tls_cert);
    g_free(config->tls_key);
    g_free(config->lmtp);
    g_free(config->mail_networks);
    g_free(config->dns);
    g_free(config->virus_scanner);
    *config = (Config){0};
}

static bool parse_options(Config *config, const GOptionEntry *own, const char *summary, int argc, char **argv,
                          GError **error)
{
    const GOptionEntry common[] = {
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &config->data_dir, "the data directory", "DIR"},
        {"db", 0, 0, G_OPTION_ARG_STRING, &config->db, "postgresql://… instead of the embedded database", "URL"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &config->listen, "address and port, default " DEFAULT_LISTEN, "ADDRESS"},
        {"base-url", 0, 0, G_OPTION_ARG_STRING, &config->base_url, "how customers reach this server", "URL"},
        {"tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &config->tls_cert, "certificate chain, PEM", "FILE"},
        {"tls-key", 0, 0, G_OPTION_ARG_FILENAME, &config->tls_key, "its key, PEM", "FILE"},
        {"insecure", 0, 0, G_OPTION_ARG_NONE, &config->insecure, "plain HTTP beyond this machine", NULL},
        {"lmtp", 0, 0, G_OPTION_ARG_STRING, &config->lmtp, "where mail servers hand over: ADDRESS:PORT, unix:PATH", "WHERE"},
        {"lmtp-anyone", 0, 0, G_OPTION_ARG_NONE, &config->lmtp_anyone, "LMTP beyond this machine", NULL},
        {"mail-networks", 0, 0, G_OPTION_ARG_STRING, &config->mail_networks, "private addresses where mail servers may be: 192.168.1.0/24, …", "LIST"},
        {"dns", 0, 0, G_OPTION_ARG_STRING, &config->dns, "the name server to ask instead of the system's: ADDRESS:PORT", "SERVER"},
        {"virus-scanner", 0, 0, G_OPTION_ARG_STRING, &config->virus_scanner, "who looks at files: unix:/run/clamav/clamd.ctl, tcp:HOST:PORT", "WHERE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, summary);
    g_option_context_add_main_entries(context, common, NULL);
    if (own)
        g_option_context_add_main_entries(context, own, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return false;
    if (argc > 1) /* what is left over is the command's own business only if it took it: none does */
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "'%s' is one word too many", argv[1]);
    return argc <= 1;
}

/* Fills one value from the environment, then from filo.conf, unless a flag gave it. */
static void complete(char **value, const char *variable, GKeyFile *file, const char *key)
{
    const char *from_environment = g_getenv(variable);
    if (!*value && from_environment && *from_environment)
        *value = g_strdup(from_environment);
    if (!*value && file)
        *value = g_key_file_get_string(file, "filo", key, NULL);
}

static bool read_file(const Config *config, GKeyFile *file, GError **error)
{
    g_autofree char *path = g_build_filename(config->data_dir, "filo.conf", NULL);
    g_autoptr(GError) problem = NULL;
    if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem) ||
        g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
        g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_ACCES))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "%s: %s", path, problem->message);
    return false;
}

static bool complete_all(Config *config, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    complete(&config->data_dir, "FILO_DATA_DIR", NULL, NULL);
    if (!config->data_dir) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "which data directory? Say --data DIR");
        return false;
    }
    if (!read_file(config, file, error))
        return false;
    complete(&config->db, "FILO_DB", file, "db");
    complete(&config->listen, "FILO_LISTEN", file, "listen");
    complete(&config->base_url, "FILO_BASE_URL", file, "base_url");
    complete(&config->tls_cert, "FILO_TLS_CERT", file, "tls_cert");
    complete(&config->tls_key, "FILO_TLS_KEY", file, "tls_key");
    complete(&config->lmtp, "FILO_LMTP", file, "lmtp");
    complete(&config->mail_networks, "FILO_MAIL_NETWORKS", file, "mail_networks");
    complete(&config->dns, "FILO_DNS", file, "dns");
    complete(&config->virus_scanner, "FILO_VIRUS_SCANNER", file, "virus_scanner");
    if (!config->listen)
        config->listen = g_strdup(DEFAULT_LISTEN);
    return true;
}

bool config_parse(Config *config, const GOptionEntry *own, const char *summary, int argc, char **argv, GError **error)
{
    return parse_options(config, own, summary, argc, argv, error) && complete_all(config, error);
}

char *config_socket_path(const Config *config)
{
    return g_build_filename(config->data_dir, "filo.sock", NULL);
}

char *config_program_path(const char *name, GError **error)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", error);
    if (!own)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(own);
    return g_build_filename(folder, name, NULL);
}

static ParseZygote *parser_start(GError **error)
{
    g_autofree char *path = config_program_path("filo-parse", error);
    return path ? parse_zygote_start(path, error) : NULL;
}

bool installation_open(Installation *installation, const Config *config, InstallationNeed need, GError **error)
{
    *installation = (Installation){0};
    StoreOptions options = {config->data_dir, config->db, need == NEED_READING ? STORE_READ_ONLY : STORE_WRITER,
                            need != NEED_READING};
    if (need == NEED_PARSING && !(installation->zygote = parser_start(error)))
        return false;
    installation->store = store_open(&options, error);
    if (installation->store)
        installation->desk = desk_new(installation->store, clock_system(), error);
    if (installation->desk)
        return true;
    installation_close(installation);
    return false;
}

void installation_close(Installation *installation)
{
    desk_free(installation->desk);
    store_close(installation->store);
    parse_zygote_stop(installation->zygote);
    *installation = (Installation){0};
}
