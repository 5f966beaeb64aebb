/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"
#include "desk/audit/seal.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* "12:e3b0…": a seal's number and its chain, as verify printed it before. */
static bool head_parse(const char *text, AuditHead *head_out)
{
    char *end;
    head_out->seal.value = g_ascii_strtoll(text, &end, 10);
    if (head_out->seal.value <= 0 || *end != ':' || strlen(end + 1) != SHA256_HEX_SIZE - 1)
        return false;
    g_strlcpy(head_out->chain_sha256, end + 1, SHA256_HEX_SIZE);
    return strspn(head_out->chain_sha256, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

static const char *break_text(AuditBreak found)
{
    static const char *const texts[] = {
        [AUDIT_WHOLE] = "whole",
        [AUDIT_ROWS_DIFFER] = "a row was removed, added or given to another seal",
        [AUDIT_CHAIN_DIFFERS] = "a row or the seal was changed, or the seal before it removed",
        [AUDIT_HEAD_MISSING] = "the chain does not lead through the head given: it was cut off or made anew",
    };
    return texts[found];
}

/* The result, then the head to note for the next time. */
static int print_verdict(const AuditVerdict *verdict)
{
    if (verdict->broken.value)
        printf("broken at seal %" G_GINT64_FORMAT ": %s\n", verdict->broken.value, break_text(verdict->found));
    else
        printf("%s: %s\n", verdict->found == AUDIT_WHOLE ? "ok" : "broken", break_text(verdict->found));
    printf("verified: %" G_GINT64_FORMAT " rows in %" G_GINT64_FORMAT " seals; not sealed yet: %" G_GINT64_FORMAT "\n",
           verdict->rows, verdict->seals, verdict->unsealed);
    if (verdict->head.seal.value)
        printf("head: %" G_GINT64_FORMAT ":%s\n", verdict->head.seal.value, verdict->head.chain_sha256);
    return verdict->found == AUDIT_WHOLE ? EX_OK : 1;
}

static bool verify(Store *store, const AuditHead *noted, AuditVerdict *verdict_out, GError **error)
{
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return false;
    *verdict_out = audit_verify(tx, noted);
    return store_read_end(tx, error);
}

int command_audit(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *head = NULL;
    AuditHead noted;
    AuditVerdict verdict;
    const GOptionEntry own[] = {
        {"head", 0, 0, G_OPTION_ARG_STRING, &head, "a head printed before: the chain must lead through it", "SEAL:HASH"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (argc < 2 || strcmp(argv[1], "verify") != 0) {
        fputs("usage: filo audit verify [--head SEAL:HASH]\n", stderr);
        return EX_USAGE;
    }
    if (!config_parse(&config, own, "Computes the seals over the audit anew.", argc - 1, argv + 1, &error))
        return command_fail(error);
    if (head && !head_parse(head, &noted)) {
        fputs("filo: --head wants SEAL:HASH, as `filo audit verify` prints it\n", stderr);
        return EX_USAGE;
    }
    if (!installation_open(&installation, &config, NEED_READING, &error) ||
        !verify(installation.store, head ? &noted : NULL, &verdict, &error))
        return command_fail(error);
    return print_verdict(&verdict);
}
