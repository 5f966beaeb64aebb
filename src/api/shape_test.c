/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/shape.h"

#include "api/call.h"
#include "api/json_in.h"
#include "api/openapi.h"
#include "api/operation.h"
#include "api/page.h"
#include "base/writer.h"

#include <string.h>

static Bytes bytes_at(const char *text, size_t size)
{
    return (Bytes){(const uint8_t *)text, size};
}

/* ------------------------------------------------------------------------------------------------------------------ JSON */

static char *suite_folder(void)
{
    const char *given = g_getenv("FILO_DATA");
    const char *root = g_getenv("G_TEST_SRCDIR");
    return given ? g_build_filename(given, "json", "test_parsing", NULL)
                 : g_build_filename(root ? root : ".", "..", "shared", "data", "json", "test_parsing", NULL);
}

/* JSONTestSuite (MIT): 95 files that must be read, 188 that must not; the rest is free. */
static void test_suite(void)
{
    g_autofree char *folder = suite_folder();
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    unsigned must[2] = {0}, repeated = 0;
    const char *name;
    if (!dir) {
        g_test_skip("FILO_DATA is not here");
        return;
    }
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        gsize size;
        JsonIn in;
        if (name[0] != 'y' && name[0] != 'n')
            continue;
        g_assert_true(g_file_get_contents(path, &text, &size, NULL));
        bool read = json_in_parse(bytes_at(text, size), &in);
        if (read != (name[0] == 'y')) {
            g_test_message("%s: %s", name, read ? "was read" : "was not read");
            g_test_fail();
        }
        repeated += read && in.repeats;
        must[name[0] == 'y']++;
        json_decref(in.root);
    }
    g_assert_cmpuint(must[1], ==, 95);
    g_assert_cmpuint(must[0], ==, 188);
    g_assert_cmpuint(repeated, ==, 2); /* y_object_duplicated_key, …_and_value: JSON, and refused as a body */
}

enum { BOX_NAME, BOX_NOTE, BOX_COUNT_OF, BOX_FLAG, BOX_AT, BOX_LIST, BOX_COUNT };

static const char *word_list(int at)
{
    static const char *const words[] = {"one", "two"};
    return at < 2 ? words[at] : NULL;
}

static const ShapeField box_fields[] = {
    [BOX_NAME] = {"name", SHAPE_LINE, true, 5, .doc = "Name."},
    [BOX_NOTE] = {"note", SHAPE_LINES, .max = 10, .doc = "Note."},
    [BOX_COUNT_OF] = {"count", SHAPE_NUMBER, .max = 9, .doc = "Count."},
    [BOX_FLAG] = {"flag", SHAPE_FLAG, .doc = "Flag."},
    [BOX_AT] = {"at", SHAPE_TIME, .doc = "At."},
    [BOX_LIST] = {"list", SHAPE_WORD, .word = word_list, .doc = "List."},
};
static const Shape box_shape = {"Box", box_fields, BOX_COUNT};

/* The code of the refusal, NULL when it was read. */
static const char *refusal(const char *text, size_t size)
{
    static char shown[80];
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ShapeValue values[BOX_COUNT];
    ShapeRefusal refused;
    if (shape_read(arena, &box_shape, bytes_at(text, size), values, &refused))
        return NULL;
    g_snprintf(shown, sizeof shown, "%s %s", refused.code, refused.field);
    return shown;
}

static void test_hostile(void)
{
    static const size_t depth = 100000, large = (size_t)64 << 20;
    g_autofree char *deep = g_strnfill(depth, '[');
    g_autofree char *big = g_strnfill(large, 'a');
    const char *mixed = "{\"name\":\"a\",\"name\":\"b\"}", *over = "{\"count\":1e400}",
               *alone = "{\"name\":\"\\ud800\"}";
    int64_t began = clock_monotonic_us();
    g_assert_cmpstr(refusal(deep, depth), ==, "body.syntax ");
    g_assert_cmpstr(refusal(mixed, strlen(mixed)), ==, "body.duplicate ");
    g_assert_cmpstr(refusal(over, strlen(over)), ==, "body.syntax ");
    g_assert_cmpstr(refusal(alone, strlen(alone)), ==, "body.syntax ");
    g_assert_cmpstr(refusal(big, large), ==, "body.syntax ");
    g_assert_cmpint(clock_monotonic_us() - began, <, 50 * 1000);
}

/* ------------------------------------------------------------------------------------------------------------ reading */

