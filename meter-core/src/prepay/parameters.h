/* Parameters: what a new meter has, what may be set. */
#ifndef MV_CORE_PARAMETERS_H
#define MV_CORE_PARAMETERS_H

#include "metervault/prepay.h"

struct mv_nv_object;

/* No amount of a parameter is beyond it, on either side. */
#define MV_AMOUNT_MAX INT64_C(1000000000000000)
enum { MV_RATIO_MAX = 4000000 /* of CT x PT */, MV_OFFSET_MIN = -720, MV_OFFSET_MAX = 840 };

/* Of an electricity meter with credit in units; the provision puts in its own register. */
void mv_parameters_default(struct mv_parameters *parameters);
/* FUNCTION_ERROR for a credit register that the meter has not; RANGE_ERROR for a value that its field cannot have
 * (docs/tariff.md has the table). */
MV_CORE_MUST_USE enum mv_result mv_parameters_check(const struct mv_parameters *parameters,
                                                    const struct mv_meter_identity *identity);
/* The same without knowing the meter. */
bool mv_parameters_in_range(const struct mv_parameters *parameters);
/* Puts checked parameters in place: also rests that are counted in their units are brought over, and the object is
 * marked urgent. The one way to change p->parameters. */
void mv_parameters_set(struct mv_prepay *p, const struct mv_parameters *parameters);

extern const struct mv_nv_object mv_object_parameters;

#endif
