/* SPDX-License-Identifier: EUPL-1.2 */
/* filo-parse: the zygote as a program of its own, so that what reads hostile bytes holds no database, no TLS and no page,
 * and what serves pages holds no mail parser (docs/adr/0011). */
#include "parse/zygote.h"

int main(int argc, char **argv)
{
    return parse_zygote_main(argc, argv);
}
