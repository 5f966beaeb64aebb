/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/daticert.h"

#include "parse/daticert_int.h"
#include "parse/lines_int.h"
#include "parse/zygote_int.h"

#include <unistd.h>

bool parse_daticert(ParseZygote *zygote, Arena *arena, Bytes coded, ParseEncoding encoding, Daticert *out,
                    GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {encoding};
    *out = (Daticert){0};
    if (!coded.size || coded.size > 4 * DATICERT_MAX) /* no coding makes it four times as long */
        return true;
    int input = parse_zygote_input(coded, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_DATICERT, input, arguments, LINES_RESULT_MAX, &result, error);
    close(input);
    if (run == PARSE_RUN_DONE) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(result, &size);
        if (!daticert_lines_read(arena, (Bytes){data, size}, out))
            *out = (Daticert){0};
    }
    return run != PARSE_RUN_ERROR;
}
