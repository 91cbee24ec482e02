/* Where is cut, and why that is enough:
 * - The memory is written in words of 8 bytes. A cut in a word leaves any mixture of its old and new bits, whichever
 *   byte was under way: each word is cut before its first bit, and once torn at a random byte with random bits; of the
 *   torn ones every other leaves a random mixture of all that was left of the call to the port as well.
 * - Erasing only turns bits to 1, of a sector that is not in use: it is cut at 16 places, torn as above.
 * - The first time that a function writes, and no more than an entry, it is cut at every byte. */
#include "year_cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "random64.h"
#include "supply.h"
#include "year_kept.h"

enum { WORD = 8, ERASE_CUTS = 16 };

struct year_cuts year_cuts;

/* What the call under way may lead to, and what was before and after it. */
static struct kept none;
static struct kept whole;
static struct record_fixture end;
static uint64_t random = 77;

static uint32_t draw(uint32_t below)
{
    return (uint32_t)((random64(&random) >> 32) * below >> 32);
}

static uint32_t erases(const struct flash *flash)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < flash->sectors; i++)
        count += flash->erases[i];
    return count;
}

static void opened(struct year *y, struct kept *kept)
{
    y->f.flash.scatter = 0;
    assert_int_equal(record_reopen(&y->f), MV_DONE);
    assert_int_equal(y->f.closed, mv_supply_cut(&y->f.p) == MV_CUT_NONE);
    kept_of(&y->f.p, kept);
}

static void check(struct year *y, enum year_call call, uint32_t energy, bool must_hold, struct kept *now)
{
    opened(y, now);
    if (kept_same(now, &whole) || (!must_hold && kept_same(now, &none)))
        return;
    fail_msg("minute %u, %s, cut after %u bytes: %s, %s", (unsigned)y->minute, year_call_names[call], (unsigned)energy,
             kept_difference(now, &whole), kept_difference(now, &none));
}

/* Recovery that writes is cut, too. */
static void cut_recovery(struct year *y, enum year_call call, uint32_t energy, uint32_t wrote, const struct kept *first)
{
    static struct record_fixture dark;
    static struct kept now;
    dark = y->f;
    for (unsigned i = 0; i < year_cuts.recoveries; i++) {
        y->f = dark;
        y->f.flash.energy = draw(wrote);
        y->f.flash.last_byte = (uint8_t)draw(256);
        y->f.flash.scatter = draw(2) * random;
        (void)year_do(y, YEAR_POWER_UP); /* DONE when what cannot be mended now may wait for the next commit */
        check(y, call, energy, false, &now);
        assert_true(kept_same(&now, first));
        year_cuts.again++;
    }
}

/* Who saw no answer does it again: then it is done, once. */
static void try_again(struct year *y, enum year_call call)
{
    enum mv_result result = year_do(y, call);
    assert_int_not_equal(result, MV_STORAGE_ERROR);
    if (result != MV_LOCKOUT_ACTIVE)
        assert_memory_equal(y->f.p.meter.state.credit, whole.meter.credit, sizeof whole.meter.credit);
    for (unsigned i = 0; i < MV_RECORD_KINDS && call == YEAR_RECORD; i++)
        assert_int_equal(y->f.p.records.sequence[i], whole.records.sequence[i]);
}

/* True: the power went while a sector was erased. */
static bool cut(struct year *y, enum year_call call, const struct record_fixture *before, uint32_t energy, bool torn)
{
    static struct record_fixture dark;
    static struct kept now;
    y->f = *before;
    y->f.flash.energy = energy;
    y->f.flash.last_byte = torn ? (uint8_t)draw(256) : 0xFF;
    y->f.flash.scatter = torn ? draw(2) * random : 0;
    bool holds = year_accepted(year_do(y, call));
    bool erasing = erases(&y->f.flash) != erases(&before->flash);
    dark = y->f;
    uint32_t spent = dark.flash.spent;
    check(y, call, energy, holds, &now);
    uint32_t wrote = y->f.flash.spent - spent;
    if (torn && (call == YEAR_TOKEN || call == YEAR_RECORD))
        try_again(y, call);
    if (wrote > 0) {
        y->f = dark;
        y->f.flash.scatter = 0;
        flash_power_on(&y->f.flash);
        cut_recovery(y, call, energy, wrote, &now);
    }
    year_cuts.cuts++;
    return erasing;
}

