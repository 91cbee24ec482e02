/* Who may do what: the whole matrix of roles and calls against a file, then organisations and grants. */
#include "rights_calls.h"
#include "vending/accounts.h"
#include "vending/desk.h"
#include "vending/permission.h"
#include "vending/record_list.h"
#include "vending/records.h"
#include "vending/sales.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the matrix, found by asking ---- */
static mv_status quiet(void *self, const struct vend_organisation *organisation)
{
    (void)self;
    (void)organisation;
    return mv_ok();
}

static void no_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    (void)self;
    (void)facts;
    (void)to;
}

static mv_status call_account_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_account_list list;
    static struct vend_timeline timeline;
    static struct vend_sold sold;
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct vend_account account;
    char pan[19];
    const struct vend_order order = {.request_id = "opening",
                                     .terminal = "till",
                                     .carrier = VEND_KEYPAD,
                                     .priced = true,
                                     .purchase = {.money = 100, .payment = VEND_PAY_CASH}};
    const struct vend_account_query all = {.organisation = "", .search = "", .number = "", .pan = "", .page_token = ""};
    const struct vend_account_request request = {
        .number = "none", .pan = world_pan(999, pan), .customer = {"name", "", "", ""}, .tariff_class = ""};
    switch (call) {
    case VEND_OPEN_ACCOUNT:
        return vend_open_account(vend, &caller, &request, &account);
    case VEND_OPEN_AND_SELL:
        return vend_open_and_sell(vend, &caller, &request, &order, false, &account, &sold);
    case VEND_UPDATE_ACCOUNT:
        return vend_update_account(vend, &caller, &request, &account);
    case VEND_GET_ACCOUNT:
        return vend_get_account(vend, &caller, "none", NULL, &account);
    case VEND_LIST_ACCOUNTS:
        return vend_list_accounts(vend, &caller, &all, &list);
    case VEND_SUSPEND_ACCOUNT:
        return vend_suspend_account(vend, &caller, "none", "reason", &account);
    case VEND_RESUME_ACCOUNT:
        return vend_resume_account(vend, &caller, "none", "reason", &account);
    case VEND_GET_TIMELINE:
        return vend_get_timeline(vend, &caller, "none", 0, "", &timeline);
    default:
        return call_tariff_as(world, who, call);
    }
}

static mv_status call_sale_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_sold sold;
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct vend_order order = {.terminal = "till",
                               .pan = "",
                               .carrier = VEND_KEYPAD,
                               .priced = true,
                               .purchase = {.account = "none", .money = 100, .payment = VEND_PAY_CASH}};
    switch (call) {
    case VEND_SELL:
        order.request_id = "sale";
        return world_order(world, who, &order, &sold.issued);
    case VEND_TRIAL_SELL:
        return vend_trial_sell(vend, &caller, &order, &sold);
    case VEND_GET_RECEIPT:
        return vend_receipt_by_number(vend, &caller, "shop", "till", 1, &sold);
    case VEND_LAST_SALE:
        return vend_last_sale(vend, &caller, "none", &sold);
    default:
        return call_account_as(world, who, call);
    }
}

static mv_status call_record_as(struct world *world, const char *who, enum vend_call call)
{
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct vend_records records;
    static struct vend_record_list list;
    static struct vend_return_list returns;
    struct vend_return returned;
    struct vend_meter meter;
    char pan[19];
    const struct vend_record_query all = {.pan = pan, .epoch = VEND_PRESENT_EPOCH, .page_token = ""};
    const struct store_record_keys keys = {.mac_version = 1, .enc_version = 1};
    const struct vend_record_order read = {
        .request_id = "read", .pan = world_pan(1, pan), .kind = MV_KIND_READ, .parts = 1, .body = no_body};
    switch (call) {
    case VEND_ISSUE_RECORD:
        return vend_issue_record(vend, &caller, &read, &records);
    case VEND_ACCEPT_RETURN:
        return vend_accept_return(vend, &caller, NULL, 0, &returned);
    case VEND_LIST_RECORDS:
        return vend_list_records(vend, &caller, &all, &list);
    case VEND_LIST_RETURNS:
        return vend_list_returns(vend, &caller, pan, 0, "", &returns);
    case VEND_PROVISION_METER:
        return vend_provision_meter(vend, &caller, pan, (const uint8_t *)"dom", &keys, &meter);
    case VEND_CONFIRM_RECORD_KEYS:
        return vend_confirm_record_keys(vend, &caller, pan, true, &meter);
    case VEND_SET_METER_STATE: {
        mv_status status = vend_set_meter_state(vend, &caller, pan, VEND_METER_SUSPENDED, &meter);
        return status.ok ? vend_set_meter_state(vend, &caller, pan, VEND_METER_ACTIVE, &meter) : status;
    }
    default:
        return call_sale_as(world, who, call);
    }
}

