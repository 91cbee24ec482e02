/* Keys and blocks are marked as unknown to MemorySanitizer, which then stops the program when a branch or an address
 * depends on them. With an argument it does just that on purpose, to show that the check sees it. */
#include <sanitizer/msan_interface.h>
#include <stdio.h>

#include "metervault/aes.h"
#include "metervault/sts.h"
#include "metervault/sts_key_change.h"

static void sts(uint8_t ea)
{
    struct mv_decoder_key key = {.ea = ea};
    uint64_t block = 1;
    __msan_allocated_memory(key.bytes, sizeof key.bytes);
    __msan_allocated_memory(&block, sizeof block);
    uint64_t cipher = mv_sts_encrypt(&key, &mv_sta_public, block);
    uint64_t clear = mv_sts_decrypt(&key, &mv_sta_public, cipher);
    __msan_unpoison(&clear, sizeof clear);
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
    bool good = true;
    __msan_allocated_memory(change.key.bytes, sizeof change.key.bytes);
    good = mv_sts_key_change_pack(&change, blocks, &count) == MV_DONE;
    for (unsigned i = 0; i < count; i++) {
        good = good && mv_sts_key_section_read(&blocks[i], ea, &facts) == MV_DONE;
        good = good && mv_sts_key_section_put(&sections, ea, &blocks[i], &section) == MV_DONE;
    }
    good = good && mv_sts_key_sections_join(&sections, ea, &change);
    printf("key change EA%02u %u %d\n", ea, count, good);
}

static void aes(void)
{
    struct mv_aes128 schedule;
    uint8_t key[16] = {0};
    uint8_t data[40] = {0};
    uint8_t out[16];
    __msan_allocated_memory(key, sizeof key);
    __msan_allocated_memory(data, sizeof data);
    mv_aes128_init(&schedule, key);
    mv_aes128_encrypt(&schedule, data, out);
    mv_aes128_decrypt(&schedule, out, out);
    mv_aes128_cmac(&schedule, data, sizeof data, out);
    __msan_unpoison(out, sizeof out);
    printf("AES %d\n", out[0] != 0);
}

static void crc(void)
{
    uint8_t data[8] = {0};
    __msan_allocated_memory(data, sizeof data);
    uint16_t value = mv_sts_crc(data, sizeof data);
    __msan_unpoison(&value, sizeof value);
    printf("CRC %d\n", value != 0);
}

/* What the ciphers must not do. */
static void look_up_by_secret(void)
{
    static const uint8_t table[256] = {7};
    uint8_t key = 0;
    __msan_allocated_memory(&key, sizeof key);
    uint8_t value = table[key];
    __msan_unpoison(&value, sizeof value);
    printf("%u\n", value);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        look_up_by_secret();
    sts(MV_EA_STA);
    sts(MV_EA_MISTY1);
    key_change(MV_EA_STA);
    key_change(MV_EA_MISTY1);
    aes();
    crc();
    return 0;
}
