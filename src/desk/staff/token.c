/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/staff/token.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/staff/permission.h"
#include "token_sql.h"

#include <string.h>

#define PREFIX_SIZE (sizeof API_TOKEN_MARK - 1 + 8)
#define NAME_MAX_CHARS 100

/* --- making ---------------------------------------------------------------------------------------------------------- */

/* A word of the table: what everyone may do is nobody's to give. */
static bool is_scope(const char *word, StaffRole role)
{
    for (size_t i = 0; i < permission_count; i++)
        if (strcmp(permissions[i].word, word) == 0)
            return permission_allows(role, word);
    return false;
}

/* The scopes once each, in the table's order; NULL: one of them is not the role's to give. */
static const char *scopes_clean(Arena *arena, const char *scopes, StaffRole role)
{
    g_auto(GStrv) words = g_strsplit_set(scopes, " \t\r\n,", -1);
    g_autoptr(GString) clean = g_string_new(NULL);
    for (char **word = words; *word; word++)
        if (**word && !is_scope(*word, role))
            return NULL;
    for (size_t i = 0; i < permission_count; i++)
        if (g_strv_contains((const char *const *)words, permissions[i].word))
            g_string_append_printf(clean, "%s%s", clean->len ? " " : "", permissions[i].word);
    return clean->len ? arena_strdup(arena, clean->str) : NULL;
}

bool api_token_check(Arena *arena, ApiTokenNew *token, TimeMs now, InputError *refused_out)
{
    token->name = text_clean_line(arena, bytes_of(token->name ? token->name : ""));
    token->scopes = scopes_clean(arena, token->scopes ? token->scopes : "", token->role);
    *refused_out = (InputError){0};
    if (!*token->name || g_utf8_strlen(token->name, -1) > NAME_MAX_CHARS)
        *refused_out = (InputError){"name", "token.error.name", NULL};
    else if (!token->scopes)
        *refused_out = (InputError){"scopes", "token.error.scope", NULL};
    else if (token->expires_at && token->expires_at <= now)
        *refused_out = (InputError){"expires_at", "token.error.expiry", NULL};
    return refused_out->key == NULL;
}

ApiTokenSecret api_token_secret(void)
{
    ApiTokenSecret secret;
    Key key = key_new();
    g_snprintf(secret.text, sizeof secret.text, API_TOKEN_MARK "%s", key.text);
    memcpy(secret.sha256, key.sha256, sizeof secret.sha256);
    return secret;
}

ApiTokenId api_token_add(StoreTx *tx, Arena *arena, const ApiTokenNew *token, const ApiTokenSecret *secret, Actor by,
                         TimeMs now)
{
    ApiTokenId id = sql_api_token_insert(tx, &(SqlApiTokenInsertIn){
                                                 .token_sha256 = secret->sha256,
                                                 .prefix = arena_strndup(arena, secret->text, PREFIX_SIZE),
                                                 .name = token->name,
                                                 .scopes = token->scopes,
                                                 .staff_id = token->maker,
                                                 .created_at = now,
                                                 .expires_at = token->expires_at,
                                             });
    audit_add(tx, &(AuditEntry){now, by, "token.add", "api_token", id.value, NULL});
    return id;
}

/* --- using ----------------------------------------------------------------------------------------------------------- */

static bool is_good(const ApiToken *token, TimeMs now)
{
    return token->maker_active && !token->revoked_at && (!token->expires_at || token->expires_at > now);
}

bool api_token_find(StoreTx *tx, Arena *arena, const char *text, TimeMs now, ApiToken *token_out)
{
    char sha256[SHA256_HEX_SIZE];
    SqlApiTokenFindKey row;
    if (!text || !g_str_has_prefix(text, API_TOKEN_MARK) || !key_hash(text + sizeof API_TOKEN_MARK - 1, sha256) ||
        !sql_api_token_find_key(tx, arena, &(SqlApiTokenFindKeyIn){sha256}, &row))
        return false;
    *token_out = (ApiToken){row.api_token_id, row.prefix,     row.name,       row.scopes,  row.staff_id,  row.role,
                            row.active,       row.created_at, row.expires_at, row.used_at, row.revoked_at};
    return is_good(token_out, now);
}

bool api_token_allows(const ApiToken *token, const char *word)
{
    g_auto(GStrv) scopes = g_strsplit(token->scopes, " ", -1);
    return strcmp(word, PERMISSION_PUBLIC) == 0 ||
           (g_strv_contains((const char *const *)scopes, word) && permission_allows(token->role, word));
}

bool api_token_wants_touch(const ApiToken *token, TimeMs now)
{
    return now - token->used_at >= API_TOKEN_TOUCH;
}

void api_token_touch(StoreTx *tx, ApiTokenId id, TimeMs now)
{
    sql_api_token_set_used(tx, &(SqlApiTokenSetUsedIn){id, now, now - API_TOKEN_TOUCH});
}

bool api_token_revoke(StoreTx *tx, ApiTokenId id, Actor by, TimeMs now)
{
    if (sql_api_token_set_revoked(tx, &(SqlApiTokenSetRevokedIn){id, now}) == 0)
        return false;
    audit_add(tx, &(AuditEntry){now, by, "token.revoke", "api_token", id.value, NULL});
    return true;
}

ApiTokenList api_token_list(StoreTx *tx, Arena *arena)
{
    SqlApiTokenListAllList rows = sql_api_token_list_all(tx, arena);
    ApiTokenList list = {ARENA_ARRAY(arena, ApiToken, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlApiTokenListAll *row = &rows.rows[i];
        list.items[i] =
            (ApiToken){row->api_token_id, row->prefix,     row->name,       row->scopes,  row->staff_id,  row->role,
                       row->active,       row->created_at, row->expires_at, row->used_at, row->revoked_at};
    }
    return list;
}
