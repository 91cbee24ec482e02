/* Requests as orders. What an order points to is the request's. A request that cannot be told is INVALID_FIELD with its
 * field's name; `kind` of the order is set all the same, so that the refusal is audited under its call. */
#ifndef MV_API_ORDER_CONVERT_H
#define MV_API_ORDER_CONVERT_H

#include <metervault/v1/token_service.pb-c.h>

#include "vending/vending.h"

MV_MUST_USE mv_status api_credit_in(const Metervault__V1__IssueCreditRequest *in, struct vend_order *order);
MV_MUST_USE mv_status api_trial_in(const Metervault__V1__TrialCreditRequest *in, struct vend_order *order);
MV_MUST_USE mv_status api_manage_in(const Metervault__V1__IssueManagementRequest *in, struct vend_order *order);
MV_MUST_USE mv_status api_try_out_in(const Metervault__V1__IssueTestRequest *in, struct vend_order *order);
MV_MUST_USE mv_status api_change_key_in(const Metervault__V1__IssueKeyChangeRequest *in, struct vend_order *order);
MV_MUST_USE mv_status api_batch_item_in(const Metervault__V1__BatchItem *in, struct vend_order *order);

#endif
