/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: on a mailbox's page, what its sending server takes, who shares that, and that it asked for patience. Why only where
 * it is shared: one mailbox's own number stands in its own field.
 */
#include "base/format.h"
#include "web/settings/mailbox_int.h"

static const char *names_of(Arena *arena, const SendServer *server)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < server->owner_count; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", server->owners[i]);
    return arena_strdup(arena, names->str);
}

static const char *shared_words(const PageForm *form, const SendServer *server)
{
    Lang lang = form->visit->lang;
    const char *names = names_of(form->arena, server);
    return server->per_minute
               ? msg_fill(form->arena, lang, MSG_MAILBOX_SERVER_SHARED, "server", server->name, "count",
                          format_number(form->arena, lang, server->per_minute), "mailboxes", names, NULL)
               : msg_fill(form->arena, lang, MSG_MAILBOX_SERVER_FREE, "server", server->name, "mailboxes", names, NULL);
}

void mailbox_server_fill(const MailboxPage *page, SettingsMailboxView *view)
{
    const PageForm *form = page->form;
    const Visit *visit = form->visit;
    const SendServer *server = send_server_of(&page->servers, page->account.name);
    view->server_shared = server && server->owner_count > 1 ? shared_words(form, server) : "";
    view->server_slow = view->server_slow_said = "";
    if (!server || !server->slow_until)
        return;
    view->server_slow =
        msg_fill(form->arena, visit->lang, MSG_MAILBOX_SERVER_SLOW, "server", server->name, "when",
                 format_moment(form->arena, visit->lang, visit->policy->zone, server->slow_until, visit->now), NULL);
    view->server_slow_said = server->said;
}
