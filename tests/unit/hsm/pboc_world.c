#include "pboc_world.h"

#include <string.h>

#include "../../support/status.h"
#include "hsm/internal.h"
#include "served.h"

static const uint8_t serial[MV_PBOC_SERIAL] = {0, 0x86, 1, 2, 3, 4, 5, 6};
static const enum hsm_key_use uses[VCARD_PBOC_KEYS] = {HSM_USE_CARD_PBOC_INTERNAL, HSM_USE_CARD_PBOC_EXTERNAL,
                                                       HSM_USE_CARD_PBOC_MAC};
struct vcard pboc_card;

static void import_twin(struct hsm *hsm, enum hsm_key_use use, enum hsm_key_use like)
{
    uint8_t value[16];
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    const struct hsm_key_request request = {.use = use, .version = PBOC_TWIN, .issued_until_unix_s = INT64_MAX};
    record_world_value(like, DOMAIN, ACTIVE, value);
    test_ok(hsm_key_import(hsm, &request, value, sizeof value, NULL, &keeper, &made), "import");
}

void pboc_world_import(struct hsm *hsm)
{
    test_ok(record_world_master(hsm, HSM_USE_CARD_PBOC_INTERNAL, DOMAIN, ACTIVE), "import");
    test_ok(record_world_master(hsm, HSM_USE_CARD_PBOC_EXTERNAL, DOMAIN, ACTIVE), "import");
    record_world_family(hsm, HSM_USE_CARD_PBOC_MAC);
    import_twin(hsm, HSM_USE_CARD_PBOC_EXTERNAL, HSM_USE_CARD_PBOC_INTERNAL);
    import_twin(hsm, HSM_USE_CARD_PBOC_MAC, HSM_USE_CARD_PBOC_EXTERNAL);
    test_ok(record_world_master(hsm, HSM_USE_CARD_OFFICE, DOMAIN, ACTIVE), "import");
}

/* The card as its issuer made it, under these versions. */
int pboc_new_card(void **state)
{
    uint8_t masters[VCARD_PBOC_KEYS][16];
    (void)state;
    for (size_t i = 0; i < VCARD_PBOC_KEYS; i++)
        record_world_value(uses[i], DOMAIN, ACTIVE, masters[i]);
    vcard_init_pboc(&pboc_card, NULL, serial, masters);
    pboc_select();
    return 0;
}

void pboc_select(void)
{
    const uint8_t folder[] = {0, 0xA4, 0, 0, 2, 0xDF, 0x01};
    uint8_t rapdu[VCARD_RAPDU];
    assert_int_equal(2, vcard_apdu(&pboc_card, folder, sizeof folder, rapdu));
}

struct hsmd_pboc_ref pboc_ref(uint8_t internal, uint8_t external, uint8_t mac)
{
    struct hsmd_pboc_ref ref = {.internal = internal, .external = external, .mac = mac};
    memcpy(ref.serial, serial, sizeof ref.serial);
    return ref;
}

mv_status pboc_step(struct hsmd_card_answer *answer)
{
    uint8_t rapdu[VCARD_RAPDU];
    uint16_t size = vcard_apdu(&pboc_card, answer->apdu, answer->apdu_size, rapdu);
    return hsmd_card_step(client, answer->session, rapdu, size, answer);
}

mv_status pboc_relay(struct hsmd_card_answer *answer)
{
    while (answer->next == HSMD_CARD_SEND)
        MV_TRY(pboc_step(answer));
    return mv_ok();
}

uint32_t pboc_session(uint8_t mac)
{
    struct hsmd_card_answer answer;
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, mac);
    assert_ok(hsmd_pboc_open(client, &ref, &answer));
    assert_ok(pboc_relay(&answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_int_not_equal(answer.session, HSMD_CARD_NO_SESSION);
    return answer.session;
}
