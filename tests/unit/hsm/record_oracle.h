/* What a meter would compute: AN10922, AES-CMAC and RFC 3394 by OpenSSL, apart from the code under test. */
#ifndef MV_TESTS_RECORD_ORACLE_H
#define MV_TESTS_RECORD_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* AES-128; up to 30 bytes of input. */
void oracle_an10922(const uint8_t master[16], const void *input, size_t size, uint8_t child[16]);
/* 18 digits as BCD. */
void oracle_pan(const char *pan, uint8_t packed[9]);
/* Key of a meter: `purpose` 01 MAC in, 81 MAC out, 02 wrapping key. `pan` has 18 digits. */
void oracle_child(const uint8_t master[16], uint8_t purpose, const char *pan, const uint8_t domain[3], uint16_t epoch,
                  uint8_t child[16]);
void oracle_cmac(const uint8_t key[16], const void *data, size_t size, uint8_t mac[16]);
/* False when the integrity value is wrong. `size` is of the plain text. */
bool oracle_unwrap(const uint8_t kek[16], const uint8_t *wrapped, uint8_t *plain, size_t size);

#endif
