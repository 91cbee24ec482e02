/* Tariffs in the ledger: who puts them in, who approves, which one serves whom, and when. */
#include "price_case.h"
#include "vending/tariffs.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

static const struct store_office euro = {.currency = "EUR", .minor_digits = 2, .utc_offset_min = 60};

static void people(struct world *world)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    assert_ok(vend_create_principal(world->vend, &officer, "manager", "root", 1U << VEND_MANAGER, &row));
    assert_ok(vend_create_principal(world->vend, &officer, "keeper", "shop", 1U << VEND_MANAGER, &row));
    assert_ok(vend_create_principal(world->vend, &officer, "stranger", "other", 1U << VEND_MANAGER, &row));
}

static void office(struct world *world)
{
    struct vend_caller officer = world_caller("officer1");
    people(world);
    assert_ok(vend_set_office(world->vend, &officer, &euro));
}

static struct vend_tariff_version named(const char *name, int64_t price_e5, int64_t valid_from)
{
    struct vend_tariff_version version = price_single(VEND_ELECTRICITY, price_e5);
    (void)snprintf(version.name, sizeof version.name, "%s", name);
    version.valid_from_unix_s = valid_from;
    return version;
}

static mv_status put(struct world *world, const char *who, const char *organisation,
                     const struct vend_tariff_version *version, struct vend_tariff *out)
{
    struct vend_caller caller = world_caller(who);
    return vend_put_tariff(world->vend, &caller, organisation, version, out);
}

static mv_status approve(struct world *world, const char *who, const char *name, uint32_t version)
{
    struct vend_caller caller = world_caller(who);
    struct vend_tariff tariff;
    return vend_approve_tariff(world->vend, &caller, name, version, &tariff);
}

static mv_status assign(struct world *world, const char *who, const char *organisation, const char *tariff)
{
    struct vend_caller caller = world_caller(who);
    struct store_tariff_assignment assigned;
    const struct vend_assignment_request request = {organisation, VEND_ELECTRICITY, "home", tariff, 0};
    return vend_assign_tariff(world->vend, &caller, &request, &assigned);
}

/* A version that the manager puts in and the officer approves, whether it needs that or not. */
static void in_force(struct world *world, const char *organisation, const struct vend_tariff_version *version)
{
    struct vend_tariff tariff;
    assert_ok(put(world, "manager", organisation, version, &tariff));
    if (tariff.state == VEND_TARIFF_PENDING)
        assert_ok(approve(world, "officer1", version->name, tariff.version.version));
}

static mv_status quote(struct world *world, const char *who, const char *organisation, struct vend_quote *out)
{
    struct vend_caller caller = world_caller(who);
    const struct vend_quote_request request = {.organisation = organisation,
                                               .utility = VEND_ELECTRICITY,
                                               .meter_class = "home",
                                               .tariff = "",
                                               .facts = price_ask(VEND_ASK_UNITS, 10000)};
    return vend_quote(world->vend, &caller, &request, out);
}

static void the_currency_is_set_once(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller seller = world_caller("seller");
    struct store_office other = euro;
    struct store_office found;
    people(world);
    assert_refused(MV_CURRENCY_NOT_SET, vend_get_office(world->vend, &seller, &found));
    (void)snprintf(other.currency, sizeof other.currency, "eu");
    assert_refused(MV_INVALID_FIELD, vend_set_office(world->vend, &officer, &other));
    other = euro;
    other.minor_digits = 4;
    assert_refused(MV_INVALID_FIELD, vend_set_office(world->vend, &officer, &other));
    assert_ok(vend_set_office(world->vend, &officer, &euro));
    assert_ok(vend_set_office(world->vend, &officer, &euro));
    other.minor_digits = 3;
    assert_refused(MV_CURRENCY_SET, vend_set_office(world->vend, &officer, &other));
    assert_ok(vend_get_office(world->vend, &seller, &found));
    assert_string_equal(found.currency, "EUR");
    assert_int_equal(found.utc_offset_min, 60);
    assert_int_equal(world_audit_count(world, "TariffService.SetOffice", "ok"), 1);
}

