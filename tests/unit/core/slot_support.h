/* A payment meter with a card slot, a card in the hand, and what the office writes on it. */
#ifndef MV_TEST_SLOT_SUPPORT_H
#define MV_TEST_SLOT_SUPPORT_H

#include "metervault/card_terminal.h"
#include "record_support.h"
#include "vcard.h"

enum { SLOT_NEVER = -1, SLOT_METER_VERSION = 3, SLOT_AREA_VERSION = 5 };

struct slot_fixture {
    struct record_fixture r;
    struct mv_card_keys keys;
    struct vcard card;
    struct mv_card_terminal terminal;
    uint8_t bundle[MV_CARD_TOOL_TO_BYTES];
    uint16_t bundle_size;
    uint16_t entry; /* of our meter on the card */
    unsigned apdus; /* of the last insertion */
    bool no_random;
    /* The n-th APDU of an insertion, from 0: the card is gone before it, or behind it with its answer lost; or that
     * answer is this one. */
    int cut_before, cut_after, answer_at;
    uint8_t answer[VCARD_RAPDU];
    uint16_t answer_size;
};

/* A provisioned meter with keys for cards of users and of its area, and a fresh card with the serial RECORD_CARD. */
void slot_provision(struct slot_fixture *f);
/* cmocka's set-up and tear-down: *state is a struct slot_fixture. */
int slot_setup(void **state);
int slot_teardown(void **state);

/* ---- the office: personalises the card; begins a bundle, puts sealed records into it, writes it ---- */
void slot_make(struct slot_fixture *f, enum mv_card_kind kind);
/* The same card again, as another one: last byte of its UID. */
void slot_is(struct slot_fixture *f, uint8_t serial);
uint8_t *slot_file(struct slot_fixture *f, enum mv_card_file file);
void slot_begin(struct slot_fixture *f);
/* Seals the record under way and puts it behind the others. */
void slot_put(struct slot_fixture *f);
/* One meter on the card, its return cleared; or `count` of them, ours at `entry`. */
void slot_write(struct slot_fixture *f);
void slot_write_many(struct slot_fixture *f, uint16_t count, uint16_t entry);
/* The whole of it: a purchase on the card that is in hand, and a read request with the same sequence number. */
void slot_write_purchase(struct slot_fixture *f, const struct record_purchase *purchase);
/* A read request with the nonce 8 x `sequence`. */
void slot_put_read(struct slot_fixture *f, uint32_t sequence);
void slot_put_command(struct slot_fixture *f, uint32_t sequence, uint8_t command, uint8_t tag, uint64_t value,
                      uint8_t length);

/* ---- at the meter ---- */
/* Puts the card in and lets it end; what the outcome says. */
enum mv_result slot_insert(struct slot_fixture *f);
/* That, and that the display shows it. */
void slot_expect(struct slot_fixture *f, enum mv_result result, const char *shown);
int64_t slot_credit(const struct slot_fixture *f);

/* ---- the return ---- */
/* Whether one is on the card; it is looked at in f->r (record_returned), its MAC and PAN are good. */
bool slot_has_return(struct slot_fixture *f, struct mv_record_head *head);

#endif
