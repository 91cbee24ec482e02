/* Watches a year (year.h): cuts the power everywhere in each call that wrote, and lets bits rot in what it wrote. */
#ifndef MV_TEST_YEAR_CUT_H
#define MV_TEST_YEAR_CUT_H

#include "year.h"

struct year_cuts {
    /* Of the words of a tick's save, and of what is mended at power-up, one in `every` is cut, in turn: they follow one
     * another by the thousand and differ in their numbers only, so that `every` of them cover all words. 1: all of
     * each. */
    unsigned every;
    unsigned every_other; /* the same of all other calls */
    uint32_t bytes_max;   /* at each byte instead: the first of each call that writes at most so many */
    unsigned recoveries;  /* cuts of one that writes */
    unsigned writes;
    uint64_t cuts, again, healed, refused; /* cases: cuts, of them also while recovering; rot */
};
extern struct year_cuts year_cuts;

void year_cut_everywhere(struct year *y, enum year_call call, const struct record_fixture *before);

#endif
