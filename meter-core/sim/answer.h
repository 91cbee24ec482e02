/* What the display says to a token and on request, as text or as JSON, one object a line. */
#ifndef MV_SIM_ANSWER_H
#define MV_SIM_ANSWER_H

#include "metervault/prepay.h"

/* What a token did that was taken; `result` is ACCEPT or KCT_... */
void answer_print(const struct mv_prepay *p, enum mv_result result, const struct mv_meter_answer *answer, bool json);
void answer_refusal(const struct mv_meter *meter, enum mv_result result, bool json);
/* Who the meter is, what it holds, what it was told. */
void answer_show(const struct mv_prepay *p, bool json);

#endif
