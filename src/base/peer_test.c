/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/peer.h"

#include <glib.h>

static void test_groups(void)
{
    static const struct {
        const char *address, *group;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::99", "2001:db8:1:2::"},
        {"2001:db8:1:3::99", "2001:db8:1:3::"},
        {"::1", "::"},
        {"unix", "unix"},
        {"", ""},
        {"a text that is far longer than any address of any family can be", "a text that is far longer than any address o"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char group[PEER_GROUP_SIZE];
        peer_group(rows[i].address, group);
        if (i + 1 < G_N_ELEMENTS(rows))
            g_assert_cmpstr(group, ==, rows[i].group);
        else
            g_assert_true(g_str_has_prefix(group, rows[i].group));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peer/groups", test_groups);
    return g_test_run();
}
