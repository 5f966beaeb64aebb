/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/outgoing.h"

#include <jansson.h>
#include <string.h>

static json_t *addresses_to_json(const OutgoingAddress *addresses, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_pack("{s:s, s:s}", "address", addresses[i].address, "name",
                                               addresses[i].name ? addresses[i].name : ""));
    return array;
}

static void put_text(json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(text));
}

const char *outgoing_domain(Arena *arena, const Outgoing *outgoing)
{
    const char *at = outgoing->to_count ? strrchr(outgoing->to[0].address, '@') : NULL;
    g_autofree char *lower = at ? g_ascii_strdown(at + 1, -1) : NULL;
    return arena_strdup(arena, lower);
}

char *outgoing_to_json(Arena *arena, const Outgoing *outgoing)
{
    json_t *object = json_object();
    json_t *references = json_array();
    json_object_set_new(object, "to", addresses_to_json(outgoing->to, outgoing->to_count));
    json_object_set_new(object, "cc", addresses_to_json(outgoing->cc, outgoing->cc_count));
    put_text(object, "account", outgoing->account);
    if (outgoing->quoted)
        json_object_set_new(object, "quoted", json_integer(outgoing->quoted));
    if (outgoing->due)
        json_object_set_new(object, "due", json_integer(outgoing->due));
    if (outgoing->staff)
        json_object_set_new(object, "staff", json_integer(outgoing->staff));
    if (outgoing->incident)
        json_object_set_new(object, "incident", json_integer(outgoing->incident));
    if (outgoing->over)
        json_object_set_new(object, "over", json_true());
    if (outgoing->prove)
        json_object_set_new(object, "prove", json_true());
    put_text(object, "external_id", outgoing->external_id);
    put_text(object, "reply_token", outgoing->reply_token);
    put_text(object, "tracking_token", outgoing->tracking_token);
    put_text(object, "in_reply_to", outgoing->in_reply_to);
    for (size_t i = 0; i < outgoing->reference_count; i++)
        json_array_append_new(references, json_string(outgoing->references[i]));
    json_object_set_new(object, "references", references);
    char *text = json_dumps(object, JSON_COMPACT);
    char *copy = arena_strdup(arena, text);
    free(text);
    json_decref(object);
    return copy;
}

static const char *get_text(Arena *arena, json_t *object, const char *name)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, name)));
}

static bool parse_addresses(Arena *arena, json_t *array, const OutgoingAddress **addresses_out, size_t *count_out)
{
    if (!json_is_array(array))
        return false;
    *count_out = json_array_size(array);
    OutgoingAddress *addresses = ARENA_ARRAY(arena, OutgoingAddress, *count_out);
    for (size_t i = 0; i < *count_out; i++) {
        json_t *item = json_array_get(array, i);
        addresses[i] = (OutgoingAddress){get_text(arena, item, "address"), get_text(arena, item, "name")};
        if (!addresses[i].address || !addresses[i].name)
            return false;
    }
    *addresses_out = addresses;
    return true;
}

static bool parse_references(Arena *arena, json_t *array, Outgoing *outgoing)
{
    if (!json_is_array(array))
        return false;
    const char **references = ARENA_ARRAY(arena, const char *, json_array_size(array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        references[i] = arena_strdup(arena, json_string_value(json_array_get(array, i)));
        if (!references[i])
            return false;
    }
    outgoing->references = references;
    outgoing->reference_count = json_array_size(array);
    return true;
}

bool outgoing_parse(Arena *arena, const char *json, Outgoing *outgoing_out)
{
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    Outgoing outgoing = {0};
    bool valid = parse_addresses(arena, json_object_get(object, "to"), &outgoing.to, &outgoing.to_count) &&
                 parse_addresses(arena, json_object_get(object, "cc"), &outgoing.cc, &outgoing.cc_count) &&
                 parse_references(arena, json_object_get(object, "references"), &outgoing);
    outgoing.quoted = json_integer_value(json_object_get(object, "quoted"));
    outgoing.due = json_integer_value(json_object_get(object, "due"));
    outgoing.staff = json_integer_value(json_object_get(object, "staff"));
    outgoing.incident = json_integer_value(json_object_get(object, "incident"));
    outgoing.over = json_is_true(json_object_get(object, "over"));
    outgoing.prove = json_is_true(json_object_get(object, "prove"));
    outgoing.account = get_text(arena, object, "account");
    outgoing.external_id = get_text(arena, object, "external_id");
    outgoing.reply_token = get_text(arena, object, "reply_token");
    outgoing.tracking_token = get_text(arena, object, "tracking_token");
    outgoing.in_reply_to = get_text(arena, object, "in_reply_to");
    json_decref(object);
    if (valid)
        *outgoing_out = outgoing;
    return valid;
}
