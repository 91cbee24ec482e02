#include "hsm/change.h"

#include <string.h>

enum { KT_DITK = 0, KT_DDTK = 1, KT_DUTK = 2 };

static mv_status refuse(const char *where)
{
    return mv_fail(MV_KEY_CHANGE_NOT_ALLOWED, where);
}

bool hsm_same_decoder_key(const struct hsm_decoder_key *a, const struct hsm_decoder_key *b)
{
    return strcmp(a->sgc, b->sgc) == 0 && a->krn == b->krn && a->ti == b->ti && a->kt == b->kt && a->ea == b->ea &&
           a->dkga == b->dkga && a->base_date == b->base_date;
}

mv_status hsm_change_allowed(const struct hsm_decoder_key *from, const struct hsm_decoder_key *to)
{
    /* made by the meter's maker, not from a vending key */
    if (from->kt == KT_DITK)
        return refuse("from.kt");
    if (to->kt != KT_DDTK && to->kt != KT_DUTK)
        return refuse("to.kt");
    if (from->ea != to->ea)
        return refuse("to.ea");
    /* from 160 bits and HMAC-SHA-256 back to 56 and DES */
    if (to->dkga < from->dkga)
        return refuse("to.dkga");
    /* officers approve a move between groups, not the kind of key: that takes a change of its own */
    if (strcmp(from->sgc, to->sgc) != 0 && from->kt != to->kt)
        return refuse("to.kt: with another supply group");
    return to->base_date < from->base_date ? refuse("to.base_date") : mv_ok();
}
