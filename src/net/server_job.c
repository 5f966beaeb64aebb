/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request away from libevent: copied on the loop's thread, answered on a worker. The order on the worker is the
 * order of trust: does the route exist, does the request come from our own pages, may this person do it; only then is
 * the body read as a form and the handler called.
 */
#include "net/server_int.h"

#include "base/check.h"
#include "base/log.h"
#include "net/net_metrics.h"

#include <string.h>

enum { SLOW_MS = 1000 };

Job *job_new(Conn *conn, struct evhttp_request *handle)
{
    Job *job = g_new0(Job, 1);
    HttpServer *server = conn->loop->server;
    job->loop = conn->loop;
    job->conn = conn;
    job->handle = handle;
    job->held = conn->held;
    conn->held = 0;
    Arena *arena = arena_new(ARENA_REQUEST_CAP + server->body_max);
    job->request = (HttpRequest){.arena = arena, .started_us = clock_monotonic_us()};
    job->request.remote = arena_strdup(arena, conn->remote ? conn->remote : "");
    job->request.id =
        arena_printf(arena, "%08x%08x", (unsigned)server->id_seed, (unsigned)atomic_fetch_add(&server->next_id, 1));
    job->response = http_response_new(&job->request);
    return job;
}

void job_free(Job *job)
{
    if (job->response->stream)
        stream_seat_free(job->response->stream);
    http_response_clear(job->response);
    arena_free(job->request.arena);
    atomic_fetch_sub(&job->loop->server->held, job->held);
    g_free(job);
}

/* https to us, or to the proxy in front of us: then the Host is the one of an https base_url. */
static bool came_securely(const HttpServer *server, const HttpRequest *request)
{
    return server->tls || (server->base_is_secure && g_ascii_strcasecmp(request->host, server->base_host) == 0);
}

bool job_read(Job *job, const char *target, Bytes body)
{
    HttpRequest *request = &job->request;
    request->host = http_header(request, "host");
    request->host = request->host ? request->host : "";
    request->secure = came_securely(job->loop->server, request);
    request->body = arena_bytes(request->arena, body);
    if (!http_parse_target(request, target))
        return false;
    job->route = router_match(job->loop->server->router, request, &job->allow);
    request->route = job->route ? job->route->pattern : "";
    request->permission = job->route ? job->route->permission : "public";
    return true;
}

/* --- on the worker ----------------------------------------------------------------------------------------------- */

static bool origin_is_ours(const HttpServer *server, const HttpRequest *request, const char *origin)
{
    if (server->base_host && g_ascii_strcasecmp(request->host, server->base_host) == 0)
        return g_ascii_strcasecmp(origin, server->base_url) == 0;
    const char *own = arena_printf(request->arena, "%s://%s", request->secure ? "https" : "http", request->host);
    return g_ascii_strcasecmp(origin, own) == 0; /* loopback: the gate let no other Host through */
}

/* Sec-Fetch-Site decides where it is sent: pages cannot forge it, while Origin is "null" under some referrer rules. */
static bool is_from_our_pages(const HttpServer *server, const HttpRequest *request)
{
    const char *site = http_header(request, "sec-fetch-site");
    const char *origin = http_header(request, "origin");
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    return origin && origin_is_ours(server, request, origin);
}

/* The area, which may have hooks and a context of its own; NULL: that of a path nobody knows. */
static const RouteTable *area_of(const HttpServer *server, const Job *job)
{
    return job->route ? router_table(server->router, job->route)
                      : router_table_under(server->router, job->request.path);
}

static void refuse(const HttpServer *server, Job *job, int status)
{
    const RouteTable *area = area_of(server, job);
    bool own = area && area->authorize;
    HttpRefuse put_words = own ? area->refuse : server->refuse;
    http_response_error(job->response, status);
    if (put_words)
        put_words(&job->request, job->response, status, own ? area->context : server->context);
    http_set_status(job->response, status);
}

static bool is_authorized(const HttpServer *server, Job *job)
{
    const RouteTable *area = area_of(server, job);
    if (area->authorize)
        return area->authorize(&job->request, job->response, area->context);
    if (server->authorize)
        return server->authorize(&job->request, job->response, server->context);
    if (strcmp(job->route->permission, "public") == 0)
        return true;
    http_response_error(job->response, 403);
    return false;
}

static void answer_unrouted(const HttpServer *server, Job *job)
{
    refuse(server, job, job->allow ? 405 : 404);
    if (job->allow) {
        bool set = http_set_header(job->response, "Allow", job->allow);
        check(set);
    }
}

static void handle(const HttpServer *server, Job *job)
{
    const RouteTable *area = area_of(server, job);
    job->route->handler(&job->request, job->response, area->authorize ? area->context : server->context);
}

static void answer(const HttpServer *server, Job *job)
{
    HttpRequest *request = &job->request;
    http_parse_cookies(request);
    if (server->before)
        server->before(request, job->response, server->context);
    if (!job->route)
        answer_unrouted(server, job);
    else if (!http_method_is_safe(request->method) && !(job->route->flags & ROUTE_TOKEN) &&
             !is_from_our_pages(server, request))
        refuse(server, job, 403);
    else if (!is_authorized(server, job))
        return;
    else if (!http_parse_form(request))
        refuse(server, job, 400);
    else
        handle(server, job);
}

const char *lane_name(Lane lane)
{
    static const char *const names[LANE_COUNT] = {[LANE_PAGE] = "page", [LANE_SLOW] = "slow", [LANE_HASH] = "hash"};
    return names[lane];
}

static void count_answer(const Job *job)
{
    static const char *const classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    const Route *route = job->route;
    metric_add(&metric_http_requests,
               METRIC_LABELS(route ? http_method_name(route->method) : "none", route ? route->pattern : "none",
                             classes[MIN((size_t)job->response->status / 100, G_N_ELEMENTS(classes) - 1)]),
               1);
}

static void log_if_remarkable(const Job *job)
{
    int64_t took_ms = (clock_monotonic_us() - job->request.started_us) / 1000;
    if (job->response->status < 500 && took_ms < SLOW_MS)
        return;
    LOG(LOG_WARNING, job->response->status < 500 ? "http.slow" : "http.failed", LOG_TEXT("request", job->request.id),
        LOG_TEXT("method", http_method_name(job->request.method)), LOG_TEXT("route", job->request.route),
        LOG_NUMBER("status", job->response->status), LOG_NUMBER("ms", took_ms));
}

static void finish(Job *job)
{
    const HttpServer *server = job->loop->server;
    const RouteTable *area = area_of(server, job);
    bool own_hooks = area && area->authorize; /* what it left in `who` is not for ours */
    if (server->after && !own_hooks)
        server->after(&job->request, job->response, server->context);
    http_response_finish(job->response);
}

Lane job_lane(const Job *job)
{
    return job->route ? job->route->lane : LANE_PAGE;
}

void job_run(void *arg)
{
    Job *job = arg;
    Lane lane = job_lane(job);
    metric_add(&metric_http_waiting, METRIC_LABELS(lane_name(lane)), -1);
    check_set_request(job->request.id);
    answer(job->loop->server, job);
    finish(job);
    count_answer(job);
    metric_observe(&metric_http_seconds, METRIC_LABELS(lane_name(lane)),
                   clock_monotonic_us() - job->request.started_us);
    log_if_remarkable(job);
    check_set_request(NULL);
    loop_hand_back(job);
}

void job_answer_now(Job *job, int status)
{
    http_response_error(job->response, status);
    if (status == 503) {
        bool set = http_set_header(job->response, "Retry-After", "2");
        check(set);
    }
    http_response_finish(job->response);
    count_answer(job);
}
