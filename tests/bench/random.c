/* SPDX-License-Identifier: EUPL-1.2 */
/* Invented words, names and tokens, the same at each run. */
#include "bench.h"

static const char *const words[] = {
    "macchina",   "caffè",     "valvola",  "pressione", "guarnizione", "filtro",    "serbatoio", "caldaia",  "perde",
    "acqua",      "rumore",    "display",  "errore",    "stamattina",  "urgente",   "ricambio",  "garanzia", "tecnico",
    "intervento", "fattura",   "contratto", "spedizione", "imballo",   "matricola", "modello",   "software", "stampante",
    "password",   "accesso",   "corso",    "barista",   "macinino",    "lame",      "taratura",  "temperatura",
    "vapore",     "lancia",    "latte",    "gruppo",    "sinistro",    "destro",    "fusibile",  "quadro",   "tensione",
    "consegna",   "ritardo",   "cliente",  "assistenza", "telefono",   "ordine",    "magazzino", "reso",     "sostituzione",
    "procedura",  "manuale",   "istruzioni", "foto",    "video",       "problema",  "soluzione", "domani",   "settimana",
};

uint64_t bench_random(BenchRandom *random, uint64_t limit)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % limit;
}

Token bench_token(BenchRandom *random)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    Token token = {0};
    for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
        token.text[i] = alphabet[bench_random(random, 32)];
    bytes_sha256_hex(bytes_of(token.text), token.sha256);
    return token;
}

/* The square of an even draw: a few words are common, most are rare, as in real mail; one in fifty is a number. */
static void add_word(BenchRandom *random, GString *text)
{
    uint64_t at = bench_random(random, G_N_ELEMENTS(words));
    at = at * bench_random(random, G_N_ELEMENTS(words)) / G_N_ELEMENTS(words);
    if (bench_random(random, 50) == 0)
        g_string_append_printf(text, "%c%05d", 'A' + (int)bench_random(random, 26), (int)bench_random(random, 100000));
    else
        g_string_append(text, words[at]);
}

char *bench_text(BenchRandom *random, Arena *arena, size_t size)
{
    GString *text = g_string_sized_new(size + 32);
    while (text->len < size) {
        add_word(random, text);
        g_string_append(text, bench_random(random, 12) == 0 ? ".\n" : " ");
    }
    char *copy = arena_strdup(arena, g_strchomp(text->str));
    g_string_free(text, TRUE);
    return copy;
}

const char *bench_name(Arena *arena, int customer)
{
    static const char *const first[] = {"Anna", "Marco", "Lucia", "Paolo", "Chiara", "Stefano", "Elisa", "Matteo"};
    static const char *const last[] = {"Rossi", "Bianchi", "Ferrari", "Romano", "Greco", "Marini", "Conti"};
    return arena_printf(arena, "%s %s %d", first[customer % 8], last[customer / 8 % 7], customer);
}

const char *bench_address(Arena *arena, int customer)
{
    return arena_printf(arena, "cliente%d@azienda%d.example", customer, customer % BENCH_FIRMS);
}

BenchArrival bench_arrival(BenchRandom *random, Arena *arena, TimeMs at)
{
    return (BenchArrival){
        .customer = (int)bench_random(random, BENCH_CUSTOMERS),
        .tracking = bench_token(random),
        .reply = bench_token(random),
        .subject = bench_text(random, arena, 20 + bench_random(random, 30)),
        .text = bench_text(random, arena, 200 + bench_random(random, 500)),
        .message_id = arena_printf(arena, "<%016" G_GINT64_MODIFIER "x@azienda.example>",
                                   (guint64)bench_random(random, UINT64_MAX)),
        .at = at,
    };
}

InboundEvent bench_event(const Desk *desk, Arena *arena, const BenchArrival *arrival, TeamId team)
{
    const char *address = bench_address(arena, arrival->customer);
    return (InboundEvent){
        .channel = "form",
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .sender_address = address,
        .sender_key = address,
        .sender_name = bench_name(arena, arrival->customer),
        .language = "it",
        .subject = arrival->subject,
        .text = arrival->text,
        .quoted_at = MESSAGE_NOT_QUOTED,
        .message_id = arrival->message_id,
        .received_at = arrival->at,
        .next_update_at = desk_next_update(desk, arrival->at),
        .reopen_since = arrival->at - 30 * TIME_DAY,
        .kind = KIND_FAULT,
        .party_sort_key = "",
        .team = team,
        .tracking = arrival->tracking,
        .reply = arrival->reply,
        .acknowledge_by = "mail",
        .acknowledge_per_hour = 5,
        .sealed = true,
    };
}
