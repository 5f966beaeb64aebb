/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/pages_sample.h"

#include "web/confirm_view.h"
#include "web/customer_page_view.h"
#include "web/error_page_view.h"
#include "web/message_page_view.h"
#include "web/parties_view.h"
#include "web/public_form_view.h"
#include "web/public_sent_view.h"
#include "web/queue_view.h"
#include "web/search_view.h"
#include "web/sign_in_view.h"
#include "web/ticket_new_view.h"
#include "web/ticket_page_view.h"
#include "web/tracking_view.h"
#include "web/words.h"

/* What outsiders write. */
static const char *said(const Sample *sample, const char *text)
{
    return sample->hostile ? SAMPLE_ATTACK : text;
}

static SafeHtml body(const Sample *sample, const char *text)
{
    return html_from_lines(sample->arena, said(sample, text));
}

static SafeUrl to(const char *path)
{
    return url_checked(path);
}

static const char *state(const Sample *sample, const char *name, const char *owner)
{
    return words_state(sample->arena, sample->lang, name, said(sample, owner));
}

static const char *filled(const Sample *sample, MsgId id, const char *name, const char *value)
{
    return msg_fill(sample->arena, sample->lang, id, name, value, NULL);
}

static const MenuItem menu[] = {
    {MSG_MENU_QUEUE, {"/tickets"}, "inbox", true},
    {MSG_MENU_NOW, {"/now"}, "gauge", false},
    {MSG_MENU_BALANCE, {"/balance"}, "euro", false},
    {MSG_MENU_DEFECTS, {"/defects"}, "triangle-alert", false},
    {MSG_MENU_CUSTOMERS, {"/parties"}, "building-2", false},
    {MSG_MENU_PRODUCTS, {"/products"}, "package", false},
    {MSG_MENU_CONTRACTS, {"/contracts"}, "file-text", false},
    {MSG_MENU_SOLUTIONS, {"/solutions"}, "book-open", false},
    {MSG_MENU_HEALTH, {"/health"}, "wrench", false},
};

static const LayoutView *layout(const Sample *sample, const char *title)
{
    LayoutView *page = ARENA_NEW(sample->arena, LayoutView);
    *page = (LayoutView){.title = said(sample, title),
                         .company = "Caffemeccanica Valdichienti",
                         .user_name = said(sample, "Sara Conti"),
                         .language = lang_tag(sample->lang),
                         .theme = sample->theme,
                         .return_to = said(sample, "/tickets"),
                         .menu = menu,
                         .menu_count = G_N_ELEMENTS(menu),
                         .new_url = to("/tickets/new")};
    return page;
}

static const PublicLayoutView *public_layout(const Sample *sample, const char *title)
{
    PublicLayoutView *page = ARENA_NEW(sample->arena, PublicLayoutView);
    *page = (PublicLayoutView){.title = said(sample, title),
                               .company = "Caffemeccanica Valdichienti",
                               .language = lang_tag(sample->lang),
                               .theme = sample->theme,
                               .return_to = said(sample, "/help"),
                               .phone = "0733 960000",
                               .phone_url = to("tel:+390733960000"),
                               .hours = said(sample, "lun–ven 8:30–12:30, 14:00–18:00")};
    return page;
}

static const char *const no_texts[] = {""};

static void sign_in(GString *out, const Sample *sample)
{
    SignInView view = {.page = public_layout(sample, msg(sample->lang, MSG_SIGN_IN_TITLE)),
                       .email = said(sample, "sara@example.it"),
                       .return_to = said(sample, "/tickets"),
                       .forgot_url = to("/sign-in/forgot")};
    sign_in_render(out, sample->lang, &view);
}

typedef struct RowSeed {
    const char *number, *subject, *customer, *icon, *state, *owner;
    int late_hours; /* > 0 */
    const char *due, *update;
    int silent_days, bounces;
    const char *age;
} RowSeed;