static void test_strict(void)
{
    static const struct {
        const char *text, *refusal;
    } rows[] = {
        {"{\"name\":\"Anna\"}", NULL},
        {"{\"name\":\"Zoë12\"}", NULL}, /* five characters, six bytes */
        {"{\"name\":\"Anna12\"}", "body.too_long name"},
        {"{}", "body.required name"},
        {"{\"name\":null}", "body.required name"},
        {"{\"name\":\" \\n\"}", "body.blank name"},
        {"{\"name\":7}", "body.type name"},
        {"{\"name\":\"a\\u0000b\"}", "body.nul name"},
        {"{\"name\":\"a\",\"na\\u0000me\":\"b\"}", "body.unknown_field na\xEF\xBF\xBDme"},
        {"{\"name\":\"a\",\"role\":1}", "body.unknown_field role"},
        {"{\"name\":\"a\",\"Name\":\"b\"}", "body.unknown_field Name"},
        {"{\"name\":\"a\",\"note\":null,\"count\":null}", NULL},
        {"{\"name\":\"a\",\"count\":9}", NULL},
        {"{\"name\":\"a\",\"count\":10}", "body.type count"},
        {"{\"name\":\"a\",\"count\":-1}", "body.type count"},
        {"{\"name\":\"a\",\"count\":1.0}", "body.type count"},
        {"{\"name\":\"a\",\"count\":\"1\"}", "body.type count"},
        {"{\"name\":\"a\",\"flag\":1}", "body.type flag"},
        {"{\"name\":\"a\",\"flag\":false}", NULL},
        {"{\"name\":\"a\",\"at\":\"2026-04-03T15:20:00Z\"}", NULL},
        {"{\"name\":\"a\",\"at\":\"2026-04-03\"}", "body.type at"},
        {"{\"name\":\"a\",\"at\":1}", "body.type at"},
        {"{\"name\":\"a\",\"list\":\"two\"}", NULL},
        {"{\"name\":\"a\",\"list\":\"Two\"}", "body.type list"},
        {"{\"name\":\"a\",\"list\":[]}", "body.type list"},
        {"[]", "body.type "},
        {"\"a\"", "body.type "},
        {"{\"name\":\"a\"} x", "body.syntax "},
        {"", "body.syntax "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(refusal(rows[i].text, strlen(rows[i].text)), ==, rows[i].refusal);
}

static void test_values(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ShapeValue values[BOX_COUNT];
    ShapeRefusal refused;
    const char *text = "{\"list\":\"two\",\"name\":\" a\\tb \",\"note\":\"x\\r\\ny\",\"count\":3,\"flag\":true,"
                       "\"at\":\"2025-12-01T12:00:00Z\"}";
    g_assert_true(shape_read(arena, &box_shape, bytes_of(text), values, &refused));
    g_assert_cmpstr(values[BOX_NAME].text, ==, "a b");
    g_assert_cmpstr(values[BOX_NOTE].text, ==, "x\ny");
    g_assert_cmpint(values[BOX_COUNT_OF].number, ==, 3);
    g_assert_cmpint(values[BOX_FLAG].number, ==, 1);
    g_assert_cmpint(values[BOX_AT].number, ==, 1764590400000);
    g_assert_cmpint(values[BOX_LIST].number, ==, 1);
    g_autoptr(GString) out = g_string_new(NULL);
    shape_write(out, arena, &box_shape, values);
    g_assert_cmpstr(out->str, ==,
                    "{\"name\":\"a b\",\"note\":\"x\\ny\",\"count\":3,\"flag\":true,"
                    "\"at\":\"2025-12-01T12:00:00.000Z\",\"list\":\"two\"}");
}

static const char *query_refusal(const char *name, const char *value, const char *more)
{
    static char shown[80];
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpPair pairs[] = {{"name", "a"}, {name, value}, {name, more}};
    ShapeValue values[BOX_COUNT];
    ShapeRefusal refused;
    if (shape_read_query(arena, &box_shape, (HttpPairs){pairs, more ? 3 : 2}, values, &refused))
        return NULL;
    g_snprintf(shown, sizeof shown, "%s %s", refused.code, refused.field);
    return shown;
}

static void test_query(void)
{
    g_assert_null(query_refusal("count", "7", NULL));
    g_assert_null(query_refusal("flag", "true", NULL));
    g_assert_null(query_refusal("list", "one", NULL));
    g_assert_cmpstr(query_refusal("count", "7", "8"), ==, "query.duplicate count");
    g_assert_cmpstr(query_refusal("count", "", NULL), ==, "body.type count");
    g_assert_cmpstr(query_refusal("count", "+7", NULL), ==, "body.type count");
    g_assert_cmpstr(query_refusal("count", "99999999999999999999", NULL), ==, "body.type count");
    g_assert_cmpstr(query_refusal("flag", "1", NULL), ==, "body.type flag");
    g_assert_cmpstr(query_refusal("sort", "x", NULL), ==, "query.unknown sort");
    g_assert_cmpstr(query_refusal("note", "12345678901", NULL), ==, "body.too_long note");
}

static void test_cursor(void)
{
    static const char *const wrong[] = {"", ".", "1", "1.", ".1", "1.0", "1.-2", "1.2.3", "a.1", "1.99999999999999999999", " 1.2"};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PageCursor cursor;
    g_assert_cmpstr(page_cursor(arena, (PageCursor){1764590400000, 10001}), ==, "1764590400000.10001");
    g_assert_true(page_cursor_parse("1764590400000.10001", &cursor));
    g_assert_cmpint(cursor.key, ==, 1764590400000);
    g_assert_cmpint(cursor.id, ==, 10001);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(page_cursor_parse(wrong[i], &cursor));
}

/* ------------------------------------------------------------------------------------------------------ documentation */

static void test_schema(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    static const ShapeField fields[] = {{"name", SHAPE_LINE, true, 5, .doc = "Name."},
                                        {"list", SHAPE_WORD, .word = word_list, .doc = "List."}};
    shape_write_schema(out, &(Shape){"Small", fields, 2});
    g_assert_cmpstr(out->str, ==,
                    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\","
                    "\"maxLength\":5,\"description\":\"Name.\"},\"list\":{\"type\":[\"string\",\"null\"],"
                    "\"enum\":[\"one\",\"two\",null],\"description\":\"List.\"}},\"required\":[\"name\"]}");
}

static void check_shape(const Shape *shape)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        const ShapeField *field = &shape->fields[i];
        g_assert_nonnull(field->name);
        g_assert_nonnull(field->doc);
        g_assert_true((field->type == SHAPE_WORD) == (field->word != NULL));
        g_assert_true((field->type == SHAPE_LIST) == (field->item != NULL));
        g_assert_true(field->type != SHAPE_LIST || shape->is_answer);
        check_shape(field->item);
    }
}

