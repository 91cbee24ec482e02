/* Key blocks from anywhere, and blocks whose MAC is right around a clear payload from anywhere: nothing is read past
 * their ends, and what is opened seals and opens again as the same key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "tr31_cipher.h"

static const uint8_t kbpk[32] = {0x88, 0xE1, 0xAB, 0x2A, 0x2E, 0x3D, 0xD3, 0x8C, 0x1F, 0xA0, 0x39,
                                 0xA5, 0x36, 0x50, 0x0C, 0xC8, 0xA8, 0x7A, 0xB9, 0xD6, 0x2D, 0xC9,
                                 0x2C, 0x01, 0x05, 0x8F, 0xA7, 0x9F, 0x44, 0x65, 0x7D, 0xE6};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static mv_status fill(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0x5A, size);
    return mv_ok();
}

static void open_text(const char *text)
{
    struct tr31_key key;
    struct tr31_key again;
    char sealed[TR31_TEXT];
    const struct tr31_random random = {fill, NULL};
    mv_status status = tr31_open(text, kbpk, sizeof kbpk, &key);
    if (!status.ok) {
        require(key.size == 0);
        return;
    }
    require(key.size > 0 && key.size <= TR31_KEY_MAX);
    status = tr31_seal(&key, kbpk, sizeof kbpk, &random, sealed);
    require(status.ok == (key.attributes.exportability != 'N'));
    if (!status.ok)
        return;
    require(tr31_open(sealed, kbpk, sizeof kbpk, &again).ok);
    require(again.size == key.size && memcmp(again.bytes, key.bytes, key.size) == 0);
}

/* Header and optional blocks up to the first line feed, then the clear payload. */
static void open_made(const uint8_t *data, size_t size)
{
    struct tr31_keys keys;
    uint8_t mac[TR31_MAC];
    uint8_t covered[TR31_TEXT];
    char text[TR31_TEXT];
    const uint8_t *feed = memchr(data, '\n', size);
    if (feed == NULL)
        return;
    size_t header = (size_t)(feed - data);
    size_t payload = (size - header - 1) / TR31_MAC * TR31_MAC;
    if (header < TR31_MAC || header + 2 * (payload + TR31_MAC) >= sizeof text)
        return;
    memcpy(covered, data, header);
    memcpy(covered + header, feed + 1, payload);
    if (!tr31_keys_derive(kbpk, sizeof kbpk, &keys).ok ||
        !tr31_cmac(keys.mac, sizeof kbpk, covered, header + payload, mac).ok ||
        !tr31_cbc(true, keys.encryption, sizeof kbpk, mac, covered + header, payload).ok)
        return;
    memcpy(text, data, header);
    hex_encode(covered + header, payload, text + header);
    hex_encode(mac, sizeof mac, text + header + 2 * payload);
    open_text(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    open_text(text);
    free(text);
    open_made(data, size);
    return 0;
}