static const RowSeed seeds[] = {
    {"12318", "La V2 non fa vapore al mattino, poi riparte da sola", "Bar Centrale", "mail", "owned", "Sara", 2, "",
     "ieri, 17:20", 2, 0, "2 g"},
    {"12297", "Seriale chiesto tre volte, nessuno risolve", "Panificio Moretti", "mail", "owned", "Sara", 26, "",
     "oggi, 12:00", 0, 3, "7 g"},
    {"12342", "Formazione del barista nuovo", "Hotel Belvedere", "phone", "new", "", 1, "", "oggi, 16:00", 0, 0, "5 h"},
    {"12351", "E07 dopo la decalcificazione", "Giulia Rossetti", "message-square", "in_progress", "Sara", 0,
     "oggi, 18:00", "oggi, 18:00", 0, 0, "3 h"},
    {"12344", "Macinino K: macina troppo fine anche a fondo corsa", "Caffè Duomo di Macerata", "phone", "owned", "Sara",
     0, "domani, 9:40", "domani, 9:40", 0, 0, "1 g"},
    {"12310", "Perdita dal gruppo due", "Ristorante La Filanda", "wrench", "waiting_part", "Sara", 0, "lun 11:00",
     "ven 17:20", 0, 0, "4 g"},
    {"12305", "Gestione Bar 4.3: la chiusura di cassa non stampa", "Bar dello Sport", "mail", "waiting_customer",
     "Sara", 0, "mar 9:00", "lun 12:00", 0, 0, "5 g"},
    {"12288", "Lavastoviglie che non scalda", "Pizzeria Il Borgo", "store", "waiting_approval", "Sara", 0, "mer 10:30",
     "mar 10:00", 0, 0, "6 g"},
    {"12271", "Tagliando annuale della V2", "Bar Pineta", "phone", "scheduled", "Sara", 0, "gio 8:30", "gio 8:30", 0, 0,
     "9 g"},
};

static const QueueRow *queue_rows(const Sample *sample)
{
    QueueRow *rows = ARENA_ARRAY(sample->arena, QueueRow, G_N_ELEMENTS(seeds));
    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        const RowSeed *seed = &seeds[i];
        const char *span = msg_fill_count(sample->arena, sample->lang, MSG_SPAN_HOURS, seed->late_hours, NULL);
        rows[i] =
            (QueueRow){.number = seed->number,
                       .url = url_local(sample->arena, "/tickets/%", seed->number),
                       .subject = said(sample, seed->subject),
                       .customer = said(sample, seed->customer),
                       .channel = "telefono",
                       .channel_icon = seed->icon,
                       .state = state(sample, seed->state, seed->owner),
                       .waiting = g_str_has_prefix(seed->state, "waiting") || !g_strcmp0(seed->state, "scheduled"),
                       .unowned = !g_strcmp0(seed->state, "new"),
                       .late = seed->late_hours > 0,
                       .due = seed->late_hours ? filled(sample, MSG_TICKET_LATE, "span", span) : seed->due,
                       .update = filled(sample, MSG_TICKET_UPDATE_BY, "when", seed->update),
                       .update_late = i == 0,
                       .warning = words_warning(sample->arena, sample->lang, seed->silent_days * TIME_DAY, 2 * TIME_DAY,
                                                seed->bounces),
                       .age = seed->age,
                       .received = "mer 1 apr, 9:12"};
    }
    return rows;
}

static QueueView queue_view(const Sample *sample)
{
    static const QueueTab tabs[] = {
        {MSG_QUEUE_TAB_MINE, {"/tickets"}, true},
        {MSG_QUEUE_TAB_UNASSIGNED, {"/tickets?view=unassigned"}, false},
        {MSG_QUEUE_TAB_OPEN, {"/tickets?view=open"}, false},
        {MSG_QUEUE_TAB_LATE, {"/tickets?view=late"}, false},
    };
    static const Option teams[] = {
        {"", "–", true}, {"1", "Assistenza tecnica", false}, {"2", "Amministrazione", false}};
    static const Option owners[] = {{"", "–", true}, {"2", "Sara Conti", false}, {"3", "Giulia Ferri", false}};
    static const Option channels[] = {{"", "–", true}, {"mail", "mail", false}, {"phone", "telefono", false}};
    static const Option turns[] = {{"", "–", true}, {"us", "a noi", false}};
    static const Option orders[] = {{"", "–", true}, {"newest", "prima le ultime arrivate", false}};
    const char *open = msg_fill_count(sample->arena, sample->lang, MSG_QUEUE_OPEN, 14, NULL);
    const char *late = msg_fill_count(sample->arena, sample->lang, MSG_QUEUE_LATE, 3, NULL);
    return (QueueView){.page = layout(sample, msg(sample->lang, MSG_MENU_QUEUE)),
                       .heading = MSG_MENU_QUEUE,
                       .summary = arena_printf(sample->arena, "%s, %s", open, late),
                       .tabs = tabs,
                       .tabs_count = G_N_ELEMENTS(tabs),
                       .has_teams = true,
                       .teams = teams,
                       .teams_count = G_N_ELEMENTS(teams),
                       .has_owners = true,
                       .owners = owners,
                       .owners_count = G_N_ELEMENTS(owners),
                       .channels = channels,
                       .channels_count = G_N_ELEMENTS(channels),
                       .turns = turns,
                       .turns_count = G_N_ELEMENTS(turns),
                       .orders = orders,
                       .orders_count = G_N_ELEMENTS(orders),
                       .empty_title = MSG_QUEUE_EMPTY_MINE,
                       .empty_text = MSG_QUEUE_EMPTY_MINE_TEXT,
                       .view_key = "mine",
                       .clear_url = to("/tickets"),
                       .next_url = to("/tickets?after=12271"),
                       .live_url = to("/tickets")};
}

