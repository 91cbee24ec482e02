/* Meters, organisations, principals: each change once, audited, refused by name. */
#include "world.h"

#include <stdio.h>
#include <string.h>

static struct vend_caller officer(void)
{
    return world_caller("officer1");
}

static void registering_again(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    size_t before = world_audit_total(world);
    assert_ok(world_meter(world, 1, "shop", VEND_ELECTRICITY, &key));
    assert_int_equal(world_audit_total(world), before); /* nothing changed */
    assert_refused(MV_METER_EXISTS, world_meter(world, 1, "region", VEND_ELECTRICITY, &key));
    assert_refused(MV_METER_EXISTS, world_meter(world, 1, "shop", VEND_WATER, &key));
    key.ti = 2;
    assert_refused(MV_METER_EXISTS, world_meter(world, 1, "shop", VEND_ELECTRICITY, &key));
    assert_int_equal(world_audit_count(world, "MeterService.RegisterMeter", "METER_EXISTS"), 1);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_true(world_audit_has(world, "repeated=2 "));
}

static void refused_registrations(void **state)
{
    struct world *world = *state;
    const struct {
        struct vend_meter_key key;
        enum mv_reason reason;
    } cases[] = {
        {{"12345", 1, 1, 2, 255, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 0, 1, 2, 255, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 10, 1, 2, 255, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 100, 2, 255, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 1, 4, 255, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 1, 2, 256, 2014, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 1, 2, 255, 2015, 7, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 1, 2, 255, 67550, 7, 4}, MV_INVALID_FIELD}, /* 2014 + 2^16 */
        {{SGC, 1, 1, 2, 255, 2014, 9, 4}, MV_INVALID_FIELD},
        {{SGC, 1, 1, 2, 255, 2014, 7, 3}, MV_INVALID_FIELD},
        {{SGC, 2, 1, 2, 255, 1993, 11, 2}, MV_INVALID_FIELD}, /* DKGA02 with EA11 */
        {{SGC, 1, 1, 3, 255, 2014, 7, 4}, MV_KEY_TYPE_NOT_ALLOWED},
        {{SGC, 1, 1, 0, 255, 2014, 7, 4}, MV_VENDING_KEY_UNKNOWN}, /* DITK: no vending key makes it */
        {{SGC, 9, 1, 2, 255, 2014, 7, 4}, MV_VENDING_KEY_UNKNOWN},
        {{"999999", 1, 1, 2, 255, 2014, 7, 4}, MV_VENDING_KEY_UNKNOWN},
        {{SGC, 1, 1, 2, 255, 1993, 7, 4}, MV_VENDING_KEY_MISMATCH},
        {{SGC, 1, 1, 2, 255, 2014, 7, 2}, MV_VENDING_KEY_MISMATCH},
        {{SGC, 2, 1, 2, 255, 1993, 11, 4}, MV_VENDING_KEY_MISMATCH},
        {{SGC, 4, 1, 2, 86, 2014, 7, 4}, MV_VENDING_KEY_MISMATCH}, /* later than the key's own KEN */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i].reason, world_meter(world, 50, "shop", VEND_ELECTRICITY, &cases[i].key));
    struct vend_meter_key key = world_key();
    assert_refused(MV_INVALID_FIELD, world_meter(world, 50, "shop", (enum vend_utility)5, &key));
    assert_refused(MV_INVALID_FIELD, world_meter(world, 50, "", VEND_ELECTRICITY, &key));
    assert_refused(MV_ORGANISATION_UNKNOWN, world_meter(world, 50, "nowhere", VEND_ELECTRICITY, &key));
    key.ea = 11;
    assert_ok(world_meter(world, 50, "shop", VEND_ELECTRICITY, &key));
}

static void a_key_imported_this_second(void **state)
{
    struct world *world = *state;
    struct vend_meter_key key = world_key();
    key.krn = 8;
    assert_refused(MV_VENDING_KEY_UNKNOWN, world_meter(world, 60, "shop", VEND_ELECTRICITY, &key));
    fake_keys_lock();
    fake_keys_add(SGC, 8, 2, 4, 2014, 255);
    fake_keys_unlock();
    assert_ok(world_meter(world, 60, "shop", VEND_ELECTRICITY, &key));
}

