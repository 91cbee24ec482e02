#include "rights_calls.h"
#include "vending/tariffs.h"

mv_status call_tariff_as(struct world *world, const char *who, enum vend_call call)
{
    struct vend *vend = world->vend;
    struct vend_caller caller = world_caller(who);
    struct store_office office = {.currency = "EUR", .minor_digits = 2};
    static struct vend_tariff tariff;
    static struct vend_quote quote;
    struct vend_tariff_list list;
    struct vend_tariff_version version = {.name = "none",
                                          .utility = VEND_ELECTRICITY,
                                          .kind = VEND_SINGLE,
                                          .steps = {{0, 10000}},
                                          .step_count = 1,
                                          .round_to = 1,
                                          .rounding = VEND_ROUND_UP};
    const struct vend_quote_request request = {
        .organisation = "", .utility = VEND_ELECTRICITY, .meter_class = "none", .tariff = ""};
    const struct vend_tariff_page page = {.token = ""};
    const struct vend_tariff_waiting waiting = {.name = "unknown", .version = 1};
    static struct vend_dismissed dismissed;
    switch (call) {
    case VEND_SET_OFFICE:
        return vend_set_office(vend, &caller, &office);
    case VEND_GET_OFFICE:
        return vend_get_office(vend, &caller, &office);
    case VEND_PUT_TARIFF:
        return vend_put_tariff(vend, &caller, "root", &version, &tariff);
    case VEND_APPROVE_TARIFF:
        return vend_approve_tariff(vend, &caller, "unknown", 1, &tariff);
    case VEND_GET_TARIFF:
        return vend_get_tariff(vend, &caller, "unknown", 0, &tariff);
    case VEND_LIST_TARIFFS: {
        mv_status status = vend_list_tariffs(vend, &caller, &page, &list);
        vend_tariffs_free(&list);
        return status;
    }
    case VEND_LIST_ASSIGNMENTS: {
        struct vend_assignment_list assignments;
        mv_status status = vend_list_assignments(vend, &caller, &page, &assignments);
        vend_assignments_free(&assignments);
        return status;
    }
    case VEND_WITHDRAW_TARIFF:
        return vend_withdraw_tariff(vend, &caller, &waiting, &dismissed);
    case VEND_REJECT_TARIFF:
        return vend_reject_tariff(vend, &caller, &waiting, "reason", &dismissed);
    case VEND_ASSIGN_TARIFF:
        return vend_assign_tariff(vend, &caller,
                                  &(struct vend_assignment_request){"root", VEND_ELECTRICITY, "none", "", 0},
                                  &(struct store_tariff_assignment){.id = 0});
    case VEND_QUOTE:
        return vend_quote(vend, &caller, &request, &quote);
    default:
        return call_vendor_as(world, who, call);
    }
}
