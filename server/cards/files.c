/* Files of a card, in a session of the office's key. The head goes in clear: everybody may read it. */
#include <string.h>

#include "cards/session.h"

static uint8_t mode_of(enum mv_card_file file)
{
    return file == MV_CARD_FILE_HEAD ? MV_CARD_PLAIN : MV_CARD_SECRET;
}

mv_status cards_read(struct cards_session *session, enum mv_card_file file, uint32_t offset, uint8_t *data,
                     uint32_t size)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    for (uint32_t done = 0; done < size;) {
        uint32_t part = size - done < CARDS_CHUNK ? size - done : CARDS_CHUNK;
        const struct mv_card_command command = {
            .ins = MV_CARD_INS_READ, .mode = mode_of(file), .header = header, .header_size = sizeof header};
        mv_card_file_header(file, offset + done, part, header);
        MV_TRY(cards_command(session, &command));
        if (session->answer.data_size != part)
            return cards_refusal(MV_CARD_FORMAT);
        memcpy(data + done, session->answer.data, part);
        done += part;
    }
    return mv_ok();
}

mv_status cards_write(struct cards_session *session, enum mv_card_file file, uint32_t offset, const uint8_t *data,
                      uint32_t size)
{
    uint8_t header[MV_CARD_FILE_HEADER];
    for (uint32_t done = 0; done < size;) {
        uint32_t part = size - done < CARDS_CHUNK ? size - done : CARDS_CHUNK;
        const struct mv_card_command command = {.ins = MV_CARD_INS_WRITE,
                                                .mode = mode_of(file),
                                                .header = header,
                                                .header_size = sizeof header,
                                                .data = data + done,
                                                .data_size = (uint16_t)part};
        mv_card_file_header(file, offset + done, part, header);
        MV_TRY(cards_command(session, &command));
        done += part;
    }
    return mv_ok();
}

mv_status cards_write_head(struct cards_session *session, uint8_t kind)
{
    const struct vend_card *card = &session->card;
    struct mv_card_head head = {.kind = kind, .version = card->row.version};
    uint8_t bytes[MV_CARD_HEAD_BYTES];
    memset(head.pan, '0', sizeof head.pan);
    if (card->row.kind == MV_CARD_USER)
        memcpy(head.pan, card->pan, sizeof head.pan);
    memcpy(head.domain, card->row.domain, sizeof head.domain);
    if (mv_card_head_write(&head, bytes) != MV_DONE)
        return mv_fail(MV_INTERNAL_ERROR, "head");
    return cards_write(session, MV_CARD_FILE_HEAD, 0, bytes, sizeof bytes);
}

/* Files of tool cards have no backup: there is nothing to commit. */
mv_status cards_commit(struct cards_session *session)
{
    if (session->card.row.kind != MV_CARD_USER)
        return mv_ok();
    return cards_order_card(session, MV_CARD_INS_COMMIT, NULL, 0);
}
