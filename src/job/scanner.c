/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: files that wait, judged. How: a turn reads one message's waiting files in a read transaction, asks about each
 * outside of any, and writes what was answered in one. Without work it asks whether the scanner is there, so that its
 * silence is seen before a message needs it. Turns go round: each begins below the last file that could not be read, and when
 * nothing waits below it the next begins with the newest again. Why a file is given up after three conversations that ended
 * without a verdict: one that makes the scanner fall over would otherwise be asked about for ever, and nothing behind it.
 * What could not even be connected to says nothing about the file, and does not count.
 */
#include "job/scanner.h"

#include "base/log.h"
#include "desk/ticket/attachment_scan.h"
#include "job/job_metrics.h"
#include "net/clamd.h"
#include "parse/attachment.h"
#include "store/blob.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { IDLE_MS = 1000, PING_MS = 5000, STUMBLES_MAX = 3 };

static const ClamdLimits while_somebody_waits = {.connect = 2000, .stall = 5000, .think = 20000};

struct Scanner {
    Desk *desk;
    ParseZygote *zygote;
    ClamdAddress address;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    TimeMs silent_since; /* under the mutex, with the next */
    char said[CLAMD_SAID_MAX + 1];
    int64_t ping_us;       /* the thread's own: when to ask next whether it is there */
    AttachmentId stumbled; /* the file that ended the last conversation, and how many of them */
    int stumbles;
    AttachmentId below; /* this round looks at what is below it; {0}: at all */
    GHashTable *unread; /* set of files that could not be read, so that each is said once */
};

Scanner *scanner_new(Desk *desk, ParseZygote *zygote, const char *address, GError **error)
{
    ClamdAddress read;
    if (!clamd_address_read(address, &read)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "--virus-scanner '%s' is neither unix:/PATH nor tcp:HOST:PORT",
                    address);
        return NULL;
    }
    Scanner *scanner = g_new0(Scanner, 1);
    pthread_condattr_t monotonic;
    scanner->desk = desk;
    scanner->zygote = zygote;
    scanner->address = read;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&scanner->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&scanner->mutex, NULL);
    scanner->unread = g_hash_table_new(g_direct_hash, g_direct_equal);
    return scanner;
}

/* --- how it stands -------------------------------------------------------------------------------------------------- */

ScannerStanding scanner_standing(Scanner *scanner, Arena *arena)
{
    if (!scanner)
        return (ScannerStanding){.said = ""};
    pthread_mutex_lock(&scanner->mutex);
    ScannerStanding standing = {true, scanner->silent_since, arena_strdup(arena, scanner->said)};
    pthread_mutex_unlock(&scanner->mutex);
    return standing;
}

static bool is_stopping(const Scanner *scanner)
{
    return atomic_load(&scanner->stopping);
}

static bool is_silent(Scanner *scanner)
{
    pthread_mutex_lock(&scanner->mutex);
    bool silent = scanner->silent_since != TIME_NONE;
    pthread_mutex_unlock(&scanner->mutex);
    return silent;
}

/* Said once in the log when it begins, and when it is over. */
static void note_standing(Scanner *scanner, const ClamdAnswer *answer)
{
    bool silent = answer->outcome == CLAMD_SILENT;
    TimeMs now = desk_now(scanner->desk);
    if (is_stopping(scanner))
        return;
    pthread_mutex_lock(&scanner->mutex);
    bool news = silent != (scanner->silent_since != TIME_NONE);
    scanner->silent_since = !silent ? TIME_NONE : scanner->silent_since ? scanner->silent_since : now;
    g_strlcpy(scanner->said, silent ? answer->said : "", sizeof scanner->said);
    pthread_mutex_unlock(&scanner->mutex);
    metric_set(&metric_scanner_answers, METRIC_PLAIN, !silent);
    scanner->ping_us = clock_monotonic_us() + (int64_t)PING_MS * 1000;
    if (news && silent)
        LOG(LOG_WARNING, "scanner.silent", LOG_TEXT("reason", answer->said));
    else if (news)
        LOG(LOG_INFO, "scanner.answers", LOG_NUMBER("answers", 1));
}

