/* What lies on a card. */
#include "metervault/card_layout.h"

#include <string.h>

#include "../record/wire.h"

enum { FREE = 0xE, NEVER = 0xF, MODE_PLAIN = 0, MODE_FULL = 3 };

/* ---- diversification ---- */

uint8_t mv_card_diversifier_uid(enum mv_card_purpose purpose, const uint8_t uid[MV_CARD_UID],
                                uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX])
{
    diversifier[0] = (uint8_t)purpose;
    memcpy(diversifier + 1, uid, MV_CARD_UID);
    return 1 + MV_CARD_UID;
}

uint8_t mv_card_diversifier_area(const uint8_t domain[3], uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX])
{
    diversifier[0] = MV_CARD_FOR_AREA;
    memcpy(diversifier + 1, domain, 3);
    return 1 + 3;
}

uint8_t mv_card_diversifier_meter(const char pan[18], uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX])
{
    diversifier[0] = MV_CARD_FOR_METER;
    return mv_pan_pack(pan, diversifier + 1) ? 1 + MV_PAN_BYTES : 0;
}

/* ---- files ---- */

static void put_little(uint8_t *at, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

void mv_card_file_header(enum mv_card_file file, uint32_t offset, uint32_t length, uint8_t header[MV_CARD_FILE_HEADER])
{
    header[0] = (uint8_t)file;
    put_little(header + 1, offset, 3);
    put_little(header + 4, length, 3);
}

static uint32_t file_size(bool user, enum mv_card_file file)
{
    if (file == MV_CARD_FILE_HEAD)
        return MV_CARD_HEAD_BYTES;
    if (file == MV_CARD_FILE_TO_METER)
        return user ? MV_CARD_USER_TO_BYTES : MV_CARD_TOOL_TO_BYTES;
    return user ? MV_CARD_USER_FROM_BYTES : MV_CARD_TOOL_FROM_BYTES;
}

/* Key numbers by half byte: read, write, both, change of these rights. */
static uint32_t rights(bool user, enum mv_card_file file)
{
    uint32_t meter = user ? MV_CARD_SLOT_METER : MV_CARD_SLOT_AREA;
    uint32_t read = file == MV_CARD_FILE_HEAD ? FREE : meter;
    uint32_t write = file == MV_CARD_FILE_FROM_METER ? meter : NEVER;
    return read << 12 | write << 8 | (uint32_t)MV_CARD_SLOT_OFFICE << 4 | NEVER;
}

void mv_card_create_header(enum mv_card_kind kind, enum mv_card_file file, uint8_t header[MV_CARD_CREATE_BYTES])
{
    bool user = kind == MV_CARD_USER;
    header[0] = (uint8_t)file;
    header[1] = file == MV_CARD_FILE_HEAD ? MODE_PLAIN : MODE_FULL;
    put_little(header + 2, rights(user, file), 2);
    put_little(header + 4, file_size(user, file), 3);
}

/* ---- HEAD ---- */

enum { AT_FORMAT = 0, AT_KIND = 1, AT_PAN = 2, AT_DOMAIN = 11, AT_VERSION = 14 };

enum mv_result mv_card_head_write(const struct mv_card_head *head, uint8_t bytes[MV_CARD_HEAD_BYTES])
{
    memset(bytes, 0, MV_CARD_HEAD_BYTES);
    bytes[AT_FORMAT] = MV_CARD_LAYOUT_FORMAT;
    bytes[AT_KIND] = head->kind;
    memcpy(bytes + AT_DOMAIN, head->domain, sizeof head->domain);
    mv_wire_put(bytes + AT_VERSION, head->version, 2);
    return mv_pan_pack(head->pan, bytes + AT_PAN) ? MV_DONE : MV_FORMAT_ERROR;
}

enum mv_result mv_card_head_read(const uint8_t bytes[MV_CARD_HEAD_BYTES], struct mv_card_head *head)
{
    uint8_t kind = bytes[AT_KIND];
    bool known = (kind >= MV_CARD_USER && kind <= MV_CARD_KEY_UPDATE) || kind == MV_CARD_BLOCKED;
    if (bytes[AT_FORMAT] != MV_CARD_LAYOUT_FORMAT || !known)
        return MV_FORMAT_ERROR;
    head->kind = kind;
    memcpy(head->domain, bytes + AT_DOMAIN, sizeof head->domain);
    head->version = (uint16_t)mv_wire_get(bytes + AT_VERSION, 2);
    return mv_pan_unpack(bytes + AT_PAN, head->pan) ? MV_DONE : MV_FORMAT_ERROR;
}

/* ---- entries of TO_METER ---- */

enum mv_result mv_card_entry_write(const struct mv_card_entry *entry, uint8_t bytes[MV_CARD_ENTRY_BYTES])
{
    mv_wire_put(bytes + MV_PAN_BYTES, entry->offset, 2);
    mv_wire_put(bytes + MV_PAN_BYTES + 2, entry->length, 2);
    return mv_pan_pack(entry->pan, bytes) ? MV_DONE : MV_FORMAT_ERROR;
}

enum mv_result mv_card_entry_read(const uint8_t bytes[MV_CARD_ENTRY_BYTES], struct mv_card_entry *entry)
{
    entry->offset = (uint16_t)mv_wire_get(bytes + MV_PAN_BYTES, 2);
    entry->length = (uint16_t)mv_wire_get(bytes + MV_PAN_BYTES + 2, 2);
    return mv_pan_unpack(bytes, entry->pan) ? MV_DONE : MV_FORMAT_ERROR;
}
