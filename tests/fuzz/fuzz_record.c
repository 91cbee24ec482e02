/* Native records: any bytes to the codec, and rows of records to a payment meter, raw or with the right MAC behind
 * whatever body, with restarts, cuts of power, time passing and returns between them. What is not accepted moves
 * nothing; sequence numbers and epochs never fall; a restart changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "../support/flash_model.h"
#include "../support/key_wrap.h"
#include "metervault/prepay_record.h"

enum { STEP_HEAD = 5, MAX_STEPS = 24, EPOCH = 3, TID_FILL = 0x600000 };
enum { NOW = 1767225600, HOUR_S = 3600 };
/* In a step's first byte. */
enum { RAW = 1, RESTART = 2, RETURN = 4, WRAP = 8, CUT = 16, PASS_TIME = 32, SPOIL = 64, NO_CLOCK = 128 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* ---- codec ---- */

static void write_again(const uint8_t *data, size_t size, const struct mv_record_head *head, const uint8_t *body,
                        uint8_t body_size)
{
    struct mv_record_writer to;
    struct mv_tlv tlv;
    uint8_t at = 0;
    mv_record_begin(&to, head);
    while (mv_tlv_next(body, body_size, &at, &tlv))
        mv_record_put(&to, tlv.tag, tlv.value, tlv.length);
    require(mv_record_end(&to) == MV_DONE);
    require((size_t)to.size + MV_RECORD_MAC == size && memcmp(to.bytes, data, to.size) == 0);
}

static void look_at(const uint8_t *data, size_t size)
{
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t body_size = 0;
    if (mv_record_parse(data, (uint32_t)size, &head, &body, &body_size) == MV_DONE)
        write_again(data, size, &head, body, body_size);
}

/* ---- the board ---- */

struct board {
    struct flash flash;
    struct mv_prepay p;
    uint32_t now;
    bool clock, closed;
};

static bool clock_read(void *context, uint32_t *unix_s)
{
    const struct board *board = context;
    *unix_s = board->now;
    return board->clock;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    struct board *board = context;
    board->now = unix_s;
    board->clock = true;
    return true;
}

static bool switch_set(void *context, bool closed)
{
    struct board *board = context;
    board->closed = closed;
    return true;
}

static enum mv_switch_state switch_read(void *context)
{
    (void)context;
    return MV_SWITCH_UNKNOWN;
}

static void indicate(void *context, uint8_t lamps)
{
    (void)context;
    (void)lamps;
}

static enum mv_result open_meter(struct board *board)
{
    struct mv_meter_port port = flash_port(&board->flash);
    struct mv_prepay_port ports = {board, clock_read, clock_set, switch_set, switch_read, indicate};
    flash_power_on(&board->flash);
    return mv_prepay_open(&board->p, &port, &ports, &mv_sta_public);
}

static void provision(struct board *board)
{
    struct mv_meter_identity identity = {.key = {.ea = MV_EA_STA, .bytes = {1, 2, 3}},
                                         .key_type = 2,
                                         .key_revision = 1,
                                         .key_expiry = 255,
                                         .measures = 0x13};
    struct mv_record_keys keys = {
        .mac_version = 1, .enc_version = 1, .mac_in = {1}, .mac_out = {2}, .enc = {3}, .domain = {4}};
    memcpy(identity.pan, "600727000000000009", sizeof identity.pan);
    memset(board, 0, sizeof *board);
    board->now = NOW;
    board->clock = true;
    flash_init_as(&board->flash, 2, FLASH_BYTES / 2);
    require(open_meter(board) == MV_NOT_PROVISIONED);
    require(mv_prepay_provision(&board->p, &identity, TID_FILL, NULL, &keys, EPOCH) == MV_DONE);
}

/* ---- a step ---- */

/* New keys for whoever asks for them: they are wrapped here, for no fuzzer finds that. */
static void wrap_keys(const struct mv_prepay *p, uint8_t *body, unsigned size)
{
    static const uint8_t plain[MV_RECORD_KEYS_PLAIN] = {5, 6, 7};
    for (unsigned at = 0; at + 2 + MV_RECORD_KEYS_WRAPPED <= size; at += 2U + body[at + 1]) {
        if (body[at] == MV_TAG_KEYS && body[at + 1] == MV_RECORD_KEYS_WRAPPED)
            key_wrap(p->records.keys.enc, plain, body + at + 2);
    }
}

static uint8_t record_of(const struct mv_prepay *p, const uint8_t *step, uint8_t record[MV_RECORD_MAX])
{
    uint8_t size = step[4] < MV_RECORD_BODY_MAX ? step[4] : (uint8_t)MV_RECORD_BODY_MAX;
    uint8_t kind = step[1];
    struct mv_record_head head = {.kind = kind, .key_version = p->records.keys.mac_version, .epoch = p->records.epoch};
    struct mv_record_writer to;
    if ((step[0] & RAW) != 0) {
        memcpy(record, step + STEP_HEAD, size);
        return size;
    }
    uint32_t last = kind < MV_RECORD_KINDS ? p->records.sequence[kind] : 0;
    head.sequence = last + step[2] - (step[2] > INT8_MAX ? 256U : 0U);
    memcpy(head.pan, p->meter.state.identity.pan, sizeof head.pan);
    mv_record_begin(&to, &head);
    memcpy(to.bytes + MV_RECORD_HEAD, step + STEP_HEAD, size);
    if ((step[0] & WRAP) != 0)
        wrap_keys(p, to.bytes + MV_RECORD_HEAD, size);
    to.size = (uint8_t)(MV_RECORD_HEAD + size);
    to.bytes[MV_RECORD_HEAD - 1] = size;
    mv_record_seal(&to, p->records.keys.mac_in);
    if ((step[0] & SPOIL) != 0)
        to.bytes[step[3] % to.size] ^= 0x10;
    memcpy(record, to.bytes, to.size);
    return to.size;
}

static bool same_moved(const struct mv_prepay *a, const struct mv_prepay *b)
{
    return memcmp(a->records.sequence, b->records.sequence, sizeof a->records.sequence) == 0 &&
           memcmp(a->records.keys.mac_in, b->records.keys.mac_in, sizeof a->records.keys.mac_in) == 0 &&
           memcmp(a->meter.state.credit, b->meter.state.credit, sizeof a->meter.state.credit) == 0 &&
           a->records.epoch == b->records.epoch && a->records.total_purchased == b->records.total_purchased &&
           a->records.return_reserved == b->records.return_reserved && a->account.arrears == b->account.arrears &&
           a->parts.set_id == b->parts.set_id && a->parts.present == b->parts.present &&
           a->tariff.set_id == b->tariff.set_id && a->calendar.set_id == b->calendar.set_id &&
           a->parameters.hoard_limit == b->parameters.hoard_limit && a->supply.bypass == b->supply.bypass &&
           a->supply.commanded_open == b->supply.commanded_open && a->supply.retired == b->supply.retired;
}

static void never_falls(const struct mv_prepay *before, const struct mv_prepay *after)
{
    require(after->records.epoch >= before->records.epoch);
    require(memcmp(after->meter.state.tids, before->meter.state.tids, sizeof before->meter.state.tids) == 0);
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        require(after->meter.state.credit[i] >= 0);
    for (unsigned kind = 1; kind < MV_RECORD_KINDS && after->records.epoch == before->records.epoch; kind++)
        require(after->records.sequence[kind] >= before->records.sequence[kind] || after->supply.retired);
}

static void take_return(struct mv_prepay *p)
{
    uint8_t bytes[MV_RECORD_MAX];
    uint32_t size = 0;
    uint32_t before = p->records.return_sequence;
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t body_size = 0;
    if (mv_prepay_return(p, bytes, &size) != MV_DONE)
        return;
    require(mv_record_parse(bytes, size, &head, &body, &body_size) == MV_DONE);
    require(mv_record_check_tags(MV_KIND_RETURN, body, body_size) == MV_DONE);
    require(mv_record_mac_is(bytes, size, p->records.keys.mac_out));
    require(head.sequence == before + 1 && !p->records.nonce_open);
}

static void hand_in(struct board *board, const uint8_t *step)
{
    static struct mv_prepay before;
    struct mv_prepay *p = &board->p;
    struct mv_record_answer answer;
    uint8_t record[MV_RECORD_MAX];
    uint8_t size = record_of(p, step, record);
    before = *p;
    if ((step[0] & CUT) != 0)
        board->flash.energy = (uint32_t)step[3] * 4;
    enum mv_result result = mv_prepay_record(p, record, size, &answer);
    if (result == MV_STORAGE_ERROR) {
        require(open_meter(board) == MV_DONE);
        never_falls(&before, p);
        return;
    }
    never_falls(&before, p);
    require(result == MV_ACCEPT ? answer.kind == record[1] : answer.kind == 0 && same_moved(&before, p));
    require(result != MV_ACCEPT || (step[0] & (RAW | SPOIL)) == 0);
    board->flash.energy = UINT32_MAX;
}

static void one_step(struct board *board, const uint8_t *step)
{
    static struct mv_prepay before;
    board->clock = (step[0] & NO_CLOCK) == 0;
    if ((step[0] & PASS_TIME) != 0)
        board->now += (uint32_t)step[3] * HOUR_S;
    require(mv_prepay_tick(&board->p) == MV_DONE);
    hand_in(board, step);
    if ((step[0] & RETURN) != 0)
        take_return(&board->p);
    if ((step[0] & RESTART) == 0)
        return;
    require(mv_prepay_power_fails(&board->p) == MV_DONE);
    before = board->p;
    require(open_meter(board) == MV_DONE);
    require(same_moved(&before, &board->p));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct board board;
    static struct board ready; /* points into `board` as well */
    uint8_t step[STEP_HEAD + 255];
    look_at(data, size);
    if (ready.now == 0) {
        provision(&board);
        ready = board;
    }
    board = ready;
    for (unsigned steps = 0; steps < MAX_STEPS && size >= STEP_HEAD; steps++) {
        size_t length = STEP_HEAD + (size_t)data[4];
        length = length < size ? length : size;
        memset(step, 0, sizeof step);
        memcpy(step, data, length);
        one_step(&board, step);
        data += length;
        size -= length;
    }
    return 0;
}
