#include "api/batch_answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/batch.h"
#include "api/token_convert.h"

enum { SENTENCES = 512 };

struct result {
    Metervault__V1__BatchResult message;
    Metervault__V1__Refusal refusal;
    char text[SENTENCES];
    struct api_issued issued;
};

struct api_batch_answer {
    Metervault__V1__IssueBatchResponse message;
    Metervault__V1__BatchResult *pointers[API_BATCH_ITEMS];
    struct result results[API_BATCH_ITEMS];
};

struct api_batch_answer *api_batch_answer_new(void)
{
    return malloc(sizeof(struct api_batch_answer));
}

void api_batch_answer_free(struct api_batch_answer *answer)
{
    free(answer);
}

static void refuse(mv_status status, struct result *result)
{
    const struct mv_reason_info *info = mv_reason_info((enum mv_reason)status.reason);
    Metervault__V1__Refusal *refusal = &result->refusal;
    metervault__v1__refusal__init(refusal);
    (void)snprintf(result->text, sizeof result->text, "%s %s", info->what, info->todo);
    refusal->reason = (char *)info->name;
    refusal->message = result->text;
    /* errors.proto: the reasons up to the first one about the caller are about the request */
    if (status.where != NULL && status.reason < MV_NOT_AUTHENTICATED)
        refusal->field = (char *)status.where;
    result->message.result_case = METERVAULT__V1__BATCH_RESULT__RESULT_REFUSED;
    result->message.refused = refusal;
}

static void fill(const struct api_batch_outcome *outcome, struct result *result)
{
    metervault__v1__batch_result__init(&result->message);
    if (!outcome->status.ok) {
        refuse(outcome->status, result);
        return;
    }
    api_issued_out(&outcome->issued, &result->issued);
    result->message.result_case = METERVAULT__V1__BATCH_RESULT__RESULT_ISSUED;
    result->message.issued = &result->issued.message;
}

const ProtobufCMessage *api_batch_answer_fill(struct api_batch_answer *answer, const struct api_batch_outcome *outcomes,
                                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fill(&outcomes[i], &answer->results[i]);
        answer->pointers[i] = &answer->results[i].message;
    }
    metervault__v1__issue_batch_response__init(&answer->message);
    answer->message.n_results = count;
    answer->message.results = answer->pointers;
    return &answer->message.base;
}