static void credit_only_under_a_unique_key(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    struct vend_meter_key key = world_key();
    key.krn = 5;
    key.kt = 1;
    assert_ok(world_meter(world, 70, "shop", VEND_ELECTRICITY, &key));
    assert_refused(MV_KEY_TYPE_NOT_ALLOWED, world_sell(world, "seller", "r", world_pan(70, pan), 100, &sale));
}

static void meters_by_page(void **state)
{
    struct world *world = *state;
    static struct vend_meter_list list;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_key key = world_key();
    char token[STORE_PAN + 1] = "";
    size_t seen = 0, pages = 0;
    for (unsigned i = 0; i < 8; i++)
        assert_ok(world_meter(world, 100 + i, "shop", VEND_ELECTRICITY, &key));
    key.sgc = OTHER_SGC;
    assert_ok(world_meter(world, 200, "shop", VEND_ELECTRICITY, &key));
    do {
        assert_ok(vend_list_meters(
            world->vend, &admin,
            &(struct vend_meter_query){.organisation = "", .sgc = SGC, .page_size = 4, .page_token = token}, &list));
        for (size_t i = 0; i < list.count; i++)
            assert_true(strcmp(list.meters[i].row.pan, token) > 0);
        seen += list.count;
        pages++;
        (void)snprintf(token, sizeof token, "%s", list.next);
    } while (token[0] != '\0');
    assert_int_equal(seen, 10);
    assert_int_equal(pages, 3);
    assert_ok(vend_list_meters(
        world->vend, &admin,
        &(struct vend_meter_query){.organisation = "", .sgc = "", .page_size = 11, .page_token = ""}, &list));
    assert_int_equal(list.count, 11);
    assert_string_equal(list.next, ""); /* a full page that is the last */
    assert_ok(vend_list_meters(world->vend, &admin,
                               &(struct vend_meter_query){.organisation = "shop", .sgc = OTHER_SGC, .page_token = ""},
                               &list));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.meters[0].organisation, "shop");
    assert_refused(
        MV_INVALID_FIELD,
        vend_list_meters(world->vend, &admin,
                         &(struct vend_meter_query){.organisation = "", .sgc = "", .page_size = 1001, .page_token = ""},
                         &list));
    assert_refused(MV_INVALID_FIELD,
                   vend_list_meters(world->vend, &admin,
                                    &(struct vend_meter_query){.organisation = "", .sgc = "12", .page_token = ""},
                                    &list));
    assert_refused(MV_PAGE_TOKEN_INVALID,
                   vend_list_meters(world->vend, &admin,
                                    &(struct vend_meter_query){.organisation = "", .sgc = "", .page_token = "x"},
                                    &list));
    assert_refused(MV_ORGANISATION_UNKNOWN,
                   vend_list_meters(world->vend, &admin,
                                    &(struct vend_meter_query){.organisation = "none", .sgc = "", .page_token = ""},
                                    &list));
}

static void organisations(void **state)
{
    struct world *world = *state;
    struct vend_organisation row;
    struct vend_caller caller = officer();
    size_t before = world_audit_total(world);
    assert_ok(vend_create_organisation(world->vend, &caller, "shop", "region", &row));
    assert_string_equal(row.parent, "region");
    assert_int_equal(world_audit_total(world), before);
    assert_refused(MV_ORGANISATION_EXISTS, vend_create_organisation(world->vend, &caller, "shop", "root", &row));
    assert_refused(MV_ORGANISATION_EXISTS, vend_create_organisation(world->vend, &caller, "root", "shop", &row));
    assert_refused(MV_ORGANISATION_UNKNOWN, vend_create_organisation(world->vend, &caller, "x", "none", &row));
    assert_refused(MV_INVALID_FIELD, vend_create_organisation(world->vend, &caller, "a/b", "root", &row));
    assert_refused(MV_INVALID_FIELD, vend_create_organisation(world->vend, &caller, "x", "", &row));
    assert_refused(MV_INVALID_FIELD, vend_grant(world->vend, &caller, "shop", "12", true, &row));
    assert_ok(vend_grant(world->vend, &caller, "shop", "000001", true, &row));
    assert_int_equal(row.grant_count, 1);
    assert_string_equal(row.grants[0], "000001");
    assert_ok(vend_grant(world->vend, &caller, "shop", "000001", true, &row));
    assert_int_equal(row.grant_count, 1);
    assert_ok(vend_grant(world->vend, &caller, "shop", "000001", false, &row));
    assert_int_equal(row.grant_count, 0);
    assert_int_equal(world_audit_count(world, "OperatorService.GrantSupplyGroup", "ok"), 2); /* the world's and ours */
}

