/* The return to the card. Its length comes last: until then there is none, and putting the card in again makes it. */
#include <string.h>

#include "terminal.h"

enum { TAIL_AT = MV_TERMINAL_CHUNK };

_Static_assert(2 * MV_TERMINAL_CHUNK == MV_CARD_FROM_SLOT_BYTES, "a slot is written in two halves");

static enum mv_card_next write_slot(struct mv_card_terminal *t, uint16_t at, uint16_t size)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    struct mv_card_command command = {.ins = MV_CARD_INS_WRITE,
                                      .mode = MV_CARD_SECRET,
                                      .header = header,
                                      .header_size = sizeof header,
                                      .data = t->record + at,
                                      .data_size = size};
    mv_card_file_header(MV_CARD_FILE_FROM_METER, (uint32_t)t->entry * MV_CARD_FROM_SLOT_BYTES + at, size, header);
    t->asked = 0;
    return mv_card_command(&t->session, &command);
}

static enum mv_card_next finish(struct mv_card_terminal *t)
{
    return mv_terminal_end(t, t->outcome.result == MV_DONE ? MV_ACCEPT : t->outcome.result);
}

/* A meter that was just retired has no key to sign with. */
enum mv_card_next mv_terminal_answer(struct mv_card_terminal *t)
{
    uint32_t size = 0;
    memset(t->record, 0, sizeof t->record);
    enum mv_result result = mv_prepay_return(t->p, t->record + 1, &size);
    if (result == MV_NOT_PROVISIONED)
        return finish(t);
    if (result != MV_DONE)
        return mv_terminal_end(t, result);
    t->record[0] = (uint8_t)size;
    return mv_terminal_go(t, MV_PHASE_TAIL);
}

enum mv_card_next mv_terminal_put_tail(struct mv_card_terminal *t)
{
    return write_slot(t, TAIL_AT, MV_TERMINAL_CHUNK);
}

enum mv_card_next mv_terminal_put_body(struct mv_card_terminal *t)
{
    return write_slot(t, 1, TAIL_AT - 1);
}

enum mv_card_next mv_terminal_put_length(struct mv_card_terminal *t)
{
    return write_slot(t, 0, 1);
}

enum mv_card_next mv_terminal_put(struct mv_card_terminal *t)
{
    return mv_terminal_go(t, (enum mv_terminal_phase)(t->phase + 1));
}

enum mv_card_next mv_terminal_written(struct mv_card_terminal *t)
{
    if (mv_terminal_is_user(t))
        return mv_terminal_go(t, MV_PHASE_COMMIT);
    return mv_terminal_committed(t);
}

/* All three files of a user card change at once. */
enum mv_card_next mv_terminal_commit(struct mv_card_terminal *t)
{
    struct mv_card_command command = {.ins = MV_CARD_INS_COMMIT, .mode = MV_CARD_MAC};
    t->asked = 0;
    return mv_card_command(&t->session, &command);
}

enum mv_card_next mv_terminal_committed(struct mv_card_terminal *t)
{
    t->outcome.returned = true;
    return finish(t);
}
