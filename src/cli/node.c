/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the serving node, put together. How: parts are started left to right as a request flows (parser, store, desk,
 * outbox, local door, pages) and stopped the other way round. The order of the first steps is fixed: rights are dropped
 * and the zygote is started before any thread exists, and the store before anything can be acknowledged.
 */
#include "api/api.h"
#include "base/log.h"
#include "base/token.h"
#include "channel/mail/lmtp_in.h"
#include "cli/command.h"
#include "cli/import_door.h"
#include "cli/mail_in.h"
#include "cli/token_door.h"
#include "desk/setting/first_start.h"
#include "job/caretaker.h"
#include "job/dispatcher.h"
#include "job/scanner.h"
#include "net/dial.h"
#include "net/dns.h"
#include "net/lmtp.h"
#include "net/local.h"
#include "net/server.h"
#include "store/data_dir.h"
#include "web/web.h"

#include <grp.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { DRAIN_MS = 10000 };

typedef struct Node {
    Config config;
    Installation installation;
    ChannelReceiver receiver;
    Dispatcher *dispatcher;
    Caretaker *caretaker;
    Scanner *scanner; /* NULL: not asked for */
    Web *web;
    Api *api;
    RouteTable *tables; /* the pages' and the API's */
    HttpServer *http;
    LocalServer *local;
    LmtpServer *lmtp; /* NULL: not asked for */
    char *base_url;
    Token start; /* opens the first page of a new installation; "" on one that works */
} Node;

/* ------------------------------------------------------------------------------------------------------------- rights */

/* As root: become the owner of the data directory, so that a hole in the server is not a hole in the machine. */
static bool drop_rights(const char *data_dir, GError **error)
{
    struct stat owner;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (geteuid() != 0 || stat(data_dir, &owner) != 0 || owner.st_uid == 0)
        return true;
    if (setgroups(0, NULL) == 0 && setgid(owner.st_gid) == 0 && setuid(owner.st_uid) == 0)
        return true;
    filo_error_from_errno(error, EPERM, "giving up root's rights");
    return false;
}

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

/* --------------------------------------------------------------------------------------------------------- local door */

static const char *answer_mail_in(const Node *node, const LocalRequest *request, json_t *header)
{
    const char *mailbox = json_string_value(json_object_get(header, "mailbox"));
    if (!mailbox)
        return "{\"status\":\"later\",\"reason\":\"no mailbox\"}";
    return mail_in_answer(&node->receiver, request->arena, arena_strdup(request->arena, mailbox), request->body);
}

static const char *answer_import(const Node *node, const LocalRequest *request, json_t *header)
{
    (void)header;
    return import_door_answer(node->installation.desk, request->arena, request->body);
}

static const char *answer_token(const Node *node, const LocalRequest *request, json_t *header)
{
    (void)header;
    return token_door_answer(node->installation.desk, request->arena, request->body);
}

/* What the subcommands may ask. */
static const struct {
    const char *command;
    const char *(*answer)(const Node *node, const LocalRequest *request, json_t *header);
} doors[] = {{"mail-in", answer_mail_in}, {"import", answer_import}, {"token", answer_token}};

static const char *local_answer(const LocalRequest *request, void *context)
{
    const char *answer = "{\"status\":\"later\",\"reason\":\"this server does not know that command\"}";
    json_t *header = json_loads(request->header, JSON_REJECT_DUPLICATES, NULL);
    const char *command = json_string_value(json_object_get(header, "command"));
    for (size_t i = 0; command && i < G_N_ELEMENTS(doors); i++)
        if (strcmp(doors[i].command, command) == 0)
            answer = doors[i].answer(context, request, header);
    json_decref(header);
    return answer;
}

/* -------------------------------------------------------------------------------------------------------- the parts */

static void on_commit(uint64_t sequence, void *arg)
{
    Node *node = arg;
    dispatcher_wake(node->dispatcher);
    web_notice(node->web, sequence);
}

static bool start_desk(Node *node, GError **error)
{
    if (!drop_rights(node->config.data_dir, error) ||
        !installation_open(&node->installation, &node->config, NEED_PARSING, error))
        return false;
    node->receiver = (ChannelReceiver){node->installation.desk, node->installation.zygote};
    if (node->config.virus_scanner)
        node->scanner =
            scanner_new(node->installation.desk, node->installation.zygote, node->config.virus_scanner, error);
    return node->scanner || !node->config.virus_scanner;
}

static bool offer(StoreTx *tx, void *arg)
{
    Node *node = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    return first_start_offer(tx, arena, node->start.sha256, desk_now(node->installation.desk));
}

/* A new installation has one door, for whoever reads this terminal: a new one each time the server starts. */
static bool start_offer(Node *node, GError **error)
{
    if (desk_policy(node->installation.desk)->is_founded)
        return true;
    node->start = token_new();
    StoreOutcome outcome = store_write(node->installation.store, "start offer", offer, node, error);
    if (outcome != STORE_COMMITTED)
        node->start = (Token){0};
    return outcome != STORE_FAILED;
}

/* The API's area stands beside the pages': it has its own hook, and neither knows the other. */
static void add_api(Node *node, HttpServerOptions *options)
{
    node->api = api_new(node->installation.desk);
    node->tables = g_new(RouteTable, options->table_count + 1);
    for (size_t i = 0; i < options->table_count; i++)
        node->tables[i] = options->tables[i];
    node->tables[options->table_count] = *api_table(node->api);
    options->tables = node->tables;
    options->table_count++;
}

