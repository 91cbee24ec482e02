/* The journal when a read fails, and when the memory holds what no commit of this firmware leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../meter-core/src/nv/check.h"
#include "../../../meter-core/src/nv/entry.h"
#include "../../../meter-core/src/nv/sink.h"
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

/* Opens with the first, the second... read failing, until none does: it is refused, or what was read is right. */
static void every_read_of_opening_fails(enum mv_result at_last)
{
    enum mv_result result = MV_STORAGE_ERROR;
    uint32_t n = 0;
    kept = bench;
    for (; bench.flash.fail_read == 0; n++) {
        bench = kept;
        bench.flash.fail_read = n + 1;
        result = bench_open(&bench);
        assert_true(result == MV_STORAGE_ERROR || result == at_last);
        assert_true(result != MV_DONE || bench_agrees(&bench));
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
    kept = bench;
    assert_int_equal(bench_open(&bench), MV_DONE);
    kept.known = bench.ram; /* without the last one */
    bench = kept;
    every_read_of_opening_fails(MV_DONE);
    bench_init(&bench, 2, SECTOR);
    every_read_of_opening_fails(MV_NOT_PROVISIONED);
}

static void tear(uint32_t sector, uint32_t unit)
{
    uint32_t n = sector * ((SECTOR + MV_NV_UNIT - 1) / MV_NV_UNIT) + unit;
    bench.flash.torn[n / 8] |= (uint8_t)(1U << n % 8);
}

/* Of the newest entry one unit cannot be read. Head or seal shows that it was sealed, and it is not passed over; a seal
 * that cannot be read is one whose power went. */
static void units_that_cannot_be_read(void **state)
{
    uint32_t first = (bench.journal.end - CONSUMPTION_ENTRY) / MV_NV_UNIT;
    enum { UNITS = CONSUMPTION_ENTRY / MV_NV_UNIT };
    kept = bench;
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        bench = kept;
        bench.flash.ecc = true;
        tear(bench.journal.sector, first + unit);
        assert_int_equal(bench_open(&bench), unit < UNITS - 1 ? MV_STORAGE_ERROR : MV_DONE);
    }
    assert_false(bench_agrees(&bench)); /* one commit less */
    bench.known = bench.ram;
    assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
    (void)state;
}