static void queue_full(GString *out, const Sample *sample)
{
    QueueView view = queue_view(sample);
    view.rows = queue_rows(sample);
    view.rows_count = G_N_ELEMENTS(seeds);
    queue_render(out, sample->lang, &view);
}

static void queue_empty(GString *out, const Sample *sample)
{
    QueueView view = queue_view(sample);
    view.next_url = to(NULL);
    queue_render(out, sample->lang, &view);
}

static void queue_tour(GString *out, const Sample *sample)
{
    QueueView view = queue_view(sample);
    const TourStep steps[] = {
        {said(sample, "Bar Centrale aspetta da due giorni: apra la prima riga."), {"/tickets/12318"}}};
    const TourView tour = {steps, 1, {"/sign-in"}, {"/settings/demo"}};
    view.has_tour = view.filtered = view.opened = true;
    view.tour = &tour;
    view.next_url = to(NULL);
    queue_render(out, sample->lang, &view);
}

static const TicketEntry *entries(const Sample *sample, size_t *count_out)
{
    static const char mail[] =
        "Buongiorno,\n\nda lunedì la V2 non fa vapore quando la accendiamo, verso le 6:30. Dopo una ventina di minuti "
        "riparte da sola.\n"
        "Abbiamo già provato a spegnere e riaccendere. Qui trovate un video: https://example.com/v/1837\n\n"
        "Domani abbiamo la colazione di un gruppo, ci serve il vapore.\n\nLucia Ferri, Bar Centrale";
    File *files = ARENA_NEW(sample->arena, File);
    *files = (File){said(sample, "etichetta.jpg"), to("/files/81/etichetta.jpg"), "184 kB", {NULL}, false, "", ""};
    TicketEntry *entry = ARENA_ARRAY(sample->arena, TicketEntry, 6);
    entry[0] = (TicketEntry){.anchor = "e1",
                             .message = true,
                             .incoming = true,
                             .author = said(sample, "Lucia Ferri"),
                             .when = "mer 1 apr, 9:12",
                             .body = body(sample, mail),
                             .files = files,
                             .files_count = 1,
                             .original_url = to("/messages/501/original")};
    entry[1] = (TicketEntry){.anchor = "e2",
                             .text = said(sample, "Assegnata a Sara da Marco: serve chi conosce la caldaia"),
                             .when = "mer 1 apr, 9:40"};
    entry[2] = (TicketEntry){.anchor = "e3",
                             .message = true,
                             .author = said(sample, "Sara Conti"),
                             .when = "mer 1 apr, 10:05",
                             .body = body(sample, "Buongiorno Lucia,\nla seguo io. Domattina, prima di accendere, apra "
                                                  "il rubinetto del vapore per due secondi: "
                                                  "se sfiata, è la valvola e la cambiamo in garanzia.\n\nSara"),
                             .status = "consegnato"};
    entry[3] = (TicketEntry){
        .anchor = "e4",
        .note = true,
        .author = said(sample, "Marco Vitali"),
        .when = "gio 2 apr, 8:20",
        .body =
            body(sample,
                 "Stesso lotto delle tre di marzo (valvole dopo il cambio di fornitore). Tenere da parte il pezzo.")};
    entry[4] = (TicketEntry){.anchor = "e5",
                             .message = true,
                             .incoming = true,
                             .author = said(sample, "Lucia Ferri"),
                             .when = "gio 2 apr, 8:50",
                             .body = body(sample, "Ho provato: sfiata, poi funziona. Quando passate?"),
                             .quoted = body(sample, "Il giorno gio 2 apr Sara Conti ha scritto:\n> Buongiorno Lucia")};
    entry[5] = (TicketEntry){.anchor = "e6",
                             .message = true,
                             .author = said(sample, "Sara Conti"),
                             .when = "gio 2 apr, 9:05",
                             .body = body(sample, "Le confermo domani mattina."),
                             .status = said(sample, "consegna non riuscita: casella piena"),
                             .failed = true};
    for (size_t i = 0; i < 6; i++) {
        entry[i].from = i == 4 ? said(sample, "12301") : "";
        entry[i].cut = i == 4 ? msg_fill(sample->arena, sample->lang, MSG_TICKET_SHOW_WHOLE, "size", "64", NULL) : "";
    }
    entry[4].cut_url = to("/tickets/12318?whole=505#m505");
    entry[4].from_url = to("/tickets/12301");
    entry[4].fresh = true;
    *count_out = 6;
    return entry;
}