static mv_status call_desk_as(struct world *world, const char *who, enum vend_call call)
{
    static struct vend_key_history history;
    static struct vend_exposed_list exposed;
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct vend_verified verified;
    struct vend_meter meter;
    struct vend_proposal proposal;
    struct vend_proposal_list proposals;
    char pan[19];
    const uint8_t bytes[] = "x";
    const struct vend_key_target nothing = {.ti = -1};
    const struct vend_key_proof proof = {.accepted_token = "00000000000000000000"};
    const struct vend_signature signature = {bytes, 1, bytes, 1};
    world_pan(1, pan);
    switch (call) {
    case VEND_VERIFY:
        return vend_verify(vend, &caller, pan, proof.accepted_token, &verified);
    case VEND_ASSIGN_KEY:
        return vend_assign_key(vend, &caller, pan, &nothing, &meter);
    case VEND_CONFIRM_KEY_CHANGE:
        return vend_confirm_key_change(vend, &caller, pan, &proof, &meter);
    case VEND_GET_METER_HISTORY:
        return vend_meter_history(vend, &caller, pan, &history);
    case VEND_LIST_EXPOSED:
        return vend_exposed(vend, &caller, SGC, 1, 0, 0, "", &exposed);
    case VEND_PROPOSE:
        return vend_propose(vend, &caller, SGC, OTHER_SGC, "", 0, &proposal);
    case VEND_APPROVE:
        return vend_approve(vend, &caller, 999, &signature, &proposal);
    case VEND_LIST_PROPOSALS: {
        mv_status status = vend_proposals(vend, &caller, 0, "", &proposals);
        vend_proposals_free(&proposals);
        return status;
    }
    default:
        return call_record_as(world, who, call);
    }
}

static mv_status call_as(struct world *world, const char *who, enum vend_call call)
{
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    static struct vend_meter_list meters;
    static struct vend_principal_list principals;
    struct vend_issued sale;
    struct vend_meter meter;
    struct vend_principal principal;
    struct vend_organisation organisation;
    struct audit_record record;
    size_t count = 0;
    int64_t now = 0;
    char pan[19];
    struct vend_order trial = {
        .terminal = "till", .pan = world_pan(1, pan), .quantity = {VEND_UNIT_WH, 100}, .carrier = VEND_KEYPAD};
    const struct vend_meter_query all = {.organisation = "", .sgc = "", .page_token = ""};
    struct vend_meter_request registration = {
        .pan = pan, .organisation = "shop", .utility = VEND_ELECTRICITY, .key = world_key()};
    struct vend_order order = {.terminal = "till", .pan = pan, .carrier = VEND_KEYPAD};
    if (call >= VEND_CARD_IDENTIFY && call <= VEND_UNBLOCK_CARD)
        return call_card_as(world, who, call);
    if (call >= VEND_ADD_DEBT && call <= VEND_TRANSFER_ACCOUNT)
        return call_life_as(world, who, call);
    switch (call) {
    case VEND_ISSUE_CREDIT:
        return world_sell(world, who, "x", pan, 100, &sale);
    case VEND_ISSUE_MANAGEMENT:
        order.request_id = "management";
        order.kind = VEND_ORDER_MANAGEMENT;
        return world_order(world, who, &order, &sale);
    case VEND_ISSUE_TEST:
        order.request_id = "test";
        order.kind = VEND_ORDER_TEST;
        return world_order(world, who, &order, &sale);
    case VEND_ISSUE_KEY_CHANGE:
        order.request_id = "key-change";
        order.kind = VEND_ORDER_KEY_CHANGE;
        order.target.ti = -1;
        return world_order(world, who, &order, &sale);
    case VEND_TRIAL_CREDIT:
        return vend_trial(vend, &caller, &trial, &sale);
    case VEND_GET_TOKEN:
        return vend_token_by_receipt(vend, &caller, "shop", "till", 1, &sale);
    case VEND_LAST_RESPONSE:
        return vend_last_response(vend, &caller, "none", &sale);
    case VEND_REGISTER_METER:
        return vend_register_meter(vend, &caller, &registration, &meter);
    case VEND_GET_METER:
        return vend_get_meter(vend, &caller, pan, &meter);
    case VEND_LIST_METERS:
        return vend_list_meters(vend, &caller, &all, &meters);
    case VEND_WHO_AM_I:
        return vend_who_am_i(vend, &caller, &principal);
    case VEND_CREATE_ORGANISATION:
        return vend_create_organisation(vend, &caller, "shop", "region", &organisation);
    case VEND_LIST_ORGANISATIONS:
        return vend_list_organisations(vend, &caller, quiet, NULL);
    case VEND_GRANT_SUPPLY_GROUP:
        return vend_grant(vend, &caller, "region", SGC, true, &organisation);
    case VEND_REVOKE_SUPPLY_GROUP:
        return vend_grant(vend, &caller, "shop", "777777", false, &organisation);
    case VEND_CREATE_PRINCIPAL:
        return vend_create_principal(vend, &caller, "seller", "shop", 1U << VEND_VENDOR, &principal);
    case VEND_UPDATE_PRINCIPAL:
        return vend_update_principal(vend, &caller, "seller", 1U << VEND_VENDOR, true, &principal);
    case VEND_LIST_PRINCIPALS:
        return vend_list_principals(vend, &caller, 0, "", &principals);
    case VEND_CONFIRM_CLOCK:
        return vend_confirm_clock(vend, &caller, NOW_S, &now);
    case VEND_EXPORT_AUDIT:
        return vend_audit_page(vend, &caller, 0, 0, &record, 1, &count);
    default:
        return call_desk_as(world, who, call);
    }
}

