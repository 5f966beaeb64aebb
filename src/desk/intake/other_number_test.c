/* SPDX-License-Identifier: EUPL-1.2 */
/* Source: users-ask.md A4; the forms are those such systems put into subjects. */
#include "desk/intake/other_number.h"

static void test_forms(void)
{
    static const struct {
        const char *subject, *number;
    } cases[] = {
        {"Re: [Ticket#2024010110000012] La V2", "[Ticket#2024010110000012]"},
        {"[Assistenza Bar #77] E07", "[Assistenza Bar #77]"},
        {"R: [SUP-123] E07", "[SUP-123]"},
        {"INC0012345 aperta", "INC0012345"},
        {"La V2 [ ref:_00D20.500A1:ref ]", "ref:_00D20.500A1:ref"},
        {"Re: [#10001] La V2", NULL}, /* ours */
        {"[#12", NULL},
        {"[Ticket #]", NULL},
        {"V2-100 e INC12", NULL},
        {"XINC0012345", NULL},
        {"ref: a:ref", NULL},
        {"", NULL},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(other_number_find(arena, cases[i].subject), ==, cases[i].number);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/other-number/forms", test_forms);
    return g_test_run();
}
