/* Purchases by record that are taken back: the voiding record, what a return makes of it in every order of things, and
 * the money of a sale. The meter is played by its rule alone: it takes what it lacks of what a record covers. */
#include <stdio.h>
#include <string.h>

#include "office_world.h"
#include "records_world.h"
#include "vending/claims.h"

enum { EPOCH = 7, OPENED = 500 /* Wh, by number 1 */, MOST = 400 };

static char pan[19];
static uint32_t returns;
static struct vend_records records;
static struct vend_record_facts facts; /* of what was signed last */
static struct vend_return out;

/* What was signed: its number, and what it covers, its own purchase first. */
static struct signed_purchase {
    uint32_t sequence, count;
    int64_t brings[1 + MV_UNREAD_MAX];
} issued[MOST];
static size_t issued_count;

static struct meter {
    uint32_t sequence;
    int64_t total;
    bool credited[MOST];
} meter;

/* ---- short words ---- */
static void body(const void *self, const struct vend_record_facts *given, struct mv_record_writer *to)
{
    facts = *given;
    records_body(self, given, to);
}

static void remember(void)
{
    struct signed_purchase *one = &issued[issued_count++];
    assert_in_range(issued_count, 1, MOST - 1);
    *one = (struct signed_purchase){.sequence = records.first_sequence, .count = 1U + facts.unread_count};
    one->brings[0] = facts.amount;
    for (uint32_t i = 0; i < facts.unread_count; i++)
        one->brings[i + 1] = facts.unread[i].amount;
}

static mv_status buy(struct world *world, const char *id, int64_t wh)
{
    struct vend_record_order order = records_purchase(id, pan, wh);
    order.body = body;
    mv_status status = records_sign(world, "seller", &order, &records);
    if (status.ok && !records.replayed)
        remember();
    return status;
}

static mv_status void_as(struct world *world, const char *who, const char *id, uint32_t sequence)
{
    struct vend_record_order order = records_order(MV_KIND_PURCHASE, id, pan);
    order.purchase = MV_PURCHASE_REPLACEMENT;
    order.body = body;
    order.voids = sequence;
    mv_status status = records_sign(world, who, &order, &records);
    if (status.ok && !records.replayed)
        remember();
    return status;
}

static mv_status void_one(struct world *world, const char *id, uint32_t sequence)
{
    return void_as(world, "chief", id, sequence);
}

static void deliver(const struct signed_purchase *one)
{
    uint32_t missing = one->sequence - meter.sequence;
    if (one->sequence <= meter.sequence || missing > one->count)
        return;
    for (uint32_t back = 0; back < missing; back++) {
        meter.total += one->brings[back];
        meter.credited[one->sequence - back] = one->brings[back] > 0;
    }
    meter.sequence = one->sequence;
}

static struct records_shown shown(const uint8_t *nonce)
{
    struct records_shown what = records_shown(1, EPOCH, ++returns);
    what.echo = nonce;
    what.taken = meter.sequence;
    what.total = meter.total;
    return what;
}

/* Asks the meter and hands in its answer. */
static void ask(struct world *world, const char *id)
{
    uint8_t nonce[STORE_NONCE];
    records_ask(world, id, pan, nonce);
    assert_ok(records_bring(world, pan, shown(nonce), &out));
    assert_true(out.answers_last_read);
}

static int setup(void **state)
{
    if (office_setup(state) != 0)
        return -1;
    records_ready(*state, pan);
    returns = 0;
    meter = (struct meter){.sequence = 1, .total = OPENED};
    issued_count = 0;
    return 0;
}

/* ---- what can be voided ---- */
static void a_supervisor_voids_what_no_return_shows(void **state)
{
    struct world *world = *state;
    char id[16];
    ask(world, "ask");
    assert_ok(buy(world, "r2", 1000));
    assert_refused(MV_ROLE_MISSING, void_as(world, "seller", "v1", 2));
    assert_refused(MV_RECORD_UNKNOWN, void_one(world, "v1", 3));
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v1", 1)); /* the meter has it */
    assert_ok(void_one(world, "v1", 2));
    assert_int_equal(records.first_sequence, 3);
    assert_int_equal(records.amount, 0);
    assert_true(world_audit_has(world, "request=v1 kind=1 epoch=7 sequence=3"));
    assert_ok(void_one(world, "v1", 2));
    assert_true(records.replayed);
    assert_refused(MV_REQUEST_ID_REUSED, void_one(world, "v1", 3));
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v2", 2)); /* is void */
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v2", 3)); /* brings nothing */
    for (unsigned i = 4; i <= 12; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        assert_ok(buy(world, id, 100));
    }
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v3", 4)); /* too many came after it */
    assert_ok(void_one(world, "v3", 5));
}