static const TicketCustomer *customer(const Sample *sample)
{
    Promise *promise = ARENA_NEW(sample->arena, Promise);
    *promise = (Promise){said(sample, "Confermare l'uscita del tecnico"), "ieri, 17:20", true};
    PastTicket *tickets = ARENA_ARRAY(sample->arena, PastTicket, 3);
    tickets[0] =
        (PastTicket){"12014", to("/tickets/12014"), said(sample, "Filtro dell'acqua da cambiare"), "Chiusa", "feb"};
    tickets[1] = (PastTicket){"11702", to("/tickets/11702"), said(sample, "Scontrini che non arrivano in cassa"),
                              "Chiusa", "nov 2025"};
    tickets[2] =
        (PastTicket){"11455", to("/tickets/11455"), said(sample, "Installazione della V2"), "Chiusa", "set 2025"};
    ShortLine *contract = ARENA_NEW(sample->arena, ShortLine);
    *contract = (ShortLine){said(sample, "Base, scade il 31 dicembre 2026"), to("/contracts/31"),
                            said(sample, "Guasti in orario d'ufficio; formazione esclusa")};
    ShortLine *item = ARENA_NEW(sample->arena, ShortLine);
    *item = (ShortLine){said(sample, "V2 · V2-25-01837"), to("/items/1837"),
                        said(sample, "consegnata il 12 settembre 2025, in garanzia")};
    TicketCustomer *view = ARENA_NEW(sample->arena, TicketCustomer);
    *view = (TicketCustomer){.name = said(sample, "Bar Centrale"),
                             .url = to("/parties/88"),
                             .kind = said(sample, "Azienda · Tolentino"),
                             .person = said(sample, "Lucia Ferri, titolare"),
                             .phone = said(sample, "0733 960112"),
                             .phone_url = to("tel:+390733960112"),
                             .email = said(sample, "barcentrale@example.it"),
                             .email_url = to("mailto:barcentrale@example.it"),
                             .promises = promise,
                             .promises_count = 1,
                             .tickets = tickets,
                             .tickets_count = 3,
                             .contracts = contract,
                             .contracts_count = 1,
                             .items = item,
                             .items_count = 1};
    return view;
}

static const TicketClosing *closing(const Sample *sample, bool open)
{
    SolutionChoice *solutions = ARENA_ARRAY(sample->arena, SolutionChoice, 2);
    solutions[0] =
        (SolutionChoice){"71", said(sample, "Sostituzione della valvola vapore, lotto C"), "usata 14 volte", true};
    solutions[1] = (SolutionChoice){"12", said(sample, "Spurgo del circuito vapore a freddo"), "usata 5 volte", false};
    static const Option symptoms[] = {{"1", "Non fa vapore", true}, {"2", "Perde", false}};
    static const Option causes[] = {{"1", "Materiale del fornitore", true}, {"2", "Usura", false}};
    static const Option remedies[] = {{"1", "Sostituzione di un pezzo", true}};
    TicketClosing *view = ARENA_NEW(sample->arena, TicketClosing);
    *view = (TicketClosing){.url = to("/tickets/12318/resolve"),
                            .error = said(sample, ""),
                            .open = open,
                            .solutions = solutions,
                            .solutions_count = 2,
                            .solution = said(sample, ""),
                            .symptoms = symptoms,
                            .symptoms_count = 2,
                            .causes = causes,
                            .causes_count = 2,
                            .remedies = remedies,
                            .remedies_count = 1,
                            .likely = said(sample, "Proposto: 9 volte con «vapore»"),
                            .product = said(sample, "V2"),
                            .minutes = "24"};
    return view;
}

