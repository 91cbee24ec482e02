/* ChangeKey: the one command that brings a key, and its cryptogram. */
#include <string.h>

#include "../crypto/wipe.h"
#include "session.h"

enum { KEY = 16 };

uint32_t mv_card_crc32(const uint8_t *data, uint32_t size)
{
    uint32_t crc = UINT32_MAX;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & (0U - (crc & 1U))); /* no branch: it may be a key */
    }
    return crc;
}

uint8_t mv_card_key_data(const uint8_t new_key[16], const uint8_t *old_key, uint8_t version,
                         uint8_t plain[MV_CARD_KEY_DATA_MAX])
{
    memcpy(plain, new_key, KEY);
    plain[KEY] = version;
    if (old_key == NULL)
        return KEY + 1;
    for (size_t i = 0; i < KEY; i++)
        plain[i] ^= old_key[i];
    uint32_t crc = mv_card_crc32(new_key, KEY);
    for (size_t i = 0; i < 4; i++)
        plain[KEY + 1 + i] = (uint8_t)(crc >> (8 * i));
    return MV_CARD_KEY_DATA_MAX;
}

enum mv_card_next mv_card_change_key(struct mv_card_session *session, uint8_t key_no, uint8_t *plain, uint8_t size)
{
    const struct mv_card_command command = {.ins = MV_CARD_INS_CHANGE_KEY,
                                            .mode = MV_CARD_SECRET,
                                            .header = &key_no,
                                            .header_size = 1,
                                            .data = plain,
                                            .data_size = size};
    enum mv_card_next next = mv_card_begin(session, &command);
    session->bare = key_no == session->key_no;
    mv_wipe(plain, size);
    return next;
}
