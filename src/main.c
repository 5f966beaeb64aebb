/* SPDX-License-Identifier: EUPL-1.2 */
/* The subcommand table comes here, nothing else. */
int main(void)
{
    return 0;
}