/* Every operation says what it takes and gives; a body goes only with a method that has one. */
static void test_operations(void)
{
    size_t groups;
    const ApiOperations *const *all = api_operations(&groups);
    for (size_t group = 0; group < groups; group++)
        for (size_t i = 0; i < all[group]->count; i++) {
            const ApiOperation *operation = &all[group]->items[i];
            bool is_metrics =
                strcmp(operation->route.pattern, "/metrics") == 0; /* where those who scrape look for it */
            g_assert_true(is_metrics || g_str_has_prefix(operation->route.pattern, "/api/v1/"));
            g_assert_true(is_metrics == (operation->media != NULL));
            g_assert_true(operation->route.flags & ROUTE_TOKEN);
            g_assert_true((operation->route.method == HTTP_POST) == (operation->body != NULL));
            g_assert_true(!operation->body || strcmp(operation->route.permission, "public") != 0);
            g_assert_true(!operation->once || operation->body);
            check_shape(operation->query);
            check_shape(operation->body);
            check_shape(operation->answer);
        }
}

static void test_openapi_is_json(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    JsonIn in;
    openapi_write(out);
    g_assert_true(json_in_parse(bytes_of(out->str), &in));
    g_assert_false(in.repeats); /* no path, method or schema twice */
    g_assert_cmpstr(json_string_value(json_object_get(in.root, "openapi")), ==, "3.1.0");
    json_decref(in.root);
}

static void test_status(void)
{
    static const struct {
        const char *code;
        int status;
    } rows[] = {
        {"body.syntax", 400},          {"query.unknown", 400},           {"auth.token", 401},
        {"auth.scope", 403},           {"not_found", 404},               {"ticket.error.not_found", 404},
        {"ticket.error.stale", 409},   {"ticket.error.taken", 409},      {"party.error.vat_number_taken", 409},
        {"ticket.error.no_text", 422}, {"ticket.error.transition", 409}, {"media_type", 415},
        {"failed", 500},               {"busy", 503},                    {"full", 507},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(api_status(rows[i].code), ==, rows[i].status);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/json/suite", test_suite);
    g_test_add_func("/api/json/hostile", test_hostile);
    g_test_add_func("/api/shape/strict", test_strict);
    g_test_add_func("/api/shape/values", test_values);
    g_test_add_func("/api/shape/query", test_query);
    g_test_add_func("/api/shape/schema", test_schema);
    g_test_add_func("/api/page/cursor", test_cursor);
    g_test_add_func("/api/operations", test_operations);
    g_test_add_func("/api/openapi", test_openapi_is_json);
    g_test_add_func("/api/status", test_status);
    return g_test_run();
}