static void a_first_version_takes_two_people(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    struct vend_quote quoted;
    assert_refused(MV_CURRENCY_NOT_SET, (people(world), put(world, "manager", "root", &version, &tariff)));
    struct vend_caller officer = world_caller("officer1");
    assert_ok(vend_set_office(world->vend, &officer, &euro));
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.version.version, 1);
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    assert_string_equal(tariff.put_by, "manager");
    assert_ok(assign(world, "manager", "root", "home1"));
    assert_refused(MV_TARIFF_NOT_ASSIGNED, quote(world, "seller", "", &quoted));
    assert_refused(MV_TARIFF_SAME_PERSON, approve(world, "manager", "home1", 1));
    assert_refused(MV_TARIFF_UNKNOWN, approve(world, "officer1", "home1", 2));
    assert_refused(MV_TARIFF_UNKNOWN, approve(world, "stranger", "home1", 1));
    assert_ok(approve(world, "officer1", "home1", 1));
    assert_refused(MV_TARIFF_NOT_PENDING, approve(world, "officer1", "home1", 1));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.bill.total, 100);
    assert_int_equal(quoted.office.minor_digits, 2);
}

static void ten_is_not_a_tenth(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    struct vend_quote quoted;
    office(world);
    in_force(world, "root", &version);
    assert_ok(assign(world, "manager", "root", "home1"));
    version = named("home1", 12000, NOW_S + 60);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_APPROVED);
    assert_string_equal(tariff.doubt, "");
    /* the same again is the same */
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.version.version, 2);
    version = named("home1", 1000000, NOW_S + 120);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    assert_string_equal(tariff.doubt, "steps.price_e5");
    world_step(180, 180);
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.tariff.version, 2);
    /* put right in the next version, the doubted one is over */
    version = named("home1", 11000, NOW_S + 120);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_APPROVED);
    assert_refused(MV_TARIFF_NOT_PENDING, approve(world, "officer1", "home1", 3));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.tariff.version, 4);
    assert_int_equal(quoted.bill.total, 110);
}

/* One person alone comes no further by many steps than by one, up or down, until a second one has agreed. */
static void small_steps_are_measured_together(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    office(world);
    in_force(world, "root", &version);
    for (int64_t i = 1; i <= 5; i++) {
        version = named("home1", 10000 + 1000 * i, NOW_S + i);
        assert_ok(put(world, "manager", "root", &version, &tariff));
        assert_int_equal(tariff.state, VEND_TARIFF_APPROVED);
    }
    version = named("home1", 15001, NOW_S + 6);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    assert_ok(approve(world, "officer1", "home1", tariff.version.version));
    version = named("home1", 22000, NOW_S + 7);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_APPROVED);
    version = named("home1", 10000, NOW_S + 8);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
}

/* More that is free is money given away: doubted as a price is. */
static void a_raised_quota_is_doubted(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    office(world);
    version.free_units_per_month = 5000;
    version.free_carry_months = 1;
    in_force(world, "root", &version);
    version.valid_from_unix_s++;
    version.free_units_per_month = 10000;
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_string_equal(tariff.doubt, "free_units_per_month");
    version.free_units_per_month = 5000;
    version.free_carry_months = 2;
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_string_equal(tariff.doubt, "free_carry_months");
}

static void versions_begin_at_their_dates(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S + 100);
    struct vend_tariff tariff;
    struct vend_quote quoted;
    office(world);
    in_force(world, "root", &version);
    assert_ok(assign(world, "manager", "root", "home1"));
    assert_refused(MV_TARIFF_NOT_ASSIGNED, quote(world, "seller", "", &quoted));
    world_step(100, 100);
    assert_ok(quote(world, "seller", "", &quoted));
    version = named("home1", 15000, NOW_S + 200);
    in_force(world, "root", &version);
    world_step(99, 99);
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.tariff.version, 1);
    world_step(1, 1);
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.tariff.version, 2);
    version.steps[0].price_e5++;
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
}

static void the_nearest_assignment_serves(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version wide = named("wide", 10000, NOW_S);
    struct vend_tariff_version near = named("near", 14000, NOW_S);
    struct vend_quote quoted;
    office(world);
    in_force(world, "root", &wide);
    in_force(world, "region", &near);
    assert_ok(assign(world, "manager", "root", "wide"));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_string_equal(quoted.tariff.name, "wide");
    assert_ok(assign(world, "manager", "region", "near"));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_string_equal(quoted.tariff.name, "near");
    assert_ok(assign(world, "keeper", "shop", "wide"));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_string_equal(quoted.tariff.name, "wide");
    assert_ok(assign(world, "keeper", "shop", ""));
    assert_ok(quote(world, "seller", "", &quoted));
    assert_string_equal(quoted.tariff.name, "near");
    /* rights reach down: of another organisation, above the own one, or a tariff that lies aside */
    assert_refused(MV_ORGANISATION_DENIED, assign(world, "keeper", "region", "near"));
    assert_refused(MV_ORGANISATION_DENIED, quote(world, "rival", "shop", &quoted));
    assert_refused(MV_TARIFF_UNKNOWN, assign(world, "stranger", "other", "near"));
    assert_refused(MV_TARIFF_UNKNOWN, assign(world, "manager", "shop", "nothing"));
    assert_ok(quote(world, "rival", "", &quoted));
    assert_string_equal(quoted.tariff.name, "wide");
}

