/* Key change sets: made by the key process under the old key, entered into a meter that holds it, which must end with
 * exactly the new one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "kinds.h"
#include "metervault/sts_key_change.h"
#include "reference.h"

enum { TID_FILL = 0x100, KEN_MAX = 255, CLASS_MANAGEMENT = 2 };

struct change {
    struct meter_input from, to;
    struct reference_dkga old_key, new_key;
    uint64_t rollover, three;
};

static bool derive(const struct meter_input *input, struct reference_dkga *reference)
{
    const struct mv_dkga_input dkga = meter_input_dkga(input);
    return reference_dkga(&dkga, input->meter.dkga, input->vending_key, input->vending_key_size, reference);
}

static bool read_change(struct facts *facts, const struct vector *vector, struct change *change)
{
    uint64_t ken = 0;
    const char *wrong = meter_input_read_pair(vector, &change->from, &change->to);
    if (wrong != NULL) {
        facts_trouble(facts, "input %s is missing or not of its form", wrong);
        return false;
    }
    if (!vector_number(vector, "rollover_ro", 1, &change->rollover) ||
        !vector_number(vector, "three_kct", 1, &change->three) || !vector_number(vector, "new_ken", KEN_MAX, &ken) ||
        ken != change->to.meter.ken) {
        facts_trouble(facts, "input rollover_ro, three_kct or new_ken is missing or not of its form");
        return false;
    }
    if (!derive(&change->from, &change->old_key) || !derive(&change->to, &change->new_key)) {
        facts_trouble(facts, "a vending key does not fit its DKGA");
        return false;
    }
    return true;
}

/* False after a refusal. An approval goes along only where the supply group changes. */
static bool make_set(struct facts *facts, const struct house *house, const struct change *change,
                     struct hsmd_key_change_set *set)
{
    const struct hsmd_key_change asked = {
        .from = change->from.meter, .to = change->to.meter, .with_sgc = change->three == 1};
    struct approver_word word = {.text = ""};
    size_t approvals = strcmp(asked.from.sgc, asked.to.sgc) == 0 ? 0 : 1;
    mv_status status = mv_ok();
    if (approvals == 1)
        status = approver_sign(&house->approver, asked.from.pan, asked.from.sgc, asked.to.sgc, HOUSE_NOW, &word);
    if (status.ok)
        status = hsmd_key_change(house->client, &word.approval, approvals, &asked, 1, set);
    if (status.ok)
        status = set->status;
    if (!status.ok)
        facts_refusal(facts, (enum mv_reason)status.reason);
    return status.ok;
}

static void append(char text[VECTOR_TEXT], const char *element)
{
    size_t used = strlen(text);
    (void)snprintf(text + used, VECTOR_TEXT - used, "%s%s", used == 0 ? "" : " ", element);
}

/* Lists have a space between their elements here. */
static void report_set(struct facts *facts, const struct vector *vector, const struct hsmd_key_change_set *set,
                       const struct mv_decoder_key *old_key)
{
    char tokens[VECTOR_TEXT] = "";
    char blocks[VECTOR_TEXT] = "";
    char subclasses[VECTOR_TEXT] = "";
    char wanted[VECTOR_TEXT];
    for (unsigned i = 0; i < set->count; i++) {
        char text[24];
        uint8_t token_class = 0;
        uint64_t cipher = 0;
        if (mv_sts_digits_to_block(set->tokens[i].digits, &token_class, &cipher) != MV_DONE ||
            token_class != CLASS_MANAGEMENT)
            facts_trouble(facts, "token %u is none of class 2", i + 1);
        uint64_t clear = mv_sts_decrypt(old_key, &mv_sta_public, cipher);
        append(tokens, set->tokens[i].digits);
        (void)snprintf(text, sizeof text, "%016llX", (unsigned long long)clear);
        append(blocks, text);
        (void)snprintf(text, sizeof text, "%u", (unsigned)(clear >> 60));
        append(subclasses, text);
    }
    facts_text(facts, "tokens", tokens);
    facts_text(facts, "clear_blocks_hex", blocks);
    if (vector_text(vector, "subclasses", wanted) && strcmp(wanted, subclasses) != 0)
        facts_trouble(facts, "subclasses %s instead of %s", subclasses, wanted);
}

static bool holds(const struct mv_meter_state *state, const struct change *change)
{
    const struct hsmd_meter *to = &change->to.meter;
    const struct mv_meter_identity *now = &state->identity;
    bool tells_group = change->three == 1 || to->ea == MV_EA_MISTY1;
    uint32_t group = tells_group ? (uint32_t)strtoul(to->sgc, NULL, 10) : MV_SGC_UNKNOWN;
    uint32_t tid = change->rollover == 1 ? 0 : TID_FILL;
    bool tids = true;
    for (unsigned i = 0; i < MV_TID_MEMORY; i++)
        tids = tids && state->tids[i] == tid;
    return tids && now->key.ea == to->ea &&
           memcmp(now->key.bytes, change->new_key.key.bytes, sizeof now->key.bytes) == 0 && now->key_type == to->kt &&
           now->key_revision == to->krn && now->tariff_index == to->ti && now->key_expiry == to->ken &&
           now->supply_group == group && state->sections.present == 0;
}

/* Forwards, or backwards: sections may come in any order. */
static void enter_set(struct facts *facts, const struct hsmd_key_change_set *set, const struct change *change,
                      bool backwards)
{
    static const enum mv_result sections[] = {MV_KCT_1ST, MV_KCT_2ND, MV_KCT_3RD, MV_KCT_4TH};
    struct engine engine;
    if (!engine_start(&engine, facts, &change->from.meter, &change->old_key.key, TID_FILL))
        return;
    for (unsigned i = 0; i < set->count; i++) {
        unsigned at = backwards ? set->count - 1 - i : i;
        bool last = i + 1 == set->count;
        if (!engine_enter(&engine, facts, set->tokens[at].digits, last ? MV_ACCEPT : sections[at]))
            return;
    }
    if (!holds(&engine.meter.state, change))
        facts_trouble(facts, "the meter does not hold what the set was for");
}

/* The file says what the base dates say. */
static void check_rollover(struct facts *facts, const struct change *change)
{
    bool later = change->to.meter.base_date > change->from.meter.base_date;
    if (later != (change->rollover == 1))
        facts_trouble(facts, "rollover_ro does not follow from the base dates");
}

void kind_keychange(struct facts *facts, const struct vector *vector, struct house *house)
{
    struct change change = {0};
    struct hsmd_key_change_set set = {0};
    if (!read_change(facts, vector, &change) || !make_set(facts, house, &change, &set))
        return;
    size_t key_size = change.to.meter.ea == MV_EA_STA ? 8 : 16;
    report_set(facts, vector, &set, &change.old_key.key);
    facts_bytes(facts, "old_decoder_key_hex", change.old_key.key.bytes, key_size);
    facts_bytes(facts, "new_decoder_key_hex", change.new_key.key.bytes, key_size);
    check_rollover(facts, &change);
    enter_set(facts, &set, &change, false);
    enter_set(facts, &set, &change, true);
}