/* --- one message's files -------------------------------------------------------------------------------------------- */

typedef struct Judged {
    AttachmentId id;
    AttachmentScan scan;
    const char *said;
} Judged;

/* One turn. */
typedef struct Turn {
    Scanner *scanner;
    Arena *arena;
    const char *raw_sha256; /* the message's original, or NULL */
    GBytes *raw;            /* read when a file is a slice of it */
    AttachmentList files;   /* of the message */
    Judged *judged;
    size_t judged_count;
    bool passed_over; /* a file could not be read just now: the next turn goes on below it */
    TimeMs now;
} Turn;

static void judge(Turn *turn, const Attachment *file, AttachmentScan scan, const char *outcome, const char *said)
{
    turn->judged[turn->judged_count++] = (Judged){file->id, scan, arena_strdup(turn->arena, said)};
    metric_add(&metric_scans, METRIC_LABELS(outcome), 1);
    if (scan == SCAN_INFECTED)
        LOG(LOG_WARNING, "scanner.found", LOG_NUMBER("attachment", file->id.value), LOG_TEXT("what", said));
}

/* All of a descriptor of known size; it is closed. */
static GBytes *read_all(int fd, size_t size, GError **error)
{
    g_autofree uint8_t *bytes = g_malloc(size ? size : 1);
    size_t at = 0;
    ssize_t got = 1;
    while (at < size && (got = read(fd, bytes + at, size - at)) > 0)
        at += (size_t)got;
    close(fd);
    if (at == size)
        return g_bytes_new_take(g_steal_pointer(&bytes), size);
    g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "a blob ended after %zu bytes", at);
    return NULL;
}

static GBytes *read_blob(Turn *turn, const char *sha256, GError **error)
{
    int64_t size = 0;
    g_autoptr(GError) ended = NULL;
    StoreTx *tx = store_read_begin(desk_store(turn->scanner->desk), error);
    if (!tx)
        return NULL;
    int fd = blob_open(tx, sha256, &size, error);
    if (!store_read_end(tx, fd >= 0 ? error : &ended)) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (fd < 0)
        return NULL;
    if (size >= 0 && (size_t)size <= SCANNER_FILE_MAX)
        return read_all(fd, (size_t)size, error);
    close(fd);
    g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "%" G_GINT64_FORMAT " bytes are too many", size);
    return NULL;
}

static GBytes *read_file(Turn *turn, const Attachment *file, GError **error)
{
    if (file->sha256)
        return read_blob(turn, file->sha256, error);
    if (!turn->raw_sha256) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "its original is gone");
        return NULL;
    }
    if (!turn->raw && !(turn->raw = read_blob(turn, turn->raw_sha256, error)))
        return NULL;
    gsize size;
    const uint8_t *data = g_bytes_get_data(turn->raw, &size);
    ParsedAttachment slice = parse_attachment_slice(file->encoding, file->raw_offset, file->raw_length);
    return parse_mail_attachment(turn->scanner->zygote, (Bytes){data, size}, &slice, SCANNER_FILE_MAX, error);
}

/* What the disk or the database does not give now it may give later; the rest is so for good. */
static bool may_get_better(const GError *error)
{
    return g_error_matches(error, FILO_ERROR, FILO_ERROR_IO) || g_error_matches(error, FILO_ERROR, FILO_ERROR_BUSY) ||
           g_error_matches(error, FILO_ERROR, FILO_ERROR_FULL);
}

/* Whether it was asked about it too often without a verdict. */
static bool stumbles_again(Scanner *scanner, AttachmentId id)
{
    scanner->stumbles = scanner->stumbled.value == id.value ? scanner->stumbles + 1 : 1;
    scanner->stumbled = id;
    return scanner->stumbles >= STUMBLES_MAX;
}