/* A named tariff is quoted where it could serve: in its organisation and below. */
static void a_quote_names_no_tariff_from_elsewhere(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version home = named("home1", 10000, NOW_S);
    struct vend_quote quoted;
    office(world);
    in_force(world, "region", &home);
    const struct {
        const char *who, *organisation;
        bool serves;
    } cases[] = {{"seller", "", true},       {"manager", "shop", true},   {"manager", "region", true},
                 {"manager", "root", false}, {"manager", "other", false}, {"rival", "", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vend_caller caller = world_caller(cases[i].who);
        const struct vend_quote_request request = {.organisation = cases[i].organisation,
                                                   .meter_class = "",
                                                   .tariff = "home1",
                                                   .facts = price_ask(VEND_ASK_UNITS, 10000)};
        mv_status status = vend_quote(world->vend, &caller, &request, &quoted);
        if (cases[i].serves)
            assert_ok(status);
        else
            assert_refused(MV_TARIFF_UNKNOWN, status);
    }
}

/* Without a number it is the version in force, not the newest; with one, that version, in the office's currency. */
static void a_quote_is_of_one_version(void **state)
{
    struct world *world = *state;
    const struct store_office yen = {.currency = "JPY", .minor_digits = 0};
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller seller = world_caller("seller");
    struct vend_tariff_version version = named("home1", 100000, NOW_S);
    struct vend_tariff tariff;
    struct vend_quote quoted;
    people(world);
    assert_ok(vend_set_office(world->vend, &officer, &yen));
    in_force(world, "root", &version);
    version = named("home1", 500000, NOW_S + 1);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    struct vend_quote_request request = {
        .organisation = "", .meter_class = "", .tariff = "home1", .facts = price_ask(VEND_ASK_UNITS, 10000)};
    assert_ok(vend_quote(world->vend, &seller, &request, &quoted));
    assert_int_equal(quoted.tariff.version, 1);
    assert_int_equal(quoted.bill.total, 10); /* whole yen */
    request.version = 2;
    assert_ok(vend_quote(world->vend, &seller, &request, &quoted));
    assert_int_equal(quoted.bill.total, 50);
    request.version = 3;
    assert_refused(MV_TARIFF_UNKNOWN, vend_quote(world->vend, &seller, &request, &quoted));
    /* what serves a class is asked by utility */
    request = (struct vend_quote_request){
        .organisation = "", .meter_class = "home", .tariff = "", .facts = price_ask(VEND_ASK_UNITS, 10000)};
    assert_refused(MV_INVALID_FIELD, vend_quote(world->vend, &seller, &request, &quoted));
    request.utility = (enum vend_utility)(VEND_TIME + 1);
    assert_refused(MV_INVALID_FIELD, vend_quote(world->vend, &seller, &request, &quoted));
}

/* A year that is mistyped is refused; what has not begun makes place for a version that begins before it. */
static void no_date_holds_up_what_follows(void **state)
{
    struct world *world = *state;
    const int64_t day = 86400;
    struct vend_tariff_version version = named("home1", 10000, NOW_S + 732 * day + 1);
    struct vend_tariff tariff;
    struct vend_quote quoted;
    office(world);
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff)); /* the first one too */
    version.valid_from_unix_s = NOW_S - 400 * day;
    in_force(world, "root", &version);
    assert_ok(assign(world, "manager", "root", "home1"));
    const int64_t wrong[] = {INT64_MAX, NOW_S + (int64_t)100 * 366 * day, NOW_S + 732 * day + 1, NOW_S - day - 1,
                             INT64_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        version = named("home1", 11000, wrong[i]);
        assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
    }
    version = named("home1", 12000, NOW_S + 365 * day);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    version = named("home1", 11000, NOW_S + day);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    world_step(366 * day, 366 * day);
    assert_ok(quote(world, "seller", "", &quoted));
    assert_int_equal(quoted.tariff.version, 3);
    /* what waits for long is over */
    version = named("home1", 30000, NOW_S + 367 * day);
    assert_ok(put(world, "manager", "root", &version, &tariff));
    world_step(30 * day + 1, 30 * day + 1);
    assert_refused(MV_TARIFF_NOT_PENDING, approve(world, "officer1", "home1", 4));
    version.valid_from_unix_s = NOW_S + 397 * day;
    assert_ok(put(world, "manager", "root", &version, &tariff));
    assert_ok(approve(world, "officer1", "home1", 5));
}

