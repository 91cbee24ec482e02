#include "meter_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct mv_meter_identity test_identity(void)
{
    return (struct mv_meter_identity){
        .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
        .key = {.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}},
        .key_type = 2,
        .key_revision = 1,
        .tariff_index = 1,
        .key_expiry = TEST_KEN,
        .supply_group = 123456,
        .measures = 1U << MV_REGISTER_ELECTRICITY | 1U << MV_REGISTER_WATER | 1U << MV_REGISTER_TIME,
    };
}

struct mv_meter_identity test_identity_misty1(void)
{
    struct mv_meter_identity identity = test_identity();
    identity.key.ea = MV_EA_MISTY1;
    for (unsigned i = 8; i < sizeof identity.key.bytes; i++)
        identity.key.bytes[i] = (uint8_t)(0x11 * i);
    return identity;
}

static void print_token(const struct mv_meter_identity *meter, const struct mv_sts_block *block, char digits[21])
{
    uint64_t bits = mv_sts_block_pack(block);
    if (block->token_class != 1)
        bits = mv_sts_encrypt(&meter->key, &mv_sta_public, bits);
    mv_sts_digits_from_block(block->token_class, bits, digits);
}

void test_token(const struct mv_meter_identity *meter, const struct mv_sts_credit *credit, char digits[21])
{
    struct mv_sts_block block;
    assert_int_equal(mv_sts_credit_pack(credit, &block), MV_DONE);
    print_token(meter, &block, digits);
}

void test_raw_token(const struct mv_meter_identity *meter, uint8_t token_class, uint8_t subclass, uint64_t content,
                    char digits[21])
{
    struct mv_sts_block block = {.token_class = token_class, .subclass = subclass, .content = content};
    print_token(meter, &block, digits);
}

void test_kwh_token(const struct mv_meter_identity *meter, uint32_t tid, uint32_t units, char digits[21])
{
    struct mv_sts_credit credit = {.subclass = 0, .random = 5, .tid = tid};
    assert_int_equal(mv_sts_amount_encode(units, &credit.amount), MV_DONE);
    test_token(meter, &credit, digits);
}

void test_manage_token(const struct mv_meter_identity *meter, uint8_t subclass, uint32_t tid, uint16_t field,
                       char digits[21])
{
    test_raw_token(meter, 2, subclass, UINT64_C(9) << 40 | (uint64_t)tid << 16 | field, digits);
}

struct mv_sts_key_change test_change(const struct mv_meter_identity *meter, uint8_t krn)
{
    struct mv_sts_key_change change;
    memset(&change, 0, sizeof change);
    change.key.ea = meter->key.ea;
    for (unsigned i = 0; i < (meter->key.ea == MV_EA_STA ? 8U : 16U); i++)
        change.key.bytes[i] = (uint8_t)(0x10U * krn + i * 7U);
    change.krn = krn;
    change.kt = 2;
    change.ti = 42;
    change.ken = 0xB7;
    change.sgc = 654321;
    return change;
}

unsigned test_key_set(const struct mv_meter_identity *meter, const struct mv_sts_key_change *change,
                      char digits[MV_KEY_SECTIONS][21])
{
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    unsigned count = 0;
    assert_int_equal(mv_sts_key_change_pack(change, blocks, &count), MV_DONE);
    for (unsigned i = 0; i < count; i++)
        print_token(meter, &blocks[i], digits[i]);
    return count;
}

struct mv_meter_identity test_changed(const struct mv_meter_identity *meter, const struct mv_sts_key_change *change)
{
    struct mv_meter_identity changed = *meter;
    bool knows_group = change->with_sgc || change->key.ea == MV_EA_MISTY1;
    changed.key = change->key;
    changed.key_type = change->kt;
    changed.key_revision = change->krn;
    changed.tariff_index = change->ti;
    changed.key_expiry = change->ken;
    changed.supply_group = knows_group ? change->sgc : MV_SGC_UNKNOWN;
    return changed;
}

/* ---- a meter on a flash ---- */

static struct fixture fixture;

