/* The meter and its memory: stuck cells, rot, two or more sectors of one entry or two, what another firmware left,
 * ports that lack something, meters that were never opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../meter-core/src/meter/store.h"
#include "meter_support.h"

/* Bytes of a commit of the token engine alone: its entry, of which the seal is the last 8. */
enum { ENTRY = 512, SEAL = 8, BODY = ENTRY - SEAL };
enum { TOKENS = 40, SECTORS = 4 };

static uint8_t *newest(struct fixture *f)
{
    return flash_sector(&f->flash, f->meter.journal.sector) + f->meter.journal.end - ENTRY;
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
    flash_init_as(&f->flash, sectors, slots * ENTRY);
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
    assert_false(f->flash.misused);
}

static void sectors_are_used_in_turn(void **state)
{
    for (uint32_t sectors = 2; sectors <= SECTORS; sectors++) {
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
    static const uint32_t places[] = {0, 300, BODY - 1, BODY, ENTRY - 1};
    for (uint32_t sectors = 2; sectors <= SECTORS; sectors++) {
        for (uint32_t slot = 0; slot < 2 * sectors; slot++) {
            for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
                struct fixture *f = blank(state, sectors, 2);
                uint32_t at = slot % 2 * ENTRY + places[i];
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
    static const uint32_t places[] = {0, 7, BODY - 1, BODY + 3, ENTRY - 1};
    for (uint32_t sectors = 2; sectors <= SECTORS; sectors++) {
        for (uint32_t slot = 0; slot < 2 * sectors; slot++) {
            for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
                struct fixture *f = blank(state, sectors, 2);
                uint32_t at = slot % 2 * ENTRY + places[i];
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
            if (bad != f->meter.journal.sector || slot != (f->meter.journal.end / ENTRY - 1))
                flash_stick(&f->flash, (struct stuck){.sector = bad, .at = slot * ENTRY + 9, .zeros = 1});
        }
        lives(f, 2);
    }
}

/* Of two there is none: the meter refuses, keeps what it has, and never touches the sector with its newest record. */
static void a_bad_sector_of_two(void **state)
{
    struct fixture *f = blank(state, 2, 1);
    provision(f);
    uint32_t good = f->meter.journal.sector;
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
    f->flash.deny_erases =
        (uint8_t)(1U << (f->meter.journal.sector + 1) % 3); /* the next one: the one after it will do */
    lives(f, 1);
}

/* No token brings it, and sums are only looked at for being too large. */
static void credit_below_nothing_is_no_state(void **state)
{
    struct fixture *f = blank(state, 2, 2);
    provision(f);
    f->meter.state.credit[MV_REGISTER_WATER] = -1;
    assert_int_equal(mv_store_commit(&f->meter), MV_DONE);
    assert_int_equal(reopen(f), MV_STORAGE_ERROR);
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
    assert_int_equal(f->flash.writes, 3); /* a few places are tried, not all */
    f->flash.deny_writes = false;
    assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[0], 100);
}

/* The memory as it was before a bit was turned over. */
static struct flash before;

/* Every single bit that rots is mended, and written anew: the next one finds nothing wrong. */
static void one_bit_rots(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    struct mv_meter_state kept = f->meter.state;
    struct mv_nv_journal place = f->meter.journal;
    before = f->flash;
    for (uint32_t bit = 0; bit < 8 * place.end; bit++) {
        f->flash = before;
        flash_rot(&f->flash, place.sector, bit);
        assert_int_equal(reopen(f), MV_DONE);
        assert_true(same_state(&f->meter.state, &kept));
        assert_int_equal(f->meter.journal.generation, place.generation + 1);
        uint32_t spent = f->flash.spent;
        fixture_reopen(f);
        assert_true(same_state(&f->meter.state, &kept));
        assert_int_equal(f->flash.spent, spent);
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
    }
}

/* No two bits of the newest entry lead back to the one before: a token would count again. */
static void two_bits_rot(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    struct mv_nv_journal place = f->meter.journal;
    uint32_t first_bit = 8 * (place.end - ENTRY);
    unsigned refused = 0;
    before = f->flash;
    for (uint32_t first = 0; first < 8 * ENTRY; first += first < 64 ? 1 : 37) {
        for (uint32_t second = first + 1; second < 8 * ENTRY; second += second < 64 || second >= 8 * BODY ? 1 : 101) {
            f->flash = before;
            flash_rot(&f->flash, place.sector, first_bit + first);
            flash_rot(&f->flash, place.sector, first_bit + second);
            enum mv_result result = reopen(f);
            if (result == MV_STORAGE_ERROR && second < 8 * BODY) {
                refused++;
                continue;
            }
            assert_int_equal(result, MV_DONE); /* one of them in the seal, or both */
            assert_true(second >= 8 * BODY);
            assert_int_equal(f->meter.state.credit[0], 500);
        }
    }
    assert_true(refused > 1000);
}

/* Nor does a third one in the head and the seal, which both say where the entry is. */
static void a_refusal_stands(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t *record = newest(f);
    record[100] ^= 1;
    record[300] ^= 1;
    uint32_t spent = f->flash.spent;
    assert_int_equal(reopen(f), MV_STORAGE_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_lockout_left(&f->meter), 0);
    assert_int_equal(f->flash.spent, spent);
    record[300] ^= 1; /* it was a glitch: one is left */
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 500);
}

/* What lies in other sectors was copied: it may rot. */
static void old_damage_does_not_matter(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 1; i <= 2; i++)
        assert_int_equal(fixture_enter_kwh(f, TEST_TID + i, 5), MV_ACCEPT);
    uint32_t old = 1 - f->meter.journal.sector;
    uint32_t spent = f->flash.spent;
    for (unsigned bit = 0; bit < 8 * 2 * ENTRY; bit++) {
        flash_rot(&f->flash, old, bit);
        flash_rot(&f->flash, old, (bit + 1000) % (16 * ENTRY));
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 1000);
        flash_rot(&f->flash, old, bit);
        flash_rot(&f->flash, old, (bit + 1000) % (16 * ENTRY));
    }
    assert_int_equal(f->flash.spent, spent);
}

