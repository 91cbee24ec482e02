/* Requests from a server that was taken over, to the operations of the key process on a real SoftHSM token: several
 * frames of one connection, each the operation's number, the length of its body (one byte) and its body. */
#include <stdlib.h>

#include "hsmd/service.h"
#include "token.h"

enum { OWNER = 1, HEAD = 2 };

static struct test_token token;
static struct hsmd_service service;

static void remove_token(void)
{
    hsmd_service_stop(&service);
    test_token_free(&token);
}

static void start(void)
{
    test_token_new(&token, NULL);
    struct hsm *hsm = test_token_open_new(&token);
    const struct hsm_vending_scope scope = {
        .sgc = "123457", .krn = 1, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x880};
    test_ok(test_token_vending(hsm, scope, "000102030405060708090A0B0C0D0E0F10111213"), "vending key");
    hsm_close(hsm);
    test_ok(hsmd_service_start(&service, &token.config), "service");
    (void)atexit(remove_token);
}

static void call(uint8_t op, const uint8_t *body, size_t size)
{
    static uint8_t answer[HSMD_FRAME_HEAD + HSMD_FRAME_MAX];
    struct mv_reader request = mv_reader_on(body, size);
    struct mv_writer reply = mv_writer_on(answer, sizeof answer);
    bool sound = hsmd_service_call(&service, OWNER, op, &request, &reply);
    if (sound && op != HSMD_OP_RELEASE && (!mv_writer_ok(&reply) || reply.used == 0))
        abort(); /* a good request gets an answer that fits */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (service.hsm == NULL)
        start();
    while (size >= HEAD) {
        size_t body = data[1] < size - HEAD ? data[1] : size - HEAD;
        call(data[0] % (HSMD_OP_LAST + 2), data + HEAD, body);
        data += HEAD + body;
        size -= HEAD + body;
    }
    hsmd_service_forget(&service, OWNER);
    return 0;
}