static void it_says_nothing_else(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    struct vend_record_order order = records_purchase("v", pan, 5);
    order.voids = 2;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &records));
    order.quantity.amount = 0;
    order.purchase = MV_PURCHASE_REPLACEMENT;
    order.arrears = 1;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &records));
    order.arrears = 0;
    order.has_client = true;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &records));
    order = records_order(MV_KIND_READ, "v", pan);
    order.voids = 2;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &records));
}

static void what_is_void_is_not_brought_again(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    assert_int_equal(facts.purchase, MV_PURCHASE_OPEN); /* no return shows that the meter is open */
    assert_int_equal(facts.unread_count, 2);
    assert_int_equal(facts.unread[0].amount, 0);
    assert_int_equal(facts.unread[1].amount, OPENED);
    assert_ok(buy(world, "r4", 300));
    assert_int_equal(facts.unread_count, 3);
    assert_int_equal(facts.unread[0].amount, 0);
    assert_int_equal(facts.unread[1].amount, 0);
    ask(world, "ask");
    assert_ok(void_one(world, "v5", 4));
    assert_int_equal(facts.purchase, MV_PURCHASE_NORMAL);
}

/* ---- what a return makes of it ---- */
static void a_return_shows_what_never_comes(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[1]);
    ask(world, "ask");
    assert_int_equal(out.void_count, 1);
    assert_int_equal(out.voids[0].sequence, 2);
    assert_int_equal(out.voids[0].voided_by, 3);
    assert_int_equal(out.voids[0].amount, 1000);
    assert_false(out.voids[0].taken);
    assert_true(world_audit_has(world, "epoch=7 sequence=1 key=1 answers=1 confirms=0 void=2 by=3 taken=0"));
    deliver(&issued[0]); /* the meter knows a later one */
    assert_int_equal(meter.total, OPENED);
    ask(world, "again");
    assert_int_equal(out.void_count, 0);
}

static void a_replayed_return_says_the_same(void **state)
{
    struct world *world = *state;
    uint8_t nonce[STORE_NONCE];
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[1]);
    records_ask(world, "ask", pan, nonce);
    const struct records_shown what = shown(nonce);
    assert_ok(records_bring(world, pan, what, &out));
    assert_ok(records_bring(world, pan, what, &out));
    assert_true(out.replayed);
    assert_int_equal(out.void_count, 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 1);
}

static void who_was_not_asked_decides_nothing(void **state)
{
    struct world *world = *state;
    uint8_t nonce[STORE_NONCE], newer[STORE_NONCE];
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    records_ask(world, "ask", pan, nonce);
    records_ask(world, "ask2", pan, newer);
    deliver(&issued[1]);
    assert_ok(records_bring(world, pan, shown(NULL), &out));
    assert_int_equal(out.void_count, 0);
    assert_ok(records_bring(world, pan, shown(nonce), &out)); /* of the request before */
    assert_int_equal(out.void_count, 0);
    assert_ok(records_bring(world, pan, shown(newer), &out));
    assert_int_equal(out.void_count, 1);
}

static void a_return_without_the_void_decides_nothing(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    ask(world, "ask"); /* the meter has neither, and may take the sale yet */
    assert_int_equal(out.void_count, 0);
    deliver(&issued[0]);
    ask(world, "ask2");
    assert_int_equal(out.void_count, 0);
}

static void what_the_meter_took_in_between_stays_sold(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[0]);
    deliver(&issued[1]);
    ask(world, "ask");
    assert_int_equal(out.void_count, 1);
    assert_true(out.voids[0].taken);
    /* it counts as sold from then on */
    assert_ok(buy(world, "r4", 200));
    assert_ok(void_one(world, "v5", 4));
    deliver(&issued[3]);
    ask(world, "ask2");
    assert_int_equal(out.void_count, 1);
    assert_int_equal(out.voids[0].sequence, 4);
    assert_false(out.voids[0].taken);
}

