/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/call.h"
#include "api/operation.h"
#include "channel/mail/dkim.h"
#include "channel/mail/domain.h"
#include "channel/send_server.h"
#include "channel/signing.h"

/* ---------------------------------------------------------------------------------------------------------------- shapes */

static const char *word_part(int at)
{
    return at < DOMAIN_PART_COUNT ? domain_part_text((DomainPart)at) : NULL;
}

static const char *word_mark(int at)
{
    return at < DOMAIN_MARK_COUNT ? domain_mark_text((DomainMark)at) : NULL;
}

static const char *word_kind(int at)
{
    static const char *const words[] = {"ours", "everybodys", "certified"};
    return at < (int)G_N_ELEMENTS(words) ? words[at] : NULL;
}

enum { FINDING_PART, FINDING_MARK, FINDING_TEXT, FINDING_NAME, FINDING_VALUE, FINDING_COUNT };
static const ShapeField finding_fields[] = {
    [FINDING_PART] = {"part", SHAPE_WORD, true, .word = word_part, .doc = "What it is about."},
    [FINDING_MARK] = {"mark", SHAPE_WORD, true, .word = word_mark, .doc = "unknown: DNS could not be asked; no fault."},
    [FINDING_TEXT] = {"text", SHAPE_LINE, true, .doc = "What was found and what to do, in the language of the call."},
    [FINDING_NAME] = {"line_name", SHAPE_LINE, .doc = "Of the TXT record to write; null: none."},
    [FINDING_VALUE] = {"line_value", SHAPE_LINE, .doc = "Its whole value."},
};
static const Shape finding_shape = {"MailDomainFinding", finding_fields, FINDING_COUNT, true};

enum { DOMAIN_NAME, DOMAIN_OF, DOMAIN_MARKED, DOMAIN_VERDICT, DOMAIN_FINDINGS, DOMAIN_FIELD_COUNT };
static const ShapeField domain_fields[] = {
    [DOMAIN_NAME] = {"domain", SHAPE_LINE, true, .doc = "As DNS writes it."},
    [DOMAIN_OF] = {"kind", SHAPE_WORD, true, .word = word_kind, .doc = "Whose it is; only ours are asked about."},
    [DOMAIN_MARKED] = {"mark", SHAPE_WORD, true, .word = word_mark, .doc = "The gravest of the findings."},
    [DOMAIN_VERDICT] = {"verdict", SHAPE_LINE, true, .doc = "All of it in a sentence."},
    [DOMAIN_FINDINGS] = {"findings", SHAPE_LIST, true, .item = &finding_shape, .doc = "By part."},
};
static const Shape domain_shape = {"MailDomain", domain_fields, DOMAIN_FIELD_COUNT, true};

enum { SURVEY_ITEMS, SURVEY_COUNT };
static const ShapeField survey_fields[] = {
    [SURVEY_ITEMS] = {"items", SHAPE_LIST, true, .item = &domain_shape, .doc = "The domains of the mailboxes in use."},
};
static const Shape survey_shape = {"MailDomains", survey_fields, SURVEY_COUNT, true};

enum { ASK_SELECTOR, ASK_COUNT };
static const ShapeField ask_fields[] = {
    [ASK_SELECTOR] = {"selector", SHAPE_LINE, .max = 100, .doc = "Of DKIM; the usual ones are tried unless told."},
};
static const Shape ask_query = {"MailDomainQuery", ask_fields, ASK_COUNT};

enum { OWNER_NAME, OWNER_COUNT };
static const ShapeField owner_fields[] = {
    [OWNER_NAME] = {"name", SHAPE_LINE, true, .doc = "Of the mailbox."},
};
static const Shape owner_shape = {"MailServerMailbox", owner_fields, OWNER_COUNT, true};

enum { SERVER_NAME, SERVER_RATE, SERVER_OWNERS, SERVER_SLOW, SERVER_SAID, SERVER_FIELD_COUNT };
static const ShapeField server_fields[] = {
    [SERVER_NAME] = {"server", SHAPE_LINE, true, .doc = "Its host, with the port where that is no usual one."},
    [SERVER_RATE] = {"per_minute", SHAPE_NUMBER, .doc = "Messages, of all its mailboxes together; null: no limit."},
    [SERVER_OWNERS] = {"mailboxes", SHAPE_LIST, true, .item = &owner_shape, .doc = "Those that send through it."},
    [SERVER_SLOW] = {"slow_until", SHAPE_TIME, .doc = "It asked us to send less: nothing leaves before; null: no."},
    [SERVER_SAID] = {"slow_said", SHAPE_LINE, .doc = "In its words."},
};
static const Shape server_shape = {"MailServer", server_fields, SERVER_FIELD_COUNT, true};

enum { SERVERS_ITEMS, SERVERS_COUNT };
static const ShapeField servers_fields[] = {
    [SERVERS_ITEMS] = {"items", SHAPE_LIST, true, .item = &server_shape, .doc = "Each once."},
};
static const Shape servers_shape = {"MailServers", servers_fields, SERVERS_COUNT, true};

