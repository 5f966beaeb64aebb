/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/openapi.h"

#include "api/call.h"
#include "api/operation.h"
#include "base/writer.h"
#include "desk/staff/permission.h"

#include <string.h>

static const char head[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Filo\",\"version\":\"1\",\"license\":{\"name\":\"EUPL-1.2\","
    "\"identifier\":\"EUPL-1.2\"},\"description\":\"A token acts as the member of staff who made it. Unknown members "
    "and parameters are refused. Times are RFC 3339 in UTC.\"},\"components\":{\"securitySchemes\":{\"token\":"
    "{\"type\":\"http\",\"scheme\":\"bearer\"}},\"schemas\":{\"Error\":{\"type\":\"object\",\"description\":\"A "
    "problem of RFC "
    "9457, its words in the language of "
    "Accept-Language.\",\"required\":[\"type\",\"title\",\"status\",\"detail\",\"error\"],"
    "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
    "\"detail\":{\"type\":\"string\"},\"error\":{\"type\":\"object\",\"required\":[\"code\",\"field\",\"message\"],"
    "\"properties\":"
    "{\"code\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"more\":"
    "{\"type\":\"array\",\"description\":\"What else stands in the way.\",\"items\":{\"type\":\"object\"}}}}}}";

/* ------------------------------------------------------------------------------------------------------------- schemas */

static void write_schema_once(GString *out, GHashTable *done, const Shape *shape)
{
    if (!shape || !g_hash_table_add(done, (gpointer)shape->name))
        return;
    g_string_append_c(out, ',');
    json_str(out, shape->name);
    g_string_append_c(out, ':');
    shape_write_schema(out, shape);
}

static void write_reference(GString *out, const Shape *shape)
{
    g_string_append(out, "{\"application/json\":{\"schema\":");
    if (shape)
        g_string_append_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", shape->name);
    else
        g_string_append(out, "{\"type\":\"object\"}");
    g_string_append(out, "}}");
}

/* ----------------------------------------------------------------------------------------------------------- parameters */

typedef struct ParameterList {
    GString *out;
    bool begun;
} ParameterList;

static void begin_parameter(ParameterList *list, const char *name, const char *in, bool required)
{
    g_string_append(list->out, list->begun ? ",{\"name\":" : ",\"parameters\":[{\"name\":");
    list->begun = true;
    json_str(list->out, name);
    g_string_append_printf(list->out, ",\"in\":\"%s\",\"required\":%s,\"schema\":", in, required ? "true" : "false");
}

static void write_path_parameters(ParameterList *list, const char *pattern)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    for (char **part = parts; *part; part++)
        if (**part == ':') {
            begin_parameter(list, *part + 1, "path", true);
            g_string_append(list->out, strcmp(*part, ":id") == 0 ? "{\"type\":\"integer\",\"format\":\"int64\"}}"
                                                                 : "{\"type\":\"string\"}}");
        }
}

static bool takes_version(const Shape *body)
{
    for (size_t i = 0; body && i < body->count; i++)
        if (strcmp(body->fields[i].name, "version") == 0)
            return true;
    return false;
}

static void write_parameters(GString *out, const ApiOperation *operation)
{
    ParameterList list = {out, false};
    write_path_parameters(&list, operation->route.pattern);
    for (size_t i = 0; operation->query && i < operation->query->count; i++) {
        const ShapeField *field = &operation->query->fields[i];
        ShapeField as_parameter = *field;
        as_parameter.required = true; /* a parameter is left out, never null */
        begin_parameter(&list, field->name, "query", field->required);
        shape_write_field_schema(out, &as_parameter, false);
        g_string_append_c(out, '}');
    }
    if (operation->once) {
        begin_parameter(&list, "Idempotency-Key", "header", false);
        g_string_append(out, "{\"type\":\"string\",\"minLength\":1,\"maxLength\":128,\"description\":\"Sent again "
                             "with the same key, the call does nothing and gives the first answer's ids.\"}}");
    }
    if (takes_version(operation->body)) {
        begin_parameter(&list, "If-Match", "header", false);
        g_string_append(out,
                        "{\"type\":\"string\",\"description\":\"The ETag you read, instead of version: 412 if somebody "
                        "was faster.\"}}");
    }
    if (list.begun)
        g_string_append_c(out, ']');
}

