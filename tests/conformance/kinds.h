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
/* ---- cards: with_token ones share one token below `directory` ---- */
void kind_an10922(struct facts *facts, const struct vector *vector, const char *directory);
void kind_an10922_negative(struct facts *facts, const struct vector *vector, const char *directory);
void kind_cmac_subkeys(struct facts *facts, const struct vector *vector, const char *directory);
void kind_aes_cmac(struct facts *facts, const struct vector *vector, const char *directory);
void kind_kcv(struct facts *facts, const struct vector *vector, const char *directory);
/* Three passes: ev2_auth_first and ev2_auth_nonfirst; aes_three_pass_ul. */
void kind_ev2_auth(struct facts *facts, const struct vector *vector, const char *directory);
void kind_ul_three_pass(struct facts *facts, const struct vector *vector);
/* Secure messaging. */
void kind_ev2_full(struct facts *facts, const struct vector *vector, const char *directory);
void kind_ev2_mac(struct facts *facts, const struct vector *vector, const char *directory);
void kind_ev2_plain(struct facts *facts, const struct vector *vector);
/* AES ones of the older protocol. */
void kind_ev1_auth(struct facts *facts, const struct vector *vector);
void kind_ev1_change_key(struct facts *facts, const struct vector *vector);
/* Profile 2. */
void kind_pboc_mac(struct facts *facts, const struct vector *vector);
void kind_pboc_load(struct facts *facts, const struct vector *vector);
void kind_pboc_arqc(struct facts *facts, const struct vector *vector);
void kind_pboc_diversify(struct facts *facts, const struct vector *vector);
void kind_pboc_diversify2(struct facts *facts, const struct vector *vector);
void kind_pboc_auth(struct facts *facts, const struct vector *vector);
void kind_pboc_update(struct facts *facts, const struct vector *vector);
void kind_pboc_file(struct facts *facts, const struct vector *vector);
/* ISO 7816-4 by the example of ICAO 9303-11. */
void kind_icao_kdf(struct facts *facts, const struct vector *vector);
void kind_icao_auth(struct facts *facts, const struct vector *vector);
void kind_icao_messages(struct facts *facts, const struct vector *vector);

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
