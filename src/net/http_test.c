/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/http_int.h"

#include <string.h>

/* A request with one header and a body, as the server would copy it. */
static HttpRequest request_with(Arena *arena, const char *name, const char *value, const char *body)
{
    HttpRequest request = {.arena = arena, .body = bytes_of(body)};
    request.headers = (HttpPairs){ARENA_NEW(arena, HttpPair), 1};
    request.headers.items[0] = (HttpPair){name, value};
    return request;
}

static void test_forms_and_queries(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request =
        request_with(arena, "content-type", "application/x-www-form-urlencoded; charset=utf-8",
                     "subject=Non+parte%21&code=E07&code=E08&empty=&flag&=x&&text=perch%C3%A9%0D%0Ano");
    g_assert_true(http_parse_form(&request));
    g_assert_cmpuint(request.form.count, ==, 7);
    g_assert_cmpstr(http_form(&request, "subject"), ==, "Non parte!");
    g_assert_cmpstr(http_form(&request, "code"), ==, "E07");
    g_assert_cmpstr(http_form(&request, "empty"), ==, "");
    g_assert_cmpstr(http_form(&request, "flag"), ==, "");
    g_assert_cmpstr(http_form(&request, "text"), ==, "perché\r\nno");
    g_assert_null(http_form(&request, "none"));
    static const char *const bad[] = {"a=%", "a=%0", "a=%zz", "a=%00", "a=%ff", "%c3=x"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        request.body = bytes_of(bad[i]);
        g_assert_false(http_parse_form(&request));
    }
}

static void test_too_many_fields_are_refused(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autofree char *many = g_strnfill(HTTP_PAIRS_MAX, '&');
    HttpPairs pairs;
    g_assert_false(http_parse_pairs(arena, many, strlen(many), &pairs));
    g_assert_true(http_parse_pairs(arena, many, strlen(many) - 1, &pairs));
}

static void test_cookies(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request = request_with(arena, "cookie", "a=1; __Host-filo=x=y ;bad; =no; a=2", "");
    http_parse_cookies(&request);
    g_assert_cmpuint(request.cookies.count, ==, 3);
    g_assert_cmpstr(http_cookie(&request, "a"), ==, "1");
    g_assert_cmpstr(http_cookie(&request, "__Host-filo"), ==, "x=y");
}

