/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/wall_field.h"

char *wall_field_text(Arena *arena, Zone *zone, TimeMs at)
{
    return time_format(arena, zone, at, "%Y-%m-%dT%H:%M");
}

TimeMs wall_field_parse(Arena *arena, Zone *zone, const char *text)
{
    TimeMs as_if_utc;
    if (!time_parse_iso(arena_printf(arena, "%sZ", text), &as_if_utc))
        return TIME_NONE;
    g_autoptr(GTimeZone) utc = zone_find("UTC");
    WallTime wall = time_to_wall(utc, as_if_utc);
    return time_from_wall(zone, &wall);
}
