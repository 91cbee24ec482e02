#include "vending/key.h"

#include <string.h>

#include "vending/form.h"

struct store_key vend_key_on_file(const struct store_meter *meter)
{
    struct store_key key = {.krn = meter->krn,
                            .ti = meter->ti,
                            .kt = meter->kt,
                            .ken = meter->ken,
                            .ea = meter->ea,
                            .dkga = meter->dkga,
                            .base_date = meter->base_date};
    vend_copy(key.sgc, sizeof key.sgc, meter->sgc);
    return key;
}

bool vend_key_equal(const struct store_key *a, const struct store_key *b)
{
    return strcmp(a->sgc, b->sgc) == 0 && a->krn == b->krn && a->ti == b->ti && a->kt == b->kt && a->ken == b->ken &&
           a->ea == b->ea && a->dkga == b->dkga && a->base_date == b->base_date;
}

struct hsmd_meter vend_key_meter(const char *pan, const struct store_key *key)
{
    struct hsmd_meter meter = {.krn = key->krn,
                               .ti = key->ti,
                               .kt = key->kt,
                               .ken = key->ken,
                               .ea = key->ea,
                               .dkga = key->dkga,
                               .base_date = key->base_date};
    vend_copy(meter.pan, sizeof meter.pan, pan);
    vend_copy(meter.sgc, sizeof meter.sgc, key->sgc);
    return meter;
}

struct hsm_decoder_key vend_key_decoder(const struct store_key *key)
{
    struct hsm_decoder_key out = {.krn = key->krn,
                                  .ti = key->ti,
                                  .kt = key->kt,
                                  .ken = key->ken,
                                  .ea = key->ea,
                                  .dkga = key->dkga,
                                  .base_date = key->base_date};
    vend_copy(out.sgc, sizeof out.sgc, key->sgc);
    return out;
}
