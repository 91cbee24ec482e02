/* The journal of several objects: commits are whole or not there wherever power fails, rot of a bit is mended and more
 * is refused, wear is even, and what does not belong is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "journal_support.h"
#include "random64.h"

/* Room for two times everything and some commits. */
enum { SECTOR = 2048, STEPS = 24, ALL = (1 << OBJECTS) - 1, TWO_BITS = 10000 };

static struct bench bench;
static struct bench kept;

static int begin(void **state)
{
    (void)state;
    bench_init(&bench, 2, SECTOR);
    assert_int_equal(bench_open(&bench), MV_NOT_PROVISIONED);
    assert_int_equal(bench_begin(&bench), MV_DONE);
    return 0;
}

static void reopen(void)
{
    assert_int_equal(bench_open(&bench), MV_DONE);
    assert_true(bench_agrees(&bench));
}

/* Which objects the n-th step writes: mostly consumption, sometimes tokens, now and then several. */
static unsigned mask_of(unsigned step)
{
    static const unsigned masks[] = {2, 2, 1, 2, 6, 2, 2, 9, 2, 3, 2, 15};
    return masks[step % (sizeof masks / sizeof masks[0])];
}

static void commits_are_found_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(bench_commit(&bench, mask_of(i)), MV_DONE);
        if (i % 7 == 0)
            reopen();
    }
    reopen();
    assert_false(bench.flash.misused);
}

/* ---- power ---- */

static const uint8_t torn[] = {0xFF, 0x00, 0x0F, 0xA5};
static uint64_t cases;

static void go_on(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        if (bench_commit(&bench, mask_of(i)) != MV_DONE)
            return;
    }
}

/* Every byte that is written or erased, torn in four ways, the port's calls once or twice: then either the commit is
 * there or it is not, for good, and the journal goes on. */
static void cut_everywhere(bool repeat, uint64_t scatter)
{
    kept = bench;
    kept.flash.repeat = repeat;
    kept.flash.scatter = scatter;
    kept.flash.spent = 0;
    bench = kept;
    go_on(0, STEPS);
    uint32_t total = bench.flash.spent;
    assert_in_range(bench.flash.erases[0] + bench.flash.erases[1], 4, STEPS);
    for (uint32_t cut = 0; cut < total; cut += CUT_STEP) {
        for (unsigned t = 0; t < sizeof torn; t++) {
            bench = kept;
            bench.flash.energy = cut;
            bench.flash.last_byte = torn[t];
            bench.flash.scatter += scatter * (cut + t);
            go_on(0, STEPS);
            assert_true(bench.unsure);
            flash_power_on(&bench.flash);
            reopen();
            struct objects now = bench.known;
            reopen();
            assert_memory_equal(&now, &bench.known, sizeof now);
            assert_int_equal(bench_commit(&bench, 1 + t), MV_DONE);
            reopen();
            cases++;
        }
    }
    assert_false(bench.flash.misused);
}

static void a_cut_anywhere(void **state)
{
    (void)state;
    cut_everywhere(false, 0);
}

static void a_cut_of_calls_that_are_repeated(void **state)
{
    (void)state;
    cut_everywhere(true, 0);
}

static void a_cut_that_leaves_any_mixture(void **state)
{
    (void)state;
    cut_everywhere(false, 0x5363617474657221);
}

/* While a rotten bit is mended, too. */
static void a_cut_while_mending(void **state)
{
    (void)state;
    go_on(0, 3);
    flash_rot(&bench.flash, bench.journal.sector, 8 * 300 + 3);
    kept = bench;
    reopen();
    uint32_t total = bench.flash.spent - kept.flash.spent;
    assert_true(total > SECTOR);
    for (uint32_t cut = 0; cut < total; cut++) {
        bench = kept;
        bench.flash.energy = cut;
        bench.flash.last_byte = torn[cut % sizeof torn];
        enum mv_result result = bench_open(&bench); /* what was read is right, also when it could not be moved */
        assert_true(result == MV_DONE || result == MV_STORAGE_ERROR);
        flash_power_on(&bench.flash);
        reopen();
        assert_int_equal(bench_commit(&bench, 2), MV_DONE);
        reopen();
        cases++;
    }
}

/* ---- rot ---- */

static void one_bit_rots(void **state)
{
    (void)state;
    go_on(0, 5);
    kept = bench;
    for (uint32_t bit = 0; bit < 8 * kept.journal.end; bit++) {
        bench = kept;
        flash_rot(&bench.flash, kept.journal.sector, bit);
        reopen();
        assert_int_equal(bench.journal.generation, kept.journal.generation + 1);
        uint32_t spent = bench.flash.spent;
        reopen();
        assert_int_equal(bench.flash.spent, spent);
        cases++;
    }
}

