#include "void_world.h"

struct void_play void_play;

void void_body(const void *self, const struct vend_record_facts *given, struct mv_record_writer *to)
{
    void_play.facts = *given;
    records_body(self, given, to);
}

void void_remember(void)
{
    struct void_signed *one = &void_play.issued[void_play.issued_count++];
    assert_in_range(void_play.issued_count, 1, VOID_MOST - 1);
    *one =
        (struct void_signed){.sequence = void_play.records.first_sequence, .count = 1U + void_play.facts.unread_count};
    one->brings[0] = void_play.facts.amount;
    for (uint32_t i = 0; i < void_play.facts.unread_count; i++)
        one->brings[i + 1] = void_play.facts.unread[i].amount;
}

mv_status void_buy(struct world *world, const char *id, int64_t wh)
{
    struct vend_record_order order = records_purchase(id, void_play.pan, wh);
    order.body = void_body;
    mv_status status = records_sign(world, "seller", &order, &void_play.records);
    if (status.ok && !void_play.records.replayed)
        void_remember();
    return status;
}

mv_status void_as(struct world *world, const char *who, const char *id, uint32_t sequence)
{
    struct vend_record_order order = records_order(MV_KIND_PURCHASE, id, void_play.pan);
    order.purchase = MV_PURCHASE_REPLACEMENT;
    order.body = void_body;
    order.voids = sequence;
    mv_status status = records_sign(world, who, &order, &void_play.records);
    if (status.ok && !void_play.records.replayed)
        void_remember();
    return status;
}

mv_status void_one(struct world *world, const char *id, uint32_t sequence)
{
    return void_as(world, "chief", id, sequence);
}

void void_deliver(const struct void_signed *one)
{
    uint32_t missing = one->sequence - void_play.meter.sequence;
    if (one->sequence <= void_play.meter.sequence || missing > one->count)
        return;
    for (uint32_t back = 0; back < missing; back++) {
        void_play.meter.total += one->brings[back];
        void_play.meter.credited[one->sequence - back] = one->brings[back] > 0;
    }
    void_play.meter.sequence = one->sequence;
}

struct records_shown void_shown(const uint8_t *nonce)
{
    struct records_shown what = records_shown(1, VOID_EPOCH, ++void_play.returns);
    what.echo = nonce;
    what.taken = void_play.meter.sequence;
    what.total = void_play.meter.total;
    return what;
}

void void_ask(struct world *world, const char *id)
{
    uint8_t nonce[STORE_NONCE];
    records_ask(world, id, void_play.pan, nonce);
    assert_ok(records_bring(world, void_play.pan, void_shown(nonce), &void_play.out));
    assert_true(void_play.out.answers_last_read);
}

int void_setup(void **state)
{
    if (office_setup(state) != 0)
        return -1;
    records_ready(*state, void_play.pan);
    void_play.returns = 0;
    void_play.meter = (struct void_meter){.sequence = 1, .total = VOID_OPENED};
    void_play.issued_count = 0;
    return 0;
}
