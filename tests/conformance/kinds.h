/* One function per kind of vector. Each fills the facts; those that need a key process get a house whose token holds
 * the vector's vending keys. */
#ifndef CONFORMANCE_KINDS_H
#define CONFORMANCE_KINDS_H

#include "facts.h"
#include "house.h"
#include "meter_input.h"

/* codex32 strings: shares, and what must be refused. */
void kind_codex32(struct facts *facts, const struct vector *vector);
void kind_codex32_invalid(struct facts *facts, const struct vector *vector);
/* Makes a token of its own below `directory`. */
void kind_tr31(struct facts *facts, const struct vector *vector, const char *directory);
void kind_crc(struct facts *facts, const struct vector *vector);
void kind_drn(struct facts *facts, const struct vector *vector);
/* ea07 and ea11. */
void kind_cipher(struct facts *facts, const struct vector *vector);
/* Without a vending key: blocks of DKGA02 by themselves. */
void kind_dkga_parts(struct facts *facts, const struct vector *vector);
void kind_dkga(struct facts *facts, const struct vector *vector, struct house *house);
/* Without a vending key: with a decoder key, a token or a time only. */
void kind_credit_alone(struct facts *facts, const struct vector *vector);
void kind_credit(struct facts *facts, const struct vector *vector, struct house *house);
/* Class 2: without a vending key, then with one. */
void kind_management_alone(struct facts *facts, const struct vector *vector);
void kind_management(struct facts *facts, const struct vector *vector, struct house *house);
void kind_keychange_alone(struct facts *facts, const struct vector *vector);
void kind_keychange(struct facts *facts, const struct vector *vector, struct house *house);
/* Class 1: any token will do. */
void kind_display(struct facts *facts, const struct vector *vector, struct house *house);

#endif
