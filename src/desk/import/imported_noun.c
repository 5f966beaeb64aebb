/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: customers, products and items out of staged rows. How: each kind has a reader (pure: cells to the form the noun
 * keeps), a question (what does it refer to that is not there?) and an apply. What is there already, by the other
 * system's id or by its own identity (partita IVA, name, serial), is left as it is: an import adds, people correct.
 */
#include "base/text.h"
#include "desk/import/import_int.h"
#include "import_sql.h"

#include <jansson.h>
#include <string.h>

static bool refuse(InputError *refused_out, const char *field, const char *key)
{
    *refused_out = (InputError){field, key, NULL};
    return false;
}

/* ---------------------------------------------------------------------------------------------------------- cells */

typedef struct Cells {
    Arena *arena;
    json_t *object;
    Zone *zone;
    InputError *refused_out;
} Cells;

static const char *cell(const Cells *cells, const char *name)
{
    const char *text = json_string_value(json_object_get(cells->object, name));
    return text ? arena_strdup(cells->arena, text) : "";
}

/* 2025-03-01, that day's beginning in the house's zone; an empty cell is no date. */
static bool date_cell(const Cells *cells, const char *name, TimeMs *at_out)
{
    const char *text = cell(cells, name);
    int year, month, day, end = 0;
    *at_out = TIME_NONE;
    if (!*text)
        return true;
    char **parts = g_strsplit(text, "-", -1);
    bool three = g_strv_length(parts) == 3 && strlen(text) == strlen("2025-03-01");
    guint64 numbers[3] = {0};
    for (; three && end < 3; end++)
        three = g_ascii_string_to_unsigned(parts[end], 10, 0, 9999, &numbers[end], NULL);
    g_strfreev(parts);
    year = (int)numbers[0], month = (int)numbers[1], day = (int)numbers[2];
    if (!three || year < 1971 || !date_is_valid((Date){year, month, day}))
        return refuse(cells->refused_out, name, "import.error.date");
    *at_out = time_of_date(cells->zone, (Date){year, month, day});
    return true;
}

/* -------------------------------------------------------------------------------------------------------- parties */

static bool contact_cell(const Cells *cells, const char *name, ContactKind kind, ImportedNoun *noun)
{
    const char *text = cell(cells, name);
    if (!*text)
        return true;
    if (contact_point_read(cells->arena, kind, text, "", &noun->points[noun->point_count++], cells->refused_out))
        return true;
    cells->refused_out->field = name;
    return false;
}

static bool contacts(const Cells *cells, ImportedNoun *noun)
{
    static const struct {
        const char *name;
        ContactKind kind;
    } rows[NOUN_POINTS_MAX] = {{"email", CONTACT_EMAIL}, {"pec", CONTACT_PEC}, {"phone", CONTACT_PHONE},
                               {"fax", CONTACT_FAX},     {"address", CONTACT_POSTAL}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!contact_cell(cells, rows[i].name, rows[i].kind, noun))
            return false;
    return true;
}

static bool parse_party(const Cells *cells, ImportedNoun *noun)
{
    const char *language = cell(cells, "language"), *buyer = cell(cells, "buyer");
    Party typed = {.name = cell(cells, "name"),
                   .buyer = BUYER_UNKNOWN,
                   .vat_number = cell(cells, "vat_number"),
                   .fiscal_code = cell(cells, "fiscal_code"),
                   .sdi_code = cell(cells, "sdi_code"),
                   .language = language};
    noun->record = cell(cells, "id");
    noun->company = cell(cells, "company");
    noun->role = cell(cells, "role");
    if (!*noun->record)
        return refuse(cells->refused_out, "id", "import.error.missing");
    if (!party_kind_parse(cell(cells, "kind"), &typed.kind))
        return refuse(cells->refused_out, "kind", "import.error.word");
    if (*buyer && !buyer_kind_parse(buyer, &typed.buyer))
        return refuse(cells->refused_out, "buyer", "import.error.word");
    if (*noun->company && typed.kind != PARTY_PERSON)
        return refuse(cells->refused_out, "company", "party.error.membership_kinds");
    if (!party_read(cells->arena, &typed, &noun->party, cells->refused_out) || !contacts(cells, noun))
        return false;
    noun->sort_key = text_sort_key(cells->arena, noun->party.name);
    return true;
}

