/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the certificates that signatures of certified mail must lead to, in the mailbox's page. How: what is uploaded is
 * looked at in the parser's sealed process (parse/certificate.h), and only what came back as a certificate is kept, written
 * anew, in the account's setting pec_ca; what the page shows is read from there the same way. Why nothing is kept of a choice
 * of files when one of them is wrong: nobody should have to find out which half went in.
 */
#include "base/format.h"
#include "channel/config.h"
#include "channel/pec/pec_trust.h"
#include "parse/certificate.h"
#include "web/form_upload.h"
#include "web/problem.h"
#include "web/settings/mailbox_int.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/web.h"

#include <string.h>

static const char ERROR_FIELD[] = "files";

static ParseZygote *zygote_of(const MailboxPage *page)
{
    return web_receiver(page->form->visit->web)->zygote;
}

static bool is_certified(const MailboxPage *page)
{
    return strcmp(page->account.channel, "pec") == 0;
}

/* Those kept; none may mean that there are none, or that they could not be read just now. */
static bool read_held(const MailboxPage *page, Certificates *held_out, GError **error)
{
    const char *pem = channel_setting(&page->settings, "pec_ca");
    return parse_certificates(zygote_of(page), page->form->arena, bytes_of(pem), held_out, error);
}

static bool is_unread(const MailboxPage *page, const Certificates *held)
{
    return *channel_setting(&page->settings, "pec_ca") && !held->count;
}

/* --- showing -------------------------------------------------------------------------------------------------------- */

/* As people compare it with what an authority publishes. */
static const char *in_groups(Arena *arena, const char *fingerprint)
{
    enum { GROUP = 8 };
    g_autoptr(GString) groups = g_string_new(NULL);
    for (size_t i = 0; fingerprint[i]; i++) {
        if (i && i % GROUP == 0)
            g_string_append_c(groups, ' ');
        g_string_append_c(groups, fingerprint[i]);
    }
    return arena_strndup(arena, groups->str, groups->len);
}

static MailboxCertificate line_of(const MailboxPage *page, const Certificate *certificate)
{
    const Visit *visit = page->form->visit;
    Arena *arena = page->form->arena;
    const char *name = certificate->name;
    if (!*name)
        name = *certificate->organization ? certificate->organization : certificate->fingerprint;
    return (MailboxCertificate){
        .name = name,
        .organization = certificate->organization,
        .until = format_date(arena, visit->lang, time_to_wall(visit->policy->zone, certificate->not_after).date),
        .expired = certificate->not_after<visit->now, .early = certificate->not_before> visit->now,
        .shown = in_groups(arena, certificate->fingerprint),
        .fingerprint = certificate->fingerprint,
    };
}

bool mailbox_trust_fill(const MailboxPage *page, SettingsMailboxView *view, HttpResponse *response)
{
    PageForm *form = page->form;
    Certificates held;
    g_autoptr(GError) error = NULL;
    if (!page->account.id.value || !is_certified(page))
        return true;
    if (!read_held(page, &held, &error)) {
        problem_of_error(form->request, response, error);
        return false;
    }
    const char *id = arena_int(form->arena, page->account.id.value);
    MailboxCertificate *lines = ARENA_ARRAY(form->arena, MailboxCertificate, held.count);
    for (size_t i = 0; i < held.count; i++)
        lines[i] = line_of(page, &held.items[i]);
    SettingsMailboxTrustView *trust = ARENA_NEW(form->arena, SettingsMailboxTrustView);
    *trust = (SettingsMailboxTrustView){
        .version = page->account.version,
        .add_url = url_local(form->arena, "/settings/mailboxes/%/trust", id),
        .remove_url = url_local(form->arena, "/settings/mailboxes/%/trust/remove", id),
        .any = held.count > 0,
        .certificates = lines,
        .certificates_count = held.count,
        .path = channel_setting(&page->settings, "pec_ca_file"),
        .unread = is_unread(page, &held),
        .unchecked = !pec_trust_is_set(&page->settings),
        .error = page_form_error(form, ERROR_FIELD),
    };
    view->trust = trust;
    return true;
}

/* --- changing ------------------------------------------------------------------------------------------------------- */

typedef struct Change {
    MailboxPage page;
    Certificate items[2 * CERTIFICATE_COUNT_MAX]; /* as they will be: those held first */
    size_t count, held;
} Change;

