/* A token with card masters, an emulated card in the hand, and the relay between it and the key process. */
#ifndef MV_TESTS_CARD_WORLD_H
#define MV_TESTS_CARD_WORLD_H

#include "hsmd/client.h"
#include "record_world.h"
#include "vcard.h"

extern const uint8_t CARD_UID[7];
extern struct vcard card;

/* card-meter in all states of record_world.h; the others in versions ACTIVE and NEWEST. */
void card_world_import(struct hsm *hsm);
/* Of the card with CARD_UID, of METER, of DOMAIN. */
struct hsmd_card_key_ref card_ref(enum hsmd_card_key use, uint8_t slot, uint8_t version);
/* What the card has to hold for it. */
void card_key(const struct hsmd_card_key_ref *ref, uint8_t key[16]);

/* The card becomes a new one with zeros for keys and an application without files, which is selected. */
void card_fresh(void);
/* This key stands in its slot, and slot 0 is the issuer's, ACTIVE. */
void card_holds(const struct hsmd_card_key_ref *ref);
/* Puts files 0 to 2 of a user card on it. */
void card_files(void);
/* By the card's own means, beside any session. */
void card_select(bool application);

/* Carries what `answer` says to the card and back, until there is nothing to send. */
mv_status card_relay(struct hsmd_card_answer *answer);
/* The same after a call that began something. */
mv_status card_open(const struct hsmd_card_key_ref *ref, uint32_t session, struct hsmd_card_answer *answer);
mv_status card_run(uint32_t session, uint8_t ins, uint8_t mode, const void *header, uint8_t header_size,
                   const void *data, uint16_t size, struct hsmd_card_answer *answer);
mv_status card_change(uint32_t session, uint8_t in_use, const struct hsmd_card_key_ref *old_key,
                      const struct hsmd_card_key_ref *new_key, struct hsmd_card_answer *answer);
/* The card's serial number by its proof: the session is alive on both sides. */
void card_is_proven(uint32_t session);

/* A session with this key, authenticated. */
uint32_t card_session(const struct hsmd_card_key_ref *ref);

#endif
