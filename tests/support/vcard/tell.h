/* What a test wants to know of an emulated card: its session keys, and all that goes over the wire. */
#ifndef MV_VCARD_TELL_H
#define MV_VCARD_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mv_card_cipher;

/* From now on each authentication appends keys in hex to this file: "enc KEY" and "mac KEY" of the session, or in
 * profile 2, which has none of a session, the card's own: "int KEY", "ext KEY" and "fil KEY". False with errno. */
bool tell_keys_to(const char *path);
/* From now on each APDU appends "> APDU", and "< ANSWER" before that is sent. False with errno. */
bool tell_wire_to(const char *path);
/* From now on hold() waits, when keys were told, until there is a file of this name, for 30 seconds at most. */
void hold_until(const char *path);
void hold(void);

/* Once for each card and reset: its cipher, whose context is a struct mv_card_soft. */
void tell_keys_of(struct mv_card_cipher *cipher);
/* At an authentication, where there is no session key. */
void tell_own_key(const char *name, const uint8_t key[16]);
void tell_wire(char way, const uint8_t *bytes, size_t size);

#endif