/* The request's mailbox and what it trusts; NULL: the response is filled. */
static Change *change_begin(HttpRequest *request, HttpResponse *response)
{
    Change *change = ARENA_NEW(request->arena, Change);
    MailboxPage *page = &change->page;
    Certificates held;
    g_autoptr(GError) error = NULL;
    page->form = page_form_of(request);
    page->apart = true;
    if (!mailbox_read(page, response))
        return NULL;
    if (!is_certified(page)) {
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
        return NULL;
    }
    if (!read_held(page, &held, &error)) {
        problem_of_error(request, response, error);
        return NULL;
    }
    if (is_unread(page, &held)) { /* to write now would take them away */
        problem_page(request, response, PROBLEM_BUSY, "");
        return NULL;
    }
    for (size_t i = 0; i < held.count; i++)
        change->items[change->count++] = held.items[i];
    change->held = held.count;
    return change;
}

static void refuse(Change *change, HttpResponse *response)
{
    page_form_set_status(change->page.form, response);
    mailbox_show(&change->page, response);
}

static void keep(Change *change, HttpResponse *response)
{
    MailboxPage *page = &change->page;
    Arena *arena = page->form->arena;
    const char *pem = certificate_pem(arena, change->items, change->count);
    if (change->count == change->held) { /* they were there, or are gone already */
        mailbox_done(page, response);
        return;
    }
    if (change->count > CERTIFICATE_COUNT_MAX || strlen(pem) > PEC_TRUST_HELD_MAX) {
        page_form_wrong(page->form, ERROR_FIELD, "mailbox.error.trust_full", NULL);
        refuse(change, response);
        return;
    }
    const ChannelSettings before = page->settings;
    channel_config_add(arena, &page->settings, "pec_ca", pem);
    const char *payload = arena_printf(arena, "{\"before\":%zu,\"after\":%zu}", change->held, change->count);
    if (mailbox_keep_settings(page, "mailbox.trust", payload, response))
        return;
    page->settings = before;
    mailbox_show(page, response);
}

/* --- adding --------------------------------------------------------------------------------------------------------- */

static void note_verdict(PageForm *form, CertificateVerdict verdict, const char *file_name)
{
    static const char *const keys[CERTIFICATE_VERDICTS] = {
        [CERTIFICATES_NONE] = "mailbox.error.trust_none",
        [CERTIFICATES_KEY] = "mailbox.error.trust_key",
        [CERTIFICATES_TOO_MANY] = "mailbox.error.trust_too_many",
        [CERTIFICATES_TOO_LARGE] = "mailbox.error.trust_too_large",
    };
    page_form_wrong(form, ERROR_FIELD, keys[verdict], *file_name ? file_name : "?");
}

/* false: it is noted why, or *error says it. */
static bool take_file(Change *change, const FormFile *file, GError **error)
{
    PageForm *form = change->page.form;
    Certificates found;
    if (!parse_certificates(zygote_of(&change->page), form->arena, file->content, &found, error))
        return false;
    if (found.verdict != CERTIFICATES_READ) {
        note_verdict(form, found.verdict, file->name);
        return false;
    }
    for (size_t i = 0; i < found.count && change->count < G_N_ELEMENTS(change->items); i++)
        if (!certificate_find(change->items, change->count, found.items[i].fingerprint))
            change->items[change->count++] = found.items[i];
    return true;
}

static bool take_files(Change *change, const FormUpload *upload, GError **error)
{
    for (size_t i = 0; i < upload->count; i++)
        if (!take_file(change, &upload->items[i], error))
            return false;
    return true;
}

void mailbox_trust_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    Change *change = change_begin(request, response);
    if (!change)
        return;
    PageForm *form = change->page.form;
    FormUpload upload = form_upload_of(request);
    if (!upload.count)
        page_form_wrong(form, ERROR_FIELD, "mailbox.error.trust_no_file", NULL);
    else if (upload.count > FORM_FILES_MAX)
        page_form_wrong(form, ERROR_FIELD, "mailbox.error.trust_files", NULL);
    else if (!take_files(change, &upload, &error) && error) {
        problem_of_error(request, response, error);
        return;
    }
    if (page_form_is_sound(form))
        keep(change, response);
    else
        refuse(change, response);
}

/* --- taking away ---------------------------------------------------------------------------------------------------- */

void mailbox_trust_remove_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Change *change = change_begin(request, response);
    if (!change)
        return;
    const char *fingerprint = page_form_line(change->page.form, "fingerprint");
    size_t kept = 0;
    for (size_t i = 0; i < change->count; i++)
        if (strcmp(change->items[i].fingerprint, fingerprint) != 0)
            change->items[kept++] = change->items[i];
    change->count = kept;
    keep(change, response);
}
