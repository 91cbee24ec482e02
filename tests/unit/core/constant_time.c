/* Keys and blocks are marked as secrets: under MemorySanitizer (constant_time.sh) and under valgrind (secrets.sh) no
 * branch and no address may depend on them. With an argument it does just that on purpose, to show that the check sees
 * it. */
#include <stdio.h>
#include <string.h>

#include "../../../meter-core/src/meter/rules.h"
#include "metervault/aes.h"
#include "metervault/meter.h"
#include "metervault/sts.h"
#include "metervault/sts_key_change.h"
#include "secret_marks.h"

static void sts(uint8_t ea)
{
    struct mv_decoder_key key = {.ea = ea};
    uint64_t block = 1;
    mark_secret(key.bytes, sizeof key.bytes);
    mark_secret(&block, sizeof block);
    uint64_t cipher = mv_sts_encrypt(&key, &mv_sta_public, block);
    uint64_t clear = mv_sts_decrypt(&key, &mv_sta_public, cipher);
    mark_public(&clear, sizeof clear);
    printf("EA%02u %d\n", ea, clear != 0);
}

/* Numbers beside the key are no secret: whoever can read one section may know them. */
static void key_change(uint8_t ea)
{
    struct mv_sts_key_change change = {.key = {.ea = ea}, .krn = 1, .with_sgc = true};
    struct mv_sts_key_sections sections = {0};
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    struct mv_sts_key_section_facts facts;
    unsigned count = 0;
    unsigned section = 0;
    uint64_t packed = 0;
    bool good = true;
    mark_secret(change.key.bytes, sizeof change.key.bytes);
    good = mv_sts_key_change_pack(&change, blocks, &count) == MV_DONE;
    for (unsigned i = 0; i < count; i++) {
        good = good && mv_sts_key_section_read(&blocks[i], ea, &facts) == MV_DONE;
        good = good && mv_sts_key_section_put(&sections, ea, &blocks[i], &section) == MV_DONE;
        packed ^= mv_sts_block_pack(&blocks[i]);
    }
    good = good && mv_sts_key_sections_join(&sections, ea, &change);
    mark_public(&packed, sizeof packed);
    printf("key change EA%02u %u %d %d\n", ea, count, good, packed != 0);
}

static void aes(void)
{
    struct mv_aes128 schedule;
    uint8_t key[16] = {0};
    uint8_t data[40] = {0};
    uint8_t out[16];
    mark_secret(key, sizeof key);
    mark_secret(data, sizeof data);
    mv_aes128_init(&schedule, key);
    mv_aes128_encrypt(&schedule, data, out);
    mv_aes128_decrypt(&schedule, out, out);
    mv_aes128_cmac(&schedule, data, sizeof data, out);
    mark_public(out, sizeof out);
    printf("AES %d\n", out[0] != 0);
}

/* A wrong key: whether the result is whole is the answer, and nothing else of it shows. */
static void unwrap(void)
{
    struct mv_aes128 schedule;
    uint8_t key[16] = {0};
    uint8_t wrapped[24] = {0};
    uint8_t plain[16];
    mark_secret(key, sizeof key);
    mv_aes128_init(&schedule, key);
    enum mv_result result = mv_aes128_unwrap(&schedule, wrapped, sizeof wrapped, plain);
    mark_public(&result, sizeof result);
    printf("unwrap %d\n", result == MV_KEY_INTEGRITY_ERROR);
}

static void crc(void)
{
    uint8_t data[8] = {0};
    mark_secret(data, sizeof data);
    uint16_t value = mv_sts_crc(data, sizeof data);
    mark_public(&value, sizeof value);
    printf("CRC %d\n", value != 0);
}

/* ---- the meter ---- */

/* What leaves the meter's RAM is no longer its secret: what is written to the flash, which protects it in its own way,
 * and whether a token decrypts, that is its CRC, which the answer tells. */
static uint8_t flash[2][MV_METER_MIN_SECTOR_SIZE];

static bool nv_read(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    (void)context;
    memcpy(data, flash[sector] + offset, size);
    return true;
}

static bool nv_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    (void)context;
    mark_public(data, size);
    memcpy(flash[sector] + offset, data, size);
    return true;
}

static bool nv_erase(void *context, uint32_t sector)
{
    (void)context;
    memset(flash[sector], 0xFF, sizeof flash[sector]);
    return true;
}

static uint32_t seconds(void *context)
{
    (void)context;
    return 0;
}