/* --------------------------------------------------------------------------------------------------------------- handler */

static ShapeValue finding_rows(Arena *arena, Lang lang, const DomainReport *report)
{
    ShapeValue *rows = ARENA_ARRAY(arena, ShapeValue, report->count * FINDING_COUNT);
    for (size_t i = 0; i < report->count; i++) {
        ShapeValue *row = rows + i * FINDING_COUNT;
        const DomainFinding *finding = &report->findings[i];
        row[FINDING_PART] = shape_text(domain_part_text(finding->part));
        row[FINDING_MARK] = shape_text(domain_mark_text(finding->mark));
        row[FINDING_TEXT] = shape_text(domain_words(arena, lang, report, finding));
        row[FINDING_NAME] = shape_text(finding->line_name);
        row[FINDING_VALUE] = shape_text(finding->line_value);
    }
    return shape_rows(rows, report->count);
}

static ShapeValue domain_rows(Arena *arena, Lang lang, const DomainSurvey *survey)
{
    ShapeValue *rows = ARENA_ARRAY(arena, ShapeValue, survey->count * DOMAIN_FIELD_COUNT);
    for (size_t i = 0; i < survey->count; i++) {
        ShapeValue *row = rows + i * DOMAIN_FIELD_COUNT;
        const DomainReport *report = &survey->reports[i];
        row[DOMAIN_NAME] = shape_text(report->domain);
        row[DOMAIN_OF] = shape_text(word_kind(report->kind));
        row[DOMAIN_MARKED] = shape_text(domain_mark_text(report->mark));
        row[DOMAIN_VERDICT] = shape_text(domain_verdict(arena, lang, report));
        row[DOMAIN_FINDINGS] = finding_rows(arena, lang, report);
    }
    return shape_rows(rows, survey->count);
}

static void mail_domain_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[ASK_COUNT];
    if (!api_read_query(request, response, &ask_query, in))
        return;
    const char *selector = in[ASK_SELECTOR].given ? in[ASK_SELECTOR].text : "";
    if (*selector && !dkim_is_selector(selector)) {
        api_problem(request, response, "query.selector", "selector", "letters, digits, hyphens and dots");
        return;
    }
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    ChannelAccountList accounts = channel_account_list(tx, request->arena);
    DomainSelectors selectors = {selector, signing_known(tx, request->arena)};
    if (!api_read_end(request, response, tx))
        return;
    DomainSurvey survey = domain_survey(request->arena, &accounts, &selectors);
    ShapeValue out[SURVEY_COUNT] = {
        [SURVEY_ITEMS] = domain_rows(request->arena, api_call_of(request)->lang, &survey)};
    api_send(request, response, 200, &survey_shape, out);
}

static ShapeValue owner_rows(Arena *arena, const SendServer *server)
{
    ShapeValue *rows = ARENA_ARRAY(arena, ShapeValue, server->owner_count * OWNER_COUNT);
    for (size_t i = 0; i < server->owner_count; i++)
        rows[i * OWNER_COUNT + OWNER_NAME] = shape_text(server->owners[i]);
    return shape_rows(rows, server->owner_count);
}

static ShapeValue server_rows(Arena *arena, const SendServerList *servers)
{
    ShapeValue *rows = ARENA_ARRAY(arena, ShapeValue, servers->count * SERVER_FIELD_COUNT);
    for (size_t i = 0; i < servers->count; i++) {
        ShapeValue *row = rows + i * SERVER_FIELD_COUNT;
        const SendServer *server = &servers->items[i];
        row[SERVER_NAME] = shape_text(server->name);
        row[SERVER_RATE] = shape_id(server->per_minute);
        row[SERVER_OWNERS] = owner_rows(arena, server);
        row[SERVER_SLOW] = shape_id(server->slow_until);
        row[SERVER_SAID] = shape_text(server->slow_until ? server->said : NULL);
    }
    return shape_rows(rows, servers->count);
}

static void mail_server_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    ChannelAccountList accounts = channel_account_list(tx, request->arena);
    SendServerList servers = send_server_list(tx, request->arena, &accounts, api_call_of(request)->now);
    if (!api_read_end(request, response, tx))
        return;
    ShapeValue out[SERVERS_COUNT] = {[SERVERS_ITEMS] = server_rows(request->arena, &servers)};
    api_send(request, response, 200, &servers_shape, out);
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/mail/domains", mail_domain_list, "settings.read", LANE_SLOW, ROUTE_TOKEN, 0,
      "Whether others trust mail from our domains: MX, SPF, DKIM and DMARC, asked now."},
     "mailDomainList", &ask_query, NULL, &survey_shape, 200, false},
    {{HTTP_GET, "/api/v1/mail/servers", mail_server_list, "settings.read", LANE_PAGE, ROUTE_TOKEN, 0,
      "What the mailboxes send through: how much it takes a minute, and whether it asked for patience."},
     "mailServerList", NULL, NULL, &servers_shape, 200, false},
};
const ApiOperations mail_operations = {operations, G_N_ELEMENTS(operations)};