static void link_party(StoreTx *tx, const ImportChunk *chunk, const ImportedNoun *noun, PartyId party)
{
    sql_imported_party_insert(tx, &(SqlImportedPartyInsertIn){chunk->source, noun->record, party});
}

static bool find_party(StoreTx *tx, Arena *arena, const char *source, const char *record, PartyId *party_out)
{
    SqlImportedPartyFind row;
    bool found = sql_imported_party_find(tx, arena, &(SqlImportedPartyFindIn){source, record}, &row);
    *party_out = found ? row.party_id : (PartyId){0};
    return found;
}

static void apply_contacts(StoreTx *tx, const ImportChunk *chunk, const ImportedNoun *noun, PartyId party)
{
    PartyId company;
    InputError refused;
    for (size_t i = 0; i < noun->point_count; i++)
        contact_point_add(tx, party, &noun->points[i], chunk->now);
    if (*noun->company && find_party(tx, chunk->arena, chunk->source, noun->company, &company) &&
        !membership_add(tx, chunk->arena, company, party, noun->role, &refused) && !store_tx_failed(tx))
        store_tx_fail(tx, FILO_ERROR_CORRUPT, "a person whose company is none");
}

/* Refused means that its partita IVA or codice fiscale stands on somebody: that is who it is. */
static bool apply_party(StoreTx *tx, ImportChunk *chunk, const ImportedNoun *noun)
{
    PartyId party;
    PartyRefusal taken;
    if (find_party(tx, chunk->arena, chunk->source, noun->record, &party))
        return false;
    bool fresh = party_register(tx, chunk->arena, &noun->party, noun->sort_key, chunk->now, &party, &taken);
    link_party(tx, chunk, noun, fresh ? party : taken.other);
    if (fresh)
        apply_contacts(tx, chunk, noun, party);
    return fresh;
}

/* ------------------------------------------------------------------------------------------------------- products */

static bool parse_product(const Cells *cells, ImportedNoun *noun)
{
    noun->record = noun->product.name = cell(cells, "name");
    noun->sort_key = text_sort_key(cells->arena, noun->product.name);
    if (!*noun->record)
        return refuse(cells->refused_out, "name", "import.error.missing");
    if (!product_role_parse(cell(cells, "role"), &noun->product.role))
        return refuse(cells->refused_out, "role", "import.error.word");
    return product_kind_parse(cell(cells, "kind"), &noun->product.kind) ||
           refuse(cells->refused_out, "kind", "import.error.word");
}

static bool apply_product(StoreTx *tx, ImportChunk *chunk, const ImportedNoun *noun)
{
    ProductId id;
    InputError taken;
    return product_add(tx, chunk->arena, &noun->product, noun->sort_key, &id, &taken);
}

/* ---------------------------------------------------------------------------------------------------------- items */

static bool parse_item(const Cells *cells, ImportedNoun *noun)
{
    Item *item = &noun->item;
    *item = (Item){.serial = item_serial(cells->arena, cell(cells, "serial")),
                   .seller = cell(cells, "seller"),
                   .batch = cell(cells, "batch")};
    noun->product.name = cell(cells, "product");
    noun->customer = cell(cells, "customer");
    if (!*noun->product.name || !*noun->customer)
        return refuse(cells->refused_out, *noun->customer ? "product" : "customer", "import.error.missing");
    if (!*item->serial)
        return refuse(cells->refused_out, "serial", "item.error.serial");
    noun->record = arena_printf(cells->arena, "%s %s", item->serial, noun->product.name);
    return date_cell(cells, "sold", &item->sold_at) && date_cell(cells, "delivered", &item->delivered_at);
}

