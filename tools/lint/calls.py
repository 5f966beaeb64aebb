# SPDX-License-Identifier: EUPL-1.2
"""What code may not call, and where: banned functions, the clock, threads, evhttp, goto."""
from source import find_all

# The same names as src/base/banned.h poisons (alloca and its GLib faces can only be found here).
BANNED = ["strcpy", "strcat", "strncpy", "strncat", "strtok", "stpcpy", "sprintf", "vsprintf", "gets", "scanf", "fscanf",
          "sscanf", "vscanf", "vsscanf", "atoi", "atol", "atoll", "system", "popen", "tmpnam", "tempnam", "mktemp",
          "setjmp", "sigsetjmp", "longjmp", "siglongjmp", "rand", "srand"]
BANNED_MACROS = ["alloca", "g_alloca", "g_newa", "g_newa0"]
CLOCKS = ["time", "gettimeofday", "clock_gettime", "g_get_real_time", "g_get_current_time", "g_date_time_new_now",
          "g_date_time_new_now_local", "g_date_time_new_now_utc", "localtime", "localtime_r", "mktime"]


def _call(names):
    """A call of one of the names, not a member or a longer name."""
    return r"(?<![\w.>])(" + "|".join(names) + r")\s*\("


def check_banned(tree):
    """No banned call, compiled or not."""
    return find_all(tree, _call(BANNED + BANNED_MACROS), "{0} is banned (base/banned.h says what instead)",
                    exempt=lambda path: path == "src/base/banned.h")


def check_clock(tree):
    """Only base/clock.c asks the machine for the time."""
    return find_all(tree, _call(CLOCKS), "{0}(): ask a Clock (base/clock.h)", under=("src/",),
                    exempt=lambda path: path == "src/base/clock.c")


# The layers that own a thread for life: the pool, the writer, the loops, the outbox. Everything else hands them work.
_THREAD_OWNERS = ("src/base/", "src/store/", "src/net/", "src/job/")


def check_threads(tree):
    """GLib's locks and threads nowhere but in base/ (ThreadSanitizer cannot see through them); threads in few layers."""
    glib = r"\b(g_(?:thread|mutex|rec_mutex|rw_lock|cond|once|async_queue|thread_pool|static_mutex|private)_\w+" \
           r"|G(?:Mutex|RecMutex|RWLock|Cond|Thread|AsyncQueue|ThreadPool|Private)\b|G_LOCK\w*)"
    return (find_all(tree, glib, "{0}: ThreadSanitizer cannot see through it; base/ has queue and pool, pthread has locks",
                     under=("src/",), exempt=lambda path: path.startswith("src/base/"))
            + find_all(tree, r"\b(pthread_create)\s*\(", "{0}: hand the work to base/pool.h", under=("src/",),
                       exempt=lambda path: path.startswith(_THREAD_OWNERS) or path.endswith("_test.c")))


def check_evhttp(tree):
    """evhttp is touched by the loop's own code alone; a handler gets a copy of its request."""
    return find_all(tree, r"\b(evhttp_\w+)", "{0}: only src/net speaks evhttp",
                    exempt=lambda path: path.startswith("src/net/"))


def check_late(tree):
    """Libraries that are loaded late are called through their struct: a bare call links them to every process."""
    return find_all(tree, r"(?<![\w.])(PQ[a-z]\w+|curl_(?:easy|slist|url|free|global|multi)\w*)\s*\(",
                    "{0}(): call it through libpq. or libcurl. (base/late.h)", under=("src/",),
                    exempt=lambda path: path.endswith(("_test.c", "_testing.c")))


def check_goto(tree):
    """The one label is out."""
    return find_all(tree, r"\bgoto\s+(?!out\b)(\w+)", "goto {0}: only `goto out`")