/* The call went past the rights, whatever it then found. */
static bool let_in(mv_status status)
{
    switch (status.reason) {
    case MV_TOKEN_UNKNOWN:
    case MV_TOKEN_NOT_ISSUED_HERE:
    case MV_TOKEN_NOT_VALID:
    case MV_NO_KEY_CHANGE_PENDING:
    case MV_KEY_UNCHANGED:
    case MV_PROPOSAL_UNKNOWN:
    case MV_RECORDS_NOT_PROVISIONED:
    case MV_RECORD_KEY_UNKNOWN:
    case MV_RECORD_NOT_VALID:
    case MV_CARD_UNKNOWN:
    case MV_METER_UNKNOWN:
    case MV_ACCOUNT_UNKNOWN:
    case MV_CLAIM_UNKNOWN:
    case MV_SLIP_UNKNOWN:
    case MV_CURRENCY_NOT_SET:
    case MV_TARIFF_NOT_ASSIGNED:
    case MV_TARIFF_UNKNOWN:
    case MV_VENDOR_UNKNOWN:
    case MV_VENDOR_OWN_CREDIT:
    case MV_DEPOSIT_UNKNOWN:
    case MV_BATCH_NOT_OPEN:
    case MV_BATCH_UNKNOWN:
    case MV_BATCH_OPEN:
        return true;
    default:
        return status.ok;
    }
}

static char *matrix(struct world *world)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    (void)fprintf(out, "%-41s", "call");
    for (unsigned role = VEND_VENDOR; role <= VEND_ROLE_LAST; role++)
        (void)fprintf(out, " %s", vend_role_name((enum vend_role)role));
    (void)fputc('\n', out);
    for (unsigned call = 0; call < VEND_CALLS; call++) {
        (void)fprintf(out, "%-41s", vend_permission((enum vend_call)call)->action);
        for (unsigned role = VEND_VENDOR; role <= VEND_ROLE_LAST; role++) {
            const char *name = vend_role_name((enum vend_role)role);
            mv_status status = call_as(world, name, (enum vend_call)call);
            if (!let_in(status))
                assert_refused(call == VEND_CARD_TAKE_IN ? MV_CARD_FACTORY_ROLE : MV_ROLE_MISSING, status);
            int width = role == VEND_ROLE_LAST ? 0 : (int)strlen(name);
            (void)fprintf(out, " %-*s", width, let_in(status) ? "yes" : "-");
        }
        (void)fputc('\n', out);
    }
    (void)fclose(out);
    return text;
}

