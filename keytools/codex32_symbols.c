/* The alphabet and the checksum. */
#include "codex32_symbols.h"

#include <string.h>

#include "gf32.h"

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { SYMBOLS = 32, PAYLOAD_BITS = 5 };

uint8_t codex32_symbol(char character)
{
    unsigned lower = (unsigned char)character;
    lower |= (0U - (unsigned)(lower - 'A' < 26)) & 0x20U;
    unsigned symbol = CODEX32_NO_SYMBOL;
    for (unsigned i = 0; i < SYMBOLS; i++)
        symbol ^= (0U - (unsigned)(lower == (unsigned char)alphabet[i])) & (CODEX32_NO_SYMBOL ^ i);
    return (uint8_t)symbol;
}

char codex32_character(uint8_t symbol)
{
    unsigned character = 0;
    for (unsigned i = 0; i < SYMBOLS; i++)
        character |= (0U - (unsigned)(symbol == i)) & (unsigned char)alphabet[i];
    return (char)character;
}

bool codex32_size_ok(size_t size)
{
    return size == 16 || size == 20 || size == 32;
}

size_t codex32_count(size_t size)
{
    if (!codex32_size_ok(size))
        return 0;
    return CODEX32_HEADER + (8 * size + PAYLOAD_BITS - 1) / PAYLOAD_BITS + CODEX32_CHECKSUM;
}

/* x^13 modulo the generator, and the residues that the rule starts ("ms" is in it) and ends with. */
static const uint8_t generator[CODEX32_CHECKSUM] = {25, 27, 17, 8, 0, 25, 25, 25, 31, 27, 24, 16, 16};
static const uint8_t start[CODEX32_CHECKSUM] = {0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 0, 13, 19};
static const uint8_t target[CODEX32_CHECKSUM] = {16, 25, 24, 3, 25, 11, 16, 23, 29, 3, 25, 17, 10};

void codex32_residue(const struct codex32 *string, uint8_t residue[CODEX32_CHECKSUM])
{
    memcpy(residue, start, CODEX32_CHECKSUM);
    for (size_t n = 0; n < string->count; n++) {
        uint8_t top = residue[0];
        memmove(residue, residue + 1, CODEX32_CHECKSUM - 1);
        residue[CODEX32_CHECKSUM - 1] = string->symbols[n];
        for (size_t i = 0; i < CODEX32_CHECKSUM; i++)
            residue[i] ^= gf32_multiply(top, generator[i]);
    }
    for (size_t i = 0; i < CODEX32_CHECKSUM; i++)
        residue[i] ^= target[i];
}

void codex32_close(struct codex32 *string)
{
    uint8_t residue[CODEX32_CHECKSUM];
    uint8_t *checksum = &string->symbols[string->count - CODEX32_CHECKSUM];
    memset(checksum, 0, CODEX32_CHECKSUM);
    codex32_residue(string, residue);
    memcpy(checksum, residue, CODEX32_CHECKSUM);
}
