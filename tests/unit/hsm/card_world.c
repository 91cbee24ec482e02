#include "card_world.h"

#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "record_oracle.h"
#include "served.h"

const uint8_t CARD_UID[7] = {0x04, 0x78, 0x2E, 0x21, 0x80, 0x1D, 0x80};
struct vcard card;

static enum hsm_key_use master_of(enum hsmd_card_key use)
{
    static const enum hsm_key_use uses[] = {[HSMD_CARD_ISSUER] = HSM_USE_CARD_ISSUER,
                                            [HSMD_CARD_OFFICE] = HSM_USE_CARD_OFFICE,
                                            [HSMD_CARD_METER] = HSM_USE_CARD_METER,
                                            [HSMD_CARD_AREA] = HSM_USE_CARD_AREA,
                                            [HSMD_CARD_TRANSPORT] = HSM_USE_CARD_TRANSPORT};
    return uses[use];
}

void card_world_import(struct hsm *hsm)
{
    static const enum hsm_key_use others[] = {HSM_USE_CARD_ISSUER, HSM_USE_CARD_OFFICE, HSM_USE_CARD_AREA,
                                              HSM_USE_CARD_TRANSPORT};
    record_world_family(hsm, HSM_USE_CARD_METER);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        test_ok(record_world_master(hsm, others[i], DOMAIN, ACTIVE), "import");
        test_ok(record_world_master(hsm, others[i], DOMAIN, NEWEST), "import");
    }
}

struct hsmd_card_key_ref card_ref(enum hsmd_card_key use, uint8_t slot, uint8_t version)
{
    struct hsmd_card_key_ref ref = {.use = use, .slot = slot, .version = version};
    memcpy(ref.uid, CARD_UID, sizeof ref.uid);
    memcpy(ref.pan, METER, sizeof ref.pan);
    memcpy(ref.domain, DOMAIN, sizeof ref.domain);
    return ref;
}

void card_key(const struct hsmd_card_key_ref *ref, uint8_t key[16])
{
    uint8_t master[16];
    uint8_t input[10] = {0};
    size_t size = 8;
    memset(key, 0, 16);
    if (ref->use == HSMD_CARD_FACTORY)
        return;
    memcpy(input + 1, ref->uid, sizeof ref->uid);
    switch (ref->use) {
    case HSMD_CARD_ISSUER:
        input[0] = ref->slot == HSMD_CARD_PICC ? 6 : 0;
        break;
    case HSMD_CARD_OFFICE:
        input[0] = ref->slot;
        break;
    case HSMD_CARD_METER:
        input[0] = 2;
        oracle_pan(ref->pan, input + 1);
        size = 10;
        break;
    case HSMD_CARD_AREA:
        input[0] = 4;
        memcpy(input + 1, ref->domain, sizeof ref->domain);
        size = 4;
        break;
    default:
        input[0] = 5;
        break;
    }
    record_world_value(master_of(ref->use), DOMAIN, ref->version, master);
    oracle_an10922(master, input, size, key);
}

/* ---- the card ---- */

void card_select(bool application)
{
    uint8_t apdu[] = {0x90, MV_CARD_INS_SELECT, 0, 0, 3, 0, 0, 0, 0};
    uint8_t rapdu[VCARD_RAPDU];
    if (application)
        memcpy(apdu + 5, MV_CARD_AID, 3);
    uint16_t size = vcard_apdu(&card, apdu, sizeof apdu, rapdu);
    assert_int_equal(size, 2);
    assert_int_equal(rapdu[1], 0);
}

void card_fresh(void)
{
    vcard_free(&card);
    vcard_init(&card, NULL, CARD_UID);
    vcard_reset(&card);
    card.application.exists = true;
    memcpy(card.application.aid, MV_CARD_AID, 3);
    card.application.settings = MV_CARD_KEY_SETTINGS;
    card.application.key_type = MV_CARD_KEY_TYPE;
    card_select(true);
}

static void place(const struct hsmd_card_key_ref *ref)
{
    struct vcard_key *key = ref->slot == HSMD_CARD_PICC ? &card.picc : &card.application.keys[ref->slot];
    card_key(ref, key->bytes);
    key->version = ref->version;
}

void card_holds(const struct hsmd_card_key_ref *ref)
{
    const struct hsmd_card_key_ref issuer = card_ref(HSMD_CARD_ISSUER, 0, ACTIVE);
    place(&issuer);
    place(ref);
}

void card_files(void)
{
    const struct hsmd_card_key_ref issuer = card_ref(HSMD_CARD_ISSUER, 0, ACTIVE);
    struct hsmd_card_answer answer;
    uint32_t session = card_session(&issuer);
    for (unsigned file = 0; file < 3; file++) {
        uint8_t header[MV_CARD_CREATE_BYTES];
        mv_card_create_header(MV_CARD_USER, (enum mv_card_file)file, header);
        assert_ok(
            card_run(session, MV_CARD_INS_CREATE_BACKUP_FILE, MV_CARD_MAC, header, sizeof header, NULL, 0, &answer));
        assert_int_equal(answer.next, HSMD_CARD_DONE);
    }
    hsmd_card_close(client, session);
}

/* ---- the relay ---- */

mv_status card_relay(struct hsmd_card_answer *answer)
{
    while (answer->next == HSMD_CARD_SEND) {
        uint8_t rapdu[VCARD_RAPDU];
        assert_int_not_equal(answer->session, HSMD_CARD_NO_SESSION);
        uint16_t size = vcard_apdu(&card, answer->apdu, answer->apdu_size, rapdu);
        MV_TRY(hsmd_card_step(client, answer->session, rapdu, size, answer));
    }
    return mv_ok();
}

mv_status card_open(const struct hsmd_card_key_ref *ref, uint32_t session, struct hsmd_card_answer *answer)
{
    MV_TRY(hsmd_card_open(client, ref, session, answer));
    return card_relay(answer);
}

mv_status card_run(uint32_t session, uint8_t ins, uint8_t mode, const void *header, uint8_t header_size,
                   const void *data, uint16_t size, struct hsmd_card_answer *answer)
{
    const struct mv_card_command command = {
        .ins = ins, .mode = mode, .header = header, .header_size = header_size, .data = data, .data_size = size};
    MV_TRY(hsmd_card_command(client, session, &command, answer));
    return card_relay(answer);
}

mv_status card_change(uint32_t session, uint8_t in_use, const struct hsmd_card_key_ref *old_key,
                      const struct hsmd_card_key_ref *new_key, struct hsmd_card_answer *answer)
{
    MV_TRY(hsmd_card_change_key(client, session, in_use, old_key, new_key, answer));
    return card_relay(answer);
}

uint32_t card_session(const struct hsmd_card_key_ref *ref)
{
    struct hsmd_card_answer answer;
    assert_ok(card_open(ref, HSMD_CARD_NO_SESSION, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_int_not_equal(answer.session, HSMD_CARD_NO_SESSION);
    return answer.session;
}

void card_is_proven(uint32_t session)
{
    struct hsmd_card_answer answer;
    assert_ok(card_run(session, MV_CARD_INS_CARD_UID, MV_CARD_SECRET, NULL, 0, NULL, 0, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_int_equal(answer.session, session);
    assert_int_equal(answer.data_size, sizeof CARD_UID);
    assert_memory_equal(answer.data, CARD_UID, sizeof CARD_UID);
}
