/* The card sessions' questions to the key process, over a connection that they share. */
#include <string.h>

#include "hsmd/client.h"
#include "metervault/card.h"
#include "vending/card_parts.h"

mv_status vend_card_key_open(struct vend *vend, int64_t deadline_ns, const struct hsmd_card_key_ref *key,
                             struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line, hsmd_card_open(line->client, key, HSMD_CARD_NO_SESSION, answer));
}

mv_status vend_card_key_command(struct vend *vend, int64_t deadline_ns, uint32_t session,
                                const struct mv_card_command *command, struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line, hsmd_card_command(line->client, session, command, answer));
}

mv_status vend_card_key_change(struct vend *vend, int64_t deadline_ns, uint32_t session, uint8_t in_use,
                               const struct hsmd_card_key_ref *old_key, const struct hsmd_card_key_ref *new_key,
                               struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line, hsmd_card_change_key(line->client, session, in_use, old_key, new_key, answer));
}

mv_status vend_card_key_step(struct vend *vend, int64_t deadline_ns, uint32_t session, const uint8_t *rapdu,
                             size_t size, struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line, hsmd_card_step(line->client, session, rapdu, size, answer));
}

mv_status vend_card_pboc_open(struct vend *vend, int64_t deadline_ns, const struct hsmd_pboc_ref *ref,
                              struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line, hsmd_pboc_open(line->client, ref, answer));
}

mv_status vend_card_pboc_update(struct vend *vend, int64_t deadline_ns, uint32_t session, uint8_t file,
                                const uint8_t *data, uint8_t size, struct hsmd_card_answer *answer)
{
    struct vend_record_line *line = &vend->card_line;
    MV_TRY(vend_line_take(vend, line, deadline_ns));
    return vend_line_give(vend, line,
                          hsmd_pboc_update(line->client, session, vend->card_pboc_class, file, data, size, answer));
}

void vend_card_key_close(struct vend *vend, uint32_t session)
{
    struct vend_record_line *line = &vend->card_line;
    if (session == HSMD_CARD_NO_SESSION || !vend_line_take(vend, line, INT64_MAX).ok)
        return;
    hsmd_card_close(line->client, session);
    pthread_mutex_unlock(&line->lock);
}

/* ---- the catalogue ---- */

static bool serves(const struct hsm_key_info *key, enum hsm_key_use use, const uint8_t *domain, int64_t now_s)
{
    char label[HSM_LABEL_SIZE];
    if (key->use != use || key->state != HSM_ACTIVE || key->active_from_unix_s > now_s)
        return false;
    hsm_master_label(use, domain, (uint8_t)key->version, label);
    return strcmp(label, key->label) == 0;
}

/* The highest version up to `most`. */
static mv_status find_version(struct vend *vend, enum hsm_key_use use, const uint8_t *domain, uint8_t most,
                              uint8_t *version)
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    struct vend_now now;
    *version = 0;
    MV_TRY(vend_clock_now(&vend->clock, &now));
    pthread_mutex_lock(&catalogue->lock);
    mv_status status = catalogue->state;
    for (size_t i = 0; status.ok && i < catalogue->current->key_count; i++) {
        const struct hsm_key_info *key = &catalogue->current->keys[i];
        if (key->version > *version && key->version <= most && serves(key, use, domain, now.issue_s))
            *version = (uint8_t)key->version;
    }
    pthread_mutex_unlock(&catalogue->lock);
    if (status.ok && *version == 0)
        return mv_fail(MV_CARD_KEY_UNKNOWN, hsm_master_name(use));
    return status;
}

mv_status vend_card_newest(struct vend *vend, enum hsm_key_use use, const uint8_t domain[STORE_DOMAIN],
                           uint8_t *version)
{
    return find_version(vend, use, domain, UINT8_MAX, version);
}

mv_status vend_card_area(struct vend *vend, const uint8_t domain[STORE_DOMAIN], uint8_t wish, uint8_t *version)
{
    MV_TRY(find_version(vend, HSM_USE_CARD_AREA, domain, wish == 0 ? UINT8_MAX : wish, version));
    return wish == 0 || *version == wish ? mv_ok() : mv_fail(MV_CARD_KEY_UNKNOWN, hsm_master_name(HSM_USE_CARD_AREA));
}