/* Refused means that it is there: staging saw that product and customer are. */
static bool apply_item(StoreTx *tx, ImportChunk *chunk, const ImportedNoun *noun)
{
    Product product = {0};
    Item item = noun->item;
    InstalledItemId id;
    InputError taken;
    bool known = product_find_name(tx, chunk->arena, noun->product.name, &product) &&
                 find_party(tx, chunk->arena, chunk->source, noun->customer, &item.party);
    item.product = product.id;
    if (!known && !store_tx_failed(tx))
        store_tx_fail(tx, FILO_ERROR_CORRUPT, "an item whose product or customer vanished");
    return known && item_add(tx, chunk->arena, &item, &id, &taken);
}

/* ---------------------------------------------------------------------------------------------------------- kinds */

static const struct {
    bool (*parse)(const Cells *cells, ImportedNoun *noun);
    bool (*apply)(StoreTx *tx, ImportChunk *chunk, const ImportedNoun *noun); /* whether it was new */
} kinds[IMPORT_KIND_COUNT] = {[IMPORT_PARTIES] = {parse_party, apply_party},
                              [IMPORT_PRODUCTS] = {parse_product, apply_product},
                              [IMPORT_ITEMS] = {parse_item, apply_item}};

bool imported_noun_parse(Arena *arena, ImportKind kind, Zone *zone, const char *payload, ImportedNoun *noun_out,
                         InputError *refused_out)
{
    Cells cells = {arena, json_loads(payload, JSON_REJECT_DUPLICATES, NULL), zone, refused_out};
    *noun_out = (ImportedNoun){0};
    *refused_out = (InputError){"", "import.error.missing", NULL};
    bool parsed = kinds[kind].parse && json_is_object(cells.object) && kinds[kind].parse(&cells, noun_out);
    json_decref(cells.object);
    return parsed;
}

ImportMissing imported_noun_missing(StoreTx *tx, Arena *arena, ImportKind kind, const char *source,
                                    const ImportedNoun *noun)
{
    PartyId party;
    Product product;
    if (kind == IMPORT_PARTIES && *noun->company && !find_party(tx, arena, source, noun->company, &party))
        return (ImportMissing){"company", noun->company};
    if (kind == IMPORT_ITEMS && !find_party(tx, arena, source, noun->customer, &party))
        return (ImportMissing){"customer", noun->customer};
    if (kind == IMPORT_ITEMS && !product_find_name(tx, arena, noun->product.name, &product))
        return (ImportMissing){"product", noun->product.name};
    return (ImportMissing){NULL, NULL};
}

bool imported_noun_is_known(StoreTx *tx, Arena *arena, ImportKind kind, const char *source, const ImportedNoun *noun)
{
    PartyId party;
    Product product;
    if (kind == IMPORT_PARTIES)
        return find_party(tx, arena, source, noun->record, &party);
    if (!product_find_name(tx, arena, noun->product.name, &product))
        return false;
    if (kind == IMPORT_PRODUCTS)
        return true;
    ItemRows items = item_list_serial(tx, arena, noun->item.serial);
    for (size_t i = 0; i < items.count; i++)
        if (items.items[i].product.value == product.id.value)
            return true;
    return false;
}

void imported_nouns_apply(StoreTx *tx, ImportChunk *chunk)
{
    chunk->counts = (ImportCounts){0};
    for (size_t i = 0; i < chunk->count && !store_tx_failed(tx); i++) {
        const ImportChunkRow *row = &chunk->rows[i];
        if (!sql_import_row_take(tx, &(SqlImportRowTakeIn){row->id}))
            continue;
        bool fresh = kinds[chunk->kind].apply(tx, chunk, &row->noun);
        chunk->counts.tickets += fresh;
        chunk->counts.already += !fresh;
    }
}
