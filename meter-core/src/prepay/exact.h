/* Whole numbers that neither overflow nor lose a rest. */
#ifndef MV_CORE_EXACT_H
#define MV_CORE_EXACT_H

#include <stdint.h>

/* The quotient; *rest is what is left. `divisor` is not 0. */
uint64_t mv_divide(uint64_t number, uint32_t divisor, uint32_t *rest);
uint64_t mv_add_u64(uint64_t a, uint64_t b);
/* `more` is not negative. */
int64_t mv_add_i64(int64_t a, int64_t more);
/* `less` is of either sign, `a` is not negative. */
int64_t mv_subtract_i64(int64_t a, int64_t less);
/* The product up to INT64_MAX. */
int64_t mv_multiply_i64(uint64_t a, uint64_t b);
int64_t mv_lower_i64(int64_t a, int64_t b);

#endif