/* ----------------------------------------------------------------------------------------------------------- operations */

/* "/tickets/:id" as "/tickets/{id}". */
static void write_path(GString *out, const char *pattern)
{
    g_auto(GStrv) parts = g_strsplit(pattern + 1, "/", -1);
    g_autoptr(GString) path = g_string_new(NULL);
    for (char **part = parts; *part; part++)
        g_string_append_printf(path, **part == ':' ? "/{%s}" : "/%s", *part + (**part == ':'));
    json_str(out, path->str);
}

static void write_answer(GString *out, const ApiOperation *operation)
{
    if (!operation->media) {
        write_reference(out, operation->answer);
        return;
    }
    g_string_append_c(out, '{');
    json_str(out, operation->media);
    g_string_append(out, ":{\"schema\":{\"type\":\"string\"}}}");
}

static void write_responses(GString *out, const ApiOperation *operation)
{
    g_string_append_printf(out, ",\"responses\":{\"%d\":{\"description\":\"Done.\",\"content\":", operation->status);
    write_answer(out, operation);
    g_string_append(out,
                    "},\"default\":{\"description\":\"Refused.\",\"content\":{\"application/problem+json\":{\"schema\":"
                    "{\"$ref\":\"#/components/schemas/Error\"}}}}}");
}

static void write_operation(GString *out, const ApiOperation *operation)
{
    bool is_public = strcmp(operation->route.permission, PERMISSION_PUBLIC) == 0;
    g_autofree char *method = g_ascii_strdown(http_method_name(operation->route.method), -1);
    json_str(out, method);
    g_string_append(out, ":{\"operationId\":");
    json_str(out, operation->id);
    g_string_append(out, ",\"summary\":");
    json_str(out, operation->route.doc);
    g_string_append(out, ",\"security\":[");
    if (!is_public) {
        g_string_append(out, "{\"token\":[");
        json_str(out, operation->route.permission);
        g_string_append(out, "]}");
    }
    g_string_append_c(out, ']');
    write_parameters(out, operation);
    if (operation->body) {
        g_string_append(out, ",\"requestBody\":{\"required\":true,\"content\":");
        write_reference(out, operation->body);
        g_string_append_c(out, '}');
    }
    write_responses(out, operation);
    g_string_append_c(out, '}');
}

/* Every operation in order, each with the number it has among all. */
static const ApiOperation *operation_at(size_t at)
{
    size_t groups;
    const ApiOperations *const *all = api_operations(&groups);
    for (size_t group = 0; group < groups; group++) {
        if (at < all[group]->count)
            return &all[group]->items[at];
        at -= all[group]->count;
    }
    return NULL;
}

/* The first operation of a path writes the path with all of its methods. */
static bool is_first_of_path(size_t at)
{
    for (size_t before = 0; before < at; before++)
        if (strcmp(operation_at(before)->route.pattern, operation_at(at)->route.pattern) == 0)
            return false;
    return true;
}

static void write_path_item(GString *out, size_t first)
{
    const char *pattern = operation_at(first)->route.pattern;
    write_path(out, pattern);
    g_string_append_c(out, ':');
    for (size_t at = first; operation_at(at); at++)
        if (strcmp(operation_at(at)->route.pattern, pattern) == 0) {
            g_string_append_c(out, at == first ? '{' : ',');
            write_operation(out, operation_at(at));
        }
    g_string_append_c(out, '}');
}

void openapi_write(GString *out)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    g_string_append(out, head);
    for (size_t at = 0; operation_at(at); at++) {
        write_schema_once(out, done, operation_at(at)->body);
        write_schema_once(out, done, operation_at(at)->answer);
    }
    g_string_append(out, "}},\"paths\":{");
    for (size_t at = 0; operation_at(at); at++)
        if (is_first_of_path(at)) {
            if (at)
                g_string_append_c(out, ',');
            write_path_item(out, at);
        }
    g_string_append(out, "}}\n");
}

static void openapi_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)request, (void)context;
    openapi_write(http_json(response));
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/openapi.json", openapi_show, PERMISSION_PUBLIC, LANE_PAGE, ROUTE_TOKEN, 0,
      "This description, in OpenAPI 3.1."},
     "openapi", NULL, NULL, NULL, 200, false},
};
const ApiOperations openapi_operations = {operations, G_N_ELEMENTS(operations)};
