/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sources: the configuration pages of each provider (guide.hosting.aruba.it, guide.pec.it, help.infocert.it,
 * register.it, aiuto.libero.it, poste.it, support.google.com, learn.microsoft.com), read in November 2026. Limits: article 5 of
 * Legalmail's conditions; Exchange Online's sending limits.
 */
#include "channel/mail/provider.h"

#include "channel/mail/vouch.h"

#include <string.h>
#include <strings.h>

static const MailProvider providers[] = {
    {"aruba", "Aruba", "mail", "smtps.aruba.it", "implicit", "465", "imaps.aruba.it", false, "", "_spf.aruba.it", ""},
    {"register", "Register.it", "mail", "authsmtp.securemail.pro", "implicit", "465", "imap.securemail.pro", false, "", "spf.webapps.net", ""},
    {"libero", "Libero", "mail", "smtp.libero.it", "implicit", "465", "imapmail.libero.it", false, "", "", ""},
    {"gmail", "Gmail", "mail", "smtp.gmail.com", "implicit", "465", "imap.gmail.com", true, "", "_spf.google.com", "mx.google.com"},
    {"microsoft", "Microsoft 365", "mail", "smtp.office365.com", "starttls", "587", "outlook.office365.com", true, "30", "spf.protection.outlook.com", MAIL_AUTH_NAMELESS},
    {"aruba_pec", "Aruba PEC", "pec", "smtps.pec.aruba.it", "implicit", "465", "imaps.pec.aruba.it", false, "", "", ""},
    {"legalmail", "Legalmail", "pec", "sendm.cert.legalmail.it", "implicit", "465", "mbox.cert.legalmail.it", false, "6", "", ""},
    {"postecert", "PosteCert", "pec", "mail.postecert.it", "implicit", "465", "mail.postecert.it", false, "", "", ""},
};

const MailProvider *mail_providers(size_t *count_out)
{
    *count_out = sizeof providers / sizeof *providers;
    return providers;
}

const MailProvider *mail_provider_find(const char *key)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcmp(providers[i].key, key) == 0)
            return &providers[i];
    return NULL;
}

const char *mail_provider_include(const char *smtp_host)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
        if (strcasecmp(providers[i].smtp_host, smtp_host) == 0)
            return providers[i].spf_include;
    return "";
}