/* As many as one write tears are passed over, also by what is written next; a memory that is silent is not. */
static void rows_of_units_that_cannot_be_read(void **state)
{
    enum { ONE_WRITE = 8 };
    uint32_t free = bench.journal.end / MV_NV_UNIT;
    (void)state;
    bench.flash.ecc = true;
    for (uint32_t i = 0; i < ONE_WRITE; i++)
        tear(bench.journal.sector, free + 1 + i);
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
    tear(bench.journal.sector, free + 1 + ONE_WRITE - 1);
    tear(bench.journal.sector, free);
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

static struct mv_meter_port behind;
static uint32_t answers;

static bool read_until_silent(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    if (answers == 0)
        return false;
    answers--;
    return behind.nv_read(context, sector, offset, data, size);
}

/* The memory answers no more from the first read of opening on, the second... until the last: refused, but for the few
 * free units at the very end that it may owe. */
static void a_memory_that_falls_silent(void **state)
{
    enum { OWED = 2 * 8 /* units that one write tears, each read twice */ };
    uint32_t n = 0;
    uint32_t refused = 0;
    (void)state;
    behind = bench.port;
    kept = bench;
    for (; answers == 0; n++) {
        bench = kept;
        bench.port.nv_read = read_until_silent;
        answers = n;
        enum mv_result result = bench_open(&bench);
        assert_true(result == MV_STORAGE_ERROR || result == MV_DONE);
        assert_true(result != MV_DONE || bench_agrees(&bench));
        refused = result == MV_DONE ? refused : n;
    }
    assert_in_range(n - refused, 1, OWED);
    assert_true(n > 2 * SECTOR / MV_NV_UNIT);
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

/* ---- reads that lie ---- */

static unsigned looks;

/* From the second look at the first unit on, the memory is blank. */
static bool read_that_lies(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    looks += sector == 0 && offset == 0 && size == MV_NV_UNIT;
    if (looks < 2)
        return behind.nv_read(context, sector, offset, data, size);
    memset(data, 0xFF, size);
    return true;
}

static void what_was_found_is_not_there(void **state)
{
    (void)state;
    behind = bench.port;
    looks = 0;
    bench.port.nv_read = read_that_lies;
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
    assert_true(looks >= 2);
}

static bool decode_too_much(void *context, struct mv_nv_source *from)
{
    uint8_t bytes[128];
    (void)context;
    memset(bytes, 0xEE, sizeof bytes);
    mv_nv_get_bytes(from, bytes, sizeof bytes); /* the object has half of that */
    for (unsigned i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    assert_false(mv_nv_source_good(from));
    return true;
}

static void a_decoder_that_does_not_see_the_end(void **state)
{
    (void)state;
    struct mv_nv_object wrong = *bench.memory.groups[1].objects[0];
    const struct mv_nv_object *list[OBJECTS - 1] = {&wrong, bench.memory.groups[1].objects[1],
                                                    bench.memory.groups[1].objects[2]};
    wrong.decode = decode_too_much;
    bench.memory.groups[1].objects = list;
    assert_int_equal(bench_open(&bench), MV_STORAGE_ERROR);
}

/* ---- what was begun ---- */

static void the_first_commit_of_nothing_writes_all(void **state)
{
    (void)state;
    assert_int_equal(mv_nv_clear(&bench.journal, &bench.memory), MV_DONE);
    assert_int_equal(mv_nv_commit(&bench.journal, &bench.memory, 0), MV_DONE);
    uint32_t spent = bench.flash.spent;
    assert_int_equal(mv_nv_commit(&bench.journal, &bench.memory, 0), MV_DONE);
    assert_int_equal(bench.flash.spent, spent);
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
}

/* In the second piece of what is written at `at`: all ones, whatever is written. */
static void spoil(uint32_t at)
{
    flash_stick(&bench.flash, (struct stuck){.sector = bench.journal.sector, .at = at + MV_NV_PIECE + 3, .ones = 0xFF});
    flash_stick(&bench.flash, (struct stuck){.sector = bench.journal.sector, .at = at + MV_NV_PIECE + 4, .ones = 0xFF});
}

/* A large entry fails in two places, and there is no other sector to go to. Smaller ones then come to lie where the
 * large one would have been: a bad one, and a good one. */
static void entries_where_a_larger_one_was_begun(void **state)
{
    enum { TOKENS = 1, TWO_PIECES = 2 * MV_NV_PIECE };
    (void)state;
    uint32_t first = bench.journal.end;
    uint32_t large = mv_nv_sector_needed(&bench.memory) - 4 * CONSUMPTION_ENTRY; /* less than it takes */
    spoil(first);
    spoil(first + TWO_PIECES);
    spoil(first + 2 * TWO_PIECES);
    bench.flash.deny_erases = UINT32_MAX;
    assert_int_equal(bench_commit(&bench, TOKENS), MV_STORAGE_ERROR);
    bench.ram = bench.known;
    assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    assert_in_range(bench.journal.end, first + 3 * TWO_PIECES, first + TWO_PIECES + large);
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
    assert_true(bench.journal.end > first + TWO_PIECES + large); /* nothing is written inside */
    bench.flash.deny_erases = 0;
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
        assert_int_equal(bench_open(&bench), MV_DONE);
        assert_true(bench_agrees(&bench));
    }
    assert_false(bench.flash.misused);
}

/* Power failed in its seal. */
static void put_half_sealed(uint32_t at, uint32_t generation)
{
    uint8_t *cells = flash_sector(&bench.flash, bench.journal.sector) + at;
    const struct mv_nv_word word = {.units = CONSUMPTION_ENTRY / MV_NV_UNIT, .generation = generation};
    uint8_t *seal = cells + CONSUMPTION_ENTRY - MV_NV_SEAL;
    mv_nv_head(&word, cells);
    mv_nv_seal(&word, seal);
    memset(seal + 1, 0xFF, MV_NV_SEAL - 2);
}

/* Sealed, and then more rotted than a bit: of the newest generation, or of one that may have come after it, it may have
 * been what counts. Of an older one, or too far ahead to be of this journal, it is not. */
static void damaged_entries(void **state)
{
    static const struct {
        int32_t ahead;
        uint8_t head, seal; /* their wrong bits: three are more than rot is answered for */
        enum mv_result result;
    } cases[] = {{0, 0, 0, MV_STORAGE_ERROR}, {1, 0, 0, MV_STORAGE_ERROR},
                 {2, 0, 0, MV_STORAGE_ERROR}, {64, 0, 0, MV_STORAGE_ERROR},
                 {65, 0, 0, MV_DONE},         {-1, 0, 0, MV_DONE},
                 {1, 0, 3, MV_STORAGE_ERROR}, {1, 1, 1, MV_STORAGE_ERROR},
                 {1, 0, 7, MV_DONE},          {1, 1, 3, MV_DONE}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(state);
        uint8_t *cells = flash_sector(&bench.flash, bench.journal.sector) + bench.journal.end;
        const struct mv_nv_word word = {.units = CONSUMPTION_ENTRY / MV_NV_UNIT,
                                        .generation = bench.journal.generation + (uint32_t)cases[i].ahead};
        mv_nv_head(&word, cells);
        mv_nv_seal(&word, cells + CONSUMPTION_ENTRY - MV_NV_SEAL);
        cells[MV_NV_UNIT - 1] ^= cases[i].head;
        cells[CONSUMPTION_ENTRY - 1] ^= cases[i].seal;
        assert_int_equal(bench_open(&bench), cases[i].result);
        assert_true(cases[i].result != MV_DONE || bench_agrees(&bench));
    }
}

/* An erasure that is cut sets any bits. Whatever it makes of an older entry's head, its seal stays too far from that of
 * a generation which might count. */
static void an_erasure_makes_no_entry_newer(void **state)
{
    enum { OLDER = FLASH_SECTORS_MAX - 1, AHEAD = 64, STEP = 13 };
    (void)state;
    for (uint32_t generation = OLDER; generation <= UINT16_MAX; generation += STEP) {
        for (uint32_t later = 1; later <= OLDER + AHEAD; later++) {
            const struct mv_nv_word old = {.units = CONSUMPTION_ENTRY / MV_NV_UNIT, .generation = generation};
            const struct mv_nv_word other = {.units = old.units, .generation = generation + later};
            uint8_t seal[MV_NV_UNIT];
            uint8_t wanted[MV_NV_UNIT];
            mv_nv_seal(&old, seal);
            mv_nv_seal(&other, wanted);
            for (unsigned i = 0; i < MV_NV_UNIT; i++)
                seal[i] |= wanted[i];
            assert_in_range(mv_nv_distance(seal, wanted), 3, 8 * MV_NV_UNIT);
        }
    }
}

/* So: of the generation before, read as one 64 later, which nothing but the high bits of the seal tell apart. */
static void what_an_erasure_left_is_passed_over(void **state)
{
    (void)state;
    while (bench.journal.generation < 2)
        assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    uint8_t *cells = flash_sector(&bench.flash, 1 - bench.journal.sector);
    const struct mv_nv_word old = {.units = CONSUMPTION_ENTRY / MV_NV_UNIT, .generation = bench.journal.generation - 1};
    const struct mv_nv_word later = {.units = old.units, .generation = old.generation + 64};
    uint8_t wanted[MV_NV_UNIT];
    memset(cells, 0xFF, SECTOR);
    mv_nv_head(&later, cells);
    mv_nv_seal(&old, cells + CONSUMPTION_ENTRY - MV_NV_SEAL);
    mv_nv_seal(&later, wanted);
    for (unsigned i = 0; i < MV_NV_UNIT; i++)
        cells[CONSUMPTION_ENTRY - MV_NV_SEAL + i] |= wanted[i];
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
}

/* So many zeros of the newest seal were never written, or are lost. */
static void a_seal_with_lost_bits(void **state)
{
    for (unsigned lost = 1; lost <= 9; lost++) {
        begin(state);
        uint8_t *seal = newest() + CONSUMPTION_ENTRY - MV_NV_SEAL;
        for (unsigned bit = 0, left = lost; left > 0; bit++) {
            uint8_t mask = (uint8_t)(1U << bit % 8);
            left -= (seal[bit / 8] & mask) == 0;
            seal[bit / 8] |= mask;
        }
        assert_int_equal(bench_open(&bench), MV_DONE);
        assert_int_equal(bench_agrees(&bench), lost <= 8); /* else the one before it counts */
        assert_int_equal(bench.journal.mended, lost <= 8);
    }
}

/* Wherever power fails in it, no older generation comes to life. */
static void clearing_that_is_cut(void **state)
{
    enum { SECTORS = 3 };
    (void)state;
    bench_init(&bench, SECTORS, SECTOR);
    assert_int_equal(bench_begin(&bench), MV_DONE);
    while (bench.journal.generation < 2 * SECTORS)
        assert_int_equal(bench_commit(&bench, CONSUMPTION), MV_DONE);
    kept = bench;
    for (uint32_t cut = 0; cut <= SECTORS * SECTOR; cut += SECTOR / 8) {
        bench = kept;
        bench.flash.energy = cut;
        (void)!mv_nv_clear(&bench.journal, &bench.memory);
        flash_power_on(&bench.flash);
        enum mv_result result = bench_open(&bench);
        if (cut <= (SECTORS - 1) * SECTOR)
            assert_int_equal(result, MV_DONE);
        assert_true(result != MV_DONE || bench_agrees(&bench));
    }
    assert_int_equal(bench_open(&bench), MV_NOT_PROVISIONED);
}

/* The new generation is above all that may begin to count, in whatever order they lie there. */
static void half_sealed_entries(void **state)
{
    static const uint32_t ahead[][2] = {{0, 0}, {0, 3}, {3, 0}, {2, 2}, {5, 1}, {32, 1}};
    for (unsigned i = 0; i < sizeof ahead / sizeof ahead[0]; i++) {
        begin(state);
        uint32_t generation = bench.journal.generation;
        uint32_t sector = bench.journal.sector;
        uint32_t most = ahead[i][0] > ahead[i][1] ? ahead[i][0] : ahead[i][1];
        put_half_sealed(bench.journal.end, generation + ahead[i][0]);
        put_half_sealed(bench.journal.end + CONSUMPTION_ENTRY, generation + ahead[i][1]);
        assert_int_equal(bench_open(&bench), MV_DONE);
        assert_true(bench_agrees(&bench));
        assert_false(bench.journal.mended);
        assert_int_not_equal(bench.journal.sector, sector);
        assert_int_equal(bench.journal.generation, generation + most + 1);
        assert_int_equal(bench_open(&bench), MV_DONE);
        assert_true(bench_agrees(&bench));
    }
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

/* The published check value; and bytes by themselves give what words of them give. */
static void the_crc_is_the_usual_one(void **state)
{
    (void)state;
    const uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    uint8_t message[64];
    assert_int_equal(mv_nv_crc32_add(MV_NV_CRC32_START, digits, sizeof digits), ~UINT32_C(0xCBF43926));
    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)(i * 151 + 7);
    for (unsigned size = 0; size <= sizeof message; size++) {
        uint32_t crc = MV_NV_CRC32_START;
        for (unsigned i = 0; i < size; i++)
            crc = mv_nv_crc32_add(crc, message + i, 1);
        assert_int_equal(mv_nv_crc32_add(MV_NV_CRC32_START, message, size), crc);
    }
}

#define BEGUN(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEGUN(the_crc_is_the_usual_one),
        BEGUN(reads_fail),
        BEGUN(units_that_cannot_be_read),
        BEGUN(rows_of_units_that_cannot_be_read),
        BEGUN(a_memory_that_falls_silent),
        BEGUN(reads_of_a_commit_fail),
        BEGUN(what_no_commit_leaves),
        BEGUN(the_first_entry_is_missing),
        BEGUN(two_sectors_of_one_generation),
        BEGUN(nothing_but_damage),
        BEGUN(what_was_found_is_not_there),
        BEGUN(a_decoder_that_does_not_see_the_end),
        BEGUN(the_first_commit_of_nothing_writes_all),
        BEGUN(entries_where_a_larger_one_was_begun),
        BEGUN(damaged_entries),
        BEGUN(an_erasure_makes_no_entry_newer),
        BEGUN(what_an_erasure_left_is_passed_over),
        BEGUN(a_seal_with_lost_bits),
        BEGUN(clearing_that_is_cut),
        BEGUN(half_sealed_entries),
        BEGUN(memories_that_are_too_large),
    };
    return cmocka_run_group_tests_name("journal: edges", tests, NULL, NULL);
}
