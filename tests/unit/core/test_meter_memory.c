/* The meter and its memory: stuck cells, rot, two or more sectors of one or two slots, what another firmware left, the
 * last sequence number, ports that lack something, meters that were never opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meter_support.h"
#include "record.h"

enum { TOKENS = 40 };

static uint8_t *newest(struct fixture *f)
{
    return f->flash.bytes[f->meter.sector] + (size_t)f->meter.slot * MV_METER_RECORD_SIZE;
}

static enum mv_result reopen(struct fixture *f)
{
    mv_meter_close(&f->meter);
    return mv_meter_open(&f->meter, &f->port, &mv_sta_public);
}

/* A blank memory of that size. */
static struct fixture *blank(void **state, uint32_t sectors, uint32_t slots)
{
    fixture_blank(state);
    struct fixture *f = *state;
    f->flash.sectors = sectors;
    f->flash.sector_size = slots * MV_METER_RECORD_SIZE;
    f->port = flash_port(&f->flash);
    assert_int_equal(reopen(f), MV_NOT_PROVISIONED);
    return f;
}

static void provision(struct fixture *f)
{
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    memset(f->flash.erases, 0, sizeof f->flash.erases);
    f->flash.writes = 0;
}

static unsigned erases(const struct fixture *f)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < FLASH_SECTORS_MAX; i++)
        sum += f->flash.erases[i];
    return sum;
}

/* Every token is taken, also after restarts, and each write costs `at_most` erasures. */
static void lives(struct fixture *f, unsigned at_most)
{
    for (uint32_t i = 1; i <= TOKENS; i++) {
        unsigned before = erases(f);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + i, 1), MV_ACCEPT);
        assert_true(erases(f) - before <= at_most);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 100 * i);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + i, 1), MV_USED_ERROR);
    }
    assert_false(f->flash.double_writes);
}

static void sectors_are_used_in_turn(void **state)
{
    for (uint32_t sectors = 2; sectors <= FLASH_SECTORS_MAX; sectors++) {
        for (uint32_t slots = 1; slots <= 2; slots++) {
            struct fixture *f = blank(state, sectors, slots);
            provision(f);
            lives(f, 1);
            for (uint32_t i = 0; i < sectors; i++)
                assert_in_range(f->flash.erases[i], TOKENS / (sectors * slots) - 1, TOKENS / (sectors * slots) + 1);
        }
    }
}

/* One cell that does not erase, anywhere: its slot is lost, nothing else. */
static void a_cell_stuck_at_zero(void **state)
{
    static const uint32_t places[] = {0, 300, MV_RECORD_BODY - 1, MV_RECORD_BODY, MV_METER_RECORD_SIZE - 1};
    for (uint32_t sectors = 2; sectors <= FLASH_SECTORS_MAX; sectors++) {
        for (uint32_t slot = 0; slot < 2 * sectors; slot++) {
            for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
                struct fixture *f = blank(state, sectors, 2);
                uint32_t at = slot % 2 * MV_METER_RECORD_SIZE + places[i];
                flash_stick(&f->flash, (struct stuck){.sector = slot / 2, .at = at, .zeros = 0x10});
                provision(f);
                lives(f, 1);
            }
        }
    }
}

/* One that cannot be written shows when the record is read back. */
static void a_cell_stuck_at_one(void **state)
{
    static const uint32_t places[] = {0, 7, MV_RECORD_BODY - 1, MV_RECORD_BODY + 3, MV_METER_RECORD_SIZE - 1};
    for (uint32_t sectors = 2; sectors <= FLASH_SECTORS_MAX; sectors++) {
        for (uint32_t slot = 0; slot < 2 * sectors; slot++) {
            for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
                struct fixture *f = blank(state, sectors, 2);
                uint32_t at = slot % 2 * MV_METER_RECORD_SIZE + places[i];
                flash_stick(&f->flash, (struct stuck){.sector = slot / 2, .at = at, .ones = 0xFF});
                provision(f);
                lives(f, 1);
            }
        }
    }
}

