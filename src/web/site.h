/* SPDX-License-Identifier: EUPL-1.2 */
/* The routes that belong to no area: assets, signing in and out, preferences, the event stream. */
#ifndef FILO_WEB_SITE_H
#define FILO_WEB_SITE_H

#include "net/route.h"

extern const RouteTable site_routes;

#endif
