/* A payment meter in RAM with keys for native records, and the server's side of them. */
#ifndef MV_TEST_RECORD_SUPPORT_H
#define MV_TEST_RECORD_SUPPORT_H

#include "../../support/flash_model.h"
#include "metervault/prepay_record.h"

enum {
    RECORD_NOW = 1767225600 /* 2026-01-01T00:00Z */,
    RECORD_EPOCH = 3,
    RECORD_TID = 0x600000,
};

struct record_fixture {
    struct flash flash;
    struct mv_prepay p;
    struct mv_meter_identity identity;
    struct mv_record_keys keys; /* that the server thinks the meter has */
    uint16_t epoch;             /* the same */
    uint32_t now;               /* the meter's clock */
    bool clock, deny_clock, closed;
    uint8_t lamps;
    struct mv_record_writer record;
    struct mv_record_answer answer;
    uint8_t returned[MV_RECORD_MAX];
    uint32_t returned_size;
};
/* cmocka's set-up: *state is a struct record_fixture, provisioned, of electricity, water and electricity in currency;
 * credit in Wh; the clock shows RECORD_NOW. */
int record_setup(void **state);
/* In memory of the caller's; two sectors of half of FLASH_BYTES, or others. */
void record_provision(struct record_fixture *f);
void record_provision_as(struct record_fixture *f, uint32_t sectors, uint32_t sector_size);
/* Power off and on. */
enum mv_result record_reopen(struct record_fixture *f);

/* ---- the server's side: begin, put, hand in ---- */
struct mv_record_writer *record_begin(struct record_fixture *f, uint8_t kind, uint32_t sequence);
/* Ends and seals. */
void record_seal(struct record_fixture *f);
/* The record as it is. */
enum mv_result record_give(struct record_fixture *f);
/* Ends, seals and hands in. */
enum mv_result record_hand(struct record_fixture *f);

enum { RECORD_CLIENT = 0x42, RECORD_CARD = 7 };
struct record_purchase {
    uint8_t kind; /* 0: NORMAL */
    uint32_t sequence;
    uint64_t amount;
    uint8_t credit_register;      /* 0: electricity */
    uint8_t client, card;         /* last byte of the number; client 0: RECORD_CLIENT, card 0: none */
    const uint64_t *unread;       /* amounts of those before, newest first */
    const uint64_t *unread_debts; /* NULL: none */
    uint8_t unread_count;
    uint64_t debt;
};
void record_purchase_begin(struct record_fixture *f, const struct record_purchase *purchase);
enum mv_result record_purchase(struct record_fixture *f, const struct record_purchase *purchase);
/* Opens the account with purchase 1 of `amount`, on RECORD_CARD. */
void record_open_account(struct record_fixture *f, uint64_t amount);
/* A control record that is a command and one number; `tag` 0: the command alone. */
enum mv_result record_command(struct record_fixture *f, uint32_t sequence, uint8_t command, uint8_t tag, uint64_t value,
                              uint8_t length);
/* A read request with the nonce 8 x `nonce`. */
enum mv_result record_read(struct record_fixture *f, uint32_t sequence, uint8_t nonce, uint8_t want, uint8_t from);
/* Three new keys that differ in `seed`, wrapped under the fixture's wrapping key. */
struct mv_record_keys record_new_keys(const struct record_fixture *f, uint8_t seed);
void record_put_keys(struct record_fixture *f, const struct mv_record_keys *keys);
/* A part of a set, behind record_begin. */
struct record_part {
    uint32_t set_id;
    uint8_t what, number, total; /* number from 1 */
    const uint8_t *bytes;
    uint32_t size;
};
void record_put_part(struct record_fixture *f, const struct record_part *part);

/* ---- the return ---- */
/* Takes one and checks its form, tags and MAC; DONE. */
void record_return(struct record_fixture *f, struct mv_record_head *head);
bool record_returned(struct record_fixture *f, uint8_t tag, struct mv_tlv *tlv);
/* The number behind a tag that must be there. */
uint64_t record_returned_number(struct record_fixture *f, uint8_t tag);

#endif
