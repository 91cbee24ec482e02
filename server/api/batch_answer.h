/* The message that answers one request of a batch. */
#ifndef MV_API_BATCH_ANSWER_H
#define MV_API_BATCH_ANSWER_H

#include <protobuf-c/protobuf-c.h>

#include "vending/vending.h"

/* What became of an item. */
struct api_batch_outcome {
    mv_status status;
    struct vend_issued issued; /* when ok */
};
struct api_batch_answer; /* room for the answer to one request; used again for the next */
struct api_batch_answer *api_batch_answer_new(void);
void api_batch_answer_free(struct api_batch_answer *answer);
/* At most API_BATCH_ITEMS, in their order. The message points into `answer` and into the outcomes. */
const ProtobufCMessage *api_batch_answer_fill(struct api_batch_answer *answer, const struct api_batch_outcome *outcomes,
                                              size_t count);

#endif