static mv_status assign_from(struct world *world, const char *who, const char *tariff, int64_t from,
                             struct store_tariff_assignment *row)
{
    struct vend_caller caller = world_caller(who);
    const struct vend_assignment_request request = {"root", VEND_ELECTRICITY, "home", tariff, from};
    return vend_assign_tariff(world->vend, &caller, &request, row);
}

static void two_tariffs(struct world *world)
{
    struct vend_tariff_version home = named("home1", 10000, NOW_S);
    struct vend_tariff_version cheap = named("cheap", 100, NOW_S);
    struct vend_tariff_version near = named("near", 14000, NOW_S);
    struct vend_tariff_version far = named("far", 20000, NOW_S);
    office(world);
    in_force(world, "root", &home);
    in_force(world, "root", &cheap);
    in_force(world, "root", &near);
    in_force(world, "root", &far);
    assert_ok(assign(world, "manager", "root", "home1"));
}

static const char *serving(struct world *world)
{
    static struct vend_quote quoted;
    assert_ok(quote(world, "seller", "", &quoted));
    return quoted.tariff.name;
}

/* A class is not put under a far cheaper tariff by one person, nor by a way round. */
static void an_assignment_may_take_two_people(void **state)
{
    struct world *world = *state;
    struct store_tariff_assignment row;
    two_tariffs(world);
    assert_ok(assign_from(world, "manager", "cheap", 0, &row));
    assert_string_equal(row.doubt, "steps.price_e5");
    assert_int_equal(row.approver, 0);
    assert_ok(assign_from(world, "manager", "cheap", 0, &row));
    assert_int_equal(row.approver, 0);
    assert_string_equal(serving(world), "home1");
    /* nothing, then the cheap one */
    assert_ok(assign(world, "manager", "root", ""));
    assert_ok(assign_from(world, "manager", "cheap", 0, &row));
    assert_string_equal(row.doubt, "steps.price_e5");
    /* by small steps */
    assert_ok(assign_from(world, "manager", "near", 0, &row));
    assert_string_equal(row.doubt, "");
    assert_ok(assign_from(world, "manager", "far", 0, &row));
    assert_string_equal(row.doubt, "steps.price_e5");
    assert_string_equal(serving(world), "near");
    /* below: measured against what serves from above */
    assert_ok(assign(world, "keeper", "shop", "cheap"));
    assert_string_equal(serving(world), "near");
    assert_ok(assign_from(world, "officer1", "far", 0, &row));
    assert_true(row.approver != 0);
    assert_string_equal(serving(world), "far");
}

static void an_assignment_begins_at_its_date(void **state)
{
    struct world *world = *state;
    struct store_tariff_assignment row;
    two_tariffs(world);
    assert_refused(MV_INVALID_FIELD, assign_from(world, "manager", "near", NOW_S - 86401, &row));
    assert_refused(MV_INVALID_FIELD, assign_from(world, "manager", "near", NOW_S + INT64_C(3) * 365 * 86400, &row));
    assert_ok(assign_from(world, "manager", "near", NOW_S + 100, &row));
    world_step(99, 99);
    assert_string_equal(serving(world), "home1");
    world_step(1, 1);
    assert_string_equal(serving(world), "near");
    /* one that waits too long is said anew */
    assert_ok(assign_from(world, "manager", "cheap", 0, &row));
    world_step(30 * 86400 + 1, 30 * 86400 + 1);
    assert_ok(assign_from(world, "officer1", "cheap", 0, &row));
    assert_int_equal(row.approver, 0);
    assert_string_equal(serving(world), "near");
}

static void names_and_fields(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    office(world);
    in_force(world, "region", &version);
    version.valid_from_unix_s++;
    assert_refused(MV_TARIFF_EXISTS, put(world, "manager", "root", &version, &tariff));
    assert_refused(MV_ORGANISATION_DENIED, put(world, "stranger", "region", &version, &tariff));
    assert_refused(MV_ORGANISATION_UNKNOWN, put(world, "manager", "nowhere", &version, &tariff));
    version.utility = VEND_GAS;
    assert_refused(MV_TARIFF_EXISTS, put(world, "manager", "region", &version, &tariff));
    version = named("bad name", 10000, NOW_S);
    assert_refused(MV_INVALID_FIELD, put(world, "manager", "root", &version, &tariff));
    version = named("home2", 0, NOW_S);
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
    assert_int_equal(world_audit_count(world, "TariffService.PutTariff", "TARIFF_INVALID"), 1);
}

