/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * command: the subcommands of `filo`, one file each. Answers: "which are there, and how do they read their options?"
 *
 * A command parses its own options (GOption) on top of the common ones, does its work through desk, insight or store,
 * and returns an exit code. Not for rules. A new one is a file, a row in command.c, a line in the manual.
 *
 * Pointers: a Config's texts live until config_clear; an Installation's parts until installation_close.
 * Errors: command_fail turns a GError into a line on standard error and an exit code, the one place that does.
 *
 * Invariants:
 *  1. Exit codes are those of sysexits.h: 0 done, 1 "no" (check found something), 64 wrong usage, 65 data refused,
 *     69 no such thing, 70 damaged, 74 input or output, 75 try again later, 77 refused.
 *  2. Standard output holds the result and nothing else.
 *
 * Example:
 *     filo mail-in --data /var/lib/filo --mailbox assistenza < message.eml
 */
#ifndef FILO_CLI_COMMAND_H
#define FILO_CLI_COMMAND_H

#include "desk/desk.h"
#include "parse/zygote.h"

typedef struct Command {
    const char *name;
    const char *summary; /* NULL: hidden */
    int (*run)(int argc, char **argv);
} Command;

/* The row of that name, or NULL; all rows end with a NULL name. */
const Command *command_find(const char *name);
const Command *command_table(void);

/* What every command must know: flag, then FILO_* variable, then DIR/filo.conf. */
typedef struct Config {
    char *data_dir; /* --data, FILO_DATA_DIR */
    char *db;       /* --db, FILO_DB, db: NULL is SQLite in data_dir */
    char *listen;   /* --listen, FILO_LISTEN, listen */
    char *base_url; /* --base-url, FILO_BASE_URL, base_url: of links given to customers */
    char *tls_cert, *tls_key;
    gboolean insecure;
    char *lmtp; /* --lmtp, FILO_LMTP, lmtp: where mail servers hand over; NULL: nowhere */
    gboolean lmtp_anyone;
    char *mail_networks; /* --mail-networks, FILO_MAIL_NETWORKS, mail_networks: net/dial.h; NULL: the internet alone */
    char *dns;           /* --dns, FILO_DNS, dns: net/dns.h; NULL: the system's */
    char *virus_scanner; /* --virus-scanner, FILO_VIRUS_SCANNER, virus_scanner: net/clamd.h; NULL: there is none */
} Config;

/* Parses argv with the common options and the command's own (ends with {NULL}), then completes the rest. */
bool config_parse(Config *config, const GOptionEntry *own, const char *summary, int argc, char **argv, GError **error);
void config_clear(Config *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Config, config_clear)

/* Prints "filo: message" and gives the exit code of the error's kind. */
int command_fail(const GError *error);

/* An open installation, for commands that work on the data themselves. */
typedef struct Installation {
    ParseZygote *zygote; /* started first, before any thread; NULL unless asked for */
    Store *store;
    Desk *desk;
} Installation;

typedef enum InstallationNeed { NEED_READING, NEED_WRITING, NEED_PARSING } InstallationNeed;
bool installation_open(Installation *installation, const Config *config, InstallationNeed need, GError **error);
void installation_close(Installation *installation);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Installation, installation_close)

/* DIR/filo.sock; yours to free. */
char *config_socket_path(const Config *config);

/* A program that lies beside this one; yours to free. Errors: IO. */
char *config_program_path(const char *name, GError **error);

/* One file each. */
int command_init(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_serve_node(int argc, char **argv);
int command_mail_in(int argc, char **argv);
int command_mailbox(int argc, char **argv);
int command_token(int argc, char **argv);
int command_api(int argc, char **argv);
int command_check(int argc, char **argv);
int command_report(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_import(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);

#endif