int fixture_blank(void **state)
{
    struct fixture *f = &fixture;
    flash_init(&f->flash);
    f->flash.now = 1000;
    f->port = flash_port(&f->flash);
    f->identity = test_identity();
    assert_int_equal(mv_meter_open(&f->meter, &f->port, &mv_sta_public), MV_NOT_PROVISIONED);
    *state = f;
    return 0;
}

int fixture_ready(void **state)
{
    fixture_blank(state);
    assert_int_equal(mv_meter_provision(&fixture.meter, &fixture.identity, TEST_TID), MV_DONE);
    return 0;
}

void fixture_reopen(struct fixture *f)
{
    mv_meter_close(&f->meter);
    assert_int_equal(mv_meter_open(&f->meter, &f->port, &mv_sta_public), MV_DONE);
}

enum mv_result fixture_enter(struct fixture *f, const char *digits)
{
    static const struct mv_meter_answer none;
    memset(&f->answer, 0x55, sizeof f->answer);
    enum mv_result result = mv_meter_enter(&f->meter, digits, &f->answer);
    bool taken =
        result <= MV_KCT_2ND || result == MV_KCT_3RD || result == MV_KCT_4TH; /* DONE does not come, tested there */
    if (!taken)
        assert_memory_equal(&f->answer, &none, sizeof none);
    else
        assert_int_not_equal(f->answer.kind, MV_ANSWER_NONE);
    return result;
}

enum mv_result fixture_enter_kwh(struct fixture *f, uint32_t tid, uint32_t units)
{
    char digits[21];
    test_kwh_token(&f->meter.state.identity, tid, units, digits);
    return fixture_enter(f, digits);
}

enum mv_result fixture_enter_manage(struct fixture *f, uint8_t subclass, uint32_t tid, uint16_t field)
{
    char digits[21];
    test_manage_token(&f->meter.state.identity, subclass, tid, field, digits);
    return fixture_enter(f, digits);
}

void fixture_wait_out(struct fixture *f)
{
    f->flash.now += mv_meter_lockout_left(&f->meter);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
}

void check_identity(const struct mv_meter_identity *kept, const struct mv_meter_identity *given)
{
    assert_memory_equal(kept->pan, given->pan, sizeof given->pan);
    assert_int_equal(kept->key.ea, given->key.ea);
    assert_memory_equal(kept->key.bytes, given->key.bytes, sizeof given->key.bytes);
    assert_int_equal(kept->key_type, given->key_type);
    assert_int_equal(kept->key_revision, given->key_revision);
    assert_int_equal(kept->tariff_index, given->tariff_index);
    assert_int_equal(kept->key_expiry, given->key_expiry);
    assert_int_equal(kept->supply_group, given->supply_group);
    assert_int_equal(kept->measures, given->measures);
}

static bool same_identity(const struct mv_meter_identity *a, const struct mv_meter_identity *b)
{
    return memcmp(a->pan, b->pan, sizeof a->pan) == 0 && a->key.ea == b->key.ea &&
           memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0 && a->key_type == b->key_type &&
           a->key_revision == b->key_revision && a->tariff_index == b->tariff_index && a->key_expiry == b->key_expiry &&
           a->supply_group == b->supply_group && a->measures == b->measures;
}

static bool same_settings(const struct mv_meter_settings *a, const struct mv_meter_settings *b)
{
    return a->maximum_power_w == b->maximum_power_w && a->phase_unbalance_w == b->phase_unbalance_w &&
           a->tariff_rate == b->tariff_rate && a->water_factor == b->water_factor && a->tampered == b->tampered &&
           memcmp(a->extended, b->extended, sizeof a->extended) == 0 &&
           memcmp(a->flags, b->flags, sizeof a->flags) == 0;
}

bool same_state(const struct mv_meter_state *a, const struct mv_meter_state *b)
{
    return same_identity(&a->identity, &b->identity) && memcmp(a->credit, b->credit, sizeof a->credit) == 0 &&
           memcmp(a->tids, b->tids, sizeof a->tids) == 0 && a->sections.present == b->sections.present &&
           memcmp(a->sections.content, b->sections.content, sizeof a->sections.content) == 0 &&
           same_settings(&a->settings, &b->settings) && a->wrong == b->wrong;
}
