/* Class 2 key changes: sections are kept until their set is whole, then everything that belongs to a key changes at
 * once. */
#include "../crypto/wipe.h"
#include "rules.h"
#include "same.h"
#include "store.h"

enum { STA_KEY_SIZE = 8 };

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
    if (facts.has_kt_krn && !key_type_change_allowed(state->identity.key_type, facts.kt))
        return MV_KEY_TYPE_ERROR;
    return result;
}

/* All ones when `bit` is set. */
static uint64_t mask_of(unsigned bit)
{
    return UINT64_C(0) - (bit & 1U);
}

/* Whether a section that both have differs. Only this one bit of what they hold shows in the time that it takes. */
static bool of_different_sets(const struct mv_sts_key_sections *a, const struct mv_sts_key_sections *b)
{
    uint64_t differs = 0;
    for (unsigned i = 0; i < MV_KEY_SECTIONS; i++)
        differs |= (a->content[i] ^ b->content[i]) & mask_of((unsigned)(a->present & b->present) >> i);
    return differs != 0;
}

/* A section that is there already, with another content, is of another set: what was there goes, for the two together
 * would make a key that nobody knows. */
static enum mv_result add_section(struct mv_sts_key_sections *sections, uint8_t ea, const struct mv_sts_block *block,
                                  unsigned *section)
{
    struct mv_sts_key_sections alone = {0};
    enum mv_result result = mv_sts_key_section_put(&alone, ea, block, section);
    if (result == MV_DONE) {
        if (of_different_sets(sections, &alone))
            mv_wipe(sections, sizeof *sections);
        result = mv_sts_key_section_put(sections, ea, block, section);
    }
    mv_wipe(&alone, sizeof alone);
    return result;
}

static bool same_sections(const struct mv_sts_key_sections *a, const struct mv_sts_key_sections *b)
{
    return a->present == b->present && mv_same(a->content, b->content, sizeof a->content);
}

static bool same_key(const struct mv_decoder_key *a, const struct mv_decoder_key *b)
{
    return mv_same(a->bytes, b->bytes, a->ea == MV_EA_STA ? STA_KEY_SIZE : sizeof a->bytes);
}

/* The SGC of a 128-bit key comes in two pieces. UNCERTAIN: that RO under the same key is refused; obeyed, it would make
 * the meter forget which tokens it took while it goes on taking them. */
static bool change_allowed(const struct mv_meter_state *state, const struct mv_sts_key_change *change)
{
    return change->sgc <= MV_SGC_MAX && !(change->rollover && same_key(&change->key, &state->identity.key));
}

/* Credit and settings stay. The lockout stays too: a set has no TID and may come again. That is one that brings the key
 * which is there already, so that only another one is worth an erasure of the memory. */
static void switch_key(struct mv_meter *meter, const struct mv_sts_key_change *change)
{
    struct mv_meter_state *state = &meter->state;
    struct mv_meter_identity *identity = &state->identity;
    meter->renew = !same_key(&change->key, &identity->key);
    identity->key = change->key;
    identity->key_type = change->kt;
    identity->key_revision = change->krn;
    identity->tariff_index = change->ti;
    identity->key_expiry = change->ken;
    identity->supply_group = change->with_sgc ? change->sgc : MV_SGC_UNKNOWN;
    if (change->rollover)
        memset(state->tids, 0, sizeof state->tids);
    mv_wipe(&state->sections, sizeof state->sections);
}

static enum mv_result section_result(unsigned section)
{
    static const enum mv_result results[MV_KEY_SECTIONS] = {MV_KCT_1ST, MV_KCT_2ND, MV_KCT_3RD, MV_KCT_4TH};
    return results[section - 1];
}

static enum mv_result commit(struct mv_meter *meter, enum mv_result outcome)
{
    enum mv_result result = mv_store_commit(meter);
    meter->sections_since = meter->port.seconds(meter->port.context);
    return result == MV_DONE ? outcome : result;
}

/* Sections that are there already cost no write and get no more time: a printed section would wear the memory out. A
 * whole set is obeyed each time it comes, also one whose new key is the old one. */
static enum mv_result join_or_keep(struct mv_meter *meter, const struct mv_sts_key_sections *sections, unsigned section)
{
    struct mv_sts_key_change change;
    struct mv_meter_state *state = &meter->state;
    enum mv_result result = section_result(section);
    if (mv_sts_key_sections_join(sections, state->identity.key.ea, &change)) {
        result = MV_RANGE_ERROR;
        if (change_allowed(state, &change)) {
            switch_key(meter, &change);
            /* whether the key is another one is no secret: it shows in what is erased */
            bool left = meter->companion != NULL && meter->companion->renews && meter->renew;
            result = left ? MV_ACCEPT : commit(meter, MV_ACCEPT);
        }
    } else if (!same_sections(sections, &state->sections)) {
        state->sections = *sections;
        result = commit(meter, result);
    }
    mv_wipe(&change, sizeof change);
    return result;
}

/* `section`: which one it is, 0 for what is none of a set that this meter could take. */
static enum mv_result take_section(struct mv_meter *meter, const struct mv_sts_block *block, unsigned *section)
{
    struct mv_sts_key_sections sections = meter->state.sections;
    enum mv_result result = add_section(&sections, meter->state.identity.key.ea, block, section);
    if (result == MV_DONE)
        result = check_key_type(&meter->state, block);
    if (result == MV_DONE)
        result = join_or_keep(meter, &sections, *section);
    else
        *section = 0;
    mv_wipe(&sections, sizeof sections);
    return result;
}

enum mv_result mv_enter_key_section(struct mv_meter *meter, const struct mv_sts_block *block,
                                    struct mv_meter_answer *answer)
{
    unsigned section = 0;
    enum mv_result result = take_section(meter, block, &section);
    if (section == 0 || (result != MV_ACCEPT && result != section_result(section)))
        return result;
    *answer = (struct mv_meter_answer){.kind = result == MV_ACCEPT ? MV_ANSWER_KEY_CHANGED : MV_ANSWER_KEY_SECTION,
                                       .section = section,
                                       .sections = meter->state.sections.present};
    return result;
}
