/* SPDX-License-Identifier: EUPL-1.2 */
/* The invented company as tables. Names are common ones; any likeness is chance. */
#include "cli/demo/demo.h"

const DemoPerson demo_people[DEMO_STAFF] = {
    [SARA] = {"sara", "Sara Conti", ROLE_OPERATOR, TEAM_SUPPORT},
    [LUCA] = {"luca", "Luca Marchetti", ROLE_OPERATOR, TEAM_SUPPORT},
    [PAOLO] = {"paolo", "Paolo Bassi", ROLE_OPERATOR, TEAM_TECHNICIANS},
    [DAVIDE] = {"davide", "Davide Neri", ROLE_OPERATOR, TEAM_ANCONA},
    [GIULIA] = {"giulia", "Giulia Ferri", ROLE_SUPERVISOR, TEAM_SUPPORT},
    [ELENA] = {"elena", "Elena Riccitelli", ROLE_OPERATOR, TEAM_SALES},
    [MARCO] = {"marco", "Marco Pieroni", ROLE_OPERATOR, TEAM_OFFICE},
    [ANNA] = {"anna", "Anna Tosi", ROLE_QUALITY, TEAM_TECHNICIANS},
    [ROBERTO] = {"roberto", "Roberto Valdichienti", ROLE_ADMIN, TEAM_SUPPORT},
};

const DemoTeam demo_teams[DEMO_TEAMS] = {
    [TEAM_SUPPORT] = {"Assistenza", TEAM_INTERNAL},
    [TEAM_TECHNICIANS] = {"Tecnici", TEAM_INTERNAL},
    [TEAM_SALES] = {"Vendite", TEAM_INTERNAL},
    [TEAM_OFFICE] = {"Amministrazione", TEAM_INTERNAL},
    [TEAM_ANCONA] = {"Filiale di Ancona", TEAM_BRANCH},
    [TEAM_CALL_CENTRE] = {"Call center fuori orario", TEAM_OUTSOURCED},
};

const DemoProduct demo_products[DEMO_PRODUCTS] = {
    [PRODUCT_V2] = {"V2", PRODUCT_MADE, PRODUCT_GOODS},
    [PRODUCT_MONO] = {"Mono", PRODUCT_MADE, PRODUCT_GOODS},
    [PRODUCT_K] = {"Macinino K", PRODUCT_RESOLD, PRODUCT_GOODS},
    [PRODUCT_GESTIONE] = {"Gestione Bar 4.2", PRODUCT_MADE, PRODUCT_SOFTWARE},
    [PRODUCT_GESTIONE_43] = {"Gestione Bar 4.3", PRODUCT_MADE, PRODUCT_SOFTWARE},
    [PRODUCT_GESTIONE_44] = {"Gestione Bar 4.4", PRODUCT_MADE, PRODUCT_SOFTWARE},
    [PRODUCT_TRAINING_COURSE] = {"Corso baristi", PRODUCT_SERVICE, PRODUCT_TRAINING},
    [PRODUCT_DISHWASHER] = {"Lavastoviglie (di altri)", PRODUCT_THIRD_PARTY, PRODUCT_OTHER},
};

/* What anybody may ask on any day. Nothing here shows an error code, changes a steam valve or is conceded for the sake
 * of peace: those are stories, and their numbers are exact. */
const DemoCase demo_cases[] = {
    {PRODUCT_V2, 9, "Perde acqua sotto il gruppo", "Sotto il gruppo sinistro perde acqua, poca ma continua.",
     "Va cambiata la guarnizione: le ho spedito il ricambio con le istruzioni.", "leak", "wear", "part_replaced", 31,
     "Guarnizione del gruppo", "hydraulics", NULL},
    {PRODUCT_V2, 6, "Vapore debole", "La lancia del vapore è debole, il latte non monta.",
     "Di solito è l'ugello incrostato. Provi così e mi dica.", "poor_result", "maintenance", "explained", 18,
     "Pulizia della lancia", NULL, NULL},
    {PRODUCT_V2, 5, "Non si accende", "Questa mattina non si accende più, il quadro è a posto.",
     "Controlliamo insieme il fusibile di servizio.", "no_start", "wear", "part_replaced", 38, "Fusibile di servizio",
     "power_supply", NULL},
    {PRODUCT_V2, 4, "Fa un rumore strano", "Fa un rumore metallico quando eroga.",
     "Dal video sembra tutto regolare, nessun guasto trovato.", "noise", "nff", "no_action", 15, NULL, NULL, NULL},
    {PRODUCT_V2, 2, "La fattura non torna", "Sull'ultima fattura c'è un intervento che non ho avuto.",
     "Ha ragione, è di un altro cliente: le mando la nota di credito.", "billing", "administrative", "refunded", 14, NULL,
     NULL, NULL},
    {PRODUCT_MONO, 9, "Caffè tiepido", "Il caffè esce tiepido anche dopo dieci minuti.",
     "Si può alzare la temperatura dal menu: tenga premuto il tasto per cinque secondi.", "poor_result", "documentation",
     "explained", 12, "Temperatura della Mono", NULL, "cold"},
    {PRODUCT_MONO, 6, "È arrivata rotta", "Il serbatoio è arrivato crepato, il pacco era schiacciato.",
     "Le spediamo oggi un serbatoio nuovo; ci tenga le foto dell'imballo.", "damaged", "packaging_transport",
     "part_replaced", 16, "Danni di trasporto", "body", "first_use"},
    {PRODUCT_K, 6, "Macina troppo grosso", "Anche al minimo macina grosso.",
     "Le lame vanno tarate: ecco come, in tre passi.", "poor_result", "maintenance", "adjusted", 14,
     "Taratura del macinino", "mechanics", NULL},
    {PRODUCT_K, 3, "Si ferma mentre macina", "Dopo due dosi si ferma e riparte dopo mezz'ora.",
     "È la protezione termica: il motore va in assistenza, glielo ritiriamo.", "stops", "wear", "repaired", 28,
     "Protezione termica del K", "mechanics", "under_load"},
    {PRODUCT_GESTIONE, 12, "Come si fa il reso?", "Non trovo dove registrare un reso di merce.",
     "Da Magazzino, Movimenti, Reso: le mando la guida con le immagini.", "how_to", "use_training", "explained", 11,
     "Resi di magazzino", "application", NULL},
    {PRODUCT_GESTIONE, 6, "Non entro più", "La password non va, e stasera devo chiudere la cassa.",
     "Le ho mandato il collegamento per sceglierne una nuova.", "no_access", "use_training", "access_restored", 7,
     "Accesso a Gestione Bar", "accounts", NULL},
    {PRODUCT_GESTIONE, 5, "Dopo l'aggiornamento stampa male", "Da quando ho aggiornato le comande escono tagliate.",
     "Va scelto di nuovo il modello della stampante: la guido io.", "poor_result", "software_configuration", "configured",
     19, "Stampa delle comande dopo l'aggiornamento", "application", "after_update"},
    {PRODUCT_TRAINING_COURSE, 4, "Un corso per due baristi", "Ho due ragazzi nuovi, quando c'è il prossimo corso?",
     "Il prossimo parte fra tre settimane, le tengo due posti.", "how_to", "administrative", "trained", 13, NULL, NULL,
     NULL},
    {PRODUCT_DISHWASHER, 2, "La lavastoviglie non scarica", "Non è vostra, ma magari mi aiutate: non scarica.",
     "Non è un nostro prodotto; possiamo mandare Paolo con un preventivo.", "stops", "environment_third_party",
     "referred", 17, NULL, NULL, NULL},
};
const size_t demo_case_count = G_N_ELEMENTS(demo_cases);
