/* One section whose old key is given: no vending key to derive it from, so no key process. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "kinds.h"
#include "metervault/sts_key_change.h"

enum { CLASS_MANAGEMENT = 2, FIRST_SUBCLASS = 3, SECOND_SUBCLASS = 4, TID_FILL = 1 };

/* The other half of the key may be anything. */
static bool read_change(const struct vector *vector, uint64_t subclass, struct mv_sts_key_change *change)
{
    uint64_t value = 0;
    uint64_t word = 0;
    *change = (struct mv_sts_key_change){.key.ea = MV_EA_STA, .krn = 1, .kt = 2};
    if (!vector_number(vector, "new_ken", 255, &value))
        return false;
    change->ken = (uint8_t)value;
    bool first = subclass == FIRST_SUBCLASS;
    if (!vector_hex64(vector, first ? "nkho_hex" : "nklo_hex", &word) || word > UINT32_MAX)
        return false;
    for (unsigned i = 0; i < 4; i++)
        change->key.bytes[(first ? 0 : 4) + i] = (uint8_t)(word >> (24 - 8 * i));
    if (!first && vector_number(vector, "new_ti", 99, &value)) {
        change->ti = (uint8_t)value;
        return true;
    }
    if (!first || !vector_number(vector, "new_krn", 9, &value))
        return false;
    change->krn = (uint8_t)value;
    if (!vector_number(vector, "new_kt", 3, &value))
        return false;
    change->kt = (uint8_t)value;
    change->rollover = vector_number(vector, "rollover_ro", 1, &value) && value == 1;
    change->with_sgc = vector_number(vector, "three_kct", 1, &value) && value == 1;
    return true;
}

static void enter(struct facts *facts, const char *digits, const struct mv_decoder_key *key, bool first)
{
    const struct hsmd_meter meter = {.pan = "600727000000000009", .sgc = "123456", .krn = 1, .kt = 2, .ken = 255};
    struct engine engine;
    if (!engine_start(&engine, facts, &meter, key, TID_FILL) ||
        !engine_enter(&engine, facts, digits, first ? MV_KCT_1ST : MV_KCT_2ND))
        return;
    if (engine.meter.state.sections.present != (first ? 1 : 2))
        facts_trouble(facts, "the meter did not keep the section");
}

void kind_keychange_alone(struct facts *facts, const struct vector *vector)
{
    struct mv_decoder_key key;
    struct mv_sts_key_change change;
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    unsigned count = 0;
    uint64_t subclass = 0;
    char digits[21];
    if (!meter_input_decoder_key(vector, "decoder_key_hex", MV_EA_STA, &key) ||
        !vector_number(vector, "subclass", SECOND_SUBCLASS, &subclass) || subclass < FIRST_SUBCLASS ||
        !read_change(vector, subclass, &change) || mv_sts_key_change_pack(&change, blocks, &count) != MV_DONE) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    bool first = subclass == FIRST_SUBCLASS;
    uint64_t clear = mv_sts_block_pack(&blocks[first ? 0 : 1]);
    mv_sts_digits_from_block(CLASS_MANAGEMENT, mv_sts_encrypt(&key, &mv_sta_public, clear), digits);
    facts_text(facts, "token", digits);
    facts_hex(facts, "clear_block_hex", clear, 16);
    enter(facts, digits, &key, first);
}