/* Anywhere in what was committed: refused, or right. Two of one entry's bits outside of its seal are refused. */
static void two_bits_rot(void **state)
{
    (void)state;
    unsigned refused = 0;
    go_on(0, 5);
    kept = bench;
    const uint32_t bits = 8 * kept.journal.end;
    for (unsigned i = 0; i < TWO_BITS; i++) {
        bench = kept;
        uint32_t a = (uint32_t)random64(&kept.random) % bits;
        uint32_t b = (uint32_t)random64(&kept.random) % bits;
        if (i % 2 == 0) /* often near each other */
            b = a ^ (1 + (b & 63));
        if (a == b || b >= bits)
            continue;
        flash_rot(&bench.flash, kept.journal.sector, a);
        flash_rot(&bench.flash, kept.journal.sector, b);
        enum mv_result result = bench_open(&bench);
        refused += result == MV_STORAGE_ERROR;
        assert_true(result == MV_STORAGE_ERROR || (result == MV_DONE && bench_agrees(&bench)));
        cases++;
    }
    assert_in_range(refused, TWO_BITS / 4, TWO_BITS - 1);
}

/* ---- at random ---- */

static void step_at_random(uint64_t *random)
{
    uint64_t r = random64(random);
    bool cut = (r & 7) == 0;
    if (cut) {
        bench.flash.energy = (uint32_t)(r >> 8) % 3000;
        bench.flash.last_byte = (uint8_t)(r >> 40);
        bench.flash.scatter = (r >> 62) == 0 ? r : 0;
    }
    enum mv_result result = bench_commit(&bench, 1 + (unsigned)(r >> 48) % ALL);
    assert_true(cut || result == MV_DONE);
    flash_power_on(&bench.flash);
    if ((r >> 3 & 7) == 0 && !bench.unsure) /* one bit, anywhere */
        flash_rot(&bench.flash, (uint32_t)(r >> 20) % bench.flash.sectors,
                  (uint32_t)(r >> 24) % (8 * bench.flash.sector_size));
    if (bench.unsure || (r >> 3 & 7) == 0 || (r >> 6 & 3) == 0)
        reopen();
    cases++;
}

/* Cuts and rot together, in shapes from the least size on, over a flash with stuck cells. */
static void random_runs(void **state)
{
    static const struct {
        uint32_t sectors, size;
    } shapes[] = {{2, 1536}, {2, 4096}, {3, 2048}, {4, 1999}, {8, 1024}, {16, 512 * 2}};
    (void)state;
    uint64_t random = 0x52616E646F6D2121;
    for (unsigned s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        bench_init(&bench, shapes[s].sectors, shapes[s].size);
        for (unsigned i = 0; i < 2 && shapes[s].sectors > 2; i++)
            flash_stick(&bench.flash,
                        (struct stuck){.sector = i, .at = 700 + 100 * i, .zeros = (uint8_t)(i << 3), .ones = 4});
        assert_int_equal(bench_open(&bench), MV_NOT_PROVISIONED);
        assert_int_equal(bench_begin(&bench), MV_DONE);
        for (unsigned i = 0; i < RANDOM_STEPS; i++)
            step_at_random(&random);
    }
}

/* ---- wear ---- */

static void wear_is_even(void **state)
{
    (void)state;
    for (uint32_t sectors = 2; sectors <= 4; sectors++) {
        uint32_t least = UINT32_MAX;
        uint32_t most = 0;
        bench_init(&bench, sectors, SECTOR);
        assert_int_equal(bench_begin(&bench), MV_DONE);
        for (unsigned i = 0; i < 20000; i++)
            assert_int_equal(bench_commit(&bench, mask_of(i)), MV_DONE);
        for (uint32_t i = 0; i < sectors; i++) {
            least = bench.flash.erases[i] < least ? bench.flash.erases[i] : least;
            most = bench.flash.erases[i] > most ? bench.flash.erases[i] : most;
        }
        assert_true(least > 100 && most - least <= least / 10);
    }
}

