/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * peer: who stands behind a network address. Answers: "may these two be one and the same?"
 *
 * An IPv6 address stands for its /64, which is what one house has (RFC 6177); an IPv4 one, mapped into IPv6 or not, for
 * itself. Not for deciding what an address may do. Called by: net (connections an address), desk/staff (sign-in).
 *
 * Pointers: caller's storage only. Errors: none; what is no address stands for its own beginning.
 *
 * Invariants:
 *  1. Two addresses of one group give the same text; the text is shorter than PEER_GROUP_SIZE.
 */
#ifndef FILO_BASE_PEER_H
#define FILO_BASE_PEER_H

enum { PEER_GROUP_SIZE = 48 }; /* bytes, the end included */

void peer_group(const char *address, char group_out[PEER_GROUP_SIZE]);

#endif