static char *read_file(const char *path)
{
    char *text = calloc(1, 16384);
    FILE *in = fopen(path, "re");
    assert_non_null(text);
    assert_non_null(in);
    assert_true(fread(text, 1, 16383, in) > 0);
    (void)fclose(in);
    return text;
}

static void permission_matrix(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_organisation organisation;
    char pan[19];
    struct vend_issued sale;
    /* the root needs the groups too, as everybody here belongs to the root */
    assert_ok(vend_grant(world->vend, &officer, "root", SGC, true, &organisation));
    assert_ok(vend_grant(world->vend, &officer, "root", OTHER_SGC, true, &organisation));
    assert_ok(world_sell(world, "seller", "first", world_pan(1, pan), 100, &sale));
    for (unsigned role = VEND_VENDOR; role <= VEND_ROLE_LAST; role++) {
        struct vend_principal row;
        assert_ok(vend_create_principal(world->vend, &officer, vend_role_name((enum vend_role)role), "root", 1U << role,
                                        &row));
    }
    char *found = matrix(world);
    char *expected = read_file(PERMISSIONS);
    if (strcmp(found, expected) != 0)
        print_message("%s", found);
    assert_string_equal(found, expected);
    free(found);
    free(expected);
}

static void everybody_else_is_refused_everywhere(void **state)
{
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    char longest[200];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_ok(vend_update_principal(world->vend, &officer, "rival", 1U << VEND_VENDOR, false, &row));
    for (unsigned call = 0; call < VEND_CALLS; call++) {
        const char *action = vend_permission((enum vend_call)call)->action;
        assert_refused(MV_NOT_AUTHENTICATED, call_as(world, NULL, (enum vend_call)call));
        assert_refused(MV_PRINCIPAL_UNKNOWN, call_as(world, "nobody", (enum vend_call)call));
        assert_refused(MV_PRINCIPAL_UNKNOWN, call_as(world, longest + 100, (enum vend_call)call));
        assert_refused(MV_PRINCIPAL_DISABLED, call_as(world, "rival", (enum vend_call)call));
        assert_int_equal(world_audit_count(world, action, "NOT_AUTHENTICATED"), 1);
        assert_int_equal(world_audit_count(world, action, "PRINCIPAL_UNKNOWN"), 2);
        assert_int_equal(world_audit_count(world, action, "PRINCIPAL_DISABLED"), 1);
    }
}

/* What the caller chooses freely makes no records: a second of refusals is two for each call and reason. */
static void a_flood_is_counted(void **state)
{
    struct world *world = *state;
    enum { MANY = 200 };
    struct vend_meter_key key = world_key();
    struct vend_meter meter;
    struct vend_principal principal;
    char pan[19], name[16];
    struct vend_caller nobody = world_caller("nobody");
    struct vend_caller nameless = world_caller(NULL);
    struct vend_caller seller = world_caller("seller");
    size_t before = world_audit_total(world);
    for (unsigned i = 0; i < MANY; i++) {
        struct vend_meter_request request = {
            .pan = world_pan(1000 + i, pan), .organisation = "shop", .utility = VEND_ELECTRICITY, .key = key};
        (void)snprintf(name, sizeof name, "n%u", i);
        assert_refused(MV_PRINCIPAL_UNKNOWN, vend_get_meter(world->vend, &nobody, pan, &meter));
        assert_refused(MV_NOT_AUTHENTICATED, vend_get_meter(world->vend, &nameless, pan, &meter));
        assert_refused(MV_PRINCIPAL_UNKNOWN, vend_register_meter(world->vend, &nobody, &request, &meter));
        assert_refused(MV_METER_UNKNOWN, vend_get_meter(world->vend, &seller, pan, &meter));
        assert_refused(MV_ROLE_MISSING, vend_create_principal(world->vend, &seller, name, "shop", 2, &principal));
    }
    assert_int_equal(world_audit_total(world), before + 5);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_total(world), before + 10);
    assert_true(world_audit_has(world, "repeated=199 "));
    world_audit_verify(world);
}

