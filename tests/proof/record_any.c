/* In place of src/record's readers where an entry is about what a record does: any head, any tags, and of a tag that is
 * there any value of a length that the registry (docs/records.md) has for it. That parsing stays within the bytes is
 * entry_parse.c; that a body which mv_record_check_tags passed holds no other lengths follows from both walking it by
 * mv_tlv_next. */
#define mv_record_parse the_real_parse
#include "../../meter-core/src/record/head.c"
#undef mv_record_parse
#include "arbitrary.h"

static uint8_t body_bytes[MV_RECORD_BODY_MAX];

enum mv_result mv_record_parse(const uint8_t *bytes, uint32_t size, struct mv_record_head *head, const uint8_t **body,
                               uint8_t *body_size)
{
    (void)bytes;
    (void)size;
    if (arbitrary_bool())
        return MV_FORMAT_ERROR;
    ARBITRARY(*head);
    head->kind = arbitrary_bool() ? MV_KIND_RETURN : arbitrary_u8(MV_KIND_PURCHASE, MV_KIND_KEY_UPDATE);
    *body = body_bytes;
    *body_size = arbitrary_u8(0, MV_RECORD_BODY_MAX);
    return MV_DONE;
}

bool mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16])
{
    (void)bytes;
    (void)size;
    (void)mac_key;
    return arbitrary_bool();
}

void mv_record_mac(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16], uint8_t mac[MV_RECORD_MAC])
{
    (void)mac_key;
    /*@ assert signed_there: \valid_read(bytes + (0 .. size - 1)); */
    Frama_C_make_unknown((char *)mac, MV_RECORD_MAC);
}

void mv_record_seal(struct mv_record_writer *to, const uint8_t mac_key[16])
{
    (void)mac_key;
    Frama_C_make_unknown((char *)to->bytes + to->size, MV_RECORD_MAC);
    to->size = (uint8_t)(to->size + MV_RECORD_MAC);
}

enum mv_result mv_record_check_tags(uint8_t kind, const uint8_t *body, uint8_t body_size)
{
    (void)kind;
    (void)body;
    (void)body_size;
    return arbitrary_bool() ? MV_DONE : MV_RANGE_ERROR;
}

static struct mv_tlv of_length(uint8_t tag, uint8_t least, uint8_t most)
{
    static uint8_t value[MV_SET_BYTES_MAX];
    struct mv_tlv tlv = {.tag = tag, .length = arbitrary_u8(least, most), .value = value + (MV_SET_BYTES_MAX - most)};
    ARBITRARY(value);
    return tlv;
}

/* The value lies at the very end of its memory. */
bool mv_tlv_find(const uint8_t *body, uint8_t body_size, uint8_t tag, struct mv_tlv *tlv)
{
    (void)body;
    (void)body_size;
    if (arbitrary_bool())
        return false;
    switch (tag) {
    case MV_TAG_SET_BYTES:
        *tlv = of_length(tag, 1, MV_SET_BYTES_MAX);
        return true;
    case MV_TAG_UNREAD:
        *tlv = of_length(tag, 16, 16 * MV_UNREAD_MAX);
        return true;
    case MV_TAG_KEYS:
        *tlv = of_length(tag, MV_RECORD_KEYS_WRAPPED, MV_RECORD_KEYS_WRAPPED);
        return true;
    case MV_TAG_CLIENT:
        *tlv = of_length(tag, 6, 6);
        return true;
    case MV_TAG_CARD:
    case MV_TAG_NONCE:
    case MV_TAG_AMOUNT:
    case MV_TAG_ARREARS_ADDED:
        *tlv = of_length(tag, 8, 8);
        return true;
    default: /* numbers, of which mv_tlv_number reads no more than there are */
        *tlv = of_length(tag, 1, 8);
        return true;
    }
}

bool mv_tlv_next(const uint8_t *body, uint8_t body_size, uint8_t *at, struct mv_tlv *tlv)
{
    (void)body;
    (void)body_size;
    *at = arbitrary_u8(0, 255);
    *tlv = of_length(arbitrary_u8(1, 255), 0, MV_SET_BYTES_MAX);
    return arbitrary_bool();
}

uint64_t mv_tlv_number(const struct mv_tlv *tlv)
{
    (void)tlv;
    return arbitrary_u64();
}