/* A whole sector that is bad: with three there is another one, and each write erases the bad one at most once more. */
static void a_bad_sector_of_three(void **state)
{
    for (uint32_t bad = 0; bad < 3; bad++) {
        struct fixture *f = blank(state, 3, 2);
        provision(f);
        for (uint32_t slot = 0; slot < 2; slot++) {
            if (bad != f->meter.sector || slot != f->meter.slot)
                flash_stick(&f->flash,
                            (struct stuck){.sector = bad, .at = slot * MV_METER_RECORD_SIZE + 9, .zeros = 1});
        }
        lives(f, 2);
    }
}

/* Of two there is none: the meter refuses, keeps what it has, and never touches the sector with its newest record. */
static void a_bad_sector_of_two(void **state)
{
    struct fixture *f = blank(state, 2, 1);
    provision(f);
    uint32_t good = f->meter.sector;
    flash_stick(&f->flash, (struct stuck){.sector = 1 - good, .at = 9, .zeros = 1});
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 1, digits);
    for (unsigned i = 1; i <= 5; i++) {
        assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
        assert_int_equal(f->flash.erases[1 - good], i);
        assert_int_equal(f->flash.erases[good], 0);
    }
    fixture_reopen(f);
    check_identity(&f->meter.state.identity, &f->identity);
    assert_int_equal(fixture_enter(f, "56493153725450313471"), MV_ACCEPT); /* class 1 */
}

static void a_sector_that_does_not_erase(void **state)
{
    struct fixture *f = blank(state, 2, 2);
    provision(f);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
    f->flash.deny_erases = 3;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 2, 1), MV_STORAGE_ERROR); /* blank, but on its word alone */
    f->flash.deny_erases = 0;
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 100);
    f = blank(state, 3, 2);
    provision(f);
    f->flash.deny_erases = (uint8_t)(1U << (f->meter.sector + 1) % 3); /* the next one: the one after it will do */
    lives(f, 1);
}

/* Bytes that came out right do not count while the port says that they are not durable. */
static void the_port_has_the_last_word(void **state)
{
    struct fixture *f = blank(state, 2, 2);
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 1, digits);
    provision(f);
    f->flash.deny_writes = true;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    assert_int_equal(f->flash.writes, 2); /* one more place is tried, not all */
    f->flash.deny_writes = false;
    assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[0], 100);
}

/* No single bit that rots in the newest record leads back to the one before: a token would count again. */
static void damage_is_noticed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t *record = newest(f);
    for (unsigned bit = 0; bit < 8 * MV_METER_RECORD_SIZE; bit++) {
        record[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum mv_result result = reopen(f);
        if (bit < 8 * MV_RECORD_BODY) {
            assert_int_equal(result, MV_STORAGE_ERROR);
            assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_STORAGE_ERROR);
            assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
            assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
        } else {
            assert_int_equal(result, MV_DONE);
            assert_int_equal(f->meter.state.credit[0], 500);
        }
        record[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 500);
}

/* What is older may rot: it is not asked. */
static void old_damage_does_not_matter(void **state)
{
    struct fixture *f = *state;
    uint8_t *old = newest(f);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    for (unsigned bit = 0; bit < 8 * MV_METER_RECORD_SIZE; bit++) {
        old[bit / 8] ^= (uint8_t)(1U << bit % 8);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 500);
        old[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* A newest record that reads wrongly for a moment must not get a second one of its number beside it, which would take
 * its place after the next start. */
static void a_glitch_loses_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t *record = newest(f);
    record[300] ^= 4;
    assert_int_equal(reopen(f), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_tamper(&f->meter), MV_STORAGE_ERROR);
    record[300] ^= 4;
    fixture_reopen(f);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 2, 1), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 600);
}

/* Two records of one number: what was written and read back, and one that lost its power before the seal. */
static void an_unsealed_record_does_not_count(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    uint8_t *sealed = newest(f) + MV_METER_RECORD_SIZE; /* of the next record */
    f->flash.energy = MV_RECORD_BODY;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 0);
    uint32_t sequence = f->meter.state.sequence;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 2, 7), MV_ACCEPT);
    assert_int_equal(f->meter.state.sequence, sequence + 1);
    for (unsigned bit = 0; bit < 8 * MV_RECORD_SEAL; bit++) { /* nor does it begin to */
        sealed[MV_RECORD_BODY + bit / 8] ^= (uint8_t)(1U << bit % 8);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 700);
        sealed[MV_RECORD_BODY + bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* A record that went to a second place counts there, when the first one held a whole body too. */
static void the_second_place_mends_the_first(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t record[MV_METER_RECORD_SIZE];
    memcpy(record, newest(f), sizeof record);
    for (uint32_t sector = 0; sector < FLASH_SECTORS; sector++)
        memcpy(f->flash.bytes[sector], record, sizeof record);
    for (uint32_t sector = 0; sector < FLASH_SECTORS; sector++) {
        f->flash.bytes[sector][77] ^= 1;
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 500);
        f->flash.bytes[sector][77] ^= 1;
    }
}