static const TicketCosts *costs(const Sample *sample)
{
    CostRow *lines = ARENA_ARRAY(sample->arena, CostRow, 2);
    lines[0] = (CostRow){said(sample, "Lavoro"), "24 min × 33,00 €/h", "13,20 €"};
    lines[1] = (CostRow){said(sample, "Valvola vapore"), said(sample, "1 pezzo"), "18,40 €"};
    TicketCosts *view = ARENA_NEW(sample->arena, TicketCosts);
    *view = (TicketCosts){
        .lines = lines, .lines_count = 2, .total = "31,60 €", .url = to("/tickets/12318/costs"), .minutes = ""};
    return view;
}

static TicketMore more_forms(const Sample *sample)
{
    const char *nothing = said(sample, "");
    return (TicketMore){.merge_url = to("/tickets/12318/merge"),
                        .merge_into = nothing,
                        .merge_error = nothing,
                        .merge_confirm = sample->hostile,
                        .link_url = to("/tickets/12318/links"),
                        .link_other = nothing,
                        .link_error = nothing,
                        .not_ours_url = to("/tickets/12318/not-ours"),
                        .pointer = nothing,
                        .pointer_error = nothing,
                        .cancel_url = to("/tickets/12318/cancel"),
                        .cancel_why = nothing,
                        .spam_url = to("/tickets/12318/spam"),
                        .reopen_url = to(sample->hostile ? "/tickets/12318/reopen" : NULL),
                        .reopen_why = nothing,
                        .restore_url = to(sample->hostile ? "/tickets/12318/restore" : NULL),
                        .restore_why = nothing};
}

static TicketFactsForm facts_form(const Sample *sample, const Option *options)
{
    const char **names = ARENA_ARRAY(sample->arena, const char *, 1);
    names[0] = said(sample, "V2");
    return (TicketFactsForm){.url = to("/tickets/12318/facts"),
                             .error = said(sample, ""),
                             .subject = said(sample, "La V2 non fa vapore al mattino, poi riparte da sola"),
                             .kinds = options,
                             .kinds_count = 2,
                             .customer = said(sample, "Bar Centrale"),
                             .product = names[0],
                             .products = names,
                             .products_count = 1,
                             .serial = said(sample, "V2-25-01837"),
                             .serials = names,
                             .serials_count = 1,
                             .origins = options,
                             .origins_count = 2,
                             .initiatives = options,
                             .initiatives_count = 2,
                             .languages = options,
                             .languages_count = 2};
}

