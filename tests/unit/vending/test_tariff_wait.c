/* What waits for a second person: listed, taken back by who put it in, rejected by another. */
#include "office_world.h"

#include <stdio.h>
#include <string.h>

static const int64_t DAY_S = 86400;
static struct vend_tariff tariff;
static struct vend_dismissed dismissed;

/* "home" at ten times its price, by manager1. */
static uint32_t put_far(struct world *world)
{
    struct vend_caller one = world_caller("manager1");
    struct vend_tariff_version version = office_home();
    version.steps[0].price_e5 = 100000;
    version.valid_from_unix_s = world_now_s();
    assert_ok(vend_put_tariff(world->vend, &one, "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    return tariff.version.version;
}

/* "social" for the class home, by manager1. */
static int64_t assign_far(struct world *world)
{
    struct vend_caller one = world_caller("manager1");
    struct store_tariff_assignment row;
    const struct vend_assignment_request request = {"root", VEND_ELECTRICITY, "home", "social", 0};
    assert_ok(vend_assign_tariff(world->vend, &one, &request, &row));
    assert_string_not_equal(row.doubt, "");
    assert_int_equal(row.approver, 0);
    return row.id;
}

static mv_status withdraw(struct world *world, const char *who, uint32_t version, int64_t assignment)
{
    struct vend_caller caller = world_caller(who);
    const struct vend_tariff_waiting waiting = {version == 0 ? "" : "home", version, assignment};
    return vend_withdraw_tariff(world->vend, &caller, &waiting, &dismissed);
}

static mv_status reject(struct world *world, const char *who, uint32_t version, int64_t assignment, const char *reason)
{
    struct vend_caller caller = world_caller(who);
    const struct vend_tariff_waiting waiting = {version == 0 ? "" : "home", version, assignment};
    return vend_reject_tariff(world->vend, &caller, &waiting, reason, &dismissed);
}

static mv_status approve(struct world *world, const char *who, uint32_t version)
{
    struct vend_caller caller = world_caller(who);
    return vend_approve_tariff(world->vend, &caller, "home", version, &tariff);
}

static void stranger(struct world *world)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    assert_ok(vend_create_principal(world->vend, &officer, "stranger", "other", 1U << VEND_MANAGER, &row));
    assert_ok(vend_create_principal(world->vend, &officer, "keeper", "region", 1U << VEND_MANAGER, &row));
}

/* How many versions and assignments wait, as this one sees them. */
static size_t waiting(struct world *world, const char *who)
{
    struct vend_caller caller = world_caller(who);
    const struct vend_tariff_page page = {.waiting = true, .token = ""};
    struct vend_tariff_list versions;
    struct vend_assignment_list assignments;
    assert_ok(vend_list_tariffs(world->vend, &caller, &page, &versions));
    assert_ok(vend_list_assignments(world->vend, &caller, &page, &assignments));
    size_t count = versions.count + assignments.count;
    vend_tariffs_free(&versions);
    vend_assignments_free(&assignments);
    return count;
}

static void who_put_it_in_takes_it_back(void **state)
{
    struct world *world = *state;
    stranger(world);
    uint32_t version = put_far(world);
    assert_refused(MV_TARIFF_OTHER_PERSON, withdraw(world, "manager2", version, 0));
    assert_refused(MV_TARIFF_UNKNOWN, withdraw(world, "stranger", version, 0));
    assert_refused(MV_TARIFF_UNKNOWN, withdraw(world, "keeper", version, 0));
    assert_refused(MV_ROLE_MISSING, withdraw(world, "seller", version, 0));
    assert_refused(MV_TARIFF_UNKNOWN, withdraw(world, "manager1", version + 1, 0));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", 1, 0)); /* it is in force */
    assert_ok(withdraw(world, "manager1", version, 0));
    assert_int_equal(dismissed.tariff.state, VEND_TARIFF_WITHDRAWN);
    assert_string_equal(dismissed.tariff.dismissal.by, "manager1");
    assert_string_equal(dismissed.tariff.dismissal.reason, "");
    assert_int_equal(dismissed.tariff.dismissal.at_unix_s, world_now_s());
    assert_int_equal(dismissed.assignment.row.id, 0);
    assert_refused(MV_TARIFF_NOT_PENDING, approve(world, "manager2", version));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", version, 0));
    assert_refused(MV_TARIFF_NOT_PENDING, reject(world, "manager2", version, 0, "too much"));
    assert_int_equal(world_audit_count(world, "TariffService.WithdrawTariff", "ok"), 1);
    assert_int_equal(world_audit_count(world, "TariffService.WithdrawTariff", "TARIFF_OTHER_PERSON"), 1);
    /* what is said again is a version of its own */
    assert_int_equal(put_far(world), version + 1);
    assert_ok(approve(world, "manager2", version + 1));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", version + 1, 0));
    world_audit_verify(world);
}

static void another_person_rejects_it(void **state)
{
    struct world *world = *state;
    char text[STORE_TARIFF_REASON + 2];
    uint32_t version = put_far(world);
    assert_refused(MV_TARIFF_SAME_PERSON, reject(world, "manager1", version, 0, "no"));
    assert_refused(MV_ROLE_MISSING, reject(world, "seller", version, 0, "no"));
    assert_refused(MV_INVALID_FIELD, reject(world, "manager2", version, 0, ""));
    assert_refused(MV_INVALID_FIELD, reject(world, "manager2", version, 0, "two\nlines"));
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_refused(MV_INVALID_FIELD, reject(world, "manager2", version, 0, text));
    assert_ok(reject(world, "manager2", version, 0, text + 1));
    assert_int_equal(dismissed.tariff.state, VEND_TARIFF_REJECTED);
    assert_string_equal(dismissed.tariff.dismissal.by, "manager2");
    assert_string_equal(dismissed.tariff.dismissal.reason, text + 1);
    assert_refused(MV_TARIFF_NOT_PENDING, approve(world, "officer1", version));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", version, 0));
    assert_int_equal(put_far(world), version + 1);
    assert_ok(reject(world, "manager2", version + 1, 0, "10 for 0.10"));
    assert_true(world_audit_has(world, "version=3 doubt=steps.price_e5 reason=10 for 0.10"));
    assert_int_equal(world_audit_count(world, "TariffService.RejectTariff", "ok"), 2);
    assert_int_equal(world_audit_count(world, "TariffService.RejectTariff", "TARIFF_SAME_PERSON"), 1);
}

static void assignments_too(void **state)
{
    struct world *world = *state;
    struct vend_caller other = world_caller("manager2");
    struct store_tariff_assignment row;
    const struct vend_assignment_request request = {"root", VEND_ELECTRICITY, "home", "social", 0};
    stranger(world);
    int64_t number = assign_far(world);
    assert_refused(MV_TARIFF_OTHER_PERSON, withdraw(world, "manager2", 0, number));
    assert_refused(MV_TARIFF_UNKNOWN, withdraw(world, "keeper", 0, number));
    assert_refused(MV_TARIFF_UNKNOWN, withdraw(world, "manager1", 0, number + 1));
    assert_refused(MV_INVALID_FIELD, withdraw(world, "manager1", 0, -1));
    assert_refused(MV_INVALID_FIELD, withdraw(world, "manager1", 2, number));
    assert_refused(MV_INVALID_FIELD, withdraw(world, "manager1", 0, 0));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", 0, 1)); /* it needed nobody */
    assert_ok(withdraw(world, "manager1", 0, number));
    assert_int_equal(dismissed.assignment.state, VEND_TARIFF_WITHDRAWN);
    assert_string_equal(dismissed.assignment.row.tariff, "social");
    assert_string_equal(dismissed.assignment.assigned_by, "manager1");
    /* the same command by another person does not approve it any more: it is a new one */
    assert_ok(vend_assign_tariff(world->vend, &other, &request, &row));
    assert_int_equal(row.id, number + 1);
    assert_int_equal(row.approver, 0);
    assert_refused(MV_TARIFF_SAME_PERSON, reject(world, "manager2", 0, row.id, "no"));
    assert_ok(reject(world, "manager1", 0, row.id, "they pay less"));
    assert_int_equal(dismissed.assignment.state, VEND_TARIFF_REJECTED);
    assert_string_equal(dismissed.assignment.dismissal.reason, "they pay less");
    assert_refused(MV_TARIFF_NOT_PENDING, reject(world, "manager1", 0, row.id, "again"));
    /* what another one took the place of is over */
    number = assign_far(world);
    office_assign(world, "home", "");
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", 0, number));
    assert_int_equal(world_audit_count(world, "TariffService.WithdrawTariff", "ok"), 1);
    assert_int_equal(world_audit_count(world, "TariffService.RejectTariff", "ok"), 1);
}

/* The one before a mistake waits as if the mistake had not been said: it is listed and can be decided. */
static void a_mistake_taken_back_is_no_later_one(void **state)
{
    struct world *world = *state;
    struct vend_caller one = world_caller("manager1");
    struct vend_caller two = world_caller("manager2");
    struct store_tariff_assignment row;
    const struct vend_assignment_request right = {"root", VEND_ELECTRICITY, "home", "social", 0};
    const struct vend_assignment_request wrong = {"root", VEND_ELECTRICITY, "home", "social", world_now_s() + DAY_S};
    int64_t number = assign_far(world);
    assert_ok(vend_assign_tariff(world->vend, &one, &wrong, &row));
    assert_int_equal(row.id, number + 1);
    assert_string_not_equal(row.doubt, "");
    assert_int_equal(waiting(world, "manager2"), 1);
    assert_refused(MV_TARIFF_NOT_PENDING, reject(world, "manager2", 0, number, "no"));
    assert_ok(withdraw(world, "manager1", 0, row.id));
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", 0, row.id));
    assert_int_equal(waiting(world, "manager2"), 1);
    /* the same by the same person is nothing new, by another one it is approved */
    assert_ok(vend_assign_tariff(world->vend, &one, &right, &row));
    assert_int_equal(row.id, number);
    assert_ok(vend_assign_tariff(world->vend, &two, &right, &row));
    assert_int_equal(row.id, number);
    assert_int_not_equal(row.approver, 0);
    assert_int_equal(waiting(world, "manager2"), 0);
}

static void one_before_a_mistake_is_rejected(void **state)
{
    struct world *world = *state;
    struct vend_caller one = world_caller("manager1");
    struct store_tariff_assignment row;
    const struct vend_assignment_request wrong = {"root", VEND_ELECTRICITY, "home", "social", world_now_s() + DAY_S};
    int64_t number = assign_far(world);
    assert_ok(vend_assign_tariff(world->vend, &one, &wrong, &row));
    assert_ok(reject(world, "manager2", 0, row.id, "not tomorrow"));
    assert_ok(reject(world, "manager2", 0, number, "nor today"));
    assert_int_equal(dismissed.assignment.row.id, number);
    assert_int_equal(waiting(world, "manager2"), 0);
    /* what served before them serves: the same again is nothing new */
    const struct vend_assignment_request before = {"root", VEND_ELECTRICITY, "home", "home", 0};
    assert_ok(vend_assign_tariff(world->vend, &one, &before, &row));
    assert_true(row.id < number);
}

static void what_waits_is_listed(void **state)
{
    struct world *world = *state;
    stranger(world);
    assert_int_equal(waiting(world, "manager2"), 0);
    uint32_t first = put_far(world);
    int64_t number = assign_far(world);
    assert_int_equal(waiting(world, "manager2"), 2);
    assert_int_equal(waiting(world, "keeper"), 2); /* they would serve his organisation */
    assert_ok(withdraw(world, "manager1", first, 0));
    assert_int_equal(waiting(world, "manager2"), 1);
    uint32_t second = put_far(world);
    assert_ok(reject(world, "manager2", 0, number, "no"));
    assert_int_equal(waiting(world, "manager2"), 1);
    assert_ok(approve(world, "manager2", second));
    assert_int_equal(waiting(world, "manager2"), 0);
    /* a later version in force, a later assignment, or 30 days: over */
    struct vend_tariff_version version = office_home();
    world_step(1, 1);
    version.valid_from_unix_s = world_now_s();
    struct vend_caller one = world_caller("manager1");
    assert_ok(vend_put_tariff(world->vend, &one, "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_PENDING);
    version.steps[0].price_e5 = 100001;
    assert_ok(vend_put_tariff(world->vend, &one, "root", &version, &tariff));
    assert_int_equal(tariff.state, VEND_TARIFF_APPROVED);
    assert_int_equal(waiting(world, "manager2"), 0);
    (void)assign_far(world);
    assert_int_equal(waiting(world, "manager2"), 1);
    office_assign(world, "home", "home");
    assert_int_equal(waiting(world, "manager2"), 0);
    world_step(1, 1);
    version = office_home();
    version.valid_from_unix_s = world_now_s();
    assert_ok(vend_put_tariff(world->vend, &one, "root", &version, &tariff));
    number = assign_far(world);
    world_step(30 * DAY_S, 30 * DAY_S);
    assert_int_equal(waiting(world, "manager2"), 2);
    world_step(1, 1);
    assert_int_equal(waiting(world, "manager2"), 0);
    assert_refused(MV_TARIFF_NOT_PENDING, withdraw(world, "manager1", tariff.version.version, 0));
    assert_refused(MV_TARIFF_NOT_PENDING, reject(world, "manager2", 0, number, "late"));
    /* the same again is new, although nobody changed a word */
    uint32_t before = tariff.version.version;
    assert_refused(MV_TARIFF_INVALID, vend_put_tariff(world->vend, &one, "root", &version, &tariff)); /* a day ago */
    version.valid_from_unix_s = world_now_s();
    assert_ok(vend_put_tariff(world->vend, &one, "root", &version, &tariff));
    assert_int_equal(tariff.version.version, before + 1);
}

static void assignments_come_page_by_page(void **state)
{
    struct world *world = *state;
    struct vend_caller rival = world_caller("rival");
    struct vend_caller auditor = world_caller("auditor");
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    struct vend_assignment_list list;
    char token[VEND_TARIFF_TOKEN + 1] = "";
    size_t seen = 0;
    assert_ok(vend_create_principal(world->vend, &officer, "keeper", "shop", 1U << VEND_MANAGER, &row));
    for (int i = 0; i < 3; i++) {
        struct vend_caller keeper = world_caller("keeper");
        struct store_tariff_assignment said;
        char class[8];
        (void)snprintf(class, sizeof class, "c%d", i);
        const struct vend_assignment_request request = {"shop", VEND_ELECTRICITY, class, "home", 0};
        assert_ok(vend_assign_tariff(world->vend, &keeper, &request, &said));
    }
    do {
        assert_ok(vend_list_assignments(world->vend, &auditor, &(struct vend_tariff_page){false, 2, token}, &list));
        seen += list.count;
        (void)snprintf(token, sizeof token, "%s", list.next);
        vend_assignments_free(&list);
    } while (token[0] != '\0');
    assert_int_equal(seen, 5);
    assert_ok(vend_list_assignments(world->vend, &rival, &(struct vend_tariff_page){false, 0, ""}, &list));
    assert_int_equal(list.count, 2); /* the root's, which may serve him */
    assert_string_equal(list.assignments[0].organisation, "root");
    assert_string_equal(list.assignments[0].row.tariff, "home");
    assert_int_equal(list.assignments[0].state, VEND_TARIFF_APPROVED);
    vend_assignments_free(&list);
    static const char *const wrong[] = {"x", "-1", "1/2", "1111111111111111111"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(
            MV_PAGE_TOKEN_INVALID,
            vend_list_assignments(world->vend, &auditor, &(struct vend_tariff_page){false, 2, wrong[i]}, &list));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_put_it_in_takes_it_back),
        TEST(another_person_rejects_it),
        TEST(assignments_too),
        TEST(what_waits_is_listed),
        TEST(a_mistake_taken_back_is_no_later_one),
        TEST(one_before_a_mistake_is_rejected),
        TEST(assignments_come_page_by_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
