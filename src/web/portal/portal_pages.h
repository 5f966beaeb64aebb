/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of the customers. */
#ifndef FILO_WEB_PORTAL_PORTAL_PAGES_H
#define FILO_WEB_PORTAL_PORTAL_PAGES_H

#include "net/route.h"

extern const RouteTable portal_routes;

#endif