static void cut_all(struct year *y, enum year_call call, const struct record_fixture *before, bool bytes,
                    uint32_t first, uint32_t step)
{
    uint32_t wrote = end.flash.spent - before->flash.spent;
    uint32_t erasing_to = 0;
    bool erased = false;
    for (uint32_t at = first; at < wrote;) {
        bool erasing = cut(y, call, before, at, false);
        (void)cut(y, call, before, bytes ? at : at + draw(WORD), true);
        if (erasing && !erased) {
            erased = true;
            erasing_to = at + before->flash.sector_size;
        }
        at += at + before->flash.sector_size / ERASE_CUTS < erasing_to ? before->flash.sector_size / ERASE_CUTS : step;
    }
}

/* ---- rot ---- */

/* Bytes of the sector in use that the call changed. */
static uint32_t written(const struct record_fixture *before, uint32_t *from)
{
    const uint32_t sector = end.p.meter.journal.sector;
    const uint32_t size = end.flash.sector_size;
    const uint8_t *old = before->flash.bytes + (size_t)sector * size;
    const uint8_t *new = end.flash.bytes + (size_t)sector *size;
    uint32_t to = size;
    *from = 0;
    while (*from < size && old[*from] == new[*from])
        (*from)++;
    while (to > *from && old[to - 1] == new[to - 1])
        to--;
    return to - *from;
}

/* One bit is mended. Of two the meter says that it cannot go on, unless they do not count: never a step back. */
static void rot(struct year *y, enum year_call call, const struct record_fixture *before)
{
    static struct kept now;
    uint32_t from;
    uint32_t size = written(before, &from);
    for (unsigned bits = 1; bits <= 2 && size > 0; bits++) {
        y->f = end;
        for (unsigned i = 0; i < bits; i++)
            flash_rot(&y->f.flash, end.p.meter.journal.sector, WORD * from + draw(WORD * size));
        enum mv_result result = record_reopen(&y->f);
        if (bits == 1)
            assert_int_equal(result, MV_DONE);
        if (result == MV_DONE) {
            kept_of(&y->f.p, &now);
            if (!kept_same(&now, &whole))
                fail_msg("minute %u, %s, %u bits of %u bytes at %u rotted: %s", (unsigned)y->minute,
                         year_call_names[call], bits, (unsigned)size, (unsigned)from, kept_difference(&now, &whole));
            year_cuts.healed++;
            continue;
        }
        assert_int_equal(result, MV_STORAGE_ERROR);
        year_cuts.refused++;
    }
}

void year_cut_everywhere(struct year *y, enum year_call call, const struct record_fixture *before)
{
    static bool seen[YEAR_CALLS];
    static unsigned turn;
    bool entry = y->f.flash.spent - before->flash.spent <= year_cuts.bytes_max;
    bool bytes = entry && !seen[call];
    bool routine = call == YEAR_TICK || call == YEAR_POWER_UP;
    uint32_t every = bytes ? 1 : routine ? year_cuts.every : year_cuts.every_other;
    uint32_t unit = bytes ? 1 : WORD;
    seen[call] = seen[call] || bytes;
    turn++;
    end = y->f;
    opened(y, &whole);
    y->f = *before;
    opened(y, &none);
    cut_all(y, call, before, bytes, turn % every * unit, every * unit);
    rot(y, call, before);
    y->f = end;
    year_cuts.writes++;
}
