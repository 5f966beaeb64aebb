/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/content_hash: the identity of a message, apart from how it travelled. Answers: "have we got this one already?"
 *
 * "The same message" is the same Message-ID *and* the same content hash: an id alone is neither unique nor secret. The
 * hash is SHA-256 over the message without the fields that carrying it adds. It runs in the caller's process, so it
 * only looks at line starts: no MIME, no decoding, no allocation that grows with the input's shape.
 *
 * Left out, with their continuation lines, whatever their case: Return-Path, Delivered-To, X-Delivered-To,
 * X-Original-To, X-Envelope-*, Envelope-To, Delivery-Date, Received-SPF, X-Received, Authentication-Results, ARC-*,
 * X-Spam*, X-Virus-*, X-Quarantine-*, X-Amavis-*, X-Rspamd-*, X-Forefront-*, X-MS-Exchange-Organization-*, X-UID, X-UIDL, X-Keywords, Status,
 * X-Status, X-Mozilla-*, Content-Length, Lines; X-Google-Smtp-Source, X-Gm-*, X-MS-Exchange-*, X-MS-Office365-*,
 * X-MS-TrafficTypeDiagnostic, X-MS-PublicTrafficType, X-Microsoft-Antispam*, X-EOP*, X-IncomingTopHeaderMarker,
 * X-IncomingHeaderCount, X-SID-PRA, X-SID-Result, X-CMAE-*, X-Apparently-To, X-YMailISG, X-Barracuda-*, X-Mimecast-*,
 * X-Proofpoint-*, X-IronPort-*, Authentication-Results-Original; an mbox "From " line at the top; and every Received but the oldest
 * (the lowest) of several, which the sender's side wrote: a single one is our own side's and is left out too.
 * CRLF and LF count the same: a pipe brings the one where LMTP and IMAP bring the other. A bare CR is a byte like any other.
 *
 * The hash is kept for ever as the message's identity, so a change of this list gives messages kept before another one: read
 * again (a folder renumbered, a pipe beside IMAP) they would be new. Whoever keeps therefore asks for the hash under the
 * list as it was (parse_content_hash_before) too: the fields of one mailbox's copy do not change, so it finds them. A name
 * that is added later needs a third list, and that question asked of it also.
 *
 * Not a signature and not for secrets. Tables: none. Called by: channel/mail and `filo mail-in`. Errors: none; any bytes have a hash.
 * Pointers: raw is borrowed for the call.
 *
 * Invariants:
 *  1. Linear in raw.size, whatever it holds (NUL, bare CR, no headers, no body).
 *  2. Body bytes always count; nothing after the first empty line is left out.
 *
 * Example:
 *     char hash[SHA256_HEX_SIZE];
 *     parse_content_hash(raw, hash);
 */
#ifndef FILO_PARSE_CONTENT_HASH_H
#define FILO_PARSE_CONTENT_HASH_H

#include "base/bytes.h"

void parse_content_hash(Bytes raw, char hex_out[SHA256_HEX_SIZE]);

/* What the message is known by if it was kept when only the names up to Lines were left out. false: by the same hash. */
bool parse_content_hash_before(Bytes raw, char hex_out[SHA256_HEX_SIZE]);

#endif
