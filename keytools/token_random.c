#include "token_random.h"

#include "hsm/hsm.h"

mv_status token_random(void *context, void *bytes, size_t size)
{
    return hsm_random(context, bytes, size);
}