static void of_several_nobody_knows_which(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(buy(world, "r3", 1000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    deliver(&issued[0]);
    deliver(&issued[3]);
    ask(world, "ask");
    assert_int_equal(meter.total, OPENED + 1000);
    assert_int_equal(out.void_count, 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 0);
    /* those of later tell nothing of the two, nor the two of those */
    assert_ok(buy(world, "r6", 300));
    assert_ok(void_one(world, "v7", 6));
    deliver(&issued[5]);
    ask(world, "ask2");
    assert_int_equal(out.void_count, 1);
    assert_int_equal(out.voids[0].sequence, 6);
    assert_false(out.voids[0].taken);
}

static void of_several_the_amount_tells_which(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(buy(world, "r3", 2000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    deliver(&issued[0]);
    deliver(&issued[3]);
    ask(world, "ask");
    assert_int_equal(out.void_count, 2);
    assert_true(out.voids[0].taken);
    assert_false(out.voids[1].taken);
}

static void of_too_many_none_is_told(void **state)
{
    enum { PAIRS = VEND_RETURN_VOIDS + 1 };
    struct world *world = *state;
    char id[16];
    for (unsigned i = 0; i < PAIRS; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        assert_ok(buy(world, id, 1000 * (1 + (int64_t)i % VEND_RETURN_VOIDS)));
        (void)snprintf(id, sizeof id, "v%u", i);
        assert_ok(void_one(world, id, 2 + 2 * i));
        if (i == PAIRS - 1)
            deliver(&issued[issued_count - 2]); /* the last one, which brings as much as the first */
        deliver(&issued[issued_count - 1]);
    }
    ask(world, "ask");
    assert_int_equal(meter.total, OPENED + 1000);
    assert_int_equal(out.void_count, 0);
}

static void what_comes_after_a_void_counts_until_it_is_void(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    assert_ok(buy(world, "r4", 1000));
    assert_ok(void_one(world, "v5", 4));
    deliver(&issued[1]);
    deliver(&issued[2]);
    ask(world, "ask"); /* it has 4, and not yet what voids that */
    assert_int_equal(out.void_count, 1);
    assert_int_equal(out.voids[0].sequence, 2);
    assert_false(out.voids[0].taken);
}

static void several_that_never_come(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(buy(world, "r3", 2000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    deliver(&issued[3]);
    ask(world, "ask");
    assert_int_equal(out.void_count, 2);
    assert_false(out.voids[0].taken || out.voids[1].taken);
}

static void body_clearing(const void *self, const struct vend_record_facts *given, struct mv_record_writer *to)
{
    (void)self;
    (void)given;
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_CLEAR, 1);
    mv_record_put_number(to, MV_TAG_CLEAR, MV_CLEAR_PURCHASES, 1);
}

static void a_meter_that_forgets_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_records cleared;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[0]);
    deliver(&issued[1]);
    struct vend_record_order clear = records_order(MV_KIND_CONTROL, "clear", pan);
    clear.body = body_clearing;
    assert_ok(records_sign(world, "engineer", &clear, &cleared));
    meter.total = OPENED; /* as if it had not taken the sale */
    ask(world, "ask");
    assert_int_equal(out.void_count, 0);
}

static void a_ledger_that_is_behind_decides_nothing(void **state)
{
    struct world *world = *state;
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[1]);
    meter.sequence = 9; /* numbers that this ledger does not know */
    ask(world, "ask");
    assert_true(out.ledger_behind);
    assert_int_equal(out.void_count, 0);
}

static void another_meter_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_key key = world_key();
    struct vend_meter second;
    char other[19];
    uint8_t nonce[STORE_NONCE];
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[1]);
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    world_pan(21, other);
    assert_ok(vend_provision_meter(world->vend, &admin, other, RECORDS_DOMAIN, &RECORDS_KEYS, &second));
    records_ask(world, "ask", other, nonce);
    assert_ok(records_bring(world, other, shown(nonce), &out));
    assert_true(out.answers_last_read);
    assert_int_equal(out.void_count, 0);
    assert_ok(records_bring(world, pan, shown(nonce), &out)); /* its nonce is not this meter's */
    assert_int_equal(out.void_count, 0);
}

