/* `metervault engineer`, what a key change looks like on paper, meters with pending keys, and approvals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/approval.h"
#include "fake_server.h"
#include "metervault/v1/approval_service.pb-c.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"
#include "run_cli.h"

#define PAN "600727000000000009"

static Metervault__V1__MeterKey old_key, new_key;
static Metervault__V1__KeyChange change;
static Metervault__V1__Token token_store[5];
static Metervault__V1__Token *tokens[5];
static Metervault__V1__Management management;
static Metervault__V1__MeterTest test;
static Metervault__V1__Quantity quantity;
static Metervault__V1__ReceiptNumber receipt;
static Metervault__V1__IssuedTokens issued;
static char digits[5][21];

/* An answer with four key change sections in front and a token behind. */
static int make_answer(void **state)
{
    static const unsigned subclasses[] = {3, 4, 8, 9, 0};
    (void)state;
    metervault__v1__meter_key__init(&old_key);
    old_key.supply_group_code = "123457";
    old_key.key_revision_number = 1;
    old_key.tariff_index = 1;
    old_key.key_type = 2;
    old_key.key_expiry_number = 255;
    old_key.base_date = 2014;
    old_key.encryption_algorithm = 11;
    old_key.key_generation_algorithm = 4;
    new_key = old_key;
    new_key.key_revision_number = 2;
    metervault__v1__key_change__init(&change);
    change.from = &old_key;
    change.to = &new_key;
    metervault__v1__issued_tokens__init(&issued);
    for (unsigned i = 0; i < 5; i++) {
        metervault__v1__token__init(&token_store[i]);
        (void)snprintf(digits[i], sizeof digits[i], "%u2345678901234567890", i + 1);
        token_store[i].digits = digits[i];
        token_store[i].token_class = i < 4 ? 2 : 0;
        token_store[i].token_subclass = subclasses[i];
        tokens[i] = &token_store[i];
    }
    metervault__v1__quantity__init(&quantity);
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_CURRENCY_E5;
    quantity.currency_e5 = 1250000;
    metervault__v1__receipt_number__init(&receipt);
    receipt.organisation = "shop1";
    receipt.terminal_id = "till1";
    receipt.number = 17;
    issued.request_id = "id-1";
    issued.meter_pan = PAN;
    issued.tokens = tokens;
    issued.n_tokens = 5;
    issued.receipt = &receipt;
    issued.issued_at_unix_s = 1700000000;
    issued.principal = "engineer1";
    issued.carrier = METERVAULT__V1__CARRIER__KEYPAD;
    issued.kind = METERVAULT__V1__ORDER_KIND__CREDIT;
    return 0;
}

static const char common[] =
    "--meter " PAN " --request-id id-1 --terminal till1 --insecure-loopback --deadline-ms 300 --server";

static struct run once(const char *method, const ProtobufCMessage *answer, const char *arguments)
{
    const struct fake_step script[] = {{.method = method, .act = FAKE_REPLY, .messages = {answer}}};
    struct fake_server *server = fake_start(script, 1);
    struct run result = run("%s %s", arguments, fake_address(server));
    fake_stop(server);
    return result;
}

static struct run order(const char *method, const char *arguments)
{
    char line[RUN_COMMAND];
    (void)snprintf(line, sizeof line, "%s %s", arguments, common);
    return once(method, &issued.base, line);
}

static void a_sale_brings_its_key_change_first(void **state)
{
    (void)state;
    issued.requested = &quantity;
    token_store[4].quantity = &quantity;
    issued.key_change = &change;
    struct run fresh = order("IssueCredit", "vend --currency 12.50");
    assert_int_equal(fresh.code, 0);
    assert_golden("receipt-key-change", fresh.output);
    change.resent = 1;
    change.rollover = 1;
    struct run resent = order("IssueCredit", "vend --currency 12.5");
    assert_non_null(strstr(resent.output,
                           "was given out before: type the last token first; only if the meter refuses it, "
                           "type the 4 key change tokens and then the last token once more\n"));
    assert_null(strstr(resent.output, "Type  "));
    assert_non_null(strstr(resent.output, "older tokens that were not typed yet are lost"));
    change.confirmed = 1;
    struct run confirmed = order("IssueCredit", "vend --currency 12.5");
    assert_non_null(strstr(confirmed.output, "in the meter already"));
}