static bool start_faces(Node *node, GError **error)
{
    HttpServerOptions options = {.listen = node->config.listen,
                                 .base_url = node->config.base_url,
                                 .insecure = node->config.insecure,
                                 .tls_cert = node->config.tls_cert,
                                 .tls_key = node->config.tls_key};
    node->web = web_new(node->installation.desk, &node->receiver);
    web_set_scanner(node->web, node->scanner);
    web_fill_options(node->web, &options);
    add_api(node, &options);
    node->http = http_server_start(&options, error);
    if (!node->http)
        return false;
    web_set_streams(node->web, http_server_streams(node->http));
    node->base_url = node->config.base_url ? g_strdup(node->config.base_url)
                                           : g_strdup_printf("http://127.0.0.1:%d", http_server_port(node->http));
    web_set_base_url(node->web, node->base_url);
    return true;
}

/* Where mail is handed over: by our own subcommands, and by mail servers. */
static bool start_doors(Node *node, GError **error)
{
    g_autofree char *path = config_socket_path(&node->config);
    node->local = local_server_start(path, local_answer, node, error);
    if (node->local && node->config.lmtp)
        node->lmtp = lmtp_server_start(&(LmtpOptions){.listen = node->config.lmtp,
                                                      .anyone = node->config.lmtp_anyone,
                                                      .handlers = mail_lmtp_handlers(&node->receiver),
                                                      .size_max = LMTP_IN_SIZE_MAX},
                                       error);
    return node->local && (node->lmtp || !node->config.lmtp);
}

static bool allow_networks(const Config *config, GError **error)
{
    const char *networks = config->mail_networks ? config->mail_networks : "";
    if (dial_allow(networks))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "--mail-networks '%s' is no list of networks", networks);
    return false;
}

static bool choose_dns(const Config *config, GError **error)
{
    const char *server = config->dns ? config->dns : "";
    if (dns_use(server))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "--dns '%s' is no ADDRESS:PORT", server);
    return false;
}

static bool start_jobs(Node *node, GError **error)
{
    if (!allow_networks(&node->config, error) || !choose_dns(&node->config, error))
        return false;
    node->dispatcher = dispatcher_start(&(DispatcherOptions){.desk = node->installation.desk,
                                                             .base_url = node->base_url,
                                                             .zygote = node->installation.zygote},
                                        error);
    if (!node->dispatcher)
        return false;
    store_on_commit(node->installation.store, on_commit, node);
    node->caretaker = caretaker_start(&node->receiver, node->dispatcher, error);
    if (!node->caretaker || (node->scanner && !scanner_start(node->scanner, error)))
        return false;
    return start_doors(node, error); /* after the caretaker has seen what a crash left: nobody else is reading that */
}

static void stop(Node *node)
{
    lmtp_server_stop(node->lmtp);
    local_server_stop(node->local);
    scanner_interrupt(node->scanner); /* a page may be waiting for it */
    if (node->http)
        http_server_drain(node->http, DRAIN_MS);
    http_server_stop(node->http);
    caretaker_stop(node->caretaker);
    if (node->installation.store)
        store_on_commit(node->installation.store, NULL, NULL);
    dispatcher_stop(node->dispatcher);
    web_free(node->web);
    scanner_stop(node->scanner);
    api_free(node->api);
    g_free(node->tables);
    installation_close(&node->installation);
    config_clear(&node->config);
    g_free(node->base_url);
}

/* ------------------------------------------------------------------------------------------------------------ serving */

static void say_ready(const Node *node)
{
    bool waits = *node->start.text;
    g_autofree char *lmtp =
        node->lmtp ? g_strdup_printf(",\"lmtp_port\":%d", lmtp_server_port(node->lmtp)) : g_strdup("");
    printf("{\"ready\":true,\"port\":%d,\"url\":\"%s\",\"pid\":%d%s%s%s%s%s%s}\n", http_server_port(node->http),
           node->base_url, (int)getpid(), lmtp, waits ? ",\"start\":\"" : "", waits ? node->base_url : "",
           waits ? "/start/" : "", node->start.text, waits ? "\"" : "");
    fflush(stdout);
    if (waits && isatty(STDERR_FILENO))
        fprintf(stderr, "\nfilo: a new installation. Open this address, once, to set it up:\n\n    %s/start/%s\n\n",
                node->base_url, node->start.text);
}

static void wait_for_stop(const Node *node, const sigset_t *signals)
{
    int signal_number;
    while (sigwait(signals, &signal_number) == 0 && signal_number == SIGHUP) {
        g_autoptr(GError) error = NULL;
        if (node->config.tls_cert && !http_server_reload_tls(node->http, &error))
            LOG(LOG_ERROR, "tls.reload", LOG_TEXT("reason", error->message));
    }
    LOG(LOG_INFO, "serve.stop", LOG_NUMBER("signal", signal_number));
}

int command_serve_node(int argc, char **argv)
{
    Node node = {0};
    g_autoptr(GError) error = NULL;
    sigset_t signals = stop_signals();
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before any thread: they inherit it, and sigwait gets them all */
    signal(SIGPIPE, SIG_IGN);
    bool started = config_parse(&node.config, NULL, "Serves pages, mail and jobs.", argc, argv, &error) &&
                   start_desk(&node, &error) && start_offer(&node, &error) && start_faces(&node, &error) &&
                   start_jobs(&node, &error);
    int code = started ? EX_OK : command_fail(error);
    if (started) {
        say_ready(&node);
        wait_for_stop(&node, &signals);
    }
    stop(&node);
    return code;
}