/* Another firmware's record, newer than all of ours or alone. */
static void put_foreign(struct fixture *f, uint32_t sector, uint32_t sequence, uint8_t *to)
{
    static const uint8_t mark[] = {'O', 'L', 'D', '1'};
    uint32_t crc = UINT32_MAX;
    uint8_t *record = f->flash.bytes[sector];
    struct mv_meter_state state = {.sequence = sequence};
    mv_record_encode(&state, record);
    memcpy(record, mark, sizeof mark);
    for (unsigned bit = 0; bit < 8 * (MV_RECORD_BODY - 4); bit++) {
        crc ^= (uint32_t)(record[bit / 8] >> bit % 8 & 1);
        crc = (crc >> 1) ^ (UINT32_C(0xEDB88320) & (0U - (crc & 1U)));
    }
    for (unsigned i = 0; i < 4; i++)
        record[MV_RECORD_BODY - 4 + i] = (uint8_t)(~crc >> (24 - 8 * i));
    memcpy(to, record, MV_METER_RECORD_SIZE);
}

static void another_firmware_is_no_blank_memory(void **state)
{
    struct fixture *f = blank(state, 2, 2);
    uint8_t foreign[MV_METER_RECORD_SIZE];
    struct mv_meter_answer answer;
    put_foreign(f, 1, 7, foreign);
    assert_int_equal(reopen(f), MV_OTHER_FORMAT);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_OTHER_FORMAT);
    assert_int_equal(mv_meter_enter(&f->meter, "56493153725450313471", &answer), MV_OTHER_FORMAT);
    assert_int_equal(mv_meter_tick(&f->meter), MV_OTHER_FORMAT);
    assert_memory_equal(f->flash.bytes[1], foreign, sizeof foreign);
    assert_int_equal(erases(f), 0);
    f->flash.bytes[1][100] ^= 1; /* sealed, of no form: damaged */
    assert_int_equal(reopen(f), MV_STORAGE_ERROR);
    memset(f->flash.bytes[1] + MV_RECORD_BODY, 0xFF, MV_RECORD_SEAL); /* never finished */
    assert_int_equal(reopen(f), MV_NOT_PROVISIONED);
}

static void only_a_newer_foreign_record_counts(void **state)
{
    struct fixture *f = blank(state, 2, 1);
    uint8_t foreign[MV_METER_RECORD_SIZE];
    provision(f);
    for (unsigned i = 1; i <= 4; i++)
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + i, 1), MV_ACCEPT);
    put_foreign(f, 1 - f->meter.sector, f->meter.state.sequence - 1, foreign);
    assert_int_equal(reopen(f), MV_DONE);
    put_foreign(f, 1 - f->meter.sector, f->meter.state.sequence + 1, foreign);
    assert_int_equal(reopen(f), MV_OTHER_FORMAT);
}

/* Whatever a broken production run left. */
static void provisioning_clears_the_memory(void **state)
{
    struct fixture *f = *state;
    memset(f->flash.bytes, 0x5A, sizeof f->flash.bytes);
    assert_int_equal(reopen(f), MV_NOT_PROVISIONED);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    for (uint32_t sector = 0; sector < FLASH_SECTORS; sector++) {
        for (uint32_t at = 0; at < FLASH_SECTOR_SIZE; at++) {
            if (sector != f->meter.sector || at / MV_METER_RECORD_SIZE != f->meter.slot)
                assert_int_equal(f->flash.bytes[sector][at], 0xFF);
        }
    }
    fixture_blank(state);
    f->flash.deny_erases = 2;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
}

