/* Tariffs listed and assigned, and what waits for another person dismissed. */
#include "api/tariff_calls.h"

#include <metervault/v1/tariff_service.pb-c.h>
#include <stdlib.h>

#include "api/convert.h"
#include "api/tariff_convert.h"

static void answer_list(struct rpc_call *call, struct vend_tariff_list *list)
{
    Metervault__V1__ListTariffsResponse out = METERVAULT__V1__LIST_TARIFFS_RESPONSE__INIT;
    struct api_tariff *messages = calloc(list->count + 1, sizeof *messages);
    Metervault__V1__Tariff **pointers = calloc(list->count + 1, sizeof(Metervault__V1__Tariff *));
    if (messages == NULL || pointers == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "tariffs"));
    } else {
        for (size_t i = 0; i < list->count; i++) {
            api_tariff_out(&list->tariffs[i], &messages[i]);
            pointers[i] = &messages[i].message;
        }
        out.tariffs = pointers;
        out.n_tariffs = list->count;
        out.next_page_token = list->next;
        rpc_reply(call, &out.base);
    }
    free(messages);
    free(pointers);
}

void api_list_tariffs(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListTariffsRequest *in = (const Metervault__V1__ListTariffsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_tariff_list list;
    const struct vend_tariff_page page = {.waiting = in->pending, .size = in->page_size, .token = in->page_token};
    mv_status status = vend_list_tariffs(self, &caller, &page, &list);
    if (status.ok)
        answer_list(call, &list);
    else
        api_fail(call, status);
    vend_tariffs_free(&list);
}

void api_assign_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__AssignTariffRequest *in = (const Metervault__V1__AssignTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct store_tariff_assignment row;
    struct vend_assignment assignment;
    struct api_assignment out;
    const struct vend_assignment_request request = {.organisation = in->organisation,
                                                    .utility = (enum vend_utility)in->utility,
                                                    .meter_class = in->meter_class,
                                                    .tariff = in->tariff,
                                                    .valid_from_unix_s = in->valid_from_unix_s};
    mv_status status = vend_assign_tariff(self, &caller, &request, &row);
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    vend_assignment_fill(self, &row, &assignment);
    api_assignment_out(&assignment, &out);
    rpc_reply(call, &out.message.base);
}

static void answer_assignments(struct rpc_call *call, struct vend_assignment_list *list)
{
    Metervault__V1__ListAssignmentsResponse out = METERVAULT__V1__LIST_ASSIGNMENTS_RESPONSE__INIT;
    struct api_assignment *messages = calloc(list->count + 1, sizeof *messages);
    Metervault__V1__TariffAssignment **pointers = calloc(list->count + 1, sizeof(Metervault__V1__TariffAssignment *));
    if (messages == NULL || pointers == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "assignments"));
    } else {
        for (size_t i = 0; i < list->count; i++) {
            api_assignment_out(&list->assignments[i], &messages[i]);
            pointers[i] = &messages[i].message;
        }
        out.assignments = pointers;
        out.n_assignments = list->count;
        out.next_page_token = list->next;
        rpc_reply(call, &out.base);
    }
    free(messages);
    free(pointers);
}

void api_list_assignments(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListAssignmentsRequest *in = (const Metervault__V1__ListAssignmentsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_assignment_list list;
    const struct vend_tariff_page page = {.waiting = in->pending, .size = in->page_size, .token = in->page_token};
    mv_status status = vend_list_assignments(self, &caller, &page, &list);
    if (status.ok)
        answer_assignments(call, &list);
    else
        api_fail(call, status);
    vend_assignments_free(&list);
}

/* ---- what waits and is not to be ---- */
static void answer_dismissed(struct rpc_call *call, mv_status status, const struct vend_dismissed *dismissed)
{
    Metervault__V1__DismissedTariff out = METERVAULT__V1__DISMISSED_TARIFF__INIT;
    struct api_tariff tariff;
    struct api_assignment assignment;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    if (dismissed->assignment.row.id != 0) {
        api_assignment_out(&dismissed->assignment, &assignment);
        out.assignment = &assignment.message;
    } else {
        api_tariff_out(&dismissed->tariff, &tariff);
        out.tariff = &tariff.message;
    }
    rpc_reply(call, &out.base);
}

/* A number that no assignment has stays one that none has. */
static struct vend_tariff_waiting waiting_in(const char *name, uint32_t version, uint64_t assignment)
{
    return (struct vend_tariff_waiting){name, version, assignment > INT64_MAX ? -1 : (int64_t)assignment};
}

void api_withdraw_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__WithdrawTariffRequest *in = (const Metervault__V1__WithdrawTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_dismissed dismissed;
    const struct vend_tariff_waiting waiting = waiting_in(in->name, in->version, in->assignment);
    answer_dismissed(call, vend_withdraw_tariff(self, &caller, &waiting, &dismissed), &dismissed);
}

void api_reject_tariff(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__RejectTariffRequest *in = (const Metervault__V1__RejectTariffRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_dismissed dismissed;
    const struct vend_tariff_waiting waiting = waiting_in(in->name, in->version, in->assignment);
    answer_dismissed(call, vend_reject_tariff(self, &caller, &waiting, in->reason, &dismissed), &dismissed);
}