/* false: the turn ends here. */
static bool ask(Turn *turn, const Attachment *file, Bytes content)
{
    Scanner *scanner = turn->scanner;
    ClamdAnswer answer;
    clamd_scan(&scanner->address, &clamd_limits, content, &scanner->stopping, &answer);
    if (is_stopping(scanner))
        return false;
    note_standing(scanner, &answer);
    switch (answer.outcome) {
    case CLAMD_CLEAN:
        judge(turn, file, SCAN_CLEAN, "clean", "");
        return true;
    case CLAMD_FOUND:
        judge(turn, file, SCAN_INFECTED, "infected", answer.said);
        return true;
    case CLAMD_UNABLE:
        judge(turn, file, SCAN_UNABLE, "unable", answer.said);
        return true;
    case CLAMD_TROUBLE: /* of the moment, for all one knows: its next word may be another */
    case CLAMD_SILENT:
    case CLAMD_OUTCOMES:
    default:
        if (answer.reached && stumbles_again(scanner, file->id))
            judge(turn, file, SCAN_UNABLE, "unable", answer.said);
        return false;
    }
}

/* One file's trouble is no other's. */
static void pass_over(Turn *turn, const Attachment *file, const GError *problem)
{
    if (g_hash_table_add(turn->scanner->unread, GSIZE_TO_POINTER((gsize)file->id.value)))
        LOG(LOG_WARNING, "scanner.unread", LOG_NUMBER("attachment", file->id.value),
            LOG_TEXT("reason", problem->message));
    turn->scanner->below = file->id;
    turn->passed_over = true;
}

/* false: the turn ends here, and nothing more is to be done at once. */
static bool look_at(Turn *turn, const Attachment *file)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) content = read_file(turn, file, &problem);
    if (content) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(content, &size);
        return ask(turn, file, (Bytes){data, size});
    }
    if (may_get_better(problem))
        pass_over(turn, file, problem);
    else
        judge(turn, file, SCAN_UNABLE, "unable", problem->message);
    return true;
}

static bool keep(StoreTx *tx, void *arg)
{
    const Turn *turn = arg;
    for (size_t i = 0; i < turn->judged_count; i++)
        attachment_scan_set(tx, turn->judged[i].id, turn->judged[i].scan, turn->judged[i].said, turn->now);
    return true;
}

/* The message of the newest file that this round has still to look at. */
static bool find_files(Turn *turn, GError **error)
{
    AttachmentFile next;
    StoreTx *tx = store_read_begin(desk_store(turn->scanner->desk), error);
    if (!tx)
        return false;
    if (attachment_scan_next(tx, turn->arena, turn->scanner->below, &next)) {
        turn->raw_sha256 = next.raw_sha256;
        turn->files = attachment_list_of(tx, turn->arena, next.file.message);
    }
    return store_read_end(tx, error);
}

static bool is_due(const Turn *turn, const Attachment *file)
{
    AttachmentId below = turn->scanner->below;
    return file->scan == SCAN_WAITING && (!below.value || file->id.value < below.value);
}

/* false: the turn ended before its time. */
static bool look_at_all(Turn *turn)
{
    bool goes_on = true;
    for (size_t i = turn->files.count; goes_on && !turn->passed_over && i-- > 0;) /* newest first, as the rounds go */
        if (is_due(turn, &turn->files.items[i]))
            goes_on = look_at(turn, &turn->files.items[i]);
    if (turn->raw)
        g_bytes_unref(turn->raw);
    return goes_on;
}

/* Gives whether there may be more to do at once. */
static bool take_turn(Scanner *scanner, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Turn turn = {.scanner = scanner, .arena = arena};
    if (!find_files(&turn, error))
        return false;
    if (turn.files.count == 0) {
        scanner->below = (AttachmentId){0};
        return false;
    }
    turn.judged = ARENA_ARRAY(arena, Judged, turn.files.count);
    bool goes_on = look_at_all(&turn);
    turn.now = desk_now(scanner->desk);
    if (turn.judged_count == 0)
        return goes_on;
    g_autoptr(GError) problem = NULL;
    bool kept = store_write(desk_store(scanner->desk), "virus scan", keep, &turn, &problem) == STORE_COMMITTED;
    if (!kept && problem && error && !*error)
        g_propagate_error(error, g_steal_pointer(&problem));
    return kept && goes_on;
}

