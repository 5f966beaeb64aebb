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

#include "channel/mail/receive.h"
#include "net/server.h"

typedef struct Web Web;

Web *web_new(Desk *desk, const MailReceiver *receiver);
void web_free(Web *web);

/* The mail receiver given, for pages that read originals; borrowed. */
const MailReceiver *web_receiver(const Web *web);

/* Adds tables, context and hooks to the server's options. */
void web_fill_options(Web *web, HttpServerOptions *options);

/* Where live notices go, once the server runs. */
void web_set_streams(Web *web, StreamHub *streams);

/* Something was committed: tells open pages to look again. Any thread, returns at once. */
void web_notice(Web *web, uint64_t sequence);

#endif