/* A newest entry that reads wrongly for a moment must not get another one beside it, which would take its place after
 * the next start. */
static void a_glitch_loses_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    uint8_t *record = newest(f);
    record[300] ^= 12;
    assert_int_equal(reopen(f), MV_STORAGE_ERROR);
    assert_int_equal(mv_meter_tamper(&f->meter), MV_STORAGE_ERROR);
    record[300] ^= 12;
    fixture_reopen(f);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 2, 1), MV_ACCEPT);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 600);
}

/* An entry that lost its power before the seal does not count, nor does it begin to when a bit of its seal rots. */
static void an_unsealed_entry_does_not_count(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    uint32_t sector = f->meter.journal.sector;
    uint32_t seal = f->meter.journal.end + BODY;
    f->flash.energy = BODY;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 0);
    before = f->flash;
    for (uint32_t bit = 0; bit < 8 * SEAL; bit++) {
        f->flash = before;
        flash_rot(&f->flash, sector, 8 * seal + bit);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 0);
        assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
        fixture_reopen(f);
        assert_int_equal(f->meter.state.credit[0], 500);
    }
}

/* A seal of which too little was written leaves its sector at once: rot might make it whole. */
static void half_a_seal_is_left_behind(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    uint32_t sector = f->meter.journal.sector;
    uint32_t seal = f->meter.journal.end + BODY;
    f->flash.energy = BODY + 2;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    flash_power_on(&f->flash);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 0);
    assert_int_not_equal(f->meter.journal.sector, sector);
    memset(flash_sector(&f->flash, sector) + seal + 4, 0, 4);
    fixture_reopen(f);
    assert_int_equal(f->meter.state.credit[0], 0);
}

/* What firmware before the journal left: records of 512 bytes with a number and its complement at their end. */
static void the_old_format_is_another_one(void **state)
{
    static const uint8_t mark[] = {'M', 'V', 'S', 3};
    struct mv_meter_answer answer;
    for (uint32_t slot = 0; slot < 4; slot++) {
        struct fixture *f = blank(state, 2, 2);
        uint8_t *record = flash_sector(&f->flash, slot / 2) + (size_t)(slot % 2) * 512;
        memset(record, 0x21, 504);
        memcpy(record, mark, sizeof mark);
        memset(record + 504, 0, 4);
        assert_int_equal(reopen(f), MV_OTHER_FORMAT);
        assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_OTHER_FORMAT);
        assert_int_equal(mv_meter_enter(&f->meter, "56493153725450313471", &answer), MV_OTHER_FORMAT);
        assert_int_equal(mv_meter_tick(&f->meter), MV_OTHER_FORMAT);
        assert_int_equal(erases(f), 0);
        record[504] = 1; /* never finished */
        assert_int_equal(reopen(f), MV_NOT_PROVISIONED);
        record[504] = 0;
        record[0] = 'X';
        assert_int_equal(reopen(f), MV_NOT_PROVISIONED);
    }
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
            if (sector != f->meter.journal.sector || at >= ENTRY)
                assert_int_equal(flash_sector(&f->flash, sector)[at], 0xFF);
        }
    }
    fixture_blank(state);
    f->flash.deny_erases = 2;
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_STORAGE_ERROR);
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
    bad[1].sector_size = ENTRY - 1;
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
        READY(credit_below_nothing_is_no_state),
        READY(the_port_has_the_last_word),
        READY(one_bit_rots),
        READY(two_bits_rot),
        READY(a_refusal_stands),
        READY(old_damage_does_not_matter),
        READY(a_glitch_loses_nothing),
        READY(an_unsealed_entry_does_not_count),
        READY(half_a_seal_is_left_behind),
        READY(the_old_format_is_another_one),
        READY(provisioning_clears_the_memory),
        READY(a_sector_that_cannot_be_read),
        READY(closing_forgets_the_key),
        READY(ports_that_lack_something),
    };
    return cmocka_run_group_tests_name("meter: memory", tests, NULL, NULL);
}