/* --- for who asks ---------------------------------------------------------------------------------------------------- */

AttachmentScan scanner_look(Scanner *scanner, Arena *arena, Bytes content, const char **said_out)
{
    static const struct {
        AttachmentScan scan;
        const char *outcome; /* NULL: nothing was said of it */
    } verdicts[CLAMD_OUTCOMES] = {[CLAMD_CLEAN] = {SCAN_CLEAN, "clean"},    [CLAMD_FOUND] = {SCAN_INFECTED, "infected"},
                                  [CLAMD_UNABLE] = {SCAN_UNABLE, "unable"}, [CLAMD_TROUBLE] = {SCAN_WAITING, NULL},
                                  [CLAMD_SILENT] = {SCAN_WAITING, NULL}};
    ClamdAnswer answer;
    *said_out = "";
    if (!scanner || is_silent(scanner))
        return SCAN_WAITING;
    clamd_scan(&scanner->address, &while_somebody_waits, content, &scanner->stopping, &answer);
    AttachmentScan scan = verdicts[answer.outcome].scan;
    if (!verdicts[answer.outcome].outcome)
        return scan;
    metric_add(&metric_scans, METRIC_LABELS(verdicts[answer.outcome].outcome), 1);
    if (scan == SCAN_INFECTED)
        LOG(LOG_WARNING, "scanner.found", LOG_TEXT("what", answer.said));
    *said_out = scan == SCAN_CLEAN ? "" : arena_strdup(arena, answer.said);
    return scan;
}

/* --- the thread ----------------------------------------------------------------------------------------------------- */

static void ask_whether_there(Scanner *scanner)
{
    ClamdAnswer answer;
    clamd_ping(&scanner->address, &clamd_limits, &scanner->stopping, &answer);
    note_standing(scanner, &answer);
}

static void pause_a_while(Scanner *scanner)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)IDLE_MS * 1000;
    struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    int waited = 0;
    pthread_mutex_lock(&scanner->mutex);
    while (waited == 0 && !is_stopping(scanner))
        waited = pthread_cond_timedwait(&scanner->changed, &scanner->mutex, &until);
    pthread_mutex_unlock(&scanner->mutex);
}

static void *run(void *arg)
{
    Scanner *scanner = arg;
    while (!is_stopping(scanner)) {
        g_autoptr(GError) error = NULL;
        if (is_silent(scanner) || clock_monotonic_us() >= scanner->ping_us)
            ask_whether_there(scanner);
        bool more = !is_silent(scanner) && take_turn(scanner, &error);
        if (error)
            LOG(LOG_WARNING, "scanner.turn", LOG_TEXT("reason", error->message));
        if (!more)
            pause_a_while(scanner);
    }
    return NULL;
}

bool scanner_start(Scanner *scanner, GError **error)
{
    scanner->started = pthread_create(&scanner->thread, NULL, run, scanner) == 0;
    if (!scanner->started)
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "no thread for the virus scanner");
    return scanner->started;
}

void scanner_interrupt(Scanner *scanner)
{
    if (!scanner)
        return;
    pthread_mutex_lock(&scanner->mutex);
    atomic_store(&scanner->stopping, true);
    pthread_cond_broadcast(&scanner->changed);
    pthread_mutex_unlock(&scanner->mutex);
}

void scanner_stop(Scanner *scanner)
{
    if (!scanner)
        return;
    scanner_interrupt(scanner);
    if (scanner->started)
        pthread_join(scanner->thread, NULL);
    pthread_cond_destroy(&scanner->changed);
    pthread_mutex_destroy(&scanner->mutex);
    g_hash_table_unref(scanner->unread);
    g_free(scanner);
}
