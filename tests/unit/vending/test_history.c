/* The history of an account: of each of its meters while it had it, of nobody else's, the same page by page. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "vending/account_life.h"

static struct vend_timeline timeline;

static void meter(struct world *world, unsigned serial)
{
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, serial, "shop", VEND_ELECTRICITY, &key));
}

static void sell(struct world *world, const char *request_id, const char *account)
{
    struct vend_order order = office_money(request_id, account, 1000);
    world_step(60, 60);
    assert_ok(office_sell(world, &order, NULL));
}

static void change_meter(struct world *world, const char *number, unsigned serial)
{
    struct vend_caller chief = world_caller("chief");
    struct vend_account account;
    char pan[19];
    const struct vend_life_request request = {
        .number = number, .reason = "display broken", .pan = world_pan(serial, pan)};
    world_step(60, 60);
    assert_ok(vend_change_meter(world->vend, &chief, &request, &account));
}

static void transfer(struct world *world, const char *number, const char *to)
{
    struct vend_caller chief = world_caller("chief");
    struct vend_account account;
    const struct vend_account_request next = {
        .number = to, .pan = "", .customer = {"Omar Said", "", "", ""}, .tariff_class = ""};
    const struct vend_life_request request = {.number = number, .reason = "sold", .next = &next};
    world_step(60, 60);
    assert_ok(vend_transfer_account(world->vend, &chief, &request, &account));
}

/* Kinds, newest first, read in pages of this size; the texts go to `all`. */
static const char *kinds(struct world *world, const char *number, uint32_t page, char all[8192])
{
    static char text[256];
    struct vend_caller chief = world_caller("chief");
    char next[VEND_TIMELINE_TOKEN] = "";
    text[0] = all[0] = '\0';
    do {
        assert_ok(vend_get_timeline(world->vend, &chief, number, page, next, &timeline));
        for (size_t i = 0; i < timeline.count; i++) {
            size_t used = strlen(text);
            (void)snprintf(text + used, sizeof text - used, "%u ", timeline.events[i].kind);
            used = strlen(all);
            (void)snprintf(all + used, 8192 - used, "%s\n", timeline.events[i].text);
        }
        (void)snprintf(next, sizeof next, "%s", timeline.next);
    } while (next[0] != '\0');
    return text;
}

static void the_meter_before_stays_in_it(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_issued plain;
    char all[8192], pan[19];
    meter(world, 3);
    meter(world, 4);
    sell(world, "r1", "A-1");
    world_step(60, 60);
    assert_ok(world_sell(world, "seller", "r2", world_pan(1, pan), 100, &plain));
    change_meter(world, "A-1", 3);
    sell(world, "r3", "A-1");
    assert_string_equal(kinds(world, "A-1", 100, all), "10 6 11 10 1 ");
    /* the meter goes on with somebody else: what it gets now is theirs */
    world_step(60, 60);
    assert_ok(office_account(world, "A-2", 1, "home", &account));
    sell(world, "r4", "A-2");
    assert_ok(world_sell(world, "seller", "r5", world_pan(1, pan), 100, &plain));
    assert_string_equal(kinds(world, "A-1", 100, all), "10 6 11 10 1 ");
    assert_string_equal(kinds(world, "A-2", 100, all), "11 10 1 ");
    /* and back */
    change_meter(world, "A-2", 4);
    change_meter(world, "A-1", 1);
    sell(world, "r6", "A-1");
    assert_string_equal(kinds(world, "A-1", 100, all), "10 6 10 6 11 10 1 ");
}

static void the_next_owner_is_not_in_it(void **state)
{
    struct world *world = *state;
    struct vend_issued plain;
    char all[8192], pan[19];
    sell(world, "r1", "A-1");
    transfer(world, "A-1", "B-1");
    sell(world, "r2", "B-1");
    world_step(60, 60);
    assert_ok(world_sell(world, "seller", "r3", world_pan(1, pan), 100, &plain));
    assert_string_equal(kinds(world, "A-1", 100, all), "40 5 10 1 ");
    assert_string_equal(kinds(world, "B-1", 100, all), "11 10 40 1 ");
}

/* Several events of one second, of one kind and of others. */
static void pages_of_any_size_are_the_same(void **state)
{
    struct world *world = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    char whole[8192], all[8192], id[8];
    for (unsigned i = 0; i < 9; i++) {
        struct vend_order order = office_money(id, "A-1", 100);
        (void)snprintf(id, sizeof id, "r%u", i);
        if (i % 3 == 0)
            world_step(60, 60);
        assert_ok(office_sell(world, &order, NULL));
    }
    assert_ok(vend_suspend_account(world->vend, &chief, "A-1", "x", &account));
    assert_ok(vend_resume_account(world->vend, &chief, "A-1", "x", &account));
    (void)kinds(world, "A-1", 100, whole);
    for (uint32_t page = 1; page < 13; page++) {
        (void)kinds(world, "A-1", page, all);
        assert_string_equal(all, whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_meter_before_stays_in_it, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_next_owner_is_not_in_it, office_setup, world_teardown),
        cmocka_unit_test_setup_teardown(pages_of_any_size_are_the_same, office_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
