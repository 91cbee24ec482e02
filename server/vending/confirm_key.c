/* Which of two keys the meter holds, once somebody knows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/issued.h"

struct confirmation {
    const char *principal;
    const char *pan;
    const struct vend_key_proof *proof;
    struct vend_identity identity;
    struct store_meter meter;
    struct store_key_change set;
    enum store_outcome outcome;
    char said[STORE_PROOF + 1]; /* what the ledger keeps of the proof; never digits */
    struct vend_meter *out;
};

static mv_status check_form(const struct vend_key_proof *proof)
{
    if (proof->accepted_token != NULL)
        return vend_form_digits(proof->accepted_token, "accepted_token");
    if (proof->krn < 1 || proof->krn > 9)
        return mv_fail(MV_INVALID_FIELD, "key_revision_number");
    if (proof->ti > 99)
        return mv_fail(MV_INVALID_FIELD, "tariff_index");
    return proof->sgc == NULL ? mv_ok() : vend_form_sgc(proof->sgc);
}

/* Only a token under the new key proves it; tests are under none, and the sections of the set under the old one. */
static bool proves(const struct store_sale *sale, const struct store_key_change *set)
{
    const struct store_key *to = &set->to;
    bool ciphered = sale->order == STORE_CREDIT || sale->order == STORE_MANAGEMENT;
    return ciphered && sale->key_change == set->id && strcmp(sale->sgc, to->sgc) == 0 && sale->krn == to->krn &&
           sale->ti == to->ti && sale->kt == to->kt && sale->ken == to->ken && sale->base_date == to->base_date;
}

/* Every order since the set was made; an older token under the same key would prove nothing. */
static mv_status check_token(struct store *store, struct confirmation *confirmation)
{
    struct store_sale sale;
    const struct store_key_change *set = &confirmation->set;
    for (int64_t before = 0;; before = sale.id) {
        mv_status found = store_sale_before(store, confirmation->meter.id, before, &sale);
        if (!found.ok && found.reason == MV_TOKEN_UNKNOWN)
            break;
        MV_TRY(found);
        /* every order since then carried it; times may go back when an officer sets the clock */
        if (!vend_is_keyless(&sale) && sale.key_change != set->id)
            break;
        if (!proves(&sale, set) || !vend_same_digits(sale.digits, confirmation->proof->accepted_token))
            continue;
        confirmation->outcome = STORE_APPLIED;
        (void)snprintf(confirmation->said, sizeof confirmation->said, "token of order %" PRId64, sale.id);
        return mv_ok();
    }
    return mv_fail(MV_PROOF_INVALID, "accepted_token");
}

static bool shows(const struct vend_key_proof *proof, const struct store_key *key)
{
    return proof->krn == key->krn && proof->ti == key->ti && (proof->sgc == NULL || strcmp(proof->sgc, key->sgc) == 0);
}

static mv_status check_reading(struct confirmation *confirmation)
{
    const struct vend_key_proof *proof = confirmation->proof;
    bool before = shows(proof, &confirmation->set.from);
    bool after = shows(proof, &confirmation->set.to);
    if (before == after)
        return mv_fail(MV_PROOF_INVALID, "reading");
    confirmation->outcome = after ? STORE_APPLIED : STORE_NOT_APPLIED;
    (void)snprintf(confirmation->said, sizeof confirmation->said, "reading krn=%u ti=%u sgc=%s", proof->krn, proof->ti,
                   proof->sgc == NULL ? "-" : proof->sgc);
    return mv_ok();
}

static mv_status judge(struct store *store, struct confirmation *confirmation)
{
    if (confirmation->meter.pending_change == 0)
        return mv_fail(MV_NO_KEY_CHANGE_PENDING, NULL);
    MV_TRY(store_key_change_get(store, confirmation->meter.pending_change, &confirmation->set));
    if (confirmation->proof->accepted_token != NULL)
        return check_token(store, confirmation);
    return check_reading(confirmation);
}

static mv_status confirm(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct confirmation *confirmation = change->arg;
    struct store_meter *meter = &confirmation->meter;
    struct vend_identity *identity = &confirmation->identity;
    MV_TRY(vend_may_call(&vend->directory, confirmation->principal, VEND_CONFIRM_KEY_CHANGE, identity));
    bool engineer = (identity->roles & vend_role_bit(VEND_ENGINEER)) != 0;
    if (confirmation->proof->accepted_token == NULL && !engineer)
        return mv_fail(MV_ROLE_MISSING, "reading");
    MV_TRY(vend_form_pan(confirmation->pan));
    MV_TRY(check_form(confirmation->proof));
    MV_TRY(store_meter_by_pan(store, confirmation->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, identity, VEND_CONFIRM_KEY_CHANGE, meter->organisation, meter->sgc));
    MV_TRY(judge(store, confirmation));
    MV_TRY(store_key_change_end(store, confirmation->set.id, confirmation->outcome, confirmation->said, identity->id,
                                change->now_us / 1000000));
    MV_TRY(store_meter_by_id(store, meter->id, meter));
    MV_TRY(vend_meter_fill(vend, store, meter, confirmation->out));
    vend_note_detail(&change->record, "key_change=%" PRId64 " %s by %s", confirmation->set.id,
                     confirmation->outcome == STORE_APPLIED ? "applied" : "not applied", confirmation->said);
    change->changed = true;
    return mv_ok();
}

mv_status vend_confirm_key_change(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                  const struct vend_key_proof *proof, struct vend_meter *meter)
{
    struct confirmation confirmation = {.principal = caller->principal, .pan = pan, .proof = proof, .out = meter};
    return vend_told(VEND_CONFIRM_KEY_CHANGE, vend_change_call(vend, caller, VEND_CONFIRM_KEY_CHANGE,
                                                               vend_form_object(pan), confirm, &confirmation));
}