static void principals(void **state)
{
    struct world *world = *state;
    static struct vend_principal_list list;
    struct vend_principal row;
    struct vend_caller caller = officer();
    uint32_t vendor = 1U << VEND_VENDOR;
    assert_ok(vend_create_principal(world->vend, &caller, "seller", "shop", vendor, &row));
    assert_refused(MV_PRINCIPAL_EXISTS, vend_create_principal(world->vend, &caller, "seller", "region", vendor, &row));
    assert_refused(MV_PRINCIPAL_EXISTS,
                   vend_create_principal(world->vend, &caller, "seller", "shop", 1U << VEND_OFFICER, &row));
    assert_refused(MV_INVALID_FIELD, vend_create_principal(world->vend, &caller, "x", "shop", 0, &row));
    assert_refused(MV_INVALID_FIELD, vend_create_principal(world->vend, &caller, "x", "shop", 1, &row));
    assert_refused(MV_INVALID_FIELD, vend_create_principal(world->vend, &caller, "x", "shop", 1U << 9, &row));
    assert_refused(MV_INVALID_FIELD, vend_create_principal(world->vend, &caller, "x y", "shop", vendor, &row));
    assert_refused(MV_PRINCIPAL_UNKNOWN, vend_update_principal(world->vend, &caller, "x", vendor, true, &row));
    assert_ok(vend_update_principal(world->vend, &caller, "seller", vendor | 1U << VEND_SUPERVISOR, false, &row));
    assert_false(row.enabled);
    assert_ok(vend_list_principals(world->vend, &caller, 2, "", &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.next, list.principals[1].name);
    assert_ok(vend_list_principals(world->vend, &caller, 1000, list.next, &list));
    assert_string_equal(list.next, "");
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_list_principals(world->vend, &caller, 2, "a b", &list));
}

static void the_last_officer_stays(void **state)
{
    struct world *world = *state;
    struct vend_principal row;
    struct vend_caller caller = officer();
    uint32_t only = 1U << VEND_OFFICER;
    struct vend_caller regional = world_caller("officer3");
    assert_refused(MV_LAST_OFFICER, vend_update_principal(world->vend, &caller, "officer1", only, false, &row));
    /* an officer elsewhere does not count, nor reach up */
    assert_ok(vend_create_principal(world->vend, &caller, "officer3", "region", only, &row));
    assert_refused(MV_ORGANISATION_DENIED,
                   vend_update_principal(world->vend, &regional, "officer1", 1U << VEND_AUDITOR, true, &row));
    assert_refused(MV_LAST_OFFICER, vend_update_principal(world->vend, &caller, "officer1", only, false, &row));
    assert_ok(vend_create_principal(world->vend, &caller, "officer2", "root", only, &row));
    assert_ok(vend_update_principal(world->vend, &caller, "officer1", only, false, &row)); /* one may go */
    assert_refused(MV_PRINCIPAL_DISABLED, vend_who_am_i(world->vend, &caller, &row));
    /* the token still names the officer; the ledger's word stands */
    world_restart(world);
    assert_refused(MV_PRINCIPAL_DISABLED, vend_who_am_i(world->vend, &caller, &row));
}

static void nobody_changes_the_own_roles(void **state)
{
    struct world *world = *state;
    struct vend_principal row;
    struct vend_caller first = officer();
    struct vend_caller second = world_caller("officer2");
    uint32_t only = 1U << VEND_OFFICER, both = only | 1U << VEND_VENDOR;
    assert_ok(vend_create_principal(world->vend, &first, "officer2", "root", only, &row));
    assert_refused(MV_OWN_RIGHTS, vend_update_principal(world->vend, &first, "officer1", both, true, &row));
    assert_refused(MV_OWN_RIGHTS, vend_update_principal(world->vend, &first, "officer1", both ^ only, true, &row));
    assert_int_equal(world_audit_count(world, "OperatorService.UpdatePrincipal", "OWN_RIGHTS"), 1);
    assert_ok(vend_update_principal(world->vend, &first, "officer1", only, true, &row)); /* changes nothing */
    assert_ok(vend_who_am_i(world->vend, &first, &row));
    assert_int_equal(row.roles, only);
    assert_ok(vend_update_principal(world->vend, &second, "officer1", both, true, &row));
    assert_int_equal(row.roles, both);
}