static void the_last_sequence_number(void **state)
{
    struct fixture *f = *state;
    f->meter.state.sequence = UINT32_MAX - 2;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 1), MV_ACCEPT);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 2, 1), MV_ACCEPT);
    uint32_t spent = f->flash.spent;
    for (unsigned i = 0; i < 3; i++) {
        fixture_reopen(f);
        assert_int_equal(f->meter.state.sequence, UINT32_MAX);
        assert_int_equal(f->meter.state.credit[0], 200);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 3, 1), MV_STORAGE_ERROR);
    }
    assert_int_equal(f->flash.spent, spent);
}

/* The records that could be read are no state to go on with. */
static void a_sector_that_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    for (int sector = 0; sector < FLASH_SECTORS; sector++) {
        f->flash.fail_sector = sector;
        assert_int_equal(reopen(f), MV_STORAGE_ERROR);
        assert_false(f->meter.loaded);
        assert_int_equal(f->meter.state.identity.key.bytes[0], 0);
        assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
        assert_int_equal(mv_meter_tick(&f->meter), MV_STORAGE_ERROR);
    }
    f->flash.fail_sector = -1;
    assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
}

static void closing_forgets_the_key(void **state)
{
    static const struct mv_meter_state none;
    struct fixture *f = *state;
    mv_meter_close(&f->meter);
    assert_false(f->meter.loaded);
    assert_memory_equal(&f->meter.state, &none, sizeof none);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
}

/* Whatever does not open is as good as no meter. */
static void is_no_meter(const struct fixture *f, const struct mv_meter_port *port, const struct mv_sta_tables *tables)
{
    struct mv_meter meter;
    struct mv_meter_answer answer;
    memset(&meter, 0x55, sizeof meter);
    assert_int_equal(mv_meter_open(&meter, port, tables), MV_RANGE_ERROR);
    assert_int_equal(mv_meter_enter(&meter, "56493153725450313471", &answer), MV_NOT_PROVISIONED);
    assert_int_equal(answer.kind, MV_ANSWER_NONE);
    assert_int_equal(mv_meter_tick(&meter), MV_NOT_PROVISIONED);
    assert_int_equal(mv_meter_tamper(&meter), MV_NOT_PROVISIONED);
    assert_int_equal(mv_meter_lockout_left(&meter), 0);
    assert_int_equal(mv_meter_provision(&meter, &f->identity, TEST_TID), MV_RANGE_ERROR);
    mv_meter_close(&meter);
    assert_int_equal(mv_meter_enter(&meter, "56493153725450313471", &answer), MV_NOT_PROVISIONED);
}

static void ports_that_lack_something(void **state)
{
    struct fixture *f = *state;
    struct mv_meter_port bad[7];
    for (unsigned i = 0; i < 7; i++)
        bad[i] = f->port;
    bad[0].sectors = MV_METER_MIN_SECTORS - 1;
    bad[1].sector_size = MV_METER_RECORD_SIZE - 1;
    bad[2].seconds = NULL;
    bad[3].nv_read = NULL;
    bad[4].nv_write = NULL;
    bad[5].nv_erase = NULL;
    bad[6].sectors = 0;
    for (unsigned i = 0; i < 7; i++)
        is_no_meter(f, &bad[i], &mv_sta_public);
    is_no_meter(f, &f->port, NULL);
}

#define READY(test) cmocka_unit_test_setup(test, fixture_ready)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(sectors_are_used_in_turn),
        READY(a_cell_stuck_at_zero),
        READY(a_cell_stuck_at_one),
        READY(a_bad_sector_of_three),
        READY(a_bad_sector_of_two),
        READY(a_sector_that_does_not_erase),
        READY(the_port_has_the_last_word),
        READY(damage_is_noticed),
        READY(old_damage_does_not_matter),
        READY(a_glitch_loses_nothing),
        READY(an_unsealed_record_does_not_count),
        READY(the_second_place_mends_the_first),
        READY(another_firmware_is_no_blank_memory),
        READY(only_a_newer_foreign_record_counts),
        READY(provisioning_clears_the_memory),
        READY(the_last_sequence_number),
        READY(a_sector_that_cannot_be_read),
        READY(closing_forgets_the_key),
        READY(ports_that_lack_something),
    };
    return cmocka_run_group_tests_name("meter: memory", tests, NULL, NULL);
}
