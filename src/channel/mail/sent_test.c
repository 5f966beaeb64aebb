/* SPDX-License-Identifier: EUPL-1.2 */
/* Where sent mail is kept. The names are those mail programs and Italian providers show their customers. */
#include "channel/mail/sent.h"

static void check_folder(const ImapFolderName *items, size_t count, const char *expected)
{
    g_assert_cmpstr(mail_sent_folder(&(ImapFolders){items, count}), ==, expected);
}

static void test_the_server_says(void)
{
    const ImapFolderName folders[] = {{"INBOX", IMAP_USE_NONE}, {"Sent", IMAP_USE_NONE}, {"Spedite", IMAP_USE_SENT}};
    check_folder(folders, 3, "Spedite");
}

static void test_its_name_says(void)
{
    static const char *const names[] = {"Sent",           "INBOX.Sent",      "[Gmail]/Posta inviata", "Sent Items",
                                        "Posta inviata",  "Inviata",         "inviati",               "INBOX/Sent Messages",
                                        "Elementi inviati", "INBOX.Posta inviata"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const ImapFolderName folders[] = {{"INBOX", IMAP_USE_NONE}, {"Cestino", IMAP_USE_NONE}, {names[i], IMAP_USE_NONE}};
        check_folder(folders, 3, names[i]);
    }
}

static void test_nobody_says(void)
{
    const ImapFolderName folders[] = {{"INBOX", IMAP_USE_NONE}, {"Da inviare", IMAP_USE_NONE}, {"Sent by fax", IMAP_USE_NONE}, {"Sent.", IMAP_USE_NONE}};
    check_folder(folders, 4, NULL);
    check_folder(folders, 0, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-sent/server", test_the_server_says);
    g_test_add_func("/mail-sent/name", test_its_name_says);
    g_test_add_func("/mail-sent/nobody", test_nobody_says);
    return g_test_run();
}
