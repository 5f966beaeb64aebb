/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/late.h"

#include "base/error.h"

#include <dlfcn.h>
#include <string.h>

static bool fail(GError **error)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "a library is missing: %s", dlerror());
    return false;
}

static bool find_all(void *handle, const LateLibrary *library, GError **error)
{
    for (size_t i = 0; i < library->count; i++) {
        void *found = dlsym(handle, library->symbols[i].name);
        if (!found)
            return fail(error);
        memcpy(library->symbols[i].place, &found, sizeof found); /* an object pointer is a function's on POSIX */
    }
    return true;
}

bool late_load(LateLibrary *library, GError **error)
{
    pthread_mutex_lock(&library->lock);
    if (!library->loaded) {
        void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL); /* never closed: it stays as a linked one would */
        library->loaded = handle ? find_all(handle, library, error) : fail(error);
    }
    bool loaded = library->loaded;
    pthread_mutex_unlock(&library->lock);
    return loaded;
}
