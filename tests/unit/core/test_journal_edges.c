/* The journal when a read fails, and when the memory holds what no commit of this firmware leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../meter-core/src/nv/check.h"
#include "../../../meter-core/src/nv/entry.h"
#include "journal_support.h"

enum { SECTOR = 2048, CONSUMPTION = 2, CONSUMPTION_ENTRY = 96, FORMAT_AT = 8, COUNT_AT = 9, INDEX_AT = 11, ID_AT = 12 };

static struct bench bench;
static struct bench kept;

/* Everything, then three times consumption. */
static int begin(void **state)
{
    (void)state;
    bench_init(&bench, 2, SECTOR);
    assert_int_equal(bench_begin(&bench), MV_DONE);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    return 0;
}

static uint8_t *newest(void)
{
    return flash_sector(&bench.flash, bench.journal.sector) + bench.journal.end - CONSUMPTION_ENTRY;
}

/* Changes a byte of the newest entry as if it had been committed like that. */
static void forge(unsigned at, uint8_t value)
{
    uint8_t *entry = newest();
    uint8_t *crc = entry + CONSUMPTION_ENTRY - MV_NV_SEAL - MV_NV_CRC;
    entry[at] = value;
    uint32_t sum = ~mv_nv_crc32_add(MV_NV_CRC32_START, entry, CONSUMPTION_ENTRY - MV_NV_SEAL - MV_NV_CRC);
    for (unsigned i = 0; i < MV_NV_CRC; i++)
        crc[i] = (uint8_t)(sum >> 8 * i);
}

/* Opens with the first, the second... read failing, until none does. A failure while something is mended does no harm:
 * what was read is right. */
static void every_read_of_opening_fails(enum mv_result at_last)
{
    enum mv_result result = MV_STORAGE_ERROR;
    uint32_t n = 0;
    kept = bench;
    for (; bench.flash.fail_read == 0; n++) {
        bench = kept;
        bench.flash.fail_read = n + 1;
        result = bench_open(&bench);
        assert_true(result == MV_STORAGE_ERROR || bench.flash.fail_read > 0 || bench.journal.end > 0);
    }
    assert_true(n > 100);
    assert_int_equal(result, at_last);
}

static void reads_fail(void **state)
{
    (void)state;
    every_read_of_opening_fails(MV_DONE);
    begin(state);
    newest()[0] ^= 3; /* no head: it is found by its seal */
    every_read_of_opening_fails(MV_STORAGE_ERROR);
    begin(state);
    newest()[CONSUMPTION_ENTRY - MV_NV_SEAL] = 0xFF; /* eight bits less, and then some */
    newest()[CONSUMPTION_ENTRY - MV_NV_SEAL + 1] = 0xFF;
    newest()[CONSUMPTION_ENTRY - MV_NV_SEAL + 4] = 0xFF;
    newest()[CONSUMPTION_ENTRY - MV_NV_SEAL + 5] = 0xFF;
    every_read_of_opening_fails(MV_DONE);
    bench_init(&bench, 2, SECTOR);
    every_read_of_opening_fails(MV_NOT_PROVISIONED);
}

static void reads_of_a_commit_fail(void **state)
{
    (void)state;
    uint32_t n = 0;
    kept = bench;
    for (; bench.flash.fail_read == 0; n++) {
        bench = kept;
        bench.flash.fail_read = n + 1;
        (void)bench_commit(&bench, CONSUMPTION);
        uint32_t left = bench.flash.fail_read;
        bench.flash.fail_read = 0;
        assert_int_equal(bench_open(&bench), MV_DONE);
        assert_true(bench_agrees(&bench));
        bench.flash.fail_read = left;
    }
    assert_true(n > CONSUMPTION_ENTRY / MV_NV_UNIT);
}

static void what_no_commit_leaves(void **state)
{
    static const struct {
        unsigned at;
        uint8_t value;
        enum mv_result result;
    } forgeries[] = {
        {FORMAT_AT, MV_NV_FORMAT + 1, MV_OTHER_FORMAT}, /* of the journal */
        {COUNT_AT, 2, MV_OTHER_FORMAT},                 /* zeros are no object */
        {INDEX_AT, 4, MV_STORAGE_ERROR},                /* one is missing before it */
        {INDEX_AT, 1, MV_STORAGE_ERROR},                /* an older one */
        {INDEX_AT, 2, MV_DONE},                         /* the same again */
        {ID_AT, 30, MV_OTHER_FORMAT},                   /* an object that is not known */
        {ID_AT + 1, 200, MV_OTHER_FORMAT},              /* in another form */
    };
    for (unsigned i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        begin(state);
        forge(forgeries[i].at, forgeries[i].value);
        assert_int_equal(bench_open(&bench), forgeries[i].result);
    }
    begin(state);
    forge(ID_AT, bench_id(0)); /* larger than the entry */
    forge(ID_AT + 1, 4);
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

static void the_first_entry_is_missing(void **state)
{
    (void)state;
    memset(flash_sector(&bench.flash, bench.journal.sector), 0xFF, bench.journal.end - CONSUMPTION_ENTRY);
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

static void two_sectors_of_one_generation(void **state)
{
    (void)state;
    memcpy(flash_sector(&bench.flash, 1), flash_sector(&bench.flash, 0), SECTOR);
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

static void nothing_but_damage(void **state)
{
    (void)state;
    uint8_t *cells = flash_sector(&bench.flash, bench.journal.sector);
    memset(cells + bench.journal.end - 3 * (size_t)CONSUMPTION_ENTRY, 0xFF, 3 * (size_t)CONSUMPTION_ENTRY);
    cells[100] ^= 3;
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

static void memories_that_are_too_large(void **state)
{
    static struct mv_nv_object many[12];
    const struct mv_nv_object *list[12];
    (void)state;
    bench.port.sector_size = MV_NV_SECTOR_MAX + 1;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    bench.port.sector_size = MV_NV_SECTOR_MAX;
    for (unsigned i = 0; i < 12; i++) {
        many[i] = (struct mv_nv_object){.id = (uint8_t)(10 + i), .form = 1, .size = MV_NV_OBJECT_MAX};
        list[i] = &many[i];
    }
    bench.memory.groups[1].objects = list;
    bench.memory.groups[1].count = 12;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    bench.memory.groups[0].count = bench.memory.groups[1].count = 0;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
}

#define BEGUN(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEGUN(reads_fail),
        BEGUN(reads_of_a_commit_fail),
        BEGUN(what_no_commit_leaves),
        BEGUN(the_first_entry_is_missing),
        BEGUN(two_sectors_of_one_generation),
        BEGUN(nothing_but_damage),
        BEGUN(memories_that_are_too_large),
    };
    return cmocka_run_group_tests_name("journal: edges", tests, NULL, NULL);
}