static void a_key_change_alone(void **state)
{
    (void)state;
    issued.kind = METERVAULT__V1__ORDER_KIND__KEY_CHANGE;
    issued.key_change = &change;
    issued.n_tokens = 4;
    struct run result = order("IssueKeyChange", "engineer key-change --krn 2 --yes");
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.output, "Key 4/4  4234 5678 9012 3456 7890  4th section\n"
                                          "Type     first the 4 key change tokens, from 1/4 to 4/4\n"));
    change.resent = 1;
    struct run again = order("IssueKeyChange", "engineer key-change --krn 2 --yes");
    assert_non_null(strstr(again.output, "type the 4 key change tokens only if the meter has not taken them yet\n"));
    assert_null(strstr(again.output, "Type  "));
    /* another key than asked for is not handed out */
    struct run foreign = order("IssueKeyChange", "engineer key-change --krn 3 --yes");
    assert_int_equal(foreign.code, 1);
    assert_non_null(strstr(foreign.output, "It is not known whether the token was issued"));
    assert_null(strstr(foreign.output, "4234"));
}

static void management_and_tests(void **state)
{
    (void)state;
    metervault__v1__management__init(&management);
    management.action_case = METERVAULT__V1__MANAGEMENT__ACTION_MAXIMUM_POWER_W;
    management.maximum_power_w = 5000;
    issued.kind = METERVAULT__V1__ORDER_KIND__MANAGEMENT;
    issued.management = &management;
    issued.tokens = tokens + 4;
    issued.n_tokens = 1;
    struct run power = order("IssueManagement", "engineer max-power --watts 5000");
    assert_int_equal(power.code, 0);
    assert_non_null(strstr(power.output, "Token    5234 5678 9012 3456 7890\nOrder    max-power 5000 W\n"));
    assert_int_equal(order("IssueManagement", "engineer max-power --watts 5001").code, 1);
    assert_int_equal(order("IssueManagement", "engineer phase-unbalance --watts 5000").code, 1);
    metervault__v1__meter_test__init(&test);
    test.what_case = METERVAULT__V1__METER_TEST__WHAT_TEST;
    test.test = 3;
    issued.kind = METERVAULT__V1__ORDER_KIND__TEST;
    issued.management = NULL;
    issued.test = &test;
    struct run tested = order("IssueTest", "engineer test --test 3");
    assert_int_equal(tested.code, 0);
    assert_non_null(strstr(tested.output, "Order    test 3\n"));
    struct run json = order("IssueTest", "engineer test --control-bits 4 --json");
    assert_int_equal(json.code, 0);
    assert_non_null(strstr(json.output, "\"kind\": \"TEST\""));
}

static void a_meter_shows_what_is_pending(void **state)
{
    (void)state;
    Metervault__V1__Meter meter = METERVAULT__V1__METER__INIT;
    Metervault__V1__WantedKey wanted = METERVAULT__V1__WANTED_KEY__INIT;
    wanted.supply_group_code = "123458";
    wanted.tariff_case = METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX;
    wanted.tariff_index = 7;
    meter.meter_pan = PAN;
    meter.organisation = "shop1";
    meter.key = &old_key;
    meter.pending_key = &new_key;
    meter.wanted = &wanted;
    meter.credit_unit = METERVAULT__V1__CREDIT_UNIT__CURRENCY;
    struct run shown = once("GetMeter", &meter.base, "meter show " PAN " --insecure-loopback --server");
    assert_int_equal(shown.code, 0);
    assert_golden("meter-pending", shown.output);
    struct run assigned = once("AssignKey", &meter.base,
                               "engineer assign-key --meter " PAN " --sgc 123458 --ti 7 --insecure-loopback --server");
    assert_int_equal(assigned.code, 0);
    struct run confirmed =
        once("ConfirmKeyChange", &meter.base,
             "engineer confirm-key --meter " PAN " --krn 2 --ti 1 --yes --insecure-loopback --server");
    assert_int_equal(confirmed.code, 0);
    assert_string_equal(confirmed.output, shown.output);
    struct run by_token =
        once("ConfirmKeyChange", &meter.base,
             "engineer confirm-key --meter " PAN " --token 5234 5678 9012 3456 7890 --insecure-loopback --server");
    assert_string_equal(by_token.output, shown.output);
}

