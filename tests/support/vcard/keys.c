/* Authentication, and the change of keys. */
#include <string.h>

#include "commands.h"

enum { KEY = VCARD_KEY, OTHER_DATA = KEY + 1 + 4, OWN_DATA = KEY + 1 };

struct vcard_key *vcard_key(struct vcard *card, uint8_t key_no)
{
    if (!card->selected)
        return key_no == 0 ? &card->picc : NULL;
    return key_no < MV_CARD_KEYS ? &card->application.keys[key_no] : NULL;
}

enum mv_card_error vcard_challenge(struct vcard *card, bool first, const uint8_t *bytes, uint16_t size)
{
    const struct vcard_key *key = size > 0 ? vcard_key(card, bytes[0]) : NULL;
    bool form = first ? size >= 2 && size == 2 + bytes[1] && bytes[1] <= 6 : size == 1;
    if (!form)
        return MV_CARD_LENGTH;
    if (key == NULL)
        return MV_CARD_NO_SUCH_KEY;
    if (first)
        vcard_drop_pending(card);
    mv_card_soft_key(&card->soft, key->bytes);
    card->out.size = KEY;
    return mv_card_side_challenge(&card->side, bytes[0], first, card->out.bytes);
}

enum mv_card_error vcard_third_pass(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    uint8_t answer_size = 0;
    if (size != 2 * KEY)
        return MV_CARD_LENGTH;
    enum mv_card_error error = mv_card_side_answer(&card->side, bytes, card->out.bytes, &answer_size);
    card->out.size = answer_size;
    if (card->wrong_cryptogram)
        card->out.bytes[0] ^= 1;
    return error;
}

/* Data of the authenticated key: new | version; of another: (new XOR old) | version | CRC32(new). */
enum mv_card_error vcard_change_key(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    uint8_t key_no = bytes[0];
    const uint8_t *data = bytes + 1;
    struct vcard_key *key = vcard_key(card, key_no);
    bool own = key_no == card->side.key_no;
    uint8_t fresh[KEY];
    if (key == NULL)
        return MV_CARD_NO_SUCH_KEY;
    if (size != 1 + (own ? OWN_DATA : OTHER_DATA))
        return MV_CARD_LENGTH;
    memcpy(fresh, data, KEY);
    for (size_t i = 0; !own && i < KEY; i++)
        fresh[i] ^= key->bytes[i];
    uint32_t crc = mv_card_crc32(fresh, KEY);
    for (size_t i = 0; !own && i < 4; i++) {
        if (data[KEY + 1 + i] != (uint8_t)(crc >> (8 * i)))
            return MV_CARD_INTEGRITY;
    }
    memcpy(key->bytes, fresh, KEY);
    key->version = data[KEY];
    card->changed = true;
    if (own) /* the answer to this one is bare */
        mv_card_side_forget(&card->side);
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_key_version(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    const struct vcard_key *key = vcard_key(card, bytes[0]);
    (void)size;
    if (key == NULL)
        return MV_CARD_NO_SUCH_KEY;
    vcard_append(card, &key->version, 1);
    return MV_CARD_NO_ERROR;
}