/* ---- the tree ---- */
static void rights_reach_down_only(void **state)
{
    struct world *world = *state;
    char shop_pan[19], other_pan[19], region_pan[19];
    struct vend_issued sale;
    struct vend_meter meter;
    struct vend_meter_key key = world_key();
    struct vend_caller seller = world_caller("seller");
    struct vend_caller regional = world_caller("regional");
    world_pan(1, shop_pan);
    world_pan(2, other_pan);
    assert_ok(world_meter(world, 5, "region", VEND_ELECTRICITY, &key));
    world_pan(5, region_pan);
    assert_ok(world_sell(world, "regional", "down", shop_pan, 100, &sale));
    assert_string_equal(sale.organisation, "region");
    assert_refused(MV_METER_UNKNOWN, world_sell(world, "seller", "up", region_pan, 100, &sale));
    assert_refused(MV_METER_UNKNOWN, world_sell(world, "seller", "sideways", other_pan, 100, &sale));
    assert_ok(vend_get_meter(world->vend, &regional, shop_pan, &meter));
    assert_refused(MV_METER_UNKNOWN, vend_get_meter(world->vend, &seller, region_pan, &meter));
    /* the caller is told nothing that would not be told of a meter that is not there; audit knows better */
    mv_status elsewhere = vend_get_meter(world->vend, &seller, other_pan, &meter);
    mv_status nowhere = vend_get_meter(world->vend, &seller, world_pan(999, region_pan), &meter);
    assert_refused(MV_METER_UNKNOWN, elsewhere);
    assert_refused(MV_METER_UNKNOWN, nowhere);
    assert_ptr_equal(elsewhere.where, nowhere.where);
    assert_int_equal(elsewhere.detail, nowhere.detail);
    assert_int_equal(world_audit_count(world, NULL, "METER_UNKNOWN"), 1);
    assert_int_equal(world_audit_count(world, NULL, "ORGANISATION_DENIED"), 2);
}

