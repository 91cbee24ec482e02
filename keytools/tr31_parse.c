/* The form of a block: fixed header, optional blocks, payload, MAC; nothing is decrypted here. */
#include <string.h>

#include "hex.h"
#include "tr31_cipher.h"

enum { HEADER = 16, ALIGNMENT = 16, SHORTEST_PAYLOAD = 16, OPTIONAL_HEADER = 4, MOST_OPTIONAL = 16 };

static mv_status refused(const char *where)
{
    return mv_fail(MV_KEY_BLOCK_REFUSED, where);
}

static bool number(const char *text, size_t digits, unsigned base, size_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned c = (unsigned char)text[i];
        unsigned digit = c - '0' < 10 ? c - '0' : c - 'A' < 6 ? c - 'A' + 10 : 99;
        if (digit >= base)
            return false;
        *value = *value * base + digit;
    }
    return true;
}

static bool alphanumeric(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned c = (unsigned char)text[i];
        if (c - '0' >= 10 && c - 'A' >= 26)
            return false;
    }
    return true;
}

static mv_status parse_header(const char *text, size_t length, struct tr31_block *block, size_t *optional)
{
    size_t stated = 0;
    struct tr31_attributes *attributes = &block->attributes;
    if (length < HEADER || text[0] != 'D')
        return refused("key block: not of version D");
    if (!number(text + 1, 4, 10, &stated) || stated != length || length % ALIGNMENT != 0)
        return refused("key block: length");
    /* versions may hold any printable character, the others are from fixed lists */
    if (!alphanumeric(text + 5, 4) || !alphanumeric(text + 11, 1))
        return refused("key block: attributes");
    memcpy(attributes->usage, text + 5, 2);
    attributes->algorithm = text[7];
    attributes->mode = text[8];
    memcpy(attributes->version, text + 9, 2);
    attributes->exportability = text[11];
    if (attributes->exportability != 'E' && attributes->exportability != 'N' && attributes->exportability != 'S')
        return refused("key block: exportability");
    if (!number(text + 12, 2, 10, optional) || *optional > MOST_OPTIONAL)
        return refused("key block: number of optional blocks");
    return memcmp(text + 14, "00", 2) == 0 ? mv_ok() : refused("key block: reserved field");
}

/* Method in 2 digits, then the KCV in hex. */
static mv_status parse_kcv(const char *data, size_t length, struct tr31_kcv *kcv)
{
    size_t method = 0;
    char digits[2 * TR31_KCV + 1];
    if (kcv->size != 0)
        return refused("key block: an optional block twice");
    if (length < 4 || length % 2 != 0 || length - 2 > (size_t)2 * TR31_KCV || !number(data, 2, 10, &method) ||
        method > TR31_KCV_CMAC)
        return refused("key block: KCV");
    kcv->method = (enum tr31_kcv_method)method;
    kcv->size = (length - 2) / 2;
    memcpy(digits, data + 2, length - 2);
    digits[length - 2] = '\0';
    return hex_decode(digits, kcv->bytes, kcv->size) ? mv_ok() : refused("key block: KCV");
}

/* Others are information that the MAC covers and that nothing here depends on. */
static mv_status parse_one(const char *id, const char *data, size_t length, struct tr31_block *block)
{
    if (memcmp(id, "KC", 2) == 0)
        return parse_kcv(data, length, &block->kc);
    if (memcmp(id, "KP", 2) == 0)
        return parse_kcv(data, length, &block->kp);
    if (memcmp(id, "HM", 2) != 0)
        return mv_ok();
    block->sha256 = length == 2 && memcmp(data, "21", 2) == 0;
    return block->sha256 ? mv_ok() : refused("key block: an HMAC key for another hash than SHA-256");
}

/* A length of 00 is followed by the length of a longer one, which no block that fits here needs. */
static mv_status parse_optional(const char *text, size_t length, size_t count, struct tr31_block *block)
{
    block->header = HEADER;
    for (size_t i = 0; i < count; i++) {
        const char *at = text + block->header;
        size_t left = length - block->header;
        size_t size = 0;
        if (left < OPTIONAL_HEADER || !alphanumeric(at, 2) || !number(at + 2, 2, 16, &size) || size < OPTIONAL_HEADER ||
            size > left)
            return refused("key block: optional block");
        MV_TRY(parse_one(at, at + OPTIONAL_HEADER, size - OPTIONAL_HEADER, block));
        block->header += size;
    }
    return block->header % ALIGNMENT == 0 ? mv_ok() : refused("key block: length of the optional blocks");
}

mv_status tr31_parse(const char *text, struct tr31_block *block)
{
    size_t optional = 0;
    size_t length = strnlen(text, TR31_TEXT);
    memset(block, 0, sizeof *block);
    if (length >= TR31_TEXT)
        return refused("key block: longer than 1024 characters");
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return refused("key block: a character that is not printable ASCII");
    MV_TRY(parse_header(text, length, block, &optional));
    MV_TRY(parse_optional(text, length, optional, block));
    size_t left = length - block->header;
    if (left < 2 * (size_t)(SHORTEST_PAYLOAD + TR31_MAC) || left % (2 * (size_t)TR31_MAC) != 0)
        return refused("key block: length of the payload");
    if (!alphanumeric(text + block->header, left))
        return refused("key block: payload is not hex");
    block->payload = left / 2 - TR31_MAC;
    return mv_ok();
}
