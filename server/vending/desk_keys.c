/* The desk's questions to the key process. */
#include "vending/desk_parts.h"
#include "vending/internal.h"

mv_status vend_desk_open(struct vend *vend, const char *pan, const struct store_key *key, const char *digits,
                         struct hsmd_opened *opened)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    const struct hsmd_meter meter = vend_key_meter(pan, key);
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_open_token(catalogue->client, &meter, digits, opened);
    pthread_mutex_unlock(&catalogue->fetching);
    return status;
}

mv_status vend_desk_check(struct vend *vend, const struct hsmd_approval *approval, char officer[HSM_OFFICER_SIZE])
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_check_approval(catalogue->client, approval, officer);
    pthread_mutex_unlock(&catalogue->fetching);
    return status;
}

mv_status vend_desk_random(struct vend *vend, void *data, size_t size)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    pthread_mutex_lock(&catalogue->fetching);
    mv_status status = hsmd_random(catalogue->client, data, size);
    pthread_mutex_unlock(&catalogue->fetching);
    return status;
}
