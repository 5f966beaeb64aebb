/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/error.h"

#include <errno.h>

G_DEFINE_QUARK(filo_error, filo_error)

static FiloError code_of_errno(int error_number)
{
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FILO_ERROR_FULL;
    case EAGAIN:
        return FILO_ERROR_BUSY;
    case ENOENT:
        return FILO_ERROR_NOT_FOUND;
    default:
        return FILO_ERROR_IO;
    }
}

void filo_error_from_errno(GError **error, int error_number, const char *what)
{
    g_set_error(error, FILO_ERROR, (gint)code_of_errno(error_number), "%s: %s", what, g_strerror(error_number));
}