/* A bill and a file of two charges of one name would not say which is which. */
static void names_are_taken_once(void **state)
{
    struct world *world = *state;
    struct vend_tariff_version version = named("home1", 10000, NOW_S);
    struct vend_tariff tariff;
    office(world);
    version.charge_count = 2;
    version.charges[0] = (struct vend_charge){"levy", VEND_CHARGE_PERCENT, 1};
    version.charges[1] = (struct vend_charge){"levy", VEND_CHARGE_FIXED, 1};
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
    (void)snprintf(version.charges[1].name, sizeof version.charges[1].name, "Levy");
    version.tax_count = 2;
    version.taxes[0] = (struct vend_tax){"VAT", 1, true, true};
    version.taxes[1] = version.taxes[0];
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
    version.tax_count = 1;
    assert_ok(put(world, "manager", "root", &version, &tariff));
    version.kind = VEND_TIME_OF_USE;
    version.step_count = 0;
    version.period_count = 2;
    version.periods[0] = (struct vend_period){"day", 1, 5000};
    version.periods[1] = version.periods[0];
    assert_refused(MV_TARIFF_INVALID, put(world, "manager", "root", &version, &tariff));
}

/* All that a version says comes back as it was put in. */
static void what_is_put_in_comes_back(void **state)
{
    struct world *world = *state;
    uint64_t seed = 3;
    struct vend_caller seller = world_caller("seller");
    struct vend_tariff tariff, found;
    office(world);
    for (int i = 0; i < 20; i++) {
        struct vend_tariff_version version = price_any(&seed);
        (void)snprintf(version.name, sizeof version.name, "t%d", i);
        version.valid_from_unix_s = NOW_S;
        version.free_units_per_month = 600 * (int64_t)i;
        version.free_carry_months = 3;
        version.minimum_purchase = 100;
        version.maximum_purchase = 90000;
        assert_ok(put(world, "manager", "root", &version, &tariff));
        assert_ok(vend_get_tariff(world->vend, &seller, version.name, 1, &found));
        version.version = 1;
        assert_memory_equal(&found.version, &version, sizeof version);
    }
}

static void lists_go_on_page_by_page(void **state)
{
    struct world *world = *state;
    struct vend_caller auditor = world_caller("auditor");
    struct vend_caller rival = world_caller("rival");
    struct vend_tariff_list list;
    char token[VEND_TARIFF_TOKEN + 1] = "";
    size_t seen = 0;
    office(world);
    for (int i = 0; i < 5; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "t%d", i % 3);
        struct vend_tariff_version version = named(name, 10000, NOW_S + i);
        in_force(world, "shop", &version);
    }
    do {
        assert_ok(vend_list_tariffs(world->vend, &auditor, &(struct vend_tariff_page){false, 2, token}, &list));
        seen += list.count;
        (void)snprintf(token, sizeof token, "%s", list.next);
        vend_tariffs_free(&list);
    } while (token[0] != '\0');
    assert_int_equal(seen, 5);
    assert_ok(vend_list_tariffs(world->vend, &rival, &(struct vend_tariff_page){false, 0, ""}, &list));
    assert_int_equal(list.count, 0);
    vend_tariffs_free(&list);
    assert_refused(MV_PAGE_TOKEN_INVALID,
                   vend_list_tariffs(world->vend, &auditor, &(struct vend_tariff_page){false, 2, "t1"}, &list));
    assert_refused(MV_PAGE_TOKEN_INVALID,
                   vend_list_tariffs(world->vend, &auditor, &(struct vend_tariff_page){false, 2, "/1"}, &list));
    assert_refused(MV_PAGE_TOKEN_INVALID,
                   vend_list_tariffs(world->vend, &auditor, &(struct vend_tariff_page){false, 2, "t1/x"}, &list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_currency_is_set_once, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_first_version_takes_two_people, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(ten_is_not_a_tenth, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(small_steps_are_measured_together, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_raised_quota_is_doubted, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(versions_begin_at_their_dates, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(the_nearest_assignment_serves, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(an_assignment_may_take_two_people, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(an_assignment_begins_at_its_date, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_quote_names_no_tariff_from_elsewhere, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_quote_is_of_one_version, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(no_date_holds_up_what_follows, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(names_and_fields, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(names_are_taken_once, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(what_is_put_in_comes_back, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(lists_go_on_page_by_page, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