static void another_installation_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_records renewed;
    uint8_t nonce[STORE_NONCE];
    assert_ok(buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    struct vend_record_order reset = records_renewal("reset", pan, true);
    reset.abandons_unread = true;
    assert_ok(records_sign(world, "engineer", &reset, &renewed));
    assert_ok(records_bring(world, pan, records_shown(3, EPOCH + 1, 1), &out));
    records_ask(world, "ask", pan, nonce);
    struct records_shown what = records_shown(3, EPOCH + 1, 2);
    what.echo = nonce;
    what.taken = 3;
    assert_ok(records_bring(world, pan, what, &out));
    assert_int_equal(out.void_count, 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 0);
}

/* ---- the money of a sale ---- */
static mv_status sell(struct world *world, const char *id, int64_t money)
{
    struct vend_record_order order = records_purchase(id, pan, 0);
    order.body = body;
    order.priced = true;
    order.terminal = "till";
    order.sale = (struct vend_purchase){.money = money, .payment = VEND_PAY_CASH};
    mv_status status = records_sign(world, "seller", &order, &records);
    if (status.ok)
        remember();
    return status;
}

static mv_status reverse(struct world *world, uint64_t receipt, struct vend_claim *claim)
{
    struct vend_caller chief = world_caller("chief");
    const struct vend_reversal_request request = {
        .organisation = "shop", .terminal = "till", .receipt = receipt, .reason = "wrong meter"};
    return vend_reverse_sale(world->vend, &chief, &request, claim);
}

static int64_t balance(struct world *world)
{
    return office_number(world, "SELECT sum(balance) FROM account_tally");
}

static void a_reversal_is_good_by_the_return(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(sell(world, "r2", 115));
    assert_ok(reverse(world, 1, &claim));
    assert_false(claim.row.proven);
    assert_ok(void_one(world, "v3", 2));
    assert_int_equal(balance(world), 0);
    deliver(&issued[1]);
    ask(world, "ask");
    assert_int_equal(balance(world), 115);
    assert_int_equal(office_number(world, "SELECT count(*) FROM claim_approval"), 0);
    assert_ok(vend_approve_claim(world->vend, &officer, claim.row.id, &claim));
    assert_true(claim.row.proven);
    assert_int_equal(balance(world), 115);
    ask(world, "ask2");
    assert_int_equal(balance(world), 115);
    world_audit_verify(world);
}

static void what_is_proven_before_is_paid_at_once(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    assert_ok(sell(world, "r2", 115));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[1]);
    ask(world, "ask");
    assert_int_equal(balance(world), 0); /* nobody asked for the money yet */
    assert_ok(reverse(world, 1, &claim));
    assert_true(claim.row.proven);
    assert_true(claim.row.act > 0);
    assert_int_equal(balance(world), 115);
    assert_refused(MV_SALE_REVERSED, reverse(world, 1, &claim));
}

static void what_the_meter_has_is_for_officers(void **state)
{
    struct world *world = *state;
    struct vend_claim claim;
    struct vend_caller one = world_caller("officer1");
    struct vend_caller other = world_caller("officer2");
    assert_ok(sell(world, "r2", 115));
    assert_ok(reverse(world, 1, &claim));
    assert_ok(void_one(world, "v3", 2));
    deliver(&issued[0]);
    deliver(&issued[1]);
    ask(world, "ask");
    assert_true(out.voids[0].taken);
    assert_int_equal(balance(world), 0);
    assert_true(office_refuses(world, "INSERT INTO account_act SELECT 1,1,'x',zeroblob(32),1,9,amount,NULL,id,0,'','x',"
                                      "amount,0,0,0 FROM claim"));
    assert_ok(vend_approve_claim(world->vend, &one, claim.row.id, &claim));
    assert_ok(vend_approve_claim(world->vend, &other, claim.row.id, &claim));
    assert_int_equal(balance(world), 115);
}

/* ---- every order of things ---- */
static uint32_t random_state;

static uint32_t any(uint32_t below)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % below;
}

/* Whatever was decided holds from then on; and credit that was sold and not given back comes to the meter. */
static void check_sums(const bool *given_back, int64_t sold, int64_t back)
{
    int64_t credited = 0;
    for (uint32_t i = 1; i < MOST; i++)
        assert_false(given_back[i] && meter.credited[i]);
    credited = meter.total - OPENED;
    assert_true(credited <= sold - back);
}

