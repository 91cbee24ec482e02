#include "cards_world.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "api/card_convert.h"
#include "fake_pboc.h"

enum { OPENING_WH = 500 };

/* ---- the way to the card ---- */

static mv_status exchange(void *self, const uint8_t *capdu, size_t size, uint8_t rapdu[CARDS_RAPDU], size_t *answered)
{
    struct cards_world *cards = self;
    cards->apdus++;
    if (cards->during != NULL)
        cards->during(cards);
    cards->gone = cards->gone || (cards->cut == cards->apdus && !cards->cut_after);
    if (!cards->gone)
        *answered = vcard_apdu(&cards->card, capdu, size, rapdu);
    cards->gone = cards->gone || cards->cut == cards->apdus;
    return cards->gone ? mv_fail(MV_CARD_REMOVED, NULL) : mv_ok();
}

static mv_status progress(void *self, unsigned done, unsigned of, const char *what)
{
    (void)self;
    assert_true(done <= of);
    assert_non_null(what);
    return mv_ok();
}

mv_status cards_session(struct cards_world *cards, const char *who, const begin_t *begin)
{
    const struct cards_link link = {.exchange = exchange, .progress = progress, .self = cards};
    const struct vend_caller caller = world_caller(who);
    struct api_card_order *order = malloc(sizeof *order);
    assert_non_null(order);
    cards->apdus = 0;
    cards->gone = false;
    vcard_reset(&cards->card);
    cards_result_free(&cards->result);
    mv_status status = api_card_in(begin, order);
    if (status.ok)
        status = cards_run(cards->world->vend, &caller, &link, &order->order, &cards->result);
    free(order);
    fake_keys_lock();
    assert_int_equal(0, fake_cards.sessions);
    fake_keys_unlock();
    return status;
}

unsigned cards_cut_everywhere(struct cards_world *cards, const struct cards_cut *way)
{
    for (unsigned cut = 1;; cut++) {
        begin_t begin;
        way->prepare(cards, cut, &begin);
        cards->cut = cut;
        cards->cut_after = way->after;
        mv_status status = cards_session(cards, way->who, &begin);
        cards->cut = 0;
        if (!status.ok) {
            assert_refused(MV_CARD_REMOVED, status);
            assert_ok(cards_session(cards, way->who, &begin));
        }
        way->check(cards, cut);
        if (status.ok)
            return cut - 1;
        assert_true(cut < 300);
    }
}

/* ---- set-up ---- */

void cards_fresh(struct cards_world *cards, uint8_t serial)
{
    const uint8_t uid[MV_CARD_UID] = {0x04, 1, 2, 3, 4, 5, serial};
    vcard_free(&cards->card);
    vcard_init(&cards->card, NULL, uid);
}

void cards_fresh_pboc(struct cards_world *cards, uint8_t serial, uint8_t version)
{
    const uint8_t number[MV_PBOC_SERIAL] = {0, 0x86, 1, 2, 3, 4, 5, serial};
    uint8_t masters[VCARD_PBOC_KEYS][16];
    fake_pboc_masters(version, masters);
    vcard_free(&cards->card);
    vcard_init_pboc(&cards->card, NULL, number, masters);
    memcpy(cards->card.uid, number + 1, sizeof cards->card.uid);
}

