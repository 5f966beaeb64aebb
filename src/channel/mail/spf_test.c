/* SPDX-License-Identifier: EUPL-1.2 */
/* The zone and what each record matches: RFC 7208, appendix A; the limits: section 4.6.4. */
#include "channel/mail/spf.h"

#include "channel/mail/zone_testing.h"

static const ZoneRow appendix[] = {
    {"example.com", DNS_A, "192.0.2.10"},         {"example.com", DNS_A, "192.0.2.11"},
    {"example.com", DNS_MX, "mail-a.example.com"}, {"example.com", DNS_MX, "mail-b.example.com"},
    {"mail-a.example.com", DNS_A, "192.0.2.129"}, {"mail-b.example.com", DNS_A, "192.0.2.130"},
    {"example.org", DNS_MX, "mail-c.example.org"}, {"mail-c.example.org", DNS_A, "192.0.2.140"},
    {"six.test", DNS_AAAA, "2001:db8::7"},        {"inc.test", DNS_TXT, "v=spf1 ip4:198.51.100.0/24 -all"},
    {"red.test", DNS_TXT, "v=spf1 redirect=inc.test"}, {"two.test", DNS_TXT, "v=spf1 -all"},
    {"two.test", DNS_TXT, "v=spf1 a -all"},       {"deaf.test", DNS_TXT, NULL},
    {"loop.test", DNS_TXT, "v=spf1 include:loop.test ~all"}, {"other.test", DNS_TXT, "v=spf10 all"},
};

typedef struct World {
    ZoneRow rows[G_N_ELEMENTS(appendix) + 1];
    TestZone zone;
    DnsSource source;
} World;

static void world_init(World *world, Arena *arena, const char *record)
{
    memcpy(world->rows, appendix, sizeof appendix);
    world->rows[G_N_ELEMENTS(appendix)] = (ZoneRow){"example.com", DNS_TXT, record};
    world->zone = (TestZone){world->rows, G_N_ELEMENTS(world->rows), arena};
    world->source = (DnsSource){zone_ask, &world->zone};
}

static const char *said_of(Arena *arena, const char *record)
{
    static const char *const states[] = {"read", "absent", "several", "broken", "unasked"};
    World world;
    world_init(&world, arena, record);
    SpfReport report = spf_read(arena, world.source, "example.com");
    return arena_printf(arena, "%s %c %u %u%s%s%s", states[report.state], report.all ? report.all : '0', report.lookups,
                        report.voids, report.unsure ? " unsure" : "", report.wrong ? " " : "",
                        report.wrong ? report.wrong : "");
}

