/* Writing the catalogue. The entry is stored first and the head last: until the new head exists, readers see the old
 * state, and from then on the new one. */
#include <string.h>

#include "hsm/internal.h"

static const char *object_label(const struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_KEY:
        return entry->of.key.info.label;
    case HSM_ENTRY_OFFICER:
    case HSM_ENTRY_FORMER:
        return entry->of.officer.name;
    case HSM_ENTRY_RULE:
        return entry->of.rule.act;
    case HSM_ENTRY_SPENT:
        return "spent";
    default:
        return "head";
    }
}

mv_status hsm_entry_store_raw(struct hsm *hsm, const struct hsm_entry *entry, const uint8_t *data, size_t size,
                              CK_OBJECT_HANDLE *object)
{
    static const CK_OBJECT_CLASS data_object = CKO_DATA;
    struct hsm_template template = {.count = 0};
    const char *label = object_label(entry);
    hsm_template_add(&template, CKA_CLASS, &data_object, sizeof data_object);
    hsm_template_flag(&template, CKA_TOKEN, true);
    hsm_template_flag(&template, CKA_PRIVATE, true);
    hsm_template_flag(&template, CKA_MODIFIABLE, false);
    hsm_template_add(&template, CKA_LABEL, label, strlen(label));
    hsm_template_add(&template, CKA_APPLICATION, HSM_APPLICATION, strlen(HSM_APPLICATION));
    hsm_template_add(&template, CKA_VALUE, data, size);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, object);
    return hsm_check(rv, "C_CreateObject of CKO_DATA (this module cannot hold the catalogue)");
}

mv_status hsm_entry_store(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, struct hsm_entry *entry)
{
    uint8_t data[HSM_ENTRY_SIZE];
    size_t size = 0;
    MV_TRY(hsm_entry_encode(hsm, mac_key, entry, data, &size));
    return hsm_entry_store_raw(hsm, entry, data, size, &entry->object);
}

mv_status hsm_head_store(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const struct hsm_entry *entries, size_t count)
{
    struct hsm_entry head = {.kind = HSM_ENTRY_HEAD, .generation = entries[count - 1].generation};
    head.of.head.count = (uint32_t)count;
    MV_TRY(hsm_digest(entries, count, head.of.head.digest));
    return hsm_entry_store(hsm, mac_key, &head);
}

/* Takes the entry that this one replaces out of the members; its object, 0 for what is new. */
static CK_OBJECT_HANDLE take_out_former(struct hsm_records *records, const struct hsm_entry *entry)
{
    for (size_t i = 0; i < records->member_count; i++) {
        if (!hsm_entry_same_subject(&records->entries[i], entry))
            continue;
        CK_OBJECT_HANDLE object = records->entries[i].object;
        records->member_count--;
        memmove(&records->entries[i], &records->entries[i + 1],
                (records->member_count - i) * sizeof records->entries[0]);
        return object;
    }
    return 0;
}

/* What an interrupted writer left: its entry would become a member now, and with an old head that stays for ever the
 * catalogue could be set back by destroying the newer objects. */
static mv_status clear_leftovers(struct hsm *hsm, const struct hsm_records *records)
{
    for (size_t i = records->member_count; i < records->count; i++)
        MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, records->entries[i].object), "C_DestroyObject"));
    for (size_t i = 0; i < records->old_head_count; i++)
        MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, records->old_heads[i]), "C_DestroyObject"));
    return mv_ok();
}

/* Whether nobody else wrote since the records were loaded: the head that is replaced is still there, and beside it only
 * members, what was stored here and what that replaces. Whoever works without our lock is found here at the latest. */
static mv_status check_alone(struct hsm *hsm, const struct hsm_records *records, size_t replaced)
{
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t count = 0;
    bool head = false;
    MV_TRY(hsm_find_records(hsm, found, &count));
    for (size_t i = 0; i < count; i++)
        head = head || found[i] == records->head.object;
    if (!head || count != records->member_count + replaced + 1)
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue: another process wrote at the same time; nothing was done");
    return mv_ok();
}

/* The entries behind the members, then the head over all of them. */
static mv_status store(struct hsm *hsm, struct hsm_records *records, struct hsm_entry *entries, size_t count,
                       size_t replaced)
{
    for (size_t i = 0; i < count; i++) {
        entries[i].generation = records->head.generation + 1 + i;
        MV_TRY(hsm_entry_store(hsm, records->mac_key, &entries[i]));
        records->entries[records->member_count++] = entries[i];
    }
    MV_TRY(check_alone(hsm, records, replaced));
    return hsm_head_store(hsm, records->mac_key, records->entries, records->member_count);
}

/* An act was judged by officers and rules; they must still be the same when it writes. */
static mv_status check_judged(const struct hsm *hsm, const struct hsm_records *records)
{
    uint8_t governing[sizeof hsm->judged_by];
    if (!hsm->judged)
        return mv_ok();
    MV_TRY(hsm_digest_governing(records->entries, records->member_count, governing));
    if (memcmp(governing, hsm->judged_by, sizeof governing) != 0)
        return mv_fail(MV_QUORUM_MISSING, "officers or rules changed meanwhile; begin again");
    return mv_ok();
}

static mv_status append(struct hsm *hsm, struct hsm_records *records, struct hsm_entry *entries, size_t count)
{
    CK_OBJECT_HANDLE former[HSM_APPEND_MOST];
    size_t replaced = 0;
    if (count == 0 || count > HSM_APPEND_MOST)
        return mv_fail(MV_INTERNAL_ERROR, "catalogue: entries of one step");
    MV_TRY(check_judged(hsm, records));
    MV_TRY(clear_leftovers(hsm, records));
    for (size_t i = 0; i < count; i++) {
        former[i] = take_out_former(records, &entries[i]);
        replaced += former[i] != 0;
        entries[i].object = 0;
    }
    if (records->member_count + count > HSM_MAX_ENTRIES)
        return mv_fail(MV_INVALID_FIELD, "the catalogue is full");
    mv_status status = store(hsm, records, entries, count, replaced);
    /* to whoever wrote meanwhile they could be entries of a later generation */
    for (size_t i = 0; i < count && !status.ok && status.reason == MV_CATALOGUE_CORRUPT; i++)
        hsm_destroy(hsm, entries[i].object);
    MV_TRY(status);
    hsm_destroy(hsm, records->head.object);
    for (size_t i = 0; i < count; i++)
        hsm_destroy(hsm, former[i]);
    /* what an act changed itself does not stop it */
    return hsm_digest_governing(records->entries, records->member_count, hsm->judged_by);
}

mv_status hsm_catalogue_append_all(struct hsm *hsm, struct hsm_entry *entries, size_t count)
{
    struct hsm_records records;
    mv_status status = hsm_records_load(hsm, &records);
    if (status.ok)
        status = append(hsm, &records, entries, count);
    hsm_records_free(&records);
    return status;
}

mv_status hsm_catalogue_append(struct hsm *hsm, struct hsm_entry *entry)
{
    return hsm_catalogue_append_all(hsm, entry, 1);
}
