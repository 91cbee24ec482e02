/* A token with masters of profile 2, a card of that profile in the hand, and the relay between it and the key process.
 */
#ifndef MV_TESTS_PBOC_WORLD_H
#define MV_TESTS_PBOC_WORLD_H

#include "record_world.h"
#include "vcard.h"

enum { PBOC_TWIN = 100 /* version of a master that another use has too */ };
extern struct vcard pboc_card;

/* card-pboc-mac in all states of record_world.h, the others in version ACTIVE; twins; and card-office. */
void pboc_world_import(struct hsm *hsm);
/* cmocka's set-up: a card under versions ACTIVE, its folder selected. */
int pboc_new_card(void **state);
void pboc_select(void);
struct hsmd_pboc_ref pboc_ref(uint8_t internal, uint8_t external, uint8_t mac);
/* What `answer` says goes to the card, and its answer back; until there is nothing to send. */
mv_status pboc_step(struct hsmd_card_answer *answer);
mv_status pboc_relay(struct hsmd_card_answer *answer);
/* A session in which both have proven themselves. */
uint32_t pboc_session(uint8_t mac);

#endif
