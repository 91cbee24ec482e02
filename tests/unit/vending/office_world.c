#include "office_world.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

struct vend_tariff_version office_home(void)
{
    return (struct vend_tariff_version){.name = "home",
                                        .utility = VEND_ELECTRICITY,
                                        .valid_from_unix_s = NOW_S - 86400,
                                        .kind = VEND_STEP_PER_MONTH,
                                        .steps = {{50000, 10000}, {0, 20000}},
                                        .step_count = 2,
                                        .taxes = {{"VAT", 150000, true, true}},
                                        .tax_count = 1,
                                        .round_to = 1,
                                        .rounding = VEND_ROUND_HALF_EVEN};
}

struct vend_tariff_version office_social(void)
{
    return (struct vend_tariff_version){.name = "social",
                                        .utility = VEND_ELECTRICITY,
                                        .valid_from_unix_s = NOW_S - 86400,
                                        .kind = VEND_SINGLE,
                                        .steps = {{0, 20000}},
                                        .step_count = 1,
                                        .free_units_per_month = 5000,
                                        .free_carry_months = 1,
                                        .fixed_charge_per_month = 100,
                                        .round_to = 1,
                                        .rounding = VEND_ROUND_HALF_EVEN};
}

void office_tariff(struct world *world, const struct vend_tariff_version *version)
{
    struct vend_caller one = world_caller("manager1");
    struct vend_caller other = world_caller("manager2");
    struct vend_tariff tariff;
    assert_ok(vend_put_tariff(world->vend, &one, "root", version, &tariff));
    if (tariff.state == VEND_TARIFF_PENDING)
        assert_ok(vend_approve_tariff(world->vend, &other, version->name, tariff.version.version, &tariff));
}

void office_assign(struct world *world, const char *class, const char *tariff)
{
    struct vend_caller one = world_caller("manager1");
    struct vend_caller other = world_caller("manager2");
    struct store_tariff_assignment assigned;
    const struct vend_assignment_request request = {"root", VEND_ELECTRICITY, class, tariff, 0};
    assert_ok(vend_assign_tariff(world->vend, &one, &request, &assigned));
    if (assigned.doubt[0] != '\0')
        assert_ok(vend_assign_tariff(world->vend, &other, &request, &assigned));
}

void office_open(struct world *world, int32_t utc_offset_min)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    const struct store_office office = {.currency = "EUR", .minor_digits = 2, .utc_offset_min = utc_offset_min};
    const struct vend_tariff_version home = office_home();
    const struct vend_tariff_version social = office_social();
    assert_ok(vend_create_principal(world->vend, &officer, "manager1", "root", 1U << VEND_MANAGER, &row));
    assert_ok(vend_create_principal(world->vend, &officer, "manager2", "root", 1U << VEND_MANAGER, &row));
    assert_ok(vend_set_office(world->vend, &officer, &office));
    office_tariff(world, &home);
    office_tariff(world, &social);
    office_assign(world, "home", "home");
    office_assign(world, "social", "social");
}

mv_status office_account(struct world *world, const char *number, unsigned meter, const char *tariff_class,
                         struct vend_account *account)
{
    char pan[19];
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request request = {.number = number,
                                                 .pan = world_pan(meter, pan),
                                                 .customer = {"Mei Lin", "12 Dock Road", "555-0101", ""},
                                                 .tariff_class = tariff_class};
    return vend_open_account(world->vend, &chief, &request, account);
}

void office_vendor(struct world *world, const char *organisation, const struct store_vendor_terms *terms,
                   int64_t deposit)
{
    struct vend_caller one = world_caller("manager1");
    struct vend_caller other = world_caller("manager2");
    struct vend_vendor vendor;
    struct vend_deposit booked;
    const struct vend_deposit_request request = {
        .request_id = "deposit", .organisation = organisation, .amount = deposit, .slip = "slip"};
    assert_ok(vend_set_vendor_terms(world->vend, &one, organisation, terms, &vendor));
    assert_ok(vend_approve_vendor_terms(world->vend, &other, organisation, vendor.pending.row.version, &vendor));
    if (deposit != 0)
        assert_ok(vend_deposit(world->vend, &one, &request, &booked));
}

static int set_up(void **state, int32_t utc_offset_min)
{
    struct vend_account account;
    if (desk_setup(state) != 0)
        return -1;
    office_open(*state, utc_offset_min);
    assert_ok(office_account(*state, "A-1", 1, "home", &account));
    return 0;
}

int office_setup(void **state)
{
    return set_up(state, 0);
}

int office_setup_ahead(void **state)
{
    return set_up(state, 14 * 60);
}

struct vend_order office_money(const char *request_id, const char *account, int64_t money)
{
    return (struct vend_order){.request_id = request_id,
                               .terminal = "till",
                               .pan = "",
                               .carrier = VEND_KEYPAD,
                               .kind = VEND_ORDER_CREDIT,
                               .priced = true,
                               .purchase = {.account = account, .money = money, .payment = VEND_PAY_CASH}};
}

struct vend_order office_units(const char *request_id, const char *account, int64_t wh)
{
    struct vend_order order = office_money(request_id, account, 0);
    order.purchase.by_units = true;
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, wh};
    return order;
}

struct answer {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool done;
    mv_status status;
    struct vend_sold *sold;
};

static void take(void *self, mv_status status, const struct vend_issued *issued)
{
    struct answer *answer = self;
    pthread_mutex_lock(&answer->lock);
    answer->status = status;
    if (issued != NULL && answer->sold != NULL) {
        answer->sold->issued = *issued;
        answer->sold->charged = *issued->charged;
    }
    answer->done = true;
    pthread_cond_signal(&answer->came);
    pthread_mutex_unlock(&answer->lock);
}

mv_status office_sell_as(struct world *world, const char *principal, const struct vend_order *order,
                         struct vend_sold *sold)
{
    struct vend_caller caller = world_caller(principal);
    struct answer answer = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER, .sold = sold};
    vend_issue(world->vend, &caller, order, NULL, take, &answer);
    pthread_mutex_lock(&answer.lock);
    while (!answer.done)
        pthread_cond_wait(&answer.came, &answer.lock);
    pthread_mutex_unlock(&answer.lock);
    return answer.status;
}

mv_status office_sell(struct world *world, const struct vend_order *order, struct vend_sold *sold)
{
    return office_sell_as(world, "seller", order, sold);
}

int64_t office_number(struct world *world, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(world->ledger + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return value;
}

bool office_refuses(struct world *world, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world->ledger + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_true(code == SQLITE_OK || code == SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    return code == SQLITE_CONSTRAINT;
}