static void test_language(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char *const offered[] = {"it", "en"};
    static const struct {
        const char *accepted, *expected;
    } cases[] = {{"en-GB,en;q=0.9,it;q=0.8", "en"},
                 {"de, it;q=0.7, en;q=0.3", "it"},
                 {"de", "it"},
                 {"en;q=0, it;q=0.1", "it"},
                 {"", "it"},
                 {"enx, it;q=0.5", "it"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        HttpRequest request = request_with(arena, "accept-language", cases[i].accepted, "");
        g_assert_cmpstr(http_language(&request, offered, 2), ==, cases[i].expected);
    }
}

static void test_local_paths(void)
{
    static const char *const foreign[] = {
        "//evil",   "/\\evil",      "https:evil", "\t//evil", "javascript:alert(1)", "", "/a\r\nSet-Cookie: x",
        "/\t/evil", "http://evil/", "evil"};
    for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
        g_assert_false(http_path_is_local(foreign[i]));
    g_assert_false(http_path_is_local(NULL));
    g_assert_true(http_path_is_local("/"));
    g_assert_true(http_path_is_local("/tickets/10001?tab=cost#x"));
}

static void test_setters_refuse_what_breaks_headers(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request = {.arena = arena, .secure = true};
    HttpResponse *response = http_response_new(&request);
    g_assert_false(http_set_header(response, "X-A", "b\r\nX-C: d"));
    g_assert_false(http_set_header(response, "X-A", "b\x01"));
    g_assert_false(http_set_header(response, "X A", "b"));
    g_assert_false(http_set_type(response, "text/html\r\nX: y"));
    g_assert_false(http_set_cookie(response, "a", "b; Domain=evil", -1));
    g_assert_cmpuint(response->headers->len, ==, 0);
    g_assert_true(http_set_cookie(response, "__Host-filo", "abc", 60));
    g_assert_cmpstr(http_response_header(response, "Set-Cookie"), ==,
                    "__Host-filo=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
    http_redirect(response, "//evil.test/");
    g_assert_cmpint(http_status(response), ==, 303);
    g_assert_cmpstr(http_response_header(response, "Location"), ==, "/");
    http_redirect(response, "/tickets");
    g_assert_cmpstr(http_response_header(response, "Location"), ==, "/tickets");
    http_response_clear(response);
}

static void test_blob_cannot_run(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request = {.arena = arena};
    HttpResponse *response = http_response_new(&request);
    http_send_blob(response, bytes_of("<script>"), "text/html", "a\"b\r\nc é.html", true);
    http_response_finish(response);
    g_assert_cmpstr(http_response_header(response, "Content-Disposition"), ==,
                    "attachment; filename*=UTF-8''a_b%20c%20%C3%A9.html");
    g_assert_true(g_str_has_prefix(http_response_header(response, "Content-Security-Policy"), "sandbox;"));
    g_assert_cmpstr(http_response_header(response, "X-Content-Type-Options"), ==, "nosniff");
    http_response_clear(response);
}

static void test_etag_answers_304(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    HttpRequest request = request_with(arena, "if-none-match", "\"old\", W/\"v2\"", "");
    for (int known = 0; known < 2; known++) {
        HttpResponse *response = http_response_new(&request);
        g_string_append(http_text(response), "style");
        http_set_etag(response, known ? "v2" : "v3", 3600, true);
        http_response_finish(response);
        g_assert_cmpint(http_status(response), ==, known ? 304 : 200);
        g_assert_cmpuint(http_body(response)->len, ==, known ? 0 : 5);
        g_assert_cmpstr(http_response_header(response, "Cache-Control"), ==, "public, max-age=3600, immutable");
        http_response_clear(response);
    }
}

/* --- multipart --------------------------------------------------------------------------------------------------- */

#define PART(headers, content) "--XX\r\n" headers "\r\n\r\n" content "\r\n"
#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\""

static bool parse_multipart(Arena *arena, const char *body, size_t size, HttpRequest *request_out)
{
    *request_out = request_with(arena, "content-type", "multipart/form-data; boundary=XX", "");
    request_out->body = (Bytes){(const uint8_t *)body, size};
    return http_parse_form(request_out);
}

static void test_multipart(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char body[] = PART(FIELD("subject"), "perché\r\n--X no")
        PART(FIELD("photo") "; filename=\"C:\\\\foto\\\\E07; è.png\"\r\ncontent-type: image/png", "\x89PNG\0\r\n\r\n")
            PART(FIELD("none") "; filename=\"\"", "") "--XX--\r\n";
    HttpRequest request;
    g_assert_true(parse_multipart(arena, body, sizeof body - 1, &request));
    g_assert_cmpstr(http_form(&request, "subject"), ==, "perché\r\n--X no");
    const HttpFile *file = http_file(&request, "photo");
    g_assert_cmpstr(file->file_name, ==, "E07; è.png");
    g_assert_cmpstr(file->type, ==, "image/png");
    g_assert_cmpuint(file->content.size, ==, 9);
    g_assert_cmpmem(file->content.data, 9, "\x89PNG\0\r\n\r\n", 9);
    g_assert_cmpstr(http_file(&request, "none")->file_name, ==, "");
}

static void test_multipart_refuses(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char *const bad[] = {"",
                                      "--XX",
                                      "--XX\r\n",
                                      "--XY\r\n",
                                      PART(FIELD("a"), "b"),
                                      PART(FIELD("a"), "b") "--XX-",
                                      PART(FIELD("a"), "b") "--XX--junk",
                                      PART("Content-Disposition: attachment; name=a", "b") "--XX--",
                                      PART("Content-Type: text/plain", "b") "--XX--",
                                      PART("Content-Disposition: form-data; name=\"a", "b") "--XX--",
                                      PART(FIELD("a"), "\xff") "--XX--",
                                      "--XX\r\n\r\n\r\nb\r\n--XX--",
                                      "x" PART(FIELD("a"), "b") "--XX--"};
    HttpRequest request;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (strlen(bad[i]) && parse_multipart(arena, bad[i], strlen(bad[i]), &request))
            g_error("accepted: %s", bad[i]);
    GString *many = g_string_new(NULL);
    for (int i = 0; i < 201; i++)
        g_string_append(many, PART(FIELD("a"), "b"));
    g_string_append(many, "--XX--");
    g_assert_false(parse_multipart(arena, many->str, many->len, &request));
    g_string_free(many, TRUE);
    request.headers.items[0].value = "multipart/form-data";
    g_assert_false(http_parse_form(&request));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/forms", test_forms_and_queries);
    g_test_add_func("/http/many-fields", test_too_many_fields_are_refused);
    g_test_add_func("/http/cookies", test_cookies);
    g_test_add_func("/http/language", test_language);
    g_test_add_func("/http/local-paths", test_local_paths);
    g_test_add_func("/http/setters", test_setters_refuse_what_breaks_headers);
    g_test_add_func("/http/blob", test_blob_cannot_run);
    g_test_add_func("/http/etag", test_etag_answers_304);
    g_test_add_func("/http/multipart", test_multipart);
    g_test_add_func("/http/multipart-refuses", test_multipart_refuses);
    return g_test_run();
}