static void ticket(GString *out, const Sample *sample, bool closing_open)
{
    const TicketButton buttons[] = {
        {MSG_ACTION_TAKE, {"/tickets/12318/take"}, "hand", true},
        {MSG_ACTION_ASK_HELP, {"/tickets/12318/help"}, "users", false},
        {MSG_ACTION_CALL_BACK, {"/tickets/12318/call-back"}, "phone", false},
    };
    const Option people[] = {{"", "–", true}, {"3", said(sample, "Marco Vitali"), false}};
    const Option waits[] = {{"waiting_part", state(sample, "waiting_part", ""), true},
                            {"waiting_third_party", state(sample, "waiting_third_party", ""), false}};
    const TicketAssign assign = {.url = to("/tickets/12318/assign"),
                                 .people = people,
                                 .people_count = 2,
                                 .teams = people,
                                 .teams_count = 2,
                                 .why = said(sample, "")};
    const TicketWait wait = {.url = to("/tickets/12318/wait"),
                             .states = waits,
                             .states_count = 2,
                             .reason = said(sample, ""),
                             .until = "2026-04-03T17:20"};
    const TicketMore more = more_forms(sample);
    const TicketCopy copies[] = {{"anna@example.it", said(sample, "Anna Neri <anna@example.it>"), true, "Cc", ""},
                                 {"ugo@example.it", said(sample, "ugo@example.it"), false, "Cc",
                                  msg(sample->lang, MSG_COMPOSER_UNCONFIRMED)}};
    const TicketComposer composer = {.url = to("/tickets/12318/messages"),
                                     .to = said(sample, "Lucia Ferri <barcentrale@example.it>"),
                                     .from = said(sample, "assistenza@caffemeccanica.example"),
                                     .text = said(sample, ""),
                                     .draft_key = "ticket-12318",
                                     .answers = true,
                                     .copies = copies,
                                     .copies_count = 2,
                                     .added = "",
                                     .error = said(sample, "")};
    const char *const reasons[] = {
        said(sample, "V2-25-01837 consegnata il 12 settembre 2025: garanzia di 12 mesi fra aziende."),
        said(sample, "Guasto, non istruzione.")};
    const TicketCoverage coverage = {true, words_verdict(sample->lang, "in_warranty"),     reasons,
                                     2,    said(sample, "Condizioni di vendita, punto 7"), ""};
    const SimilarTicket similar[] = {
        {"12102",
         {"/tickets/12102"},
         said(sample, "V2: vapore assente a freddo"),
         said(sample, "Sostituita la valvola vapore")},
        {"11987",
         {"/tickets/11987"},
         said(sample, "Niente vapore appena accesa"),
         said(sample, "Sostituita la valvola vapore")},
    };
    const Fact facts[] = {{MSG_FIELD_KIND, said(sample, "Guasto"), {NULL}},
                          {MSG_FIELD_PRODUCT, said(sample, "V2"), {"/products/1"}},
                          {MSG_FIELD_SERIAL, said(sample, "V2-25-01837"), {"/items/1837"}},
                          {MSG_FIELD_TEAM, said(sample, "Assistenza tecnica"), {NULL}}};
    const TicketFactsForm put_right = facts_form(sample, people);
    size_t entry_count;
    const TicketEntry *entry = entries(sample, &entry_count);
    const char *span = msg_fill_count(sample->arena, sample->lang, MSG_SPAN_HOURS, 2, NULL);
    TicketPageView view = {.page = layout(sample, "12318 La V2 non fa vapore"),
                           .number = "12318",
                           .subject = said(sample, "La V2 non fa vapore al mattino, poi riparte da sola"),
                           .channel = "e-mail",
                           .received = "mer 1 apr, 9:12",
                           .state = state(sample, "owned", "Sara"),
                           .late = true,
                           .due = filled(sample, MSG_TICKET_LATE, "span", span),
                           .update = filled(sample, MSG_TICKET_UPDATE_BY, "when", "oggi, 17:20"),
                           .warning = words_warning(sample->arena, sample->lang, 2 * TIME_DAY, 2 * TIME_DAY, 0),
                           .bounced = words_warning(sample->arena, sample->lang, 0, 2 * TIME_DAY, 3),
                           .reason = said(sample, "La valvola arriva giovedì"),
                           .since = said(sample, "da ieri, 9:12"),
                           .open = true,
                           .put_right = &put_right,
                           .version = 7,
                           .stale = closing_open ? said(sample, "Marco Vitali, oggi, 9:31: «Passo io venerdì».") : "",
                           .facts = facts,
                           .facts_count = G_N_ELEMENTS(facts),
                           .buttons = buttons,
                           .buttons_count = G_N_ELEMENTS(buttons),
                           .assign = &assign,
                           .waits = &wait,
                           .more = &more,
                           .earlier = msg_fill_count(sample->arena, sample->lang, MSG_TICKET_SHOW_EARLIER, 12, NULL),
                           .earlier_url = to("/tickets/12318?all=1"),
                           .entries = entry,
                           .entries_count = entry_count,
                           .composer = &composer,
                           .closing = closing(sample, closing_open),
                           .customer = customer(sample),
                           .coverage = &coverage,
                           .similar = similar,
                           .similar_count = 2,
                           .costs = costs(sample)};
    ticket_page_render(out, sample->lang, &view);
}

static void ticket_open(GString *out, const Sample *sample)
{
    ticket(out, sample, false);
}

static void ticket_closing(GString *out, const Sample *sample)
{
    ticket(out, sample, true);
}

static void ticket_form(GString *out, const Sample *sample)
{
    static const Option channels[] = {{"phone", "telefono", true},
                                      {"counter", "sportello", false},
                                      {"fax", "fax", false},
                                      {"letter", "lettera", false}};
    static const Option kinds[] = {{"fault", "guasto", true}, {"instruction", "istruzione", false}};
    static const Option origins[] = {
        {"ours", "nostro", true}, {"third_party", "di altri", false}, {"unknown", "non si sa", false}};
    static const char *const customers[] = {"Bar Centrale", "Hotel Belvedere"};
    const char *const errors[] = {said(sample, "Manca dove rispondere: il resto è conservato qui sotto.")};
    TicketNewView view = {.page = layout(sample, msg(sample->lang, MSG_ACTION_NEW_TICKET)),
                          .errors = errors,
                          .errors_count = 1,
                          .channels = channels,
                          .channels_count = 4,
                          .received = "2026-04-03T17:20",
                          .customer = said(sample, "Bar Centrale"),
                          .customers = customers,
                          .customers_count = 2,
                          .person = said(sample, "Lucia"),
                          .contact = said(sample, ""),
                          .contact_error = said(sample, "Scriva un telefono o un'e-mail."),
                          .kinds = kinds,
                          .kinds_count = 2,
                          .initiatives = kinds,
                          .initiatives_count = 2,
                          .origins = origins,
                          .origins_count = 3,
                          .product = said(sample, "V2"),
                          .products = customers,
                          .products_count = 2,
                          .serial = said(sample, ""),
                          .subject = said(sample, ""),
                          .description = said(sample, ""),
                          .teams = channels,
                          .teams_count = 1,
                          .form_token = said(sample, "f3a1"),
                          .known = said(sample, "Bar Centrale"),
                          .known_url = to("/parties/88"),
                          .has_open = true,
                          .open_tickets = customer(sample)->tickets,
                          .open_tickets_count = customer(sample)->tickets_count};
    ticket_new_render(out, sample->lang, &view);
}

