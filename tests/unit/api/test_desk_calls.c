/* The calls of the desk as callers see them. */
#include "desk.h"

#include <metervault/v1/approval_service.pb-c.h>
#include <metervault/v1/meter_service.pb-c.h>
#include <metervault/v1/token_service.pb-c.h>
#include <stdio.h>
#include <string.h>

#define SET_1 "11111111111111111111"
#define OWN   "22222222222222222222"
#define WRONG "01234567890123456789"

static ProtobufCMessage *ask_for_meter(struct world *world, const char *who, const char *method,
                                       const ProtobufCMessage *request)
{
    char path[80];
    (void)snprintf(path, sizeof path, METERS "%s", method);
    ProtobufCMessage *answer = desk_ask(world, who, path, request, &metervault__v1__meter__descriptor, NULL);
    assert_non_null(answer);
    return answer;
}

static void forget(ProtobufCMessage *message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

static void meters_show_unit_wish_and_coming_key(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct store_key to = desk_key(5, 7);
    Metervault__V1__AssignKeyRequest assign = METERVAULT__V1__ASSIGN_KEY_REQUEST__INIT;
    Metervault__V1__WantedKey wanted = METERVAULT__V1__WANTED_KEY__INIT;
    Metervault__V1__GetMeterRequest get = METERVAULT__V1__GET_METER_REQUEST__INIT;
    assign.meter_pan = get.meter_pan = (char *)world_pan(1, pan);
    Metervault__V1__Meter *meter = (Metervault__V1__Meter *)ask_for_meter(world, "seller", "GetMeter", &get.base);
    assert_int_equal(meter->credit_unit, METERVAULT__V1__CREDIT_UNIT__UNITS);
    assert_null(meter->pending_key);
    assert_null(meter->wanted);
    forget(&meter->base);
    assign.wanted = &wanted;
    wanted.tariff_case = METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX;
    meter = (Metervault__V1__Meter *)ask_for_meter(world, "engineer", "AssignKey", &assign.base);
    assert_non_null(meter->wanted);
    assert_int_equal(meter->wanted->tariff_case, METERVAULT__V1__WANTED_KEY__TARIFF_TARIFF_INDEX);
    assert_int_equal(meter->wanted->tariff_index, 0);
    assert_int_equal(meter->wanted->key_revision_number, 0);
    forget(&meter->base);
    wanted.tariff_index = 100;
    desk_refused(world, "engineer", METERS "AssignKey", &assign.base, MV_INVALID_FIELD, "field=tariff_index;");
    assign.wanted = NULL;
    meter = (Metervault__V1__Meter *)ask_for_meter(world, "engineer", "AssignKey", &assign.base);
    assert_null(meter->wanted);
    forget(&meter->base);
    (void)desk_change(world, pan, &to, SET_1);
    meter = (Metervault__V1__Meter *)ask_for_meter(world, "seller", "GetMeter", &get.base);
    assert_int_equal(meter->key->key_revision_number, 1);
    assert_int_equal(meter->pending_key->key_revision_number, 5);
    assert_int_equal(meter->pending_key->tariff_index, 7);
    forget(&meter->base);
}

static void a_meter_that_counts_money(void **state)
{
    struct world *world = *state;
    char pan[19];
    Metervault__V1__RegisterMeterRequest request = METERVAULT__V1__REGISTER_METER_REQUEST__INIT;
    Metervault__V1__MeterKey key = METERVAULT__V1__METER_KEY__INIT;
    key.supply_group_code = SGC;
    key.key_revision_number = key.tariff_index = 1;
    key.key_type = 2;
    key.key_expiry_number = 255;
    key.base_date = 2014;
    key.encryption_algorithm = 7;
    key.key_generation_algorithm = 4;
    request.meter_pan = (char *)world_pan(9, pan);
    request.organisation = "shop";
    request.utility = METERVAULT__V1__UTILITY__WATER;
    request.key = &key;
    request.credit_unit = (Metervault__V1__CreditUnit)3;
    desk_refused(world, "admin", METERS "RegisterMeter", &request.base, MV_INVALID_FIELD, "field=credit_unit;");
    request.credit_unit = METERVAULT__V1__CREDIT_UNIT__CURRENCY;
    Metervault__V1__Meter *meter =
        (Metervault__V1__Meter *)ask_for_meter(world, "admin", "RegisterMeter", &request.base);
    assert_int_equal(meter->credit_unit, METERVAULT__V1__CREDIT_UNIT__CURRENCY);
    forget(&meter->base);
}

static void a_key_change_is_confirmed(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct store_key to = desk_key(5, 7);
    Metervault__V1__ConfirmKeyChangeRequest request = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__INIT;
    Metervault__V1__KeyReading reading = METERVAULT__V1__KEY_READING__INIT;
    request.meter_pan = (char *)world_pan(1, pan);
    int64_t change = desk_change(world, pan, &to, SET_1);
    (void)desk_order(world, pan, STORE_CREDIT, &to, change, OWN);
    desk_refused(world, "seller", METERS "ConfirmKeyChange", &request.base, MV_INVALID_FIELD, "field=proof;");
    assert_int_equal(world_audit_count(world, "MeterService.ConfirmKeyChange", "INVALID_FIELD"), 1);
    request.proof_case = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_READING;
    request.reading = &reading;
    reading.key_revision_number = 5;
    reading.tariff_index = 7;
    reading.shown_case = METERVAULT__V1__KEY_READING__SHOWN_SUPPLY_GROUP_CODE;
    reading.supply_group_code = OTHER_SGC;
    desk_refused(world, "seller", METERS "ConfirmKeyChange", &request.base, MV_ROLE_MISSING, NULL);
    desk_refused(world, "engineer", METERS "ConfirmKeyChange", &request.base, MV_PROOF_INVALID, NULL);
    request.proof_case = METERVAULT__V1__CONFIRM_KEY_CHANGE_REQUEST__PROOF_ACCEPTED_TOKEN;
    request.accepted_token = OWN;
    Metervault__V1__Meter *meter =
        (Metervault__V1__Meter *)ask_for_meter(world, "seller", "ConfirmKeyChange", &request.base);
    assert_int_equal(meter->key->key_revision_number, 5);
    assert_null(meter->pending_key);
    forget(&meter->base);
}

static Metervault__V1__VerifyResponse *verify(struct world *world, const char *who, const char *pan, const char *digits)
{
    Metervault__V1__VerifyRequest request = METERVAULT__V1__VERIFY_REQUEST__INIT;
    request.meter_pan = (char *)pan;
    request.digits = (char *)digits;
    ProtobufCMessage *answer =
        desk_ask(world, who, TOKENS "Verify", &request.base, &metervault__v1__verify_response__descriptor, NULL);
    return (Metervault__V1__VerifyResponse *)answer;
}

static void a_token_is_looked_into(void **state)
{
    struct world *world = *state;
    char pan[19], foreign[21];
    struct store_key to = desk_key(5, 7);
    Metervault__V1__VerifyRequest request = METERVAULT__V1__VERIFY_REQUEST__INIT;
    request.meter_pan = (char *)world_pan(1, pan);
    request.digits = WRONG;
    (void)desk_order(world, pan, STORE_CREDIT, &to, desk_change(world, pan, &to, SET_1), OWN);
    Metervault__V1__VerifyResponse *found = verify(world, "seller", pan, OWN);
    assert_non_null(found);
    assert_null(found->foreign);
    assert_int_equal(found->position, 2);
    assert_int_equal(found->issued->n_tokens, 3);
    assert_string_equal(found->issued->tokens[2]->digits, OWN);
    assert_int_equal(found->issued->key_change->to->key_revision_number, 5);
    forget(&found->base);
    desk_credit(0, 77, 5, foreign);
    found = verify(world, "engineer", pan, foreign);
    assert_non_null(found);
    assert_null(found->issued);
    assert_int_equal(found->foreign->quantity->energy_wh, 500);
    assert_int_equal(found->foreign->token_identifier, 77);
    forget(&found->base);
    desk_management(2, 78, 9, foreign);
    found = verify(world, "engineer", pan, foreign);
    assert_non_null(found);
    assert_null(found->foreign->quantity);
    assert_int_equal(found->foreign->management->tariff_rate, 9);
    forget(&found->base);
    desk_refused(world, "seller", TOKENS "Verify", &request.base, MV_TOKEN_NOT_ISSUED_HERE, NULL);
    /* under the key on file and the coming one: each counts */
    for (int i = 0; i < 2; i++)
        desk_refused(world, "engineer", TOKENS "Verify", &request.base, MV_TOKEN_NOT_VALID, NULL);
    desk_refused(world, "engineer2", TOKENS "Verify", &request.base, MV_VERIFY_LOCKED, "retry_after_s=120;");
}

static void history_and_exposure(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct store_key to = desk_key(5, 7);
    Metervault__V1__GetMeterHistoryRequest ask = METERVAULT__V1__GET_METER_HISTORY_REQUEST__INIT;
    Metervault__V1__ListExposedRequest list = METERVAULT__V1__LIST_EXPOSED_REQUEST__INIT;
    ask.meter_pan = (char *)world_pan(1, pan);
    (void)desk_change(world, pan, &to, SET_1);
    Metervault__V1__MeterHistory *history = (Metervault__V1__MeterHistory *)desk_ask(
        world, "engineer", METERS "GetMeterHistory", &ask.base, &metervault__v1__meter_history__descriptor, NULL);
    assert_non_null(history);
    assert_int_equal(history->n_keys, 2);
    assert_int_equal(history->keys[0]->state, METERVAULT__V1__KEY_RECORD_STATE__HELD);
    assert_int_equal(history->keys[1]->state, METERVAULT__V1__KEY_RECORD_STATE__PENDING);
    assert_int_equal(history->keys[1]->key->tariff_index, 7);
    forget(&history->base);
    desk_refused(world, "seller", METERS "GetMeterHistory", &ask.base, MV_ROLE_MISSING, NULL);
    list.supply_group_code = SGC;
    list.key_revision_number = 5;
    Metervault__V1__ListExposedResponse *exposed = (Metervault__V1__ListExposedResponse *)desk_ask(
        world, "officer1", METERS "ListExposed", &list.base, &metervault__v1__list_exposed_response__descriptor, NULL);
    assert_non_null(exposed);
    assert_int_equal(exposed->n_meters, 1);
    assert_string_equal(exposed->meters[0]->meter_pan, pan);
    assert_string_equal(exposed->meters[0]->organisation, "shop");
    assert_true(exposed->meters[0]->held);
    forget(&exposed->base);
    desk_refused(world, "seller", METERS "ListExposed", &list.base, MV_ROLE_MISSING, NULL);
}

static void a_move_is_proposed_and_approved(void **state)
{
    struct world *world = *state;
    char certificate[80];
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    Metervault__V1__ProposeSupplyGroupChangeRequest propose = METERVAULT__V1__PROPOSE_SUPPLY_GROUP_CHANGE_REQUEST__INIT;
    Metervault__V1__ApproveRequest approve = METERVAULT__V1__APPROVE_REQUEST__INIT;
    Metervault__V1__ListProposalsRequest list = METERVAULT__V1__LIST_PROPOSALS_REQUEST__INIT;
    propose.from_supply_group_code = SGC;
    propose.to_supply_group_code = OTHER_SGC;
    desk_refused(world, "engineer", APPROVALS "ProposeSupplyGroupChange", &propose.base, MV_SUPPLY_GROUP_DENIED, NULL);
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, true, &row));
    Metervault__V1__Proposal *proposal =
        (Metervault__V1__Proposal *)desk_ask(world, "engineer", APPROVALS "ProposeSupplyGroupChange", &propose.base,
                                             &metervault__v1__proposal__descriptor, NULL);
    assert_non_null(proposal);
    assert_int_equal(proposal->n_approvals, 0);
    approve.id = proposal->id;
    approve.certificate.len = fake_desk_certificate("officer2", certificate);
    approve.certificate.data = (uint8_t *)certificate;
    approve.signature.data = (uint8_t *)fake_desk_signature(proposal->text);
    approve.signature.len = 31;
    desk_refused(world, "officer2", APPROVALS "Approve", &approve.base, MV_APPROVAL_INVALID, NULL);
    approve.signature.len = 32;
    desk_refused(world, "engineer", APPROVALS "Approve", &approve.base, MV_ROLE_MISSING, NULL);
    Metervault__V1__Proposal *approved = (Metervault__V1__Proposal *)desk_ask(
        world, "officer2", APPROVALS "Approve", &approve.base, &metervault__v1__proposal__descriptor, NULL);
    assert_non_null(approved);
    assert_int_equal(approved->n_approvals, 1);
    assert_string_equal(approved->approvals[0]->officer, "officer2");
    assert_string_equal(approved->text, proposal->text);
    forget(&approved->base);
    forget(&proposal->base);
    Metervault__V1__ListProposalsResponse *all =
        (Metervault__V1__ListProposalsResponse *)desk_ask(world, "chief", APPROVALS "ListProposals", &list.base,
                                                          &metervault__v1__list_proposals_response__descriptor, NULL);
    assert_non_null(all);
    assert_int_equal(all->n_proposals, 1);
    assert_string_equal(all->proposals[0]->proposer, "engineer");
    assert_int_equal(all->proposals[0]->n_approvals, 1);
    forget(&all->base);
    list.page_token = "x";
    desk_refused(world, "chief", APPROVALS "ListProposals", &list.base, MV_PAGE_TOKEN_INVALID, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_api_setup, desk_api_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(meters_show_unit_wish_and_coming_key),
        TEST(a_meter_that_counts_money),
        TEST(a_key_change_is_confirmed),
        TEST(a_token_is_looked_into),
        TEST(history_and_exposure),
        TEST(a_move_is_proposed_and_approved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