uint64_t __real_mv_sts_decrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t cipher);
uint64_t __wrap_mv_sts_decrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t cipher);
uint64_t __wrap_mv_sts_decrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t cipher)
{
    uint64_t clear = __real_mv_sts_decrypt(key, tables, cipher);
    mark_public(&clear, sizeof clear);
    return clear;
}

static void hide_key(struct mv_meter *meter)
{
    mark_secret(meter->state.identity.key.bytes, sizeof meter->state.identity.key.bytes);
}

static bool provision(struct mv_meter *meter, uint8_t ea)
{
    const struct mv_meter_port port = {.sectors = 2,
                                       .sector_size = MV_METER_MIN_SECTOR_SIZE,
                                       .nv_read = nv_read,
                                       .nv_write = nv_write,
                                       .nv_erase = nv_erase,
                                       .seconds = seconds};
    struct mv_meter_identity identity = {.key = {.ea = ea, .bytes = {1, 2, 3}}, .key_type = 2, .key_revision = 1};
    identity.measures = 1;
    memcpy(identity.pan, "600727000000000009", sizeof identity.pan);
    memset(flash, 0xFF, sizeof flash);
    if (mv_meter_open(meter, &port, &mv_sta_public) != MV_NOT_PROVISIONED)
        return false;
    mark_secret(identity.key.bytes, sizeof identity.key.bytes);
    return mv_meter_provision(meter, &identity, 1) == MV_DONE;
}

/* Entries under a key that is a secret: a right one and a wrong one. */
static void enter(uint8_t ea)
{
    struct mv_meter meter;
    struct mv_meter_answer answer;
    struct mv_sts_credit credit = {.tid = 2, .amount = 3};
    struct mv_sts_block block = {0};
    char digits[21];
    bool good = provision(&meter, ea) && mv_sts_credit_pack(&credit, &block) == MV_DONE;
    hide_key(&meter);
    uint64_t cipher = mv_sts_encrypt(&meter.state.identity.key, &mv_sta_public, mv_sts_block_pack(&block));
    mark_public(&cipher, sizeof cipher);
    mv_sts_digits_from_block(block.token_class, cipher, digits);
    good = good && mv_meter_enter(&meter, digits, &answer) == MV_ACCEPT;
    hide_key(&meter);
    good = good && mv_meter_enter(&meter, digits, &answer) == MV_USED_ERROR;
    digits[19] = digits[19] == '0' ? '1' : '0';
    good = good && mv_meter_enter(&meter, digits, &answer) == MV_CRC_ERROR;
    printf("enter EA%02u %d\n", ea, good);
}

/* Sections of a key that is a secret, until it is the meter's. */
static void enter_sections(uint8_t ea)
{
    struct mv_meter meter;
    struct mv_meter_answer answer = {.kind = MV_ANSWER_NONE};
    struct mv_sts_key_change change = {.key = {.ea = ea}, .krn = 2, .kt = 2, .with_sgc = true};
    struct mv_sts_block blocks[MV_KEY_SECTIONS];
    unsigned count = 0;
    bool good = provision(&meter, ea);
    hide_key(&meter);
    mark_secret(change.key.bytes, sizeof change.key.bytes);
    good = good && mv_sts_key_change_pack(&change, blocks, &count) == MV_DONE;
    for (unsigned i = 0; i < count; i++)
        good = good && mv_enter_key_section(&meter, &blocks[i], &answer) != MV_RANGE_ERROR;
    good = good && answer.kind == MV_ANSWER_KEY_CHANGED && meter.state.identity.key_revision == 2;
    printf("enter key change EA%02u %d\n", ea, good);
}

/* What the ciphers must not do. */
static void look_up_by_secret(void)
{
    static const uint8_t table[256] = {7};
    uint8_t key = 0;
    mark_secret(&key, sizeof key);
    uint8_t value = table[key];
    mark_public(&value, sizeof value);
    printf("%u\n", value);
}

static void branch_by_secret(void)
{
    uint8_t key = 0;
    mark_secret(&key, sizeof key);
    if (key != 0)
        printf("not 0\n");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "branch") == 0)
        branch_by_secret();
    else if (argc > 1)
        look_up_by_secret();
    sts(MV_EA_STA);
    sts(MV_EA_MISTY1);
    key_change(MV_EA_STA);
    key_change(MV_EA_MISTY1);
    aes();
    unwrap();
    crc();
    enter(MV_EA_STA);
    enter(MV_EA_MISTY1);
    enter_sections(MV_EA_STA);
    enter_sections(MV_EA_MISTY1);
    return 0;
}
