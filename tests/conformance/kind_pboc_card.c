/* Profile 2's commands and files. */
#include <string.h>

#include "block.h"
#include "kinds.h"

enum { KEY = 16, BLOCK = MV_PBOC_BLOCK, DATA = 160 };

static bool exactly(const struct vector *vector, const char *name, uint8_t *bytes, size_t size)
{
    size_t got = 0;
    return vector_bytes(vector, name, bytes, size, &got) && got == size;
}

/* With one key both ways the card's answer is the terminal's, too: why there are two. */
void kind_pboc_auth(struct facts *facts, const struct vector *vector)
{
    uint8_t key[KEY];
    uint8_t challenge[BLOCK];
    uint8_t apdu[MV_PBOC_AUTH_APDU];
    uint8_t resp[BLOCK + 2];
    facts->all = true;
    if (!exactly(vector, "card_key", key, KEY) || !exactly(vector, "rnd", challenge, BLOCK)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    const struct mv_pboc_cipher cipher = block_pboc(key);
    mv_pboc_internal_auth(challenge, apdu);
    facts_bytes(facts, "cmd", apdu, sizeof apdu);
    if (!mv_pboc_external_auth(&cipher, challenge, apdu))
        return;
    facts_bytes(facts, "ext_cmd", apdu, sizeof apdu);
    memcpy(resp, apdu + 5, BLOCK);
    resp[BLOCK] = 0x90;
    resp[BLOCK + 1] = 0x00;
    if (!mv_pboc_answers(&cipher, challenge, resp))
        facts_trouble(facts, "the answer is not accepted");
    facts_bytes(facts, "resp", resp, sizeof resp);
}

/* Header: class, instruction, file with its flag, offset, length with the MAC. */
void kind_pboc_update(struct facts *facts, const struct vector *vector)
{
    uint8_t key[KEY];
    uint8_t challenge[4];
    uint8_t header[5];
    uint8_t data[DATA];
    uint8_t apdu[MV_PBOC_APDU_MAX];
    size_t size = 0;
    facts->all = true;
    if (!exactly(vector, "mac_key", key, KEY) || !exactly(vector, "card_rnd4", challenge, 4) ||
        !exactly(vector, "header", header, 5) || !vector_bytes(vector, "data", data, DATA, &size)) {
        facts_trouble(facts, "an input is missing or not of its form");
        return;
    }
    const struct mv_pboc_cipher cipher = block_pboc(key);
    uint16_t made = mv_pboc_update(&cipher, challenge, header[2] & 0x1F, header[3], data, (uint8_t)size, apdu);
    if (made < sizeof header || memcmp(apdu, header, sizeof header) != 0)
        facts_trouble(facts, "another header");
    facts_bytes(facts, "capdu", apdu, made);
}

/* ---- files ---- */

static uint16_t user_file(const struct vector *vector, uint8_t *file)
{
    struct mv_pboc_user user;
    struct mv_pboc_user again;
    uint8_t data[MV_PBOC_USER_DATA];
    if (!exactly(vector, "user_type", &user.user_type, 1) || !exactly(vector, "update_flag", &user.update_flags, 1) ||
        !exactly(vector, "switch_time", user.switch_time, 5) || !exactly(vector, "alarm1_bcd", user.alarm_1, 4) ||
        !exactly(vector, "alarm2_bcd", user.alarm_2, 4) || !exactly(vector, "ct", user.ct, 3) ||
        !exactly(vector, "pt", user.pt, 3) || !exactly(vector, "meter_no", user.meter_no, 6) ||
        !exactly(vector, "client_no", user.client_no, 6) || !exactly(vector, "card_kind", &user.kind, 1))
        return 0;
    mv_pboc_user_write(&user, data);
    mv_pboc_user_read(data, &again);
    if (memcmp(&user, &again, sizeof user) != 0)
        return 0;
    return mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, file);
}

static uint32_t number(const struct vector *vector, const char *name, bool *good)
{
    uint64_t value = 0;
    *good = *good && vector_hex64(vector, name, &value) && value <= UINT32_MAX;
    return (uint32_t)value;
}

static uint16_t return_file(const struct vector *vector, uint8_t *file)
{
    struct mv_pboc_return record = {.user_type = 0};
    uint8_t data[MV_PBOC_RETURN_DATA];
    uint8_t again[MV_PBOC_RETURN_DATA];
    bool good = exactly(vector, "user_type", &record.user_type, 1) && exactly(vector, "ct", record.ct, 3) &&
                exactly(vector, "pt", record.pt, 3) && exactly(vector, "meter_no", record.meter_no, 6) &&
                exactly(vector, "client_no", record.client_no, 6) && exactly(vector, "key_info", record.key_info, 4) &&
                exactly(vector, "bad_inserts", record.bad_insertions, 3) &&
                exactly(vector, "written", record.written, 5);
    record.remaining = number(vector, "remain_hex", &good);
    record.purchases = number(vector, "buy_count", &good);
    record.over_zero = number(vector, "over_zero", &good);
    mv_pboc_return_write(&record, data);
    mv_pboc_return_read(data, &record);
    mv_pboc_return_write(&record, again);
    if (!good || memcmp(data, again, sizeof data) != 0)
        return 0;
    return mv_pboc_frame(MV_PBOC_COMMAND_RETURN, data, sizeof data, file);
}

void kind_pboc_file(struct facts *facts, const struct vector *vector)
{
    uint8_t file[MV_PBOC_RETURN_DATA + MV_PBOC_FRAME];
    uint64_t command = 0;
    facts->all = true;
    if (!vector_number(vector, "cmd", UINT8_MAX, &command)) {
        facts_trouble(facts, "cmd is missing or not of its form");
        return;
    }
    uint16_t size = command == MV_PBOC_COMMAND_USER ? user_file(vector, file) : return_file(vector, file);
    if (size == 0 || mv_pboc_unframe(file, size, (uint8_t)command, (uint16_t)(size - MV_PBOC_FRAME)) != MV_DONE)
        facts_trouble(facts, "an input is missing, or the file does not read as it was written");
    else
        facts_bytes(facts, "file", file, size);
}
