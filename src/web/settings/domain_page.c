/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the company's mail domains, as others see them (channel/mail/domain.h). How: the accounts are read and the
 * transaction ended before DNS is asked; nothing is kept.
 */
#include "base/text.h"
#include "channel/mail/dkim.h"
#include "channel/mail/domain.h"
#include "channel/signing.h"
#include "web/settings/settings_form.h"
#include "web/settings/settings_pages.h"
#include "web/settings_domain_view.h"

static const MsgId titles[DOMAIN_PART_COUNT] = {
    [DOMAIN_MX] = MSG_MAIL_DOMAIN_PART_MX,
    [DOMAIN_SPF] = MSG_MAIL_DOMAIN_PART_SPF,
    [DOMAIN_DKIM] = MSG_MAIL_DOMAIN_PART_DKIM,
    [DOMAIN_DMARC] = MSG_MAIL_DOMAIN_PART_DMARC,
};

static const MsgId marks[DOMAIN_MARK_COUNT] = {
    [DOMAIN_GOOD] = MSG_MAIL_DOMAIN_MARK_GOOD,
    [DOMAIN_ADVICE] = MSG_MAIL_DOMAIN_MARK_ADVICE,
    [DOMAIN_UNKNOWN] = MSG_MAIL_DOMAIN_MARK_UNKNOWN,
    [DOMAIN_BAD] = MSG_MAIL_DOMAIN_MARK_BAD,
};

static DomainFindingView finding_view(const PageForm *form, const DomainReport *report, const DomainFinding *finding)
{
    return (DomainFindingView){
        .mark = marks[finding->mark],
        .bad = finding->mark == DOMAIN_BAD,
        .good = finding->mark == DOMAIN_GOOD,
        .text = domain_words(form->arena, form->visit->lang, report, finding),
        .name = finding->line_name ? finding->line_name : "",
        .value = finding->line_value ? finding->line_value : "",
    };
}

static DomainPartView part_view(const PageForm *form, const DomainReport *report, DomainPart part)
{
    DomainFindingView *views = ARENA_ARRAY(form->arena, DomainFindingView, report->count);
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].part == part)
            views[count++] = finding_view(form, report, &report->findings[i]);
    return (DomainPartView){.title = titles[part], .findings = views, .findings_count = count};
}

static DomainView domain_view(const PageForm *form, const DomainReport *report)
{
    DomainPartView *parts = ARENA_ARRAY(form->arena, DomainPartView, DOMAIN_PART_COUNT);
    size_t count = 0;
    for (int part = 0; part < DOMAIN_PART_COUNT; part++) {
        parts[count] = part_view(form, report, (DomainPart)part);
        count += parts[count].findings_count > 0;
    }
    return (DomainView){
        .domain = report->domain,
        .verdict = domain_verdict(form->arena, form->visit->lang, report),
        .bad = report->mark == DOMAIN_BAD,
        .parts = parts,
        .parts_count = count,
    };
}

static void show(PageForm *form, HttpResponse *response, const DomainSurvey *survey, const char *selector)
{
    DomainView *views = ARENA_ARRAY(form->arena, DomainView, survey->count);
    bool ours = false;
    for (size_t i = 0; i < survey->count; i++) {
        views[i] = domain_view(form, &survey->reports[i]);
        ours = ours || survey->reports[i].kind == DOMAIN_OURS;
    }
    SettingsDomainView view = {
        .domains = views,
        .domains_count = survey->count,
        .has_ours = ours,
        .selector = selector,
        .selector_error = page_form_error(form, "selector"),
        .page = settings_layout(form, MSG_MAIL_DOMAIN_TITLE),
        .head = settings_head(form, MSG_MAIL_DOMAIN_TITLE, MSG_SETTINGS_TAB_MAILBOXES),
    };
    settings_domain_render(http_html(response), form->visit->lang, &view);
}

void domain_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    PageForm *form = page_form_of(request);
    const char *asked = http_query(request, "selector");
    const char *selector = asked ? text_trim(form->arena, asked) : "";
    bool sound = !*selector || dkim_is_selector(selector);
    if (!sound) {
        page_form_wrong(form, "selector", "mail.domain.error.selector", NULL);
        page_form_set_status(form, response);
    }
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    ChannelAccountList accounts = channel_account_list(tx, form->arena);
    DomainSelectors selectors = {sound ? selector : "", signing_known(tx, form->arena)};
    if (!visit_read_end(request, response, tx))
        return;
    DomainSurvey survey = domain_survey(form->arena, &accounts, &selectors);
    show(form, response, &survey, selector);
}
