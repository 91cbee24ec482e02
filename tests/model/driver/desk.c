/* What people ask about a meter and its keys besides ordering tokens. */
#include "vending/desk.h"

#include "driver.h"
#include "officers.h"

enum { PROPOSALS = 256 };
static char texts[PROPOSALS][MV_APPROVAL_TEXT]; /* by the number of the proposal */

static struct vend_caller take_caller(struct words *words)
{
    return (struct vend_caller){.principal = take_optional(words), .deadline_ns = INT64_MAX};
}

/* assign WHO PAN SGC KRN KT TI */
static void assign(struct words *words)
{
    struct vend_meter meter;
    struct vend_caller caller = take_caller(words);
    const char *pan = take_word(words);
    struct vend_key_target wanted = {.sgc = take_optional(words)};
    wanted.krn = (uint32_t)take_number(words);
    wanted.kt = (uint32_t)take_number(words);
    wanted.ti = (int32_t)take_number(words);
    answer_status(vend_assign_key(server(), &caller, pan, &wanted, &meter));
}

/* confirm-key WHO PAN DIGITS KRN TI SGC; DIGITS - is a reading */
static void confirm_key(struct words *words)
{
    struct vend_meter meter;
    struct vend_caller caller = take_caller(words);
    const char *pan = take_word(words);
    struct vend_key_proof proof = {.accepted_token = take_optional(words)};
    proof.krn = (uint32_t)take_number(words);
    proof.ti = (uint32_t)take_number(words);
    proof.sgc = take_optional(words);
    answer_status(vend_confirm_key_change(server(), &caller, pan, &proof, &meter));
}

/* propose WHO FROM TO PAN VALID_S; PAN - is every meter */
static void propose(struct words *words)
{
    static struct vend_proposal proposal;
    struct vend_caller caller = take_caller(words);
    const char *from = take_word(words);
    const char *to = take_word(words);
    const char *pan = take_optional(words);
    mv_status status =
        vend_propose(server(), &caller, from, to, pan == NULL ? "" : pan, (uint32_t)take_number(words), &proposal);
    if (!status.ok) {
        answer_refused(status);
        return;
    }
    if (proposal.row.id < 0 || proposal.row.id >= PROPOSALS)
        give_up("too many proposals", caller.principal);
    (void)snprintf(texts[proposal.row.id], MV_APPROVAL_TEXT, "%s", proposal.row.text);
    (void)printf("ok %lld\n", (long long)proposal.row.id);
}

/* approve WHO PROPOSAL SIGNER */
static void approve(struct words *words)
{
    static struct vend_proposal proposal;
    uint8_t bytes[OFFICER_SIGNATURE];
    struct vend_caller caller = take_caller(words);
    int64_t id = take_number(words);
    const struct officer *officer = officer_find(take_word(words));
    if (id < 0 || id >= PROPOSALS)
        give_up("no such proposal", words->word[2]);
    const struct vend_signature signature = {.certificate = officer->certificate,
                                             .certificate_size = officer->certificate_size,
                                             .signature = bytes,
                                             .signature_size = officer_sign(officer, texts[id], bytes)};
    answer_status(vend_approve(server(), &caller, (uint64_t)id, &signature, &proposal));
}

static void print_key(const char *name, const struct store_key *key)
{
    (void)printf(" %s=%s,%u,%u,%u,%u,%u,%u,%u", name, key->sgc, key->krn, key->ti, key->kt, key->ken, key->ea,
                 key->dkga, key->base_date);
}

/* view WHO PAN: what the office knows of a meter */
static void view(struct words *words)
{
    struct vend_meter meter;
    struct vend_caller caller = take_caller(words);
    mv_status status = vend_get_meter(server(), &caller, take_word(words), &meter);
    if (!status.ok) {
        answer_refused(status);
        return;
    }
    const struct store_meter *row = &meter.row;
    struct store_key key = {.krn = row->krn,
                            .ti = row->ti,
                            .kt = row->kt,
                            .ken = row->ken,
                            .ea = row->ea,
                            .dkga = row->dkga,
                            .base_date = row->base_date};
    (void)snprintf(key.sgc, sizeof key.sgc, "%s", row->sgc);
    (void)printf("ok");
    print_key("key", &key);
    if (row->pending_change != 0)
        print_key("pending", &meter.pending);
    if (row->has_wanted)
        (void)printf(" wanted=%s,%u,%u,%d", row->wanted_sgc, row->wanted_krn, row->wanted_kt, row->wanted_ti);
    (void)printf(" last=%llu\n", (unsigned long long)row->last_tid);
}

/* verify WHO PAN DIGITS: what a token is */
static void verify(struct words *words)
{
    static struct vend_verified verified;
    struct vend_caller caller = take_caller(words);
    const char *pan = take_word(words);
    mv_status status = vend_verify(server(), &caller, pan, take_word(words), &verified);
    const struct vend_foreign *foreign = &verified.foreign;
    if (!status.ok)
        answer_refused(status);
    else if (verified.issued_here)
        (void)printf("ok issued %llu %zu\n", (unsigned long long)verified.issued.receipt, verified.position);
    else
        (void)printf("ok foreign %u %u %u %d %lld %d %u %llu %u\n", foreign->token_class, foreign->subclass,
                     foreign->tid, (int)foreign->quantity.unit, (long long)foreign->quantity.amount,
                     foreign->has_management, foreign->management.subclass,
                     (unsigned long long)foreign->management.value, foreign->key_section);
}

const struct command desk_commands[] = {
    {"assign", assign}, {"confirm-key", confirm_key}, {"propose", propose}, {"approve", approve},
    {"view", view},     {"verify", verify},           {NULL, NULL}};