/* Erasures and bytes for one commit, as the README's budget has it. */
static void the_cost_of_a_commit(void **state)
{
    (void)state;
    static const unsigned commits = 10000;
    for (unsigned mask = 1; mask <= 2; mask++) {
        bench_init(&bench, 2, 4096);
        assert_int_equal(bench_begin(&bench), MV_DONE);
        uint32_t before = bench.flash.spent;
        bench.flash.erases[0] = bench.flash.erases[1] = 0;
        for (unsigned i = 0; i < commits; i++)
            assert_int_equal(bench_commit(&bench, mask), MV_DONE);
        uint32_t erases = bench.flash.erases[0] + bench.flash.erases[1];
        printf("%u bytes committed: %u bytes written and erased, a sector of 4 KiB erased every %u commits\n",
               object_sizes[mask - 1], (bench.flash.spent - before) / commits, commits / erases);
        assert_int_equal(commits / erases, mask == 1 ? 7 : 36);
    }
}

/* ---- what does not belong ---- */

static void other_objects_are_another_format(void **state)
{
    struct mv_nv_object strange;
    const struct mv_nv_object *one = &strange;
    const struct mv_nv_group others = bench.memory.groups[1];
    (void)state;
    strange = *others.objects[0];
    bench.memory.groups[1].count--; /* the memory has one more than the firmware */
    assert_int_equal(bench_open(&bench), MV_OTHER_FORMAT);
    bench.memory.groups[1] = others;
    reopen();
    strange.form++;
    bench.memory.groups[1].objects = &one;
    bench.memory.groups[1].count = 1;
    assert_int_equal(bench_open(&bench), MV_OTHER_FORMAT);
    strange = *others.objects[0];
    assert_int_equal(bench_begin(&bench), MV_DONE); /* now the firmware has two more */
    assert_int_equal(bench_open(&bench), MV_DONE);
    bench.memory.groups[1] = others;
    assert_int_equal(bench_open(&bench), MV_OTHER_FORMAT);
}

static void objects_that_do_not_fit(void **state)
{
    struct mv_nv_object strange;
    const struct mv_nv_object *one = &strange;
    const struct mv_nv_group others = bench.memory.groups[1];
    (void)state;
    bench.memory.groups[1].objects = &one;
    bench.memory.groups[1].count = 1;
    strange = *others.objects[0];
    assert_int_equal(bench_open(&bench), MV_OTHER_FORMAT); /* fits: it is the memory that has others */
    strange.id = bench_id(0);
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    strange.id = MV_NV_OBJECTS;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    strange.id = 7;
    strange.size = MV_NV_OBJECT_MAX + 1;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    strange.size = 0;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
    bench.memory.groups[1] = others;
    bench.port.sector_size = mv_nv_sector_needed(&bench.memory) - 1;
    assert_int_equal(bench_open(&bench), MV_RANGE_ERROR);
}

static void encode_too_much(const void *ram, struct mv_nv_sink *to)
{
    for (unsigned i = 0; i < 100; i++)
        mv_nv_put_u64(to, (uintptr_t)ram);
}

/* A fault of the program leaves what there was. */
static void an_encoder_that_writes_too_much(void **state)
{
    const struct mv_nv_object *const *objects = bench.memory.groups[1].objects;
    (void)state;
    struct mv_nv_object strange = *objects[0];
    const struct mv_nv_object *list[] = {&strange, objects[1], objects[2]};
    strange.encode = encode_too_much;
    bench.memory.groups[1].objects = list;
    assert_int_equal(mv_nv_commit(&bench.journal, &bench.memory, MV_NV_BIT(strange.id)), MV_STORAGE_ERROR);
    bench.memory.groups[1].objects = objects;
    reopen();
}

static void a_commit_of_nothing(void **state)
{
    (void)state;
    uint32_t spent = bench.flash.spent;
    assert_int_equal(mv_nv_commit(&bench.journal, &bench.memory, 0), MV_DONE);
    assert_int_equal(bench.flash.spent, spent);
}

static int print_cases(void **state)
{
    (void)state;
    printf("%llu cases of cuts and rot\n", (unsigned long long)cases);
    return 0;
}

#define BEGUN(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BEGUN(commits_are_found_again),
        BEGUN(a_cut_anywhere),
        BEGUN(a_cut_of_calls_that_are_repeated),
        BEGUN(a_cut_that_leaves_any_mixture),
        BEGUN(a_cut_while_mending),
        BEGUN(one_bit_rots),
        BEGUN(two_bits_rot),
        BEGUN(random_runs),
        BEGUN(wear_is_even),
        BEGUN(the_cost_of_a_commit),
        BEGUN(other_objects_are_another_format),
        BEGUN(objects_that_do_not_fit),
        BEGUN(an_encoder_that_writes_too_much),
        BEGUN(a_commit_of_nothing),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, print_cases);
}
