/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * listen: where a server of ours listens. Answers: "which address does this text name, is it this machine's alone, and
 * which port did the kernel give?"
 *
 * Addresses are numbers ("127.0.0.1:8080", "[::1]:0"): a name could mean another address tomorrow. Not for connecting
 * (net/dial.h). Called by: net/server, net/lmtp. Pointers: a ListenAddress is the caller's and points to nothing.
 * Errors: false or -1; the caller says what was wrong.
 *
 * Invariants:
 *  1. What listen_address_is_loopback calls true cannot be reached from another machine.
 */
#ifndef FILO_NET_LISTEN_H
#define FILO_NET_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

typedef struct ListenAddress {
    struct sockaddr_storage storage;
    socklen_t size;
} ListenAddress;

/* Reads "127.0.0.1:8080" or "[::1]:8080"; port 0 is any. */
bool listen_address_read(const char *text, ListenAddress *address_out);
bool listen_address_is_loopback(const ListenAddress *address);

/* Fills *address_out with what a bound socket got and gives its port; -1: errno says why. */
int listen_port(int descriptor, ListenAddress *address_out);

#endif