static void public_request(GString *out, const Sample *sample)
{
    PublicFormView view = {.page = public_layout(sample, msg(sample->lang, MSG_PUBLIC_TITLE)),
                           .name = said(sample, ""),
                           .email = said(sample, ""),
                           .email_error = sample->hostile ? SAMPLE_ATTACK : "",
                           .phone = said(sample, ""),
                           .business = said(sample, ""),
                           .product = said(sample, ""),
                           .products = no_texts,
                           .products_count = 1,
                           .serial = said(sample, ""),
                           .subject = said(sample, ""),
                           .description = said(sample, ""),
                           .form_token = said(sample, "f3a1"),
                           .privacy_url = to("/privacy")};
    public_form_render(out, sample->lang, &view);
}

static void sent(GString *out, const Sample *sample)
{
    PublicSentView view = {.page = public_layout(sample, "12360"),
                           .number = "12360",
                           .track_url = to("/t/9f2c41"),
                           .email = said(sample, "lucia@example.it"),
                           .answer_by = "ven 3 apr, 17:20"};
    public_sent_render(out, sample->lang, &view);
}

static void track(GString *out, const Sample *sample)
{
    const TrackStep steps[] = {{"Ricevuta", "mer 1 apr, 9:12", true, false},
                               {"Assegnata a Sara", "mer 1 apr, 9:40", true, false},
                               {said(sample, "Valvola in arrivo"), "gio 2 apr, 11:00", false, true},
                               {"Risolta", "", false, false}};
    const TrackMessage messages[] = {
        {said(sample, "Lucia Ferri"), true, "mer 1 apr, 9:12",
         body(sample, "Da lunedì la V2 non fa vapore quando la accendiamo."), NULL, 0},
        {said(sample, "Sara"), false, "mer 1 apr, 10:05",
         body(sample, "Buongiorno Lucia, la seguo io. Domattina apra il vapore per due secondi."), NULL, 0},
    };
    TrackingView view = {.page = public_layout(sample, "12318"),
                         .number = "12318",
                         .subject = said(sample, "La V2 non fa vapore al mattino"),
                         .joined = said(sample, ""),
                         .state = state(sample, "waiting_part", ""),
                         .owner = said(sample, "Sara Conti"),
                         .next_step = said(sample, "La valvola arriva giovedì, Sara la chiama per l'uscita"),
                         .next_by = "ven 3 apr, 17:20",
                         .unproved = said(sample, ""),
                         .said = said(sample, ""),
                         .form_token = said(sample, "f3a1"),
                         .steps = steps,
                         .steps_count = 4,
                         .messages = messages,
                         .messages_count = 2,
                         .can_reply = true,
                         .reply_url = to("/t/9f2c41/reply"),
                         .draft_key = "track-12318",
                         .reply = said(sample, "")};
    tracking_render(out, sample->lang, &view);
}

static void ask(GString *out, const Sample *sample)
{
    ConfirmView view = {.page = public_layout(sample, "12318"),
                        .number = "12318",
                        .when = "mer 1 apr, 9:12",
                        .name = said(sample, "Lucia Ferri"),
                        .subject = said(sample, "La V2 non fa vapore al mattino"),
                        .body = body(sample, "Da lunedì la V2 non fa vapore quando la accendiamo."),
                        .confirm_url = to("/track/9f2c41/confirm/7d1e")};
    confirm_render(out, sample->lang, &view);
}

