/* Which card it is, whether it is for this meter, and that each has the key that it should have. */
#include <string.h>

#include "terminal.h"

enum { AID_BYTES = 3 };

/* ---- commands with files ---- */

enum mv_card_next mv_terminal_read(struct mv_card_terminal *t, enum mv_card_file file, uint32_t offset, uint16_t length)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    struct mv_card_command command = {.ins = MV_CARD_INS_READ,
                                      .mode = file == MV_CARD_FILE_HEAD ? MV_CARD_PLAIN : MV_CARD_SECRET,
                                      .header = header,
                                      .header_size = sizeof header};
    mv_card_file_header(file, offset, length, header);
    t->asked = length;
    return mv_card_command(&t->session, &command);
}

/* ---- select, HEAD ---- */

enum mv_card_next mv_terminal_select(struct mv_card_terminal *t)
{
    struct mv_card_command command = {
        .ins = MV_CARD_INS_SELECT, .mode = MV_CARD_PLAIN, .header = MV_CARD_AID, .header_size = AID_BYTES};
    return mv_card_command(&t->session, &command);
}

enum mv_card_next mv_terminal_selected(struct mv_card_terminal *t)
{
    return mv_terminal_go(t, MV_PHASE_HEAD);
}

enum mv_card_next mv_terminal_ask_head(struct mv_card_terminal *t)
{
    return mv_terminal_read(t, MV_CARD_FILE_HEAD, 0, MV_CARD_HEAD_BYTES);
}

/* HEAD is free to read and proves nothing: it saves an authentication that must fail. */
static enum mv_result check_head(const struct mv_prepay *p, const struct mv_card_head *head)
{
    if (head->kind == MV_CARD_BLOCKED)
        return MV_SLOT_BLOCKED;
    if (head->kind == MV_CARD_USER)
        return memcmp(head->pan, p->meter.state.identity.pan, sizeof head->pan) == 0 ? MV_DONE : MV_RECORD_METER;
    if (p->card_keys.area_version == 0 || memcmp(head->domain, p->records.keys.domain, sizeof head->domain) != 0)
        return MV_SLOT_NOT_AUTHORISED;
    return MV_DONE;
}

enum mv_card_next mv_terminal_take_head(struct mv_card_terminal *t)
{
    struct mv_card_head head;
    const uint8_t *bytes = t->session.data;
    if (bytes[0] != MV_CARD_LAYOUT_FORMAT)
        return mv_terminal_end(t, MV_RECORD_FILE);
    if (mv_card_head_read(bytes, &head) != MV_DONE)
        return mv_terminal_end(t, MV_RECORD_KIND);
    t->outcome.kind = head.kind;
    t->proven = mv_terminal_is_user(t); /* its own key proves it */
    enum mv_result result = check_head(t->p, &head);
    return result == MV_DONE ? mv_terminal_go(t, MV_PHASE_AUTHENTICATE) : mv_terminal_end(t, result);
}

/* ---- the three passes ---- */

enum mv_card_next mv_terminal_authenticate(struct mv_card_terminal *t)
{
    bool user = mv_terminal_is_user(t);
    t->asked = 0;
    mv_card_soft_key(&t->soft, user ? t->p->card_keys.meter : t->p->card_keys.area);
    return mv_card_authenticate(&t->session, user ? MV_CARD_SLOT_METER : MV_CARD_SLOT_AREA, true);
}

enum mv_card_next mv_terminal_authenticated(struct mv_card_terminal *t)
{
    return mv_terminal_go(t, mv_terminal_is_user(t) ? MV_PHASE_UID : MV_PHASE_INDEX);
}

/* ---- the card's serial, which a purchase is tied to ---- */

enum mv_card_next mv_terminal_ask_uid(struct mv_card_terminal *t)
{
    struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    t->asked = MV_CARD_UID;
    return mv_card_command(&t->session, &command);
}

enum mv_card_next mv_terminal_take_uid(struct mv_card_terminal *t)
{
    memcpy(t->serial + 1, t->session.data, MV_CARD_UID);
    return mv_terminal_go(t, MV_PHASE_INDEX);
}
