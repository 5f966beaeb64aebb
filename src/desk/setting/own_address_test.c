/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/noun_testing.h"
#include "desk/setting/own_address.h"
#include "desk/setting/setting.h"

typedef struct AddressRow {
    const char *address;
    bool is_own;
} AddressRow;

static void test_with_and_without_plus(void)
{
    static const AddressRow rows[] = {
        {"assistenza@filo.test", true},
        {"Assistenza@FILO.test", true},
        {"assistenza+t.abc@filo.test", true},
        {"ASSISTENZA+@filo.test", true},
        {"assistenza2@filo.test", false},
        {"assistenz@filo.test", false},
        {"assistenza@filo.test.example", false},
        {"assistenza@altri.test", false},
        {"x+assistenza@filo.test", false},
        {"assistenza", false},
        {"", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].address);
        g_assert_true(own_address_is(rows[i].address, "assistenza@filo.test") == rows[i].is_own);
    }
    g_assert_true(own_address_is("acme+filo@filo.test", "acme+filo@filo.test"));
    g_assert_true(own_address_is("acme+filo+t.abc@filo.test", "acme+filo@filo.test"));
    g_assert_false(own_address_is("acme@filo.test", "acme+filo@filo.test"));
}

static void test_in_use_and_not(NounTest *test)
{
    channel_account_put(test->tx, &(ChannelAccount){.channel = "mail",
                                                    .name = "assistenza",
                                                    .address = "assistenza@filo.test",
                                                    .config = "{}",
                                                    .active = true});
    channel_account_put(
        test->tx,
        &(ChannelAccount){
            .channel = "mail", .name = "vecchia", .address = "vecchia@filo.test", .config = "{}", .active = false});
    Arena *arena = test->arena;
    g_assert_true(own_address_comes_back(test->tx, arena, "assistenza+x@filo.test"));
    g_assert_false(own_address_comes_back(test->tx, arena, "vecchia@filo.test"));
    g_assert_true(own_address_has(test->tx, arena, "vecchia@filo.test"));
    g_assert_false(own_address_has(test->tx, arena, "sara@filo.test"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/own-address/plus", test_with_and_without_plus);
    noun_test_each_engine("/own-address/in-use", test_in_use_and_not);
    return g_test_run();
}
