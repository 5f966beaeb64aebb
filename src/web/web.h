/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * web: the pages. Answers: "what does a browser get?" for staff (desk/) and for customers (portal/).
 *
 * A thin face: it reads in one transaction, calls the desk for every change, and renders templates. Owns no table.
 * Not for rules, nor for JSON (api/). Called by: cli serve.
 *
 * Pointers: desk and receiver are borrowed until web_free. Errors: none; a page that cannot be made is an error page.
 *
 * Invariants:
 *  1. A page is one read transaction, begun after its own write returned.
 *  2. Every route has a permission; "public" and "signed-in" are words of that table too.
 */
#ifndef FILO_WEB_WEB_H
#define FILO_WEB_WEB_H

#include "channel/receive.h"
#include "job/scanner.h"
#include "net/server.h"

typedef struct Web Web;

Web *web_new(Desk *desk, const ChannelReceiver *receiver);
void web_free(Web *web);

/* The mail receiver given, for pages that read originals; borrowed. */
const ChannelReceiver *web_receiver(const Web *web);

/* Who looks at files, before the server runs; borrowed. NULL: nobody does. */
void web_set_scanner(Web *web, Scanner *scanner);
Scanner *web_scanner(const Web *web);

/* Adds tables, context and hooks to the server's options. */
void web_fill_options(Web *web, HttpServerOptions *options);

/* Fetching the pictures of other servers waits for strangers: one request at a time may, so that it never holds the last
 * worker of its lane. False: somebody does; else web_fetch_end must follow. */
bool web_fetch_begin(Web *web);
void web_fetch_end(Web *web);

/* Where live notices go, once the server runs. */
void web_set_streams(Web *web, StreamHub *streams);

/* Where people reach this server, once it runs; copied. And what was set: "" before, borrowed for as long as the Web lives. */
void web_set_base_url(Web *web, const char *base_url);
const char *web_base_url(const Web *web);

/* Something was committed: tells open pages to look again. Any thread, returns at once. */
void web_notice(Web *web, uint64_t sequence);

#endif