void cards_add_meter(struct cards_world *cards, unsigned serial, uint8_t area_version, char pan[19])
{
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_key key = world_key();
    struct vend_meter meter;
    world_pan(serial, pan);
    assert_ok(world_meter(cards->world, serial, "shop", VEND_ELECTRICITY, &key));
    assert_ok(vend_provision_meter(cards->world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    assert_ok(vend_provision_cards(cards->world->vend, &admin, pan, 1, area_version, &meter));
    assert_true(meter.has_card_slot);
}

int cards_setup(void **state)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller admin = world_caller("admin");
    struct vend_principal row;
    struct vend_meter meter;
    void *world = NULL;
    if (desk_setup(&world) != 0)
        return -1;
    struct cards_world *cards = calloc(1, sizeof *cards);
    assert_non_null(cards);
    *state = cards;
    cards->world = world;
    fake_cards_masters(RECORDS_DOMAIN, 1, 2);
    (void)records_provisioned(cards->world, cards->meter.pan);
    assert_ok(vend_provision_cards(cards->world->vend, &admin, cards->meter.pan, 1, 2, &meter));
    assert_ok(vend_create_principal(cards->world->vend, &officer, "factory", "shop", 1U << VEND_CARD_FACTORY, &row));
    cards_fresh(cards, 1);
    return 0;
}

int cards_teardown(void **state)
{
    struct cards_world *cards = *state;
    void *world = cards->world;
    cards_result_free(&cards->result);
    vcard_free(&cards->card);
    world_audit_verify(cards->world);
    free(cards);
    return world_teardown(&world);
}

begin_t cards_begin(const char *id, Metervault__V1__CardPurpose purpose)
{
    begin_t begin = METERVAULT__V1__CARD_BEGIN__INIT;
    begin.request_id = (char *)id;
    begin.terminal_id = (char *)"till";
    begin.purpose = purpose;
    return begin;
}

mv_status cards_simple(struct cards_world *cards, const char *who, const char *id, Metervault__V1__CardPurpose purpose)
{
    const begin_t begin = cards_begin(id, purpose);
    return cards_session(cards, who, &begin);
}

void cards_transport(struct cards_world *cards)
{
    begin_t begin = cards_begin("take-in", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.factory = true;
    assert_ok(cards_session(cards, "factory", &begin));
}

void cards_user(struct cards_world *cards)
{
    begin_t begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    cards_transport(cards);
    begin.kind = METERVAULT__V1__CARD_KIND__USER;
    begin.meter_pan = cards->meter.pan;
    assert_ok(cards_session(cards, "seller", &begin));
}

void cards_tool(struct cards_world *cards, Metervault__V1__CardKind kind)
{
    begin_t begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    cards_transport(cards);
    begin.kind = kind;
    begin.domain = (char *)"A1B2C3";
    assert_ok(cards_session(cards, "engineer", &begin));
}

static mv_status sell(struct cards_world *cards, begin_t *begin, int64_t wh)
{
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = wh;
    purchase.quantity = &quantity;
    if (begin->purpose == METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD)
        purchase.client_number = (char *)"123456";
    begin->purchase = &purchase;
    mv_status status = cards_session(cards, "seller", begin);
    begin->purchase = NULL;
    return status;
}

mv_status cards_start_account(struct cards_world *cards, const char *id)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD);
    begin.meter_pan = cards->meter.pan;
    return sell(cards, &begin, OPENING_WH);
}

mv_status cards_buy(struct cards_world *cards, const char *id, int64_t wh, bool merge)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD);
    begin.merge_unread = merge;
    return sell(cards, &begin, wh);
}

void cards_opened(struct cards_world *cards)
{
    cards_user(cards);
    assert_ok(cards_start_account(cards, "open"));
}

struct vend_card cards_on_file(struct cards_world *cards)
{
    const struct vend_caller caller = world_caller("seller");
    struct vend_card_act act = {.caller = &caller, .call = VEND_GET_CARD};
    struct vend_card card;
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_ok(vend_card_get(cards->world->vend, &act, &card));
    return card;
}

/* ---- the meter ---- */

/* Tag 06: what came before this one, newest first; of all these the meter takes what it lacks. */
static void take_purchase(struct cards_meter *meter, const struct mv_record_head *head, const uint8_t *body,
                          uint8_t size)
{
    enum { ITEM = 16, AMOUNT = 8 };
    struct mv_tlv amount;
    struct mv_tlv kind;
    struct mv_tlv unread = {.length = 0};
    assert_true(mv_tlv_find(body, size, MV_TAG_AMOUNT, &amount));
    assert_true(mv_tlv_find(body, size, MV_TAG_CARD, &unread));
    assert_int_equal(8, unread.length);
    unread.length = 0;
    (void)mv_tlv_find(body, size, MV_TAG_UNREAD, &unread);
    uint32_t items = unread.length / ITEM;
    assert_true(mv_tlv_find(body, size, MV_TAG_PURCHASE_KIND, &kind));
    bool opens = mv_tlv_number(&kind) == MV_PURCHASE_OPEN;
    assert_true(meter->open || opens);
    assert_true(!meter->open || !opens || items > 0 || head->sequence <= meter->taken);
    meter->open = true;
    if (head->sequence <= meter->taken)
        return;
    assert_true(head->sequence - items <= meter->taken + 1);
    for (uint32_t i = 0; i < items; i++) {
        const struct mv_tlv one = {.length = AMOUNT, .value = unread.value + (size_t)i * ITEM};
        if (head->sequence - 1 - i > meter->taken)
            meter->credit += (int64_t)mv_tlv_number(&one);
    }
    meter->credit += (int64_t)mv_tlv_number(&amount);
    meter->taken = head->sequence;
}

static void write_return(struct vcard *card, uint32_t slot, struct cards_meter *meter, const uint8_t *nonce)
{
    struct records_shown shown = records_shown(RECORDS_KEYS.mac_version, RECORDS_KEYS.epoch, ++meter->returns);
    uint8_t bytes[MV_RECORD_MAX];
    uint8_t *to = card->application.files[MV_CARD_FILE_FROM_METER].data + slot;
    shown.taken = meter->taken;
    shown.echo = nonce;
    size_t size = records_return(meter->pan, shown, bytes);
    to[0] = (uint8_t)size;
    memcpy(to + 1, bytes, size);
}