static void a_token_is_verified(void **state)
{
    (void)state;
    Metervault__V1__VerifyResponse answer = METERVAULT__V1__VERIFY_RESPONSE__INIT;
    Metervault__V1__ForeignToken foreign = METERVAULT__V1__FOREIGN_TOKEN__INIT;
    issued.requested = &quantity;
    answer.issued = &issued;
    answer.position = 4;
    static const char arguments[] =
        "engineer verify --meter " PAN " '5234 5678-9012 3456 7890' --insecure-loopback --server";
    struct run known = once("Verify", &answer.base, arguments);
    assert_int_equal(known.code, 0);
    assert_non_null(strstr(known.output, "Issued here: token 5 of 5\n"));
    struct run unquoted = once("Verify", &answer.base,
                               "engineer verify 5234 --meter " PAN " 5678 9012 3456 7890 --insecure-loopback --server");
    assert_string_equal(unquoted.output, known.output);
    foreign.token_identifier = 1234;
    foreign.quantity = &quantity;
    answer.issued = NULL;
    answer.foreign = &foreign;
    struct run unknown = once("Verify", &answer.base, arguments);
    assert_non_null(strstr(unknown.output, "Not issued here"));
    assert_non_null(strstr(unknown.output, "Credit   12.5 (currency)\n"));
}

static void history_and_exposure_are_listed(void **state)
{
    (void)state;
    Metervault__V1__MeterKeyRecord record = METERVAULT__V1__METER_KEY_RECORD__INIT;
    Metervault__V1__MeterKeyRecord *records[] = {&record};
    Metervault__V1__MeterHistory history = METERVAULT__V1__METER_HISTORY__INIT;
    record.key = &old_key;
    record.since_unix_s = 1700000000;
    record.state = METERVAULT__V1__KEY_RECORD_STATE__HELD;
    record.rollover = 1;
    history.keys = records;
    history.n_keys = 1;
    struct run keys = once("GetMeterHistory", &history.base, "engineer history " PAN " --insecure-loopback --server");
    assert_int_equal(keys.code, 0);
    assert_non_null(strstr(keys.output, "2023-11-14 22:13:20 UTC  HELD       SGC 123457  KRN 1"));
    assert_non_null(strstr(keys.output, "rollover"));
    Metervault__V1__ExposedMeter meter = METERVAULT__V1__EXPOSED_METER__INIT;
    Metervault__V1__ExposedMeter *meters[] = {&meter};
    Metervault__V1__ListExposedResponse page = METERVAULT__V1__LIST_EXPOSED_RESPONSE__INIT;
    meter.meter_pan = PAN;
    meter.since_unix_s = 1700000000;
    meter.held = 1;
    page.meters = meters;
    page.n_meters = 1;
    static const char arguments[] = "engineer exposed --sgc 123457 --krn 1 --insecure-loopback --server";
    struct run exposed = once("ListExposed", &page.base, arguments);
    assert_int_equal(exposed.code, 0);
    assert_non_null(strstr(exposed.output, PAN "  since 2023-11-14 22:13:20 UTC  still held"));
    assert_non_null(strstr(exposed.output, "1 meters held SGC 123457 KRN 1; 1 still hold it"));
}

