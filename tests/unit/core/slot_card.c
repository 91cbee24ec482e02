/* slot_card FILE KIND RECORD...: makes a card of that kind for the meter of tests/support/sim_meter.sh, with these
 * records on it (hex), as the office would. Its keys are published there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "slot_support.h"

static bool put(struct slot_fixture *f, const char *hex)
{
    uint8_t *at = f->bundle + f->bundle_size;
    size_t size = strlen(hex) / 2;
    if (size > MV_RECORD_MAX || !hex_parse(hex, strlen(hex), at + 1, size))
        return false;
    at[0] = (uint8_t)size;
    f->bundle_size = (uint16_t)(f->bundle_size + 1 + size);
    return true;
}

int main(int argc, char **argv)
{
    static struct slot_fixture f;
    static const uint8_t domain[3] = {0xA1, 0xB2, 0xC3};
    if (argc < 3)
        return 2;
    slot_provision(&f);
    memcpy(f.r.keys.domain, domain, sizeof domain);
    slot_make(&f, (enum mv_card_kind)strtol(argv[2], NULL, 10));
    for (int i = 3; i < argc; i++) {
        if (!put(&f, argv[i]))
            return 2;
    }
    slot_write(&f);
    f.card.path = argv[1];
    bool stored = vcard_store(&f.card);
    vcard_free(&f.card);
    return stored ? 0 : 3;
}
