/* Secrets, random symbols and shares are marked as unknown to MemorySanitizer, which then stops the program when a
 * branch or an address depends on them. With an argument it does just that on purpose. */
#include <sanitizer/msan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../keytools/codex32.h"
#include "../../../keytools/codex32_symbols.h"
#include "../../../keytools/hex.h"
#include "base/secret.h"

void *mv_secret_alloc(size_t size)
{
    return calloc(1, size);
}

void mv_secret_free(void *secret, size_t size)
{
    (void)size;
    free(secret);
}

void mv_secret_wipe(void *secret, size_t size)
{
    memset(secret, 0, size);
}

static mv_status fill(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, 0x35, size);
    __msan_allocated_memory(bytes, size);
    return mv_ok();
}

static int split_and_combine(size_t size)
{
    uint8_t secret[CODEX32_SECRET_MAX] = {0};
    uint8_t again[CODEX32_SECRET_MAX];
    char text[CODEX32_TEXT];
    struct codex32 shares[5];
    struct codex32 derived;
    const struct codex32_random random = {fill, NULL};
    memset(secret, 0x5A, sizeof secret);
    __msan_allocated_memory(secret, sizeof secret);
    bool good = codex32_split(secret, size, 3, 5, "kept", &random, shares).ok;
    good = good && codex32_derive(shares + 2, 3, 's', &derived, NULL) == CODEX32_FINE;
    codex32_payload(&derived, again);
    shares[1].upper = true;
    codex32_text(&shares[1], text);
    __msan_unpoison(text, sizeof text);
    __msan_unpoison(again, sizeof again);
    __msan_unpoison(secret, sizeof secret);
    return good && memcmp(secret, again, size) == 0 && strlen(text) == 3 + codex32_count(size);
}

static int hex(void)
{
    uint8_t bytes[4] = {0x0A, 0x9F, 0xA0, 0xFF};
    uint8_t again[4];
    char text[9];
    __msan_allocated_memory(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, text);
    /* that a character is a digit at all may be known */
    __msan_unpoison(text, sizeof text);
    __msan_unpoison(bytes, sizeof bytes);
    return hex_decode(text, again, sizeof again) && memcmp(bytes, again, sizeof bytes) == 0;
}

/* What none of it must do. */
static void look_up(void)
{
    static const char table[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    volatile uint8_t symbol = 7;
    uint8_t secret = symbol;
    __msan_allocated_memory(&secret, 1);
    printf("%c\n", table[secret & 31]);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        look_up();
        return 0;
    }
    int good = split_and_combine(16) && split_and_combine(20) && split_and_combine(32) && hex();
    printf("shares and hex: %s\n", good ? "good" : "wrong");
    return good ? 0 : 1;
}
