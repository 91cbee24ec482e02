/* Class 2 key changes: sections are kept until their set is whole, then everything that belongs to a key changes at
 * once. */
#include "../crypto/wipe.h"
#include "rules.h"
#include "store.h"

/* UNCERTAIN, all of it: from the manufacturer's key to any, never back to it; DCTK (3) is for magnetic cards. */
static bool key_type_change_allowed(uint8_t from, uint8_t to)
{
    switch (to) {
    case MV_KT_DDTK:
    case MV_KT_DUTK:
        return true;
    case MV_KT_DITK:
        return from == MV_KT_DITK;
    default:
        return false;
    }
}

static enum mv_result check_key_type(const struct mv_meter_state *state, const struct mv_sts_block *block)
{
    struct mv_sts_key_section_facts facts;
    enum mv_result result = mv_sts_key_section_read(block, state->identity.key.ea, &facts);
    if (result == MV_DONE && facts.has_kt_krn && !key_type_change_allowed(state->identity.key_type, facts.kt))
        return MV_KEY_TYPE_ERROR;
    return result;
}

/* A section that is there already, with another content, is of another set: what was there goes, for the two together
 * would make a key that nobody knows. Only equality shows in the time that this takes. */
static void drop_other_set(struct mv_sts_key_sections *sections, const struct mv_sts_key_sections *with)
{
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++) {
        bool both = (sections->present & with->present & 1U << i) != 0;
        if (both && sections->content[i] != with->content[i])
            mv_wipe(sections, sizeof *sections);
    }
}

static enum mv_result add_section(struct mv_meter_state *next, const struct mv_sts_block *block, unsigned *section)
{
    struct mv_sts_key_sections alone = {0};
    enum mv_result result = mv_sts_key_section_put(&alone, next->identity.key.ea, block, section);
    if (result == MV_DONE) {
        drop_other_set(&next->sections, &alone);
        result = mv_sts_key_section_put(&next->sections, next->identity.key.ea, block, section);
    }
    mv_wipe(&alone, sizeof alone);
    return result;
}

/* Credit and settings stay. The lockout stays too: a set has no TID and may come again. */
static void switch_key(struct mv_meter_state *next, const struct mv_sts_key_change *change)
{
    struct mv_meter_identity *identity = &next->identity;
    identity->key = change->key;
    identity->key_type = change->kt;
    identity->key_revision = change->krn;
    identity->tariff_index = change->ti;
    identity->key_expiry = change->ken;
    identity->supply_group = change->with_sgc ? change->sgc : MV_SGC_UNKNOWN;
    if (change->rollover)
        memset(next->tids, 0, sizeof next->tids);
    mv_wipe(&next->sections, sizeof next->sections);
}

static enum mv_result section_result(unsigned section)
{
    static const enum mv_result results[MV_KEY_SECTIONS] = {MV_KCT_1ST, MV_KCT_2ND, MV_KCT_3RD, MV_KCT_4TH};
    return results[section - 1];
}

static enum mv_result join_or_keep(struct mv_meter_state *next, unsigned section)
{
    struct mv_sts_key_change change;
    enum mv_result result = section_result(section);
    if (mv_sts_key_sections_join(&next->sections, next->identity.key.ea, &change)) {
        result = change.sgc <= MV_SGC_MAX ? MV_ACCEPT : MV_RANGE_ERROR;
        switch_key(next, &change);
    }
    mv_wipe(&change, sizeof change);
    return result;
}

static enum mv_result take_section(struct mv_meter *meter, struct mv_meter_state *next,
                                   const struct mv_sts_block *block, unsigned *section)
{
    enum mv_result result = check_key_type(next, block);
    if (result == MV_DONE)
        result = add_section(next, block, section);
    if (result != MV_DONE)
        return result;
    enum mv_result outcome = join_or_keep(next, *section);
    if (outcome == MV_RANGE_ERROR)
        return outcome;
    result = mv_store_commit(meter, next);
    return result == MV_DONE ? outcome : result;
}

enum mv_result mv_enter_key_section(struct mv_meter *meter, const struct mv_sts_block *block,
                                    struct mv_meter_answer *answer)
{
    struct mv_meter_state next = meter->state;
    unsigned section = 0;
    enum mv_result result = take_section(meter, &next, block, &section);
    mv_wipe(&next, sizeof next);
    if (section == 0 || (result != MV_ACCEPT && result != section_result(section)))
        return result;
    meter->sections_since = meter->port.seconds(meter->port.context);
    *answer = (struct mv_meter_answer){.kind = result == MV_ACCEPT ? MV_ANSWER_KEY_CHANGED : MV_ANSWER_KEY_SECTION,
                                       .section = section,
                                       .sections = meter->state.sections.present};
    return result;
}