static void customer_file(GString *out, const Sample *sample)
{
    const TicketCustomer *known = customer(sample);
    const Contact contacts[] = {{said(sample, "Lucia Ferri"), said(sample, "titolare"), known->phone, known->phone_url,
                                 known->email, known->email_url}};
    const Fact figures[] = {{MSG_CUSTOMER_TICKETS, "4", {"/tickets?party=88"}},
                            {MSG_TICKET_COSTS, "97,26 €", {NULL}},
                            {MSG_COVERAGE_HOURS, "6 h 30 min", {NULL}}};
    const Fact facts[] = {{MSG_FIELD_EMAIL, known->email, known->email_url},
                          {MSG_FIELD_PHONE, known->phone, known->phone_url}};
    CustomerPageView view = {.page = layout(sample, "Bar Centrale"),
                             .name = known->name,
                             .kind = known->kind,
                             .new_url = to("/tickets/new?party=88"),
                             .edit_url = to("/parties/88/edit"),
                             .figures = figures,
                             .figures_count = 3,
                             .contacts = contacts,
                             .contacts_count = 1,
                             .tickets = known->tickets,
                             .tickets_count = known->tickets_count,
                             .contracts = known->contracts,
                             .contracts_count = known->contracts_count,
                             .items = known->items,
                             .items_count = known->items_count,
                             .facts = facts,
                             .facts_count = 2};
    customer_page_render(out, sample->lang, &view);
}

static PartyRow party_row(const Sample *sample, const char *name, bool company)
{
    MsgId kind = company ? MSG_PARTY_KIND_COMPANY : MSG_PARTY_KIND_PERSON;
    return (PartyRow){said(sample, name), {"/parties/88"}, msg(sample->lang, kind), company};
}

static void party_list(GString *out, const Sample *sample)
{
    const PartyRow rows[] = {party_row(sample, "Bar Centrale", true), party_row(sample, "Giulia Rossetti", false)};
    PartiesView view = {.page = layout(sample, msg(sample->lang, MSG_MENU_CUSTOMERS)),
                        .words = said(sample, ""),
                        .rows = rows,
                        .rows_count = 2,
                        .next_url = to("/parties?after=88")};
    parties_render(out, sample->lang, &view);
}

static void found(GString *out, const Sample *sample)
{
    const PartyRow rows[] = {party_row(sample, "Bar Centrale", true)};
    const TicketCustomer *known = customer(sample);
    SearchView view = {.page = layout(sample, msg(sample->lang, MSG_SEARCH_TITLE)),
                       .words = said(sample, "bar"),
                       .parties = rows,
                       .parties_count = 1,
                       .tickets = known->tickets,
                       .tickets_count = known->tickets_count};
    search_render(out, sample->lang, &view);
}

static void written(GString *out, const Sample *sample)
{
    const MessageFile files[] = {
        {said(sample, "foto.jpg"), {"/attachments/7"}, "812 kB", {"/attachments/7/view"}, {"/attachments/7/view"}, false, "", ""},
        {said(sample, "fattura.pdf.exe"), {"/attachments/8"}, "96 kB", {NULL}, {NULL}, true, said(sample, "Bloccato: contiene un virus (Prova)."), ""}};
    MessagePageView view = {.page = layout(sample, said(sample, "La macchina mostra E07")),
                            .subject = said(sample, "La macchina mostra E07"),
                            .author = said(sample, "Luca Bianchi <luca@bar.test>"),
                            .when = "lun 2 mar, 9:12",
                            .number = "10001",
                            .back_url = to("/tickets/10001#m5"),
                            .sheet_url = to("/tickets/10001/messages/5/sheet"),
                            .original_url = to("/tickets/10001/messages/5/original"),
                            .remote =
                                said(sample, "2 immagini stanno su img.negozio.test e si caricano solo a richiesta."),
                            .files = files,
                            .files_count = G_N_ELEMENTS(files)};
    message_page_render(out, sample->lang, &view);
}

static void error(GString *out, const Sample *sample)
{
    const WordsProblem problem = words_problem("not_found");
    ErrorPageView view = {.page = public_layout(sample, "404"),
                          .heading = problem.happened,
                          .kept = problem.kept,
                          .todo = problem.todo,
                          .detail = said(sample, "La richiesta 99999 non c'è."),
                          .request_id = said(sample, "7f3a-22"),
                          .back_url = to("/")};
    error_page_render(out, sample->lang, &view);
}

const SamplePage sample_pages[] = {
    {"sign_in", sign_in},        {"queue", queue_full},           {"queue_empty", queue_empty},
    {"queue_tour", queue_tour},  {"ticket", ticket_open},         {"ticket_closing", ticket_closing},
    {"ticket_new", ticket_form}, {"public_form", public_request}, {"public_sent", sent},
    {"tracking", track},         {"customer", customer_file},     {"error", error},
    {"confirm", ask},
    {"parties", party_list},     {"search", found},           {"message", written},
};
const size_t sample_page_count = G_N_ELEMENTS(sample_pages);