/* state, all, lookups, voids */
static void test_read(void)
{
    static const struct {
        const char *record, *said;
    } cases[] = {
        {"v=spf1 +all", "read + 0 0"},
        {"v=spf1 a -all", "read - 1 0"},
        {"v=spf1 mx mx:example.org -all", "read - 2 0"},
        {"V=SPF1 MX/30 MX:example.org/30 -ALL", "read - 2 0"},
        {"v=spf1 ip4:192.0.2.128/28 ~all", "read ~ 0 0"},
        {"v=spf1 a:example.org ?all", "read ? 1 1"}, /* it has no address */
        {"v=spf1", "read 0 0 0"},
        {"v=spf1 ip6:2001:db8::/32 a//64 a/24//64 -all", "read - 2 0"},
        {"v=spf1 include:inc.test ~all", "read ~ 1 0"},
        {"v=spf1 redirect=red.test", "read - 2 0"},
        {"v=spf1 -all redirect=red.test", "read - 0 0"}, /* not looked at (section 6.1) */
        {"v=spf1 mx -all a:nowhere.test", "read - 1 0"}, /* what comes after all (section 5.1) */
        {"v=spf1 a:nowhere.test exists:nowhere.test mx:nowhere.test -all", "read - 3 3"},
        {"v=spf1 include:deaf.test -all", "read - 1 0 unsure"},
        {"v=spf1 exists:%{i}._spf.example.com -all", "read - 1 0"},
        {"v=spf1 include:%{d}.test -all", "read - 1 0 unsure"},
        {"v=spf1 include:loop.test -all", "read - 11 0"},
        {"v=spf1 exp=explain.test foo=bar -all", "read - 0 0"},
        {"v=spf1 include:nowhere.test -all", "broken - 1 1 include:nowhere.test"},
        {"v=spf1 include:two.test -all", "broken - 1 0 include:two.test"},
        {"v=spf1 include:other.test -all", "broken - 1 1 include:other.test"},
        {"v=spf1 ipv4:192.0.2.1 -all", "broken - 0 0 ipv4:192.0.2.1"},
        {"v=spf1 ip4:192.0.2.1/33 -all", "broken - 0 0 ip4:192.0.2.1/33"},
        {"v=spf1 ip4:192.0.2 -all", "broken - 0 0 ip4:192.0.2"},
        {"v=spf1 ip4 -all", "broken - 0 0 ip4"},
        {"v=spf1 include: -all", "broken - 0 0 include:"},
        {"v=spf1 a:localhost -all", "broken - 0 0 a:localhost"},
        {"v=spf1 -all:x", "broken 0 0 0 -all:x"},
        {"v=spf1 redirect=inc.test redirect=inc.test", "broken - 1 0 redirect=inc.test"},
        {"v=spf2.0/pra -all", "absent 0 0 0"},
        {"v=spf1x -all", "absent 0 0 0"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(arena_printf(arena, "%s: %s", cases[i].record, said_of(arena, cases[i].record)), ==,
                        arena_printf(arena, "%s: %s", cases[i].record, cases[i].said));
}

static void test_records(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    World world;
    world_init(&world, arena, "v=spf1 -all");
    g_assert_cmpint(spf_read(arena, world.source, "two.test").state, ==, SPF_SEVERAL);
    g_assert_cmpint(spf_read(arena, world.source, "deaf.test").state, ==, SPF_UNASKED);
    g_assert_cmpint(spf_read(arena, world.source, "nowhere.test").state, ==, SPF_ABSENT);
    g_assert_cmpint(spf_read(arena, world.source, "other.test").state, ==, SPF_ABSENT);
}

static SpfCover cover(const char *record, const char *host, const char *include)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    World world;
    world_init(&world, arena, record);
    SpfReport report = spf_read(arena, world.source, "example.com");
    return spf_covers(arena, world.source, "example.com", &report, &(SpfServer){host, include});
}

static void test_covers(void)
{
    static const struct {
        const char *record, *host, *include;
        SpfCover said;
    } cases[] = {
        {"v=spf1 +all", "192.0.2.65", "", SPF_COVERED},
        {"v=spf1 a -all", "192.0.2.10", "", SPF_COVERED},
        {"v=spf1 a -all", "192.0.2.65", "", SPF_NOT_COVERED},
        {"v=spf1 a:example.org -all", "192.0.2.10", "", SPF_NOT_COVERED},
        {"v=spf1 mx -all", "192.0.2.129", "", SPF_COVERED},
        {"v=spf1 mx -all", "mail-b.example.com", "", SPF_COVERED},
        {"v=spf1 mx -all", "mail-c.example.org", "", SPF_NOT_COVERED},
        {"v=spf1 mx:example.org -all", "192.0.2.140", "", SPF_COVERED},
        {"v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", "", SPF_COVERED},
        {"v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.132", "", SPF_NOT_COVERED},
        {"v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.143", "", SPF_COVERED},
        {"v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", "", SPF_NOT_COVERED},
        {"v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.129", "", SPF_COVERED},
        {"v=spf1 ip6:2001:db8::/32 -all", "six.test", "", SPF_COVERED},
        {"v=spf1 ip6:2001:db8:1::/48 -all", "six.test", "", SPF_NOT_COVERED},
        {"v=spf1 -ip4:192.0.2.0/24 a -all", "192.0.2.10", "", SPF_NOT_COVERED},
        {"v=spf1 include:inc.test -all", "198.51.100.9", "", SPF_COVERED},
        {"v=spf1 include:inc.test -all", "192.0.2.9", "", SPF_NOT_COVERED},
        {"v=spf1 redirect=red.test", "198.51.100.9", "", SPF_COVERED},
        {"v=spf1 exists:%{i}.x.test -all", "192.0.2.9", "", SPF_COVER_UNKNOWN},
        {"v=spf1 include:deaf.test -all", "192.0.2.9", "", SPF_COVER_UNKNOWN},
        {"v=spf1 mx -all", "127.0.0.1", "", SPF_COVER_INSIDE},
        {"v=spf1 mx -all", "nowhere.test", "", SPF_COVER_UNKNOWN},
        /* a provider's servers are whatever it says they are */
        {"v=spf1 include:inc.test -all", "smtp.x.test", "inc.test", SPF_COVERED},
        {"v=spf1 redirect=red.test", "smtp.x.test", "inc.test", SPF_COVERED},
        {"v=spf1 -include:inc.test -all", "smtp.x.test", "INC.test", SPF_NOT_COVERED},
        {"v=spf1 mx -all", "smtp.x.test", "inc.test", SPF_NOT_COVERED},
        {"v=spf1 include:deaf.test -all", "smtp.x.test", "inc.test", SPF_COVER_UNKNOWN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s for %s", cases[i].record, cases[i].host);
        g_assert_cmpint(cover(cases[i].record, cases[i].host, cases[i].include), ==, cases[i].said);
    }
}

static const char *mended(Arena *arena, const char *record, const SpfServer *lacking)
{
    World world;
    world_init(&world, arena, record);
    SpfReport report = spf_read(arena, world.source, "example.com");
    return spf_mended(arena, world.source, &report, lacking, lacking ? 1 : 0);
}

static void test_mended(void)
{
    static const SpfServer known = {"smtp.x.test", "inc.test"}, own = {"mail-c.example.org", ""};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(mended(arena, "no", &known), ==, "v=spf1 include:inc.test ~all");
    g_assert_cmpstr(mended(arena, "no", &own), ==, "v=spf1 ip4:192.0.2.140 ~all");
    g_assert_cmpstr(mended(arena, "v=spf1 mx -all", &known), ==, "v=spf1 mx include:inc.test -all");
    g_assert_cmpstr(mended(arena, "v=spf1 mx +all", NULL), ==, "v=spf1 mx ~all");
    g_assert_cmpstr(mended(arena, "v=spf1 mx ?all", NULL), ==, "v=spf1 mx ~all");
    g_assert_cmpstr(mended(arena, "v=spf1 mx", NULL), ==, "v=spf1 mx ~all");
    g_assert_cmpstr(mended(arena, "v=spf1 redirect=red.test", &own), ==, "v=spf1 ip4:192.0.2.140 redirect=red.test");
    g_assert_cmpstr(mended(arena, "v=spf1 ipv4:1.2.3.4 mx -all", NULL), ==, "v=spf1 mx -all");
    World world;
    world_init(&world, arena, "no");
    SpfReport several = spf_read(arena, world.source, "two.test");
    g_assert_cmpstr(spf_mended(arena, world.source, &several, &known, 1), ==, "v=spf1 a include:inc.test -all");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/mail/spf/read", test_read);
    g_test_add_func("/channel/mail/spf/records", test_records);
    g_test_add_func("/channel/mail/spf/covers", test_covers);
    g_test_add_func("/channel/mail/spf/mended", test_mended);
    return g_test_run();
}
