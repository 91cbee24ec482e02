#include "vending/permission.h"

#include "vending/record_parts.h"

#define BIT(role)    (UINT32_C(1) << VEND_##role)
#define SELLERS      (BIT(VENDOR) | BIT(SUPERVISOR))
#define ISSUERS      (SELLERS | BIT(ENGINEER))
#define TECHNICIANS  (BIT(SUPERVISOR) | BIT(ENGINEER))
#define OVERSEERS    (BIT(OFFICER) | BIT(AUDITOR) | BIT(MANAGER))
#define DENIED       MV_ORGANISATION_DENIED
#define CARD_READERS (ISSUERS | BIT(CARD_FACTORY) | OVERSEERS)
#define RATE_MAKERS  (BIT(OFFICER) | BIT(MANAGER))
#define METER_USERS  (BIT(METER_ADMIN) | BIT(SUPERVISOR) | BIT(ENGINEER) | OVERSEERS)

static const struct vend_permission table[VEND_CALLS] = {
    [VEND_ISSUE_CREDIT] = {"TokenService.IssueCredit", SELLERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_ISSUE_MANAGEMENT] = {"TokenService.IssueManagement", TECHNICIANS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_ISSUE_TEST] = {"TokenService.IssueTest", ISSUERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_ISSUE_KEY_CHANGE] = {"TokenService.IssueKeyChange", TECHNICIANS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_TRIAL_CREDIT] = {"TokenService.TrialCredit", SELLERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_GET_TOKEN] = {"TokenService.GetToken", ISSUERS | BIT(AUDITOR), VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_LAST_RESPONSE] = {"TokenService.LastResponse", ISSUERS, VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_SELL] = {"SaleService.Sell", SELLERS, VEND_SCOPE_GRANT, MV_ACCOUNT_UNKNOWN},
    [VEND_TRIAL_SELL] = {"SaleService.TrialSell", SELLERS, VEND_SCOPE_GRANT, MV_ACCOUNT_UNKNOWN},
    [VEND_GET_RECEIPT] = {"SaleService.GetReceipt", SELLERS | BIT(AUDITOR), VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_LAST_SALE] = {"SaleService.LastSale", SELLERS, VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_REGISTER_METER] = {"MeterService.RegisterMeter", BIT(METER_ADMIN), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GET_METER] = {"MeterService.GetMeter", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION, MV_METER_UNKNOWN},
    [VEND_LIST_METERS] = {"MeterService.ListMeters", METER_USERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_VERIFY] = {"TokenService.Verify", ISSUERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_ASSIGN_KEY] = {"MeterService.AssignKey", BIT(ENGINEER) | BIT(SUPERVISOR) | BIT(METER_ADMIN), VEND_SCOPE_GRANT,
                         MV_METER_UNKNOWN},
    [VEND_CONFIRM_KEY_CHANGE] = {"MeterService.ConfirmKeyChange", ISSUERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_GET_METER_HISTORY] = {"MeterService.GetMeterHistory", METER_USERS, VEND_SCOPE_ORGANISATION, MV_METER_UNKNOWN},
    [VEND_LIST_EXPOSED] = {"MeterService.ListExposed", OVERSEERS | BIT(ENGINEER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_PROPOSE] = {"ApprovalService.ProposeSupplyGroupChange", BIT(ENGINEER) | BIT(SUPERVISOR) | BIT(OFFICER),
                      VEND_SCOPE_ORGANISATION, MV_METER_UNKNOWN},
    [VEND_APPROVE] = {"ApprovalService.Approve", BIT(OFFICER), VEND_SCOPE_ORGANISATION, MV_PROPOSAL_UNKNOWN},
    [VEND_LIST_PROPOSALS] = {"ApprovalService.ListProposals", BIT(ENGINEER) | BIT(SUPERVISOR) | OVERSEERS,
                             VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_OPEN_ACCOUNT] = {"AccountService.OpenAccount", BIT(SUPERVISOR) | BIT(METER_ADMIN), VEND_SCOPE_ORGANISATION,
                           MV_METER_UNKNOWN},
    [VEND_OPEN_AND_SELL] = {"AccountService.OpenAccount.sale", BIT(SUPERVISOR), VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_UPDATE_ACCOUNT] = {"AccountService.UpdateAccount", BIT(SUPERVISOR) | BIT(METER_ADMIN),
                             VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_GET_ACCOUNT] = {"AccountService.GetAccount", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION,
                          MV_ACCOUNT_UNKNOWN},
    [VEND_LIST_ACCOUNTS] = {"AccountService.ListAccounts", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_SUSPEND_ACCOUNT] = {"AccountService.SuspendAccount", BIT(SUPERVISOR) | BIT(MANAGER), VEND_SCOPE_ORGANISATION,
                              MV_ACCOUNT_UNKNOWN},
    [VEND_RESUME_ACCOUNT] = {"AccountService.ResumeAccount", BIT(SUPERVISOR) | BIT(MANAGER), VEND_SCOPE_ORGANISATION,
                             MV_ACCOUNT_UNKNOWN},
    [VEND_GET_TIMELINE] = {"AccountService.GetTimeline", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION,
                           MV_ACCOUNT_UNKNOWN},
    [VEND_ADD_DEBT] = {"AccountMoneyService.AddDebt", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_CHANGE_DEBT] = {"AccountMoneyService.ChangeDebt", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION,
                          MV_ACCOUNT_UNKNOWN},
    [VEND_WRITE_OFF_DEBT] = {"AccountMoneyService.WriteOffDebt", BIT(SUPERVISOR) | BIT(MANAGER),
                             VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_LIST_DEBTS] = {"AccountMoneyService.ListDebts", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION,
                         MV_ACCOUNT_UNKNOWN},
    [VEND_GET_ACT] = {"AccountMoneyService.GetAct", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION,
                      MV_SLIP_UNKNOWN},
    [VEND_PAY_ACCOUNT] = {"AccountMoneyService.PayAccount", SELLERS, VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_PAY_OUT] = {"AccountMoneyService.PayOut", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_CONFIRM_SALE] = {"SaleService.ConfirmSale", SELLERS, VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_CANCEL_SALE] = {"SaleService.CancelSale", SELLERS, VEND_SCOPE_NONE, DENIED},
    [VEND_REVERSE_SALE] = {"SaleService.ReverseSale", BIT(SUPERVISOR), VEND_SCOPE_GRANT, MV_TOKEN_UNKNOWN},
    [VEND_FREE_ISSUE] = {"SaleService.FreeIssue", BIT(SUPERVISOR), VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_CLAIM_CREDIT] = {"AccountMoneyService.ClaimCredit", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION,
                           MV_ACCOUNT_UNKNOWN},
    [VEND_APPROVE_CLAIM] = {"AccountMoneyService.ApproveClaim", BIT(OFFICER), VEND_SCOPE_ORGANISATION,
                            MV_CLAIM_UNKNOWN},
    [VEND_LIST_CLAIMS] = {"AccountMoneyService.ListClaims", METER_USERS | BIT(VENDOR), VEND_SCOPE_ORGANISATION,
                          MV_ACCOUNT_UNKNOWN},
    [VEND_CLOSE_ACCOUNT] = {"AccountService.CloseAccount", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION,
                            MV_ACCOUNT_UNKNOWN},
    [VEND_CHANGE_METER] = {"AccountService.ChangeMeter", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION, MV_ACCOUNT_UNKNOWN},
    [VEND_TRANSFER_ACCOUNT] = {"AccountService.TransferAccount", BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION,
                               MV_ACCOUNT_UNKNOWN},
    [VEND_ISSUE_RECORD] = {"TokenService.IssueRecord", ISSUERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_ACCEPT_RETURN] = {"TokenService.AcceptReturn", ISSUERS, VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_LIST_RECORDS] = {"TokenService.ListRecords", ISSUERS | BIT(AUDITOR), VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_LIST_RETURNS] = {"TokenService.ListReturns", ISSUERS | BIT(AUDITOR), VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_PROVISION_METER] = {"MeterService.ProvisionMeter", BIT(METER_ADMIN), VEND_SCOPE_ORGANISATION,
                              MV_METER_UNKNOWN},
    [VEND_SET_METER_STATE] = {"MeterService.SetMeterState", BIT(METER_ADMIN) | BIT(SUPERVISOR), VEND_SCOPE_ORGANISATION,
                              MV_METER_UNKNOWN},
    [VEND_CONFIRM_RECORD_KEYS] = {"MeterService.ConfirmRecordKeys", BIT(ENGINEER), VEND_SCOPE_GRANT, MV_METER_UNKNOWN},
    [VEND_CARD_IDENTIFY] = {"CardService.Session.identify", ISSUERS | BIT(CARD_FACTORY), VEND_SCOPE_ORGANISATION,
                            MV_CARD_UNKNOWN},
    [VEND_CARD_TAKE_IN] = {"CardService.Session.take-in", BIT(CARD_FACTORY), VEND_SCOPE_ORGANISATION, MV_CARD_UNKNOWN},
    [VEND_CARD_MAKE_USER] = {"CardService.Session.personalise-user", SELLERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_MAKE_TOOL] = {"CardService.Session.personalise-tool", TECHNICIANS, VEND_SCOPE_ORGANISATION,
                             MV_CARD_UNKNOWN},
    [VEND_CARD_OPEN] = {"CardService.Session.open", SELLERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_PURCHASE] = {"CardService.Session.purchase", SELLERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_READ_BACK] = {"CardService.Session.read-back", ISSUERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_REPLACE] = {"CardService.Session.replace", SELLERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_CLOSE] = {"CardService.Session.close", SELLERS, VEND_SCOPE_GRANT, MV_CARD_UNKNOWN},
    [VEND_CARD_LOAD] = {"CardService.Session.load-round", TECHNICIANS, VEND_SCOPE_ORGANISATION, MV_CARD_UNKNOWN},
    [VEND_CARD_COLLECT] = {"CardService.Session.collect-round", TECHNICIANS, VEND_SCOPE_ORGANISATION, MV_CARD_UNKNOWN},
    [VEND_CARD_REKEY] = {"CardService.Session.rekey", TECHNICIANS, VEND_SCOPE_ORGANISATION, MV_CARD_UNKNOWN},
    [VEND_CARD_BLOCK] = {"CardService.Session.block", BIT(SUPERVISOR) | BIT(OFFICER), VEND_SCOPE_ORGANISATION,
                         MV_CARD_UNKNOWN},
    [VEND_LIST_CARDS] = {"CardService.ListCards", CARD_READERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GET_CARD] = {"CardService.GetCard", CARD_READERS, VEND_SCOPE_ORGANISATION, MV_CARD_UNKNOWN},
    [VEND_BLOCK_CARD] = {"CardService.BlockCard", BIT(SUPERVISOR) | BIT(OFFICER), VEND_SCOPE_ORGANISATION,
                         MV_CARD_UNKNOWN},
    [VEND_UNBLOCK_CARD] = {"CardService.UnblockCard", BIT(SUPERVISOR) | BIT(OFFICER), VEND_SCOPE_ORGANISATION,
                           MV_CARD_UNKNOWN},
    [VEND_SET_OFFICE] = {"TariffService.SetOffice", BIT(OFFICER), VEND_SCOPE_ROOT, DENIED},
    [VEND_GET_OFFICE] = {"TariffService.GetOffice", 0, VEND_SCOPE_NONE, DENIED},
    [VEND_PUT_TARIFF] = {"TariffService.PutTariff", RATE_MAKERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_APPROVE_TARIFF] = {"TariffService.ApproveTariff", RATE_MAKERS, VEND_SCOPE_ORGANISATION, MV_TARIFF_UNKNOWN},
    [VEND_GET_TARIFF] = {"TariffService.GetTariff", SELLERS | BIT(METER_ADMIN) | OVERSEERS, VEND_SCOPE_ORGANISATION,
                         MV_TARIFF_UNKNOWN},
    [VEND_LIST_TARIFFS] = {"TariffService.ListTariffs", SELLERS | BIT(METER_ADMIN) | OVERSEERS, VEND_SCOPE_ORGANISATION,
                           DENIED},
    [VEND_ASSIGN_TARIFF] = {"TariffService.AssignTariff", RATE_MAKERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_WITHDRAW_TARIFF] = {"TariffService.WithdrawTariff", RATE_MAKERS, VEND_SCOPE_ORGANISATION, MV_TARIFF_UNKNOWN},
    [VEND_REJECT_TARIFF] = {"TariffService.RejectTariff", RATE_MAKERS, VEND_SCOPE_ORGANISATION, MV_TARIFF_UNKNOWN},
    [VEND_LIST_ASSIGNMENTS] = {"TariffService.ListAssignments", SELLERS | BIT(METER_ADMIN) | OVERSEERS,
                               VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_QUOTE] = {"TariffService.Quote", SELLERS | BIT(METER_ADMIN) | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_SET_VENDOR_TERMS] = {"VendorService.SetTerms", RATE_MAKERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_APPROVE_VENDOR_TERMS] = {"VendorService.ApproveTerms", RATE_MAKERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GET_VENDOR] = {"VendorService.GetVendor", SELLERS | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_LIST_VENDORS] = {"VendorService.ListVendors", SELLERS | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_DEPOSIT] = {"VendorService.Deposit", BIT(SUPERVISOR) | BIT(MANAGER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GET_DEPOSIT] = {"VendorService.GetDeposit", SELLERS | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_STATEMENT] = {"VendorService.Statement", SELLERS | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_START_BATCH] = {"VendorService.StartBatch", SELLERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_TOTAL_BATCH] = {"VendorService.TotalBatch", SELLERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_END_BATCH] = {"VendorService.EndBatch", SELLERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GET_BATCH] = {"VendorService.GetBatch", SELLERS | OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_SETTLE] = {"VendorService.Settle", BIT(SUPERVISOR) | BIT(MANAGER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_WHO_AM_I] = {"OperatorService.WhoAmI", 0, VEND_SCOPE_NONE, DENIED},
    [VEND_CREATE_ORGANISATION] = {"OperatorService.CreateOrganisation", BIT(OFFICER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_LIST_ORGANISATIONS] = {"OperatorService.ListOrganisations", OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_GRANT_SUPPLY_GROUP] = {"OperatorService.GrantSupplyGroup", BIT(OFFICER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_REVOKE_SUPPLY_GROUP] = {"OperatorService.RevokeSupplyGroup", BIT(OFFICER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_CREATE_PRINCIPAL] = {"OperatorService.CreatePrincipal", BIT(OFFICER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_UPDATE_PRINCIPAL] = {"OperatorService.UpdatePrincipal", BIT(OFFICER), VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_LIST_PRINCIPALS] = {"OperatorService.ListPrincipals", OVERSEERS, VEND_SCOPE_ORGANISATION, DENIED},
    [VEND_CONFIRM_CLOCK] = {"OperatorService.ConfirmClock", BIT(OFFICER), VEND_SCOPE_ROOT, DENIED},
    [VEND_EXPORT_AUDIT] = {"AuditService.ExportAudit", BIT(OFFICER) | BIT(AUDITOR), VEND_SCOPE_ROOT, DENIED},
};

static const char *const names[VEND_ROLE_LAST + 1] = {
    [VEND_VENDOR] = "vendor",           [VEND_SUPERVISOR] = "supervisor",     [VEND_ENGINEER] = "engineer",
    [VEND_METER_ADMIN] = "meter-admin", [VEND_CARD_FACTORY] = "card-factory", [VEND_OFFICER] = "officer",
    [VEND_AUDITOR] = "auditor",         [VEND_MANAGER] = "manager",
};

const struct vend_permission *vend_permission(enum vend_call call)
{
    return &table[call];
}

bool vend_needs_grant(enum vend_call call, uint32_t roles)
{
    return table[call].scope == VEND_SCOPE_GRANT && (table[call].roles & roles & ~ISSUERS) == 0;
}

mv_status vend_told(enum vend_call call, mv_status status)
{
    if (status.ok || status.reason != MV_ORGANISATION_DENIED)
        return status;
    return mv_fail(table[call].elsewhere, NULL);
}

enum vend_call vend_call_of(enum vend_order_kind kind)
{
    static const enum vend_call calls[] = {[VEND_ORDER_CREDIT] = VEND_ISSUE_CREDIT,
                                           [VEND_ORDER_MANAGEMENT] = VEND_ISSUE_MANAGEMENT,
                                           [VEND_ORDER_TEST] = VEND_ISSUE_TEST,
                                           [VEND_ORDER_KEY_CHANGE] = VEND_ISSUE_KEY_CHANGE};
    return calls[kind];
}

enum vend_call vend_call_of_order(const struct vend_order *order)
{
    if (order->free_reason != NULL)
        return VEND_FREE_ISSUE;
    if (order->priced && order->purchase.opens != NULL)
        return VEND_OPEN_AND_SELL;
    return order->priced ? VEND_SELL : vend_call_of(order->kind);
}

uint32_t vend_readers_of(enum vend_order_kind kind)
{
    return table[vend_call_of(kind)].roles;
}

uint32_t vend_record_roles(enum mv_record_kind kind)
{
    switch (kind) {
    case MV_KIND_PURCHASE:
        return SELLERS;
    case MV_KIND_READ:
        return ISSUERS;
    default:
        return TECHNICIANS;
    }
}

const char *vend_role_name(enum vend_role role)
{
    return names[role];
}
