/* A user card whose files hold whatever, at a payment meter, pulled out wherever: it never takes what was not signed,
 * and the card as the office wrote it counts once afterwards, with a return. A step is 4 bytes: file, place 2, value.
 */
#include <stdlib.h>
#include <string.h>

#include "slot_support.h"

enum { OPENING = 5000, MORE = 1250, STEP = 4, CUTS = 20 };

static struct slot_fixture f;
static struct flash base;
static uint8_t head[MV_CARD_HEAD_BYTES], to_meter[MV_CARD_USER_TO_BYTES];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void make_base(void)
{
    slot_provision(&f);
    record_open_account(&f.r, OPENING);
    base = f.r.flash;
    slot_make(&f, MV_CARD_USER);
    record_purchase_begin(&f.r, &(struct record_purchase){.sequence = 2, .amount = MORE, .card = RECORD_CARD});
    slot_put(&f);
    mv_record_put_number(record_begin(&f.r, MV_KIND_PARAMETERS, 1), MV_TAG_WARNING_CUT, 33, 2);
    slot_put(&f);
    slot_put_read(&f, 7);
    slot_write(&f);
    memcpy(head, slot_file(&f, MV_CARD_FILE_HEAD), sizeof head);
    memcpy(to_meter, slot_file(&f, MV_CARD_FILE_TO_METER), sizeof to_meter);
}

static void write_card(void)
{
    memcpy(slot_file(&f, MV_CARD_FILE_HEAD), head, sizeof head);
    memcpy(slot_file(&f, MV_CARD_FILE_TO_METER), to_meter, sizeof to_meter);
    memset(slot_file(&f, MV_CARD_FILE_FROM_METER), 0, MV_CARD_USER_FROM_BYTES);
    f.cut_before = f.cut_after = SLOT_NEVER;
}

static void spoil(const uint8_t *step)
{
    static const uint32_t sizes[] = {MV_CARD_HEAD_BYTES, MV_CARD_USER_TO_BYTES, MV_CARD_USER_FROM_BYTES};
    enum mv_card_file file = (enum mv_card_file)(step[0] % 3);
    slot_file(&f, file)[((uint32_t)step[1] << 8 | step[2]) % sizes[file]] = step[3];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    struct mv_record_head returned;
    if (size == 0)
        return 0;
    if (!made)
        make_base();
    made = true;
    f.r.flash = base;
    f.r.now = RECORD_NOW;
    require(record_reopen(&f.r) == MV_DONE);
    write_card();
    for (size_t i = 1; i + STEP <= size; i += STEP)
        spoil(data + i);
    *(data[0] & 0x80 ? &f.cut_after : &f.cut_before) = (data[0] & 0x7F) % CUTS;
    (void)slot_insert(&f);
    f.cut_before = f.cut_after = SLOT_NEVER;
    (void)slot_insert(&f);
    require(slot_credit(&f) == OPENING || slot_credit(&f) == OPENING + MORE);
    require(f.r.p.records.epoch == RECORD_EPOCH && f.r.p.records.sequence[MV_KIND_CONTROL] == 0);

    write_card();
    require(slot_insert(&f) == MV_ACCEPT && slot_credit(&f) == OPENING + MORE);
    require(slot_has_return(&f, &returned) && slot_insert(&f) == MV_RECORD_AGAIN);
    return 0;
}