static void officers_of_the_token_are_enrolled(void **state)
{
    struct world *world = *state;
    struct vend_principal row;
    struct vend_caller second = world_caller("officer9");
    assert_refused(MV_PRINCIPAL_UNKNOWN, vend_who_am_i(world->vend, &second, &row));
    fake_keys_lock();
    fake_keys_officer("officer9");
    fake_keys.catalogue.generation++;
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_ok(vend_who_am_i(world->vend, &second, &row));
    assert_string_equal(row.organisation, "root");
    assert_int_equal(row.roles, 1U << VEND_OFFICER);
    assert_int_equal(world_audit_count(world, "officer.enrolled", "ok"), 2);
}

static void names_of_officers_are_reserved(void **state)
{
    struct world *world = *state;
    struct vend_principal row;
    struct vend_caller caller = officer();
    struct vend_meter_key key = world_key();
    uint32_t vendor = 1U << VEND_VENDOR, only = 1U << VEND_OFFICER;
    key.krn = 9;
    /* the name is taken before the token names an officer so */
    assert_ok(vend_create_principal(world->vend, &caller, "early", "shop", only, &row));
    fake_keys_lock();
    fake_keys_officer("early");
    fake_keys_officer("late");
    fake_keys_unlock();
    for (int i = 0; i < 3; i++)
        vend_refresh(world->vend);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "officer.enrolled", "PRINCIPAL_EXISTS"), 1);
    /* and after, before the keeper came to enrol it */
    fake_keys_lock();
    fake_keys_officer("squatter");
    fake_keys_unlock();
    assert_refused(MV_VENDING_KEY_UNKNOWN, world_meter(world, 50, "shop", VEND_ELECTRICITY, &key)); /* fetches */
    assert_refused(MV_PRINCIPAL_EXISTS, vend_create_principal(world->vend, &caller, "squatter", "shop", vendor, &row));
    assert_ok(vend_create_principal(world->vend, &caller, "late", "root", only, &row)); /* is there already */
    assert_refused(MV_PRINCIPAL_EXISTS, vend_create_principal(world->vend, &caller, "late", "shop", vendor, &row));
}

static void the_audit_by_page(void **state)
{
    struct world *world = *state;
    struct audit_record records[5];
    struct vend_caller auditor = world_caller("auditor");
    struct audit_verifier verifier = {.chain = 1, .next_sequence = 1};
    size_t count = 0, seen = 0, total = world_audit_total(world);
    do {
        assert_ok(vend_audit_page(world->vend, &auditor, 0, verifier.next_sequence, records, 5, &count));
        for (size_t i = 0; i < count; i++)
            assert_ok(audit_verify_next(&verifier, &records[i]));
        seen += count;
    } while (count == 5);
    assert_int_equal(seen, total);
    assert_ok(vend_audit_page(world->vend, &auditor, 0, total + 1, records, 5, &count));
    assert_int_equal(count, 0);
    assert_ok(vend_audit_page(world->vend, &auditor, 77, 1, records, 5, &count));
    assert_int_equal(count, 0);
}

static void a_late_change_is_not_made(void **state)
{
    struct world *world = *state;
    struct vend_principal row;
    struct vend_caller caller = officer();
    caller.deadline_ns = 1;
    assert_refused(MV_DEADLINE_PASSED,
                   vend_create_principal(world->vend, &caller, "x", "shop", 1U << VEND_VENDOR, &row));
    caller.deadline_ns = INT64_MAX;
    assert_ok(vend_create_principal(world->vend, &caller, "x", "shop", 1U << VEND_VENDOR, &row));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registering_again),
        TEST(refused_registrations),
        TEST(a_key_imported_this_second),
        TEST(credit_only_under_a_unique_key),
        TEST(meters_by_page),
        TEST(organisations),
        TEST(principals),
        TEST(the_last_officer_stays),
        TEST(nobody_changes_the_own_roles),
        TEST(officers_of_the_token_are_enrolled),
        TEST(names_of_officers_are_reserved),
        TEST(the_audit_by_page),
        TEST(a_late_change_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