static void take_bundle(struct vcard *card, uint32_t index, const struct mv_card_entry *entry,
                        struct cards_meter *meter)
{
    const uint8_t *bytes = card->application.files[MV_CARD_FILE_TO_METER].data + entry->offset;
    const uint8_t *nonce = NULL;
    for (uint32_t at = 0; at < entry->length; at += bytes[at] + 1U) {
        struct mv_record_head head;
        const uint8_t *body;
        uint8_t size;
        assert_int_equal(MV_DONE, mv_record_parse(bytes + at + 1, bytes[at], &head, &body, &size));
        assert_memory_equal(meter->pan, head.pan, sizeof head.pan);
        struct mv_tlv asked;
        if (head.kind == MV_KIND_PURCHASE)
            take_purchase(meter, &head, body, size);
        meter->settings += head.kind == MV_KIND_PARAMETERS;
        if (head.kind == MV_KIND_READ && mv_tlv_find(body, size, MV_TAG_NONCE, &asked))
            nonce = asked.value;
    }
    write_return(card, index * MV_CARD_FROM_SLOT_BYTES, meter, nonce);
}

void cards_visit(struct cards_world *cards, struct cards_meter *meter)
{
    struct vcard *card = &cards->card;
    const uint8_t *bytes = card->application.files[MV_CARD_FILE_TO_METER].data;
    const uint8_t *from = card->application.files[MV_CARD_FILE_FROM_METER].data;
    vcard_reset(card);
    for (uint32_t i = 0; i < bytes[1]; i++) {
        struct mv_card_entry entry;
        size_t at = MV_CARD_COUNT_BYTES + (size_t)i * MV_CARD_ENTRY_BYTES;
        assert_int_equal(MV_DONE, mv_card_entry_read(bytes + at, &entry));
        bool mine = memcmp(entry.pan, meter->pan, sizeof entry.pan) == 0;
        if (mine && from[(size_t)i * MV_CARD_FROM_SLOT_BYTES] == 0)
            take_bundle(card, i, &entry, meter);
    }
}

void cards_visit_pboc(struct cards_world *cards, struct cards_meter *meter)
{
    struct vcard_pboc *card = &cards->card.pboc;
    struct mv_pboc_return answer = {.purchases = 0};
    uint8_t data[MV_PBOC_RETURN_DATA];
    uint32_t amount;
    uint32_t count;
    struct mv_pboc_user user;
    static const uint8_t nothing[MV_PBOC_RETURN_BYTES];
    bool good = mv_pboc_unframe(card->user, sizeof card->user, MV_PBOC_COMMAND_USER, MV_PBOC_USER_DATA) == MV_DONE;
    mv_pboc_wallet_read(card->wallet, &amount, &count);
    if (!good || memcmp(card->returned, nothing, sizeof nothing) != 0)
        return;
    mv_pboc_user_read(card->user + 4, &user);
    assert_memory_equal(user.client_no, "\x00\x00\x00\x12\x34\x56", 6);
    assert_true(count <= meter->taken + 1);
    if (count < meter->taken)
        return;
    meter->credit += count > meter->taken ? (int64_t)amount * 10 : 0;
    meter->taken = count;
    answer.purchases = meter->taken;
    answer.remaining = (uint32_t)(meter->credit / 10);
    mv_pboc_return_write(&answer, data);
    (void)mv_pboc_frame(MV_PBOC_COMMAND_RETURN, data, sizeof data, card->returned);
}

int cards_setup_pboc(void **state)
{
    if (cards_setup(state) != 0)
        return -1;
    struct cards_world *cards = *state;
    cards->world->card_pboc_class = MV_PBOC_CLASS_04;
    world_restart(cards->world);
    vend_refresh(cards->world->vend);
    cards_fresh_pboc(cards, 1, CARDS_PBOC_NEWEST);
    return 0;
}

void cards_agree_pboc(struct cards_world *cards)
{
    cards_visit_pboc(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

mv_status cards_replace_pboc(struct cards_world *cards, const char *id, int64_t wh)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__REPLACE);
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = wh;
    purchase.quantity = &quantity;
    begin.meter_pan = cards->meter.pan;
    begin.purchase = wh == 0 ? NULL : &purchase;
    return cards_session(cards, "seller", &begin);
}

static int add_column(void *self, int columns, char **texts, char **names)
{
    int64_t *sum = self;
    (void)columns;
    (void)names;
    *sum = texts[0] == NULL ? 0 : strtoll(texts[0], NULL, 10);
    return 0;
}

int64_t cards_sold(struct cards_world *cards)
{
    sqlite3 *db = NULL;
    int64_t sum = -1;
    assert_int_equal(SQLITE_OK, sqlite3_open(cards->world->ledger + sizeof "sqlite:" - 1, &db));
    assert_int_equal(SQLITE_OK,
                     sqlite3_exec(db, "SELECT sum(amount) FROM record WHERE kind = 1", add_column, &sum, NULL));
    (void)sqlite3_close(db);
    return sum;
}