static void grants_reach_down_only(void **state)
{
    struct world *world = *state;
    char shop_pan[19], other_pan[19];
    struct vend_issued sale;
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    world_pan(1, shop_pan);
    world_pan(2, other_pan);
    /* granted to region, inherited by shop; other has none */
    assert_ok(world_sell(world, "seller", "a", shop_pan, 100, &sale));
    assert_refused(MV_SUPPLY_GROUP_DENIED, world_sell(world, "rival", "a", other_pan, 100, &sale));
    assert_ok(vend_grant(world->vend, &officer, "other", OTHER_SGC, true, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, world_sell(world, "rival", "a", other_pan, 100, &sale));
    assert_ok(vend_grant(world->vend, &officer, "other", SGC, true, &row));
    assert_int_equal(row.grant_count, 2);
    assert_ok(world_sell(world, "rival", "a", other_pan, 100, &sale));
    /* a grant to the shop alone does not serve the region above */
    assert_ok(vend_grant(world->vend, &officer, "shop", SGC, true, &row));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_ok(world_sell(world, "seller", "b", shop_pan, 100, &sale));
    assert_refused(MV_SUPPLY_GROUP_DENIED, world_sell(world, "regional", "b", shop_pan, 100, &sale));
}

/* An auditor reads tokens back wherever the tree reaches; only sellers need the group. */
static void an_auditor_needs_no_grant(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale, back;
    struct vend_principal row;
    struct vend_caller officer = world_caller("officer1");
    struct vend_caller auditor = world_caller("auditor");
    struct vend_caller elsewhere = world_caller("auditor2");
    struct vend_caller vendor = world_caller("vendor2");
    uint32_t both = 1U << VEND_VENDOR | 1U << VEND_AUDITOR;
    assert_ok(world_sell(world, "seller", "r1", world_pan(1, pan), 100, &sale));
    assert_ok(vend_token_by_receipt(world->vend, &auditor, "shop", "till", 1, &back));
    assert_string_equal(world_own(&back)->digits, world_own(&sale)->digits);
    assert_ok(vend_create_principal(world->vend, &officer, "auditor2", "other", 1U << VEND_AUDITOR, &row));
    assert_refused(MV_TOKEN_UNKNOWN, vend_token_by_receipt(world->vend, &elsewhere, "shop", "till", 1, &back));
    assert_ok(vend_create_principal(world->vend, &officer, "vendor2", "root", 1U << VEND_VENDOR, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, vend_token_by_receipt(world->vend, &vendor, "shop", "till", 1, &back));
    /* being an auditor too does not let a vendor sell */
    assert_ok(vend_update_principal(world->vend, &officer, "vendor2", both, true, &row));
    assert_ok(vend_token_by_receipt(world->vend, &vendor, "shop", "till", 1, &back));
    assert_refused(MV_SUPPLY_GROUP_DENIED, world_sell(world, "vendor2", "r2", pan, 100, &sale));
}

static void officers_below_the_root(void **state)
{
    struct world *world = *state;
    struct vend_principal principal;
    struct vend_organisation row;
    struct audit_record record;
    size_t count = 0;
    int64_t now = 0;
    struct vend_caller root = world_caller("officer1");
    struct vend_caller below = world_caller("officer2");
    assert_ok(vend_create_principal(world->vend, &root, "officer2", "region", 1U << VEND_OFFICER, &principal));
    assert_ok(vend_create_organisation(world->vend, &below, "kiosk", "shop", &row));
    assert_ok(vend_create_principal(world->vend, &below, "keeper", "kiosk", 1U << VEND_VENDOR, &principal));
    assert_ok(vend_grant(world->vend, &below, "kiosk", SGC, true, &row));
    /* what the region does not have it cannot give */
    assert_refused(MV_SUPPLY_GROUP_DENIED, vend_grant(world->vend, &below, "kiosk", OTHER_SGC, true, &row));
    assert_refused(MV_ORGANISATION_DENIED, vend_create_organisation(world->vend, &below, "x", "other", &row));
    assert_refused(MV_ORGANISATION_DENIED, vend_create_organisation(world->vend, &below, "x", "root", &row));
    assert_refused(MV_ORGANISATION_DENIED, vend_grant(world->vend, &below, "other", SGC, true, &row));
    assert_refused(MV_ORGANISATION_DENIED, vend_grant(world->vend, &below, "root", SGC, false, &row));
    assert_refused(MV_ORGANISATION_DENIED,
                   vend_create_principal(world->vend, &below, "x", "root", 1U << VEND_OFFICER, &principal));
    assert_refused(MV_ORGANISATION_DENIED,
                   vend_update_principal(world->vend, &below, "officer1", 1U << VEND_OFFICER, false, &principal));
    assert_refused(MV_ORGANISATION_DENIED, vend_confirm_clock(world->vend, &below, NOW_S, &now));
    assert_refused(MV_ORGANISATION_DENIED, vend_audit_page(world->vend, &below, 0, 0, &record, 1, &count));
}

struct names {
    char text[256];
};

static mv_status add_name(void *self, const struct vend_organisation *organisation)
{
    struct names *names = self;
    size_t used = strlen(names->text);
    (void)snprintf(names->text + used, sizeof names->text - used, "%s ", organisation->name);
    return mv_ok();
}

static void lists_show_the_caller_s_part(void **state)
{
    struct world *world = *state;
    static struct vend_meter_list meters;
    static struct vend_principal_list principals;
    struct names names = {0};
    struct vend_principal row;
    struct vend_caller root = world_caller("officer1");
    struct vend_caller manager = world_caller("manager2");
    assert_ok(vend_create_principal(world->vend, &root, "manager2", "region", 1U << VEND_MANAGER, &row));
    assert_ok(vend_list_organisations(world->vend, &manager, add_name, &names));
    assert_string_equal(names.text, "region shop ");
    assert_ok(vend_list_principals(world->vend, &manager, 0, "", &principals));
    assert_int_equal(principals.count, 3);
    assert_string_equal(principals.principals[0].name, "manager2");
    assert_string_equal(principals.principals[2].name, "seller");
    assert_ok(vend_list_meters(world->vend, &manager,
                               &(struct vend_meter_query){.organisation = "", .sgc = "", .page_token = ""}, &meters));
    assert_int_equal(meters.count, 1);
    assert_refused(MV_ORGANISATION_DENIED,
                   vend_list_meters(world->vend, &manager,
                                    &(struct vend_meter_query){.organisation = "other", .sgc = "", .page_token = ""},
                                    &meters));
    assert_refused(MV_ORGANISATION_DENIED,
                   vend_list_meters(world->vend, &manager,
                                    &(struct vend_meter_query){.organisation = "root", .sgc = "", .page_token = ""},
                                    &meters));
    assert_ok(vend_list_meters(world->vend, &root,
                               &(struct vend_meter_query){.organisation = "", .sgc = "", .page_token = ""}, &meters));
    assert_int_equal(meters.count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(permission_matrix),       TEST(everybody_else_is_refused_everywhere),
        TEST(a_flood_is_counted),      TEST(rights_reach_down_only),
        TEST(grants_reach_down_only),  TEST(an_auditor_needs_no_grant),
        TEST(officers_below_the_root), TEST(lists_show_the_caller_s_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
