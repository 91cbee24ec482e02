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
        mv_status status = vend_list_tariffs(vend, &caller, 0, "", &list);
        vend_tariffs_free(&list);
        return status;
    }
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
