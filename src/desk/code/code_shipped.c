/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/code/code_shipped.h"

#include <string.h>

/* sort leaves room for nine rows between any two. */
static const CodeShipped table[] = {
    /* symptom: 15 leaves */
    {CODE_SYMPTOM, "not_working", NULL, 10, 0},
    {CODE_SYMPTOM, "no_start", "not_working", 20, 0},
    {CODE_SYMPTOM, "stops", "not_working", 30, 0},
    {CODE_SYMPTOM, "error_shown", "not_working", 40, 0},
    {CODE_SYMPTOM, "works_badly", NULL, 50, 0},
    {CODE_SYMPTOM, "poor_result", "works_badly", 60, 0},
    {CODE_SYMPTOM, "slow", "works_badly", 70, 0},
    {CODE_SYMPTOM, "noise", "works_badly", 80, 0},
    {CODE_SYMPTOM, "leak", "works_badly", 90, 0},
    {CODE_SYMPTOM, "overheating", "works_badly", 100, 0},
    {CODE_SYMPTOM, "cannot_use", NULL, 110, 0},
    {CODE_SYMPTOM, "no_access", "cannot_use", 120, 0},
    {CODE_SYMPTOM, "no_connection", "cannot_use", 130, 0},
    {CODE_SYMPTOM, "how_to", "cannot_use", 140, 0},
    {CODE_SYMPTOM, "delivery", NULL, 150, 0},
    {CODE_SYMPTOM, "missing_part", "delivery", 160, 0},
    {CODE_SYMPTOM, "damaged", "delivery", 170, 0},
    {CODE_SYMPTOM, "billing", "delivery", 180, 0},
    {CODE_SYMPTOM, "other", NULL, 190, 0},
    {CODE_SYMPTOM, "unforeseen", "other", 200, 0},
    /* condition: 14 leaves */
    {CODE_CONDITION, "when", NULL, 10, 0},
    {CODE_CONDITION, "always", "when", 20, 0},
    {CODE_CONDITION, "intermittent", "when", 30, 0},
    {CODE_CONDITION, "first_use", "when", 40, 0},
    {CODE_CONDITION, "cold", "when", 50, 0},
    {CODE_CONDITION, "hot", "when", 60, 0},
    {CODE_CONDITION, "under_load", "when", 70, 0},
    {CODE_CONDITION, "after", NULL, 80, 0},
    {CODE_CONDITION, "after_update", "after", 90, 0},
    {CODE_CONDITION, "after_maintenance", "after", 100, 0},
    {CODE_CONDITION, "after_move", "after", 110, 0},
    {CODE_CONDITION, "after_power_cut", "after", 120, 0},
    {CODE_CONDITION, "after_long_stop", "after", 130, 0},
    {CODE_CONDITION, "where", NULL, 140, 0},
    {CODE_CONDITION, "one_person", "where", 150, 0},
    {CODE_CONDITION, "one_place", "where", 160, 0},
    {CODE_CONDITION, "not_said", NULL, 170, 0},
    {CODE_CONDITION, "unknown", "not_said", 180, 0},
    /* component: 15 leaves */
    {CODE_COMPONENT, "machine", NULL, 10, 0},
    {CODE_COMPONENT, "power_supply", "machine", 20, 0},
    {CODE_COMPONENT, "controls", "machine", 30, 0},
    {CODE_COMPONENT, "mechanics", "machine", 40, 0},
    {CODE_COMPONENT, "hydraulics", "machine", 50, 0},
    {CODE_COMPONENT, "heating", "machine", 60, 0},
    {CODE_COMPONENT, "sensors", "machine", 70, 0},
    {CODE_COMPONENT, "electronics", "machine", 80, 0},
    {CODE_COMPONENT, "body", "machine", 90, 0},
    {CODE_COMPONENT, "software", NULL, 100, 0},
    {CODE_COMPONENT, "application", "software", 110, 0},
    {CODE_COMPONENT, "data", "software", 120, 0},
    {CODE_COMPONENT, "connections", "software", 130, 0},
    {CODE_COMPONENT, "accounts", "software", 140, 0},
    {CODE_COMPONENT, "supplied", NULL, 150, 0},
    {CODE_COMPONENT, "accessories", "supplied", 160, 0},
    {CODE_COMPONENT, "papers", "supplied", 170, 0},
    {CODE_COMPONENT, "no_component", NULL, 180, 0},
    {CODE_COMPONENT, "whole", "no_component", 190, 0},
    /* origin: 15 leaves */
    {CODE_ORIGIN, "making", NULL, 10, 0},
    {CODE_ORIGIN, "design", "making", 20, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "supplier_material", "making", 30, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "production", "making", 40, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "software_configuration", "making", 50, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "bringing", NULL, 60, 0},
    {CODE_ORIGIN, "packaging_transport", "bringing", 70, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "installation", "bringing", 80, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "using", NULL, 90, 0},
    {CODE_ORIGIN, "use_training", "using", 100, 0},
    {CODE_ORIGIN, "maintenance", "using", 110, 0},
    {CODE_ORIGIN, "wear", "using", 120, CODE_COUNTS_AS_DEFECT},
    {CODE_ORIGIN, "environment_third_party", "using", 130, 0},
    {CODE_ORIGIN, "telling", NULL, 140, 0},
    {CODE_ORIGIN, "documentation", "telling", 150, 0},
    {CODE_ORIGIN, "administrative", "telling", 160, 0},
    {CODE_ORIGIN, "no_defect", NULL, 170, 0},
    {CODE_ORIGIN, "nff", "no_defect", 180, 0},
    {CODE_ORIGIN, "quieto_vivere", "no_defect", 190, CODE_NEEDS_AUTHORISER},
    {CODE_ORIGIN, "unknown", "no_defect", 200, CODE_COUNTS_AS_DEFECT},
    /* solution: 15 leaves */
    {CODE_SOLUTION, "repair", NULL, 10, 0},
    {CODE_SOLUTION, "repaired", "repair", 20, 0},
    {CODE_SOLUTION, "part_replaced", "repair", 30, 0},
    {CODE_SOLUTION, "product_replaced", "repair", 40, 0},
    {CODE_SOLUTION, "adjusted", "repair", 50, 0},
    {CODE_SOLUTION, "software_fix", NULL, 60, 0},
    {CODE_SOLUTION, "configured", "software_fix", 70, 0},
    {CODE_SOLUTION, "updated", "software_fix", 80, 0},
    {CODE_SOLUTION, "data_corrected", "software_fix", 90, 0},
    {CODE_SOLUTION, "access_restored", "software_fix", 100, 0},
    {CODE_SOLUTION, "help", NULL, 110, 0},
    {CODE_SOLUTION, "explained", "help", 120, 0},
    {CODE_SOLUTION, "trained", "help", 130, 0},
    {CODE_SOLUTION, "workaround", "help", 140, 0},
    {CODE_SOLUTION, "commercial", NULL, 150, 0},
    {CODE_SOLUTION, "refunded", "commercial", 160, 0},
    {CODE_SOLUTION, "conceded", "commercial", 170, 0},
    {CODE_SOLUTION, "no_work", NULL, 180, 0},
    {CODE_SOLUTION, "referred", "no_work", 190, 0},
    {CODE_SOLUTION, "no_action", "no_work", 200, 0},
};

const CodeShipped *code_shipped_list(size_t *count_out)
{
    *count_out = G_N_ELEMENTS(table);
    return table;
}

const CodeShipped *code_shipped_find(CodeList list, const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].list == list && strcmp(table[i].key, key) == 0)
            return &table[i];
    }
    return NULL;
}

char *code_shipped_name_key(Arena *arena, const CodeShipped *row)
{
    static const char *const families[CODE_LIST_COUNT] = {
        [CODE_SYMPTOM] = "code.symptom.", [CODE_CONDITION] = "code.condition.", [CODE_COMPONENT] = "code.component.",
        [CODE_ORIGIN] = "code.origin.",   [CODE_SOLUTION] = "code.solution.",
    };
    return arena_printf(arena, "%s%s", families[row->list], row->key);
}