/* ---- approvals ---- */
static const char text[] = "metervault-approval 1\naction supply-group-change\nfrom 123457\nto 123458\nmeter *\n"
                           "expires 1893456000\nnonce 000102030405060708090a0b0c0d0e0f\n";

/* officer.pem and officer.key, self-signed. */
static void make_officer(void)
{
    char command[RUN_COMMAND];
    (void)snprintf(command, sizeof command,
                   "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout officer.key "
                   "-out officer.pem -days 2 -subj /CN=officer1 2>/dev/null",
                   run_folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
}

static bool signature_good(const Metervault__V1__ApproveRequest *request, const char *over)
{
    const uint8_t *at = request->certificate.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)request->certificate.len);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_non_null(certificate);
    bool good = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, X509_get0_pubkey(certificate)) == 1 &&
                EVP_DigestVerify(context, request->signature.data, request->signature.len, (const uint8_t *)over,
                                 strlen(over)) == 1;
    EVP_MD_CTX_free(context);
    X509_free(certificate);
    return good;
}

static struct run approve(const char *proposal_text, struct fake_call calls[FAKE_STEPS], size_t *count)
{
    Metervault__V1__Proposal proposal = METERVAULT__V1__PROPOSAL__INIT;
    Metervault__V1__Proposal *proposals[] = {&proposal};
    Metervault__V1__ListProposalsResponse page = METERVAULT__V1__LIST_PROPOSALS_RESPONSE__INIT;
    proposal.id = 7;
    proposal.text = (char *)proposal_text;
    proposal.proposer = "engineer1";
    page.proposals = proposals;
    page.n_proposals = 1;
    const struct fake_step script[] = {{.method = "ListProposals", .act = FAKE_REPLY, .messages = {&page.base}},
                                       {.method = "Approve", .act = FAKE_REPLY, .messages = {&proposal.base}}};
    struct fake_server *server = fake_start(script, 2);
    struct run result = run("operator approve 7 --yes --certificate-file %s/officer.pem --key-file %s/officer.key "
                            "--insecure-loopback --server %s",
                            run_folder, run_folder, fake_address(server));
    *count = fake_calls(server, calls);
    fake_stop(server);
    return result;
}

static void an_officer_signs_the_text_that_is_shown(void **state)
{
    (void)state;
    static struct fake_call calls[FAKE_STEPS];
    size_t count;
    make_officer();
    struct run result = approve(text, calls, &count);
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.output, text));
    assert_int_equal(count, 2);
    Metervault__V1__ApproveRequest *request =
        metervault__v1__approve_request__unpack(NULL, calls[1].request_size, calls[1].request);
    assert_non_null(request);
    assert_int_equal(request->id, 7);
    assert_true(signature_good(request, text));
    assert_false(signature_good(request, "another text"));
    metervault__v1__approve_request__free_unpacked(request, NULL);
}

static void nothing_else_is_signed(void **state)
{
    (void)state;
    static struct fake_call calls[FAKE_STEPS];
    size_t count;
    make_officer();
    struct run result = approve("I owe you everything\n", calls, &count);
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.output, "it was not signed"));
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_sale_brings_its_key_change_first, make_answer),
        cmocka_unit_test_setup(a_key_change_alone, make_answer),
        cmocka_unit_test_setup(management_and_tests, make_answer),
        cmocka_unit_test_setup(a_meter_shows_what_is_pending, make_answer),
        cmocka_unit_test_setup(a_token_is_verified, make_answer),
        cmocka_unit_test_setup(history_and_exposure_are_listed, make_answer),
        cmocka_unit_test_setup(an_officer_signs_the_text_that_is_shown, make_answer),
        cmocka_unit_test_setup(nothing_else_is_signed, make_answer),
    };
    return cmocka_run_group_tests(tests, run_home_make, run_home_remove);
}
