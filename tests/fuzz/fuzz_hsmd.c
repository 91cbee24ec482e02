/* Requests from a server that was taken over, to the operations of the key process on a real SoftHSM token: several
 * frames of one connection, each the operation's number, the length of its body and its body. The length has one byte,
 * or two if the number's highest bit is set. Number 0 is no operation: an emulated card with keys of zeros answers the
 * last APDU, the body is XORed onto its answer, and that is the next step of the card session. */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hsmd/card_sessions.h"
#include "hsmd/service.h"
#include "token.h"
#include "vcard.h"

#pragma weak __lsan_disable /* replay links it without a sanitizer */
#pragma weak __lsan_enable

enum { OWNER = 1, HEAD = 2, LONG = 0x80, CARD_ANSWERS = 0 };

/* Of the certificate in the first inputs, whose approvals are good for thirty days of January 2027. */
static const struct hsm_officer officer_of_the_inputs = {
    .name = "fuzz", .certificate_sha256 = {0x6d, 0x07, 0x2d, 0x92, 0x46, 0x80, 0xf6, 0xcd, 0x9f, 0xc5, 0xb4,
                                           0x42, 0x0c, 0x03, 0x8f, 0xb5, 0xb7, 0x9f, 0xde, 0x94, 0x95, 0x07,
                                           0x44, 0x23, 0xe1, 0x5d, 0xf9, 0xc7, 0xa6, 0x99, 0x0a, 0x79}};

static struct test_token token;
static struct hsmd_service service;

/* The card, and what it was told last. */
static struct vcard card;
static struct {
    uint32_t session;
    uint16_t size;
    uint8_t apdu[HSMD_CARD_APDU];
} told;

/* Stands still: an approval in a file is within its time only then. */
time_t time(time_t *timer)
{
    const time_t now = 1798761600; /* the year 2027 begins */
    if (timer != NULL)
        *timer = now;
    return now;
}

static void remove_token(void)
{
    hsmd_service_stop(&service);
    test_token_free(&token);
}

/* Masters of native records and cards, of the domain in the first inputs. */
static void import_masters(struct hsm *hsm)
{
    uint8_t value[16] = {1, 2, 3};
    static const enum hsm_key_use uses[] = {
        HSM_USE_RECORD_MAC,         HSM_USE_RECORD_ENC,   HSM_USE_CARD_ISSUER,    HSM_USE_CARD_OFFICE,
        HSM_USE_CARD_METER,         HSM_USE_CARD_AREA,    HSM_USE_CARD_TRANSPORT, HSM_USE_CARD_PBOC_INTERNAL,
        HSM_USE_CARD_PBOC_EXTERNAL, HSM_USE_CARD_PBOC_MAC};
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        value[15] =
            hsm_use_is_pboc(uses[i]) ? (uint8_t)(2 * uses[i]) : 0; /* they must differ, and not in parity only */
        const struct hsm_key_request request = {
            .use = uses[i], .domain = {0xA1, 0xB2, 0xC3}, .version = 1, .issued_until_unix_s = INT64_MAX};
        test_ok(hsm_key_import(hsm, &request, value, sizeof value, NULL, &keeper, &made), "master");
    }
}

static void start(void)
{
    /* making a token leaves a few things behind in SoftHSM, once; they would be taken for the first input's */
    if (__lsan_disable != NULL)
        __lsan_disable();
    test_token_new(&token, NULL);
    struct hsm *hsm = test_token_open_new(&token);
    struct hsm_officer officer = officer_of_the_inputs;
    struct hsm_vending_scope scope = {
        .sgc = "123457", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x880};
    test_ok(test_token_vending(hsm, scope, "000102030405060708090A0B0C0D0E0F10111213"), "vending key");
    scope.sgc[5] = '8';
    test_ok(test_token_vending(hsm, scope, "131211100F0E0D0C0B0A09080706050403020100"), "vending key of another group");
    test_ok(hsm_officer_add(hsm, &officer), "officer");
    import_masters(hsm);
    hsm_close(hsm);
    test_ok(hsmd_service_start(&service, &token.config), "service");
    (void)atexit(remove_token);
    if (__lsan_enable != NULL)
        __lsan_enable();
}

static void insert_card(void)
{
    static const uint8_t uid[MV_CARD_UID] = {4, 1, 2, 3, 4, 5, 6};
    vcard_init(&card, NULL, uid);
    vcard_reset(&card);
    card.application.exists = card.selected = true;
    memcpy(card.application.aid, MV_CARD_AID, sizeof card.application.aid);
    card.application.settings = MV_CARD_KEY_SETTINGS;
    card.application.key_type = MV_CARD_KEY_TYPE;
    told.session = told.size = 0;
    service.cards->turn = 0; /* so that a file can name its sessions */
}

/* What is to go to the card. */
static void listen(const uint8_t *answer, size_t size)
{
    struct mv_reader from = mv_reader_on(answer, size);
    if (!hsmd_get_status(&from).ok)
        return;
    told.session = mv_get_u32(&from);
    (void)mv_get_u8(&from);
    (void)mv_get_u16(&from);
    told.size = mv_get_u16(&from);
    if (from.failed || told.size > sizeof told.apdu)
        abort(); /* an answer has its form */
    mv_get_bytes(&from, told.apdu, told.size);
}

static void call(uint8_t op, const uint8_t *body, size_t size)
{
    static uint8_t answer[HSMD_FRAME_HEAD + HSMD_FRAME_MAX];
    struct mv_reader request = mv_reader_on(body, size);
    struct mv_writer reply = mv_writer_on(answer, sizeof answer);
    bool sound = hsmd_service_call(&service, OWNER, op, &request, &reply);
    if (sound && !hsmd_op_is_silent(op) && (!mv_writer_ok(&reply) || reply.used == 0))
        abort(); /* a good request gets an answer that fits */
    if (sound && op >= HSMD_OP_CARD_OPEN && op <= HSMD_OP_CARD_STEP)
        listen(answer, reply.used);
}

static void answer_of_the_card(const uint8_t *noise, size_t size)
{
    uint8_t body[6 + VCARD_RAPDU];
    uint8_t rapdu[VCARD_RAPDU];
    struct mv_writer request = mv_writer_on(body, sizeof body);
    uint16_t answer_size = vcard_apdu(&card, told.apdu, told.size, rapdu);
    for (size_t i = 0; i < size && i < answer_size; i++)
        rapdu[i] ^= noise[i];
    mv_put_u32(&request, told.session);
    mv_put_u16(&request, answer_size);
    mv_put_bytes(&request, rapdu, answer_size);
    call(HSMD_OP_CARD_STEP, body, request.used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (service.hsm == NULL)
        start();
    insert_card();
    while (size >= HEAD) {
        size_t head = (data[0] & LONG) != 0 ? HEAD + 1 : HEAD;
        if (size < head)
            break;
        size_t asked = head == HEAD ? data[1] : (size_t)data[1] << 8 | data[2];
        size_t body = asked < size - head ? asked : size - head;
        uint8_t op = (uint8_t)((data[0] & ~LONG) % (HSMD_OP_LAST + 2));
        if (op == CARD_ANSWERS)
            answer_of_the_card(data + head, body);
        else
            call(op, data + head, body);
        data += head + body;
        size -= head + body;
    }
    hsmd_service_forget(&service, OWNER);
    vcard_free(&card);
    return 0;
}