static void the_sums_hold_at_every_step(void **state)
{
    struct world *world = *state;
    static bool given_back[MOST];
    static int64_t amounts[MOST];
    int64_t sold = 0, back = 0;
    unsigned decided = 0;
    char id[16];
    random_state = 20260;
    memset(given_back, 0, sizeof given_back);
    for (unsigned step = 0; step < 600 && issued_count < MOST - 8; step++) {
        (void)snprintf(id, sizeof id, "s%u", step);
        switch (any(6)) {
        case 0:
            assert_ok(buy(world, id, 100 * (1 + (int64_t)any(50))));
            amounts[records.first_sequence] = records.amount;
            sold += records.amount;
            break;
        case 1:
            if (issued_count > 0)
                (void)void_one(world, id, issued[issued_count - 1].sequence - any(3));
            break;
        case 2:
        case 3:
            if (issued_count > 0)
                deliver(&issued[issued_count - 1 - any(issued_count < 4 ? (uint32_t)issued_count : 4)]);
            break;
        default:
            ask(world, id);
            for (size_t i = 0; i < out.void_count; i++) {
                uint32_t sequence = out.voids[i].sequence;
                assert_false(given_back[sequence]);
                assert_int_equal(out.voids[i].taken, meter.credited[sequence]);
                given_back[sequence] = !out.voids[i].taken;
                back += out.voids[i].taken ? 0 : amounts[sequence];
                decided++;
            }
            break;
        }
        check_sums(given_back, sold, back);
    }
    assert_true(decided > 10);
    assert_true(back > 0);
}

/* ---- whoever writes the ledger ---- */
static void the_schema_refuses(void **state)
{
    struct world *world = *state;
    static const char end[] = "INSERT INTO record_void_end SELECT v.record, r.meter, r.epoch, r.sequence, 0 "
                              "FROM record_void v, record_return r";
    assert_ok(buy(world, "r2", 1000));
    assert_ok(buy(world, "r3", 1000));
    assert_true(office_refuses(world, "INSERT INTO record_void SELECT id, id - 1 FROM record WHERE sequence = 3"));
    assert_ok(void_one(world, "v4", 2));
    assert_true(office_refuses(world, "INSERT INTO record_void SELECT id, id FROM record WHERE sequence = 4"));
    assert_true(office_refuses(world, "INSERT OR REPLACE INTO record_void SELECT * FROM record_void"));
    assert_true(office_refuses(world, "UPDATE record_void SET voided = 3"));
    assert_true(office_refuses(world, "DELETE FROM record_void"));
    assert_ok(records_bring(world, pan, shown(NULL), &out));
    assert_true(office_refuses(world, end));
    uint8_t nonce[STORE_NONCE];
    records_ask(world, "ask", pan, nonce);
    assert_ok(records_bring(world, pan, shown(nonce), &out));
    assert_false(office_refuses(world, "INSERT INTO record_void_end SELECT v.record, r.meter, r.epoch, r.sequence, 0 "
                                       "FROM record_void v, record_return r WHERE r.sequence = 2"));
    records_ask(world, "ask2", pan, nonce);
    assert_true(office_refuses(world, end));
    deliver(&issued[2]);
    assert_ok(records_bring(world, pan, shown(nonce), &out));
    assert_int_equal(out.void_count, 1);
    assert_true(office_refuses(world, "UPDATE record_void_end SET taken = 1"));
    assert_true(office_refuses(world, "DELETE FROM record_void_end"));
    assert_true(office_refuses(world, "INSERT OR REPLACE INTO record_void_end SELECT * FROM record_void_end"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_supervisor_voids_what_no_return_shows),
        CASE(it_says_nothing_else),
        CASE(what_is_void_is_not_brought_again),
        CASE(a_return_shows_what_never_comes),
        CASE(a_replayed_return_says_the_same),
        CASE(who_was_not_asked_decides_nothing),
        CASE(a_return_without_the_void_decides_nothing),
        CASE(what_the_meter_took_in_between_stays_sold),
        CASE(of_several_nobody_knows_which),
        CASE(of_several_the_amount_tells_which),
        CASE(of_too_many_none_is_told),
        CASE(what_comes_after_a_void_counts_until_it_is_void),
        CASE(several_that_never_come),
        CASE(a_meter_that_forgets_decides_nothing),
        CASE(a_ledger_that_is_behind_decides_nothing),
        CASE(another_meter_decides_nothing),
        CASE(another_installation_decides_nothing),
        CASE(a_reversal_is_good_by_the_return),
        CASE(what_is_proven_before_is_paid_at_once),
        CASE(what_the_meter_has_is_for_officers),
        CASE(the_sums_hold_at_every_step),
        CASE(the_schema_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
