/* Reading the catalogue as it lies in the token, and proving that it is whole: the head, written last, counts the
 * entries and holds a digest of their MACs, so that one removed, doubled or replaced by an old copy is noticed. A newer
 * entry of the same subject stands for the older one, which its writer had no time to remove. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "hsm/internal.h"

const char HSM_APPLICATION[] = "metervault catalogue";
const char HSM_CATALOGUE_MAC_LABEL[] = "catalogue-mac";

static bool every(const struct hsm_entry *entry)
{
    (void)entry;
    return true;
}

static bool governs(const struct hsm_entry *entry)
{
    return entry->kind == HSM_ENTRY_OFFICER || entry->kind == HSM_ENTRY_RULE;
}

static mv_status digest_of(const struct hsm_entry *entries, size_t count, bool (*takes)(const struct hsm_entry *),
                           uint8_t digest[32])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    bool good = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; good && i < count; i++)
        good = !takes(&entries[i]) || EVP_DigestUpdate(context, entries[i].mac, HSM_ENTRY_MAC) == 1;
    unsigned size = 0;
    good = good && EVP_DigestFinal_ex(context, digest, &size) == 1;
    EVP_MD_CTX_free(context);
    return good ? mv_ok() : mv_fail(MV_INTERNAL_ERROR, "EVP_Digest");
}

mv_status hsm_digest(const struct hsm_entry *entries, size_t count, uint8_t digest[32])
{
    return digest_of(entries, count, every, digest);
}

mv_status hsm_digest_governing(const struct hsm_entry *entries, size_t count, uint8_t digest[32])
{
    return digest_of(entries, count, governs, digest);
}

mv_status hsm_find_records(struct hsm *hsm, CK_OBJECT_HANDLE *found, size_t *count)
{
    static const CK_OBJECT_CLASS data_object = CKO_DATA;
    struct hsm_template match = {.count = 0};
    hsm_template_add(&match, CKA_CLASS, &data_object, sizeof data_object);
    hsm_template_flag(&match, CKA_TOKEN, true);
    hsm_template_add(&match, CKA_APPLICATION, HSM_APPLICATION, strlen(HSM_APPLICATION));
    return hsm_find(hsm, match.attributes, match.count, found, HSM_MOST_FOUND, count);
}

mv_status hsm_entry_raw(struct hsm *hsm, CK_OBJECT_HANDLE object, uint8_t data[HSM_ENTRY_SIZE], size_t *size)
{
    CK_ATTRIBUTE value = {CKA_VALUE, data, HSM_ENTRY_SIZE};
    CK_RV rv = hsm->p11->C_GetAttributeValue(hsm->session, object, &value, 1);
    if (rv == CKR_BUFFER_TOO_SMALL)
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: length");
    *size = value.ulValueLen;
    return hsm_check(rv, "C_GetAttributeValue");
}

static mv_status read_record(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, CK_OBJECT_HANDLE object,
                             struct hsm_entry *entry)
{
    uint8_t data[HSM_ENTRY_SIZE];
    size_t size = 0;
    MV_TRY(hsm_entry_raw(hsm, object, data, &size));
    MV_TRY(hsm_entry_decode(hsm, mac_key, data, size, entry));
    entry->object = object;
    return mv_ok();
}

static int by_generation(const void *a, const void *b)
{
    const struct hsm_entry *first = a;
    const struct hsm_entry *second = b;
    return first->generation < second->generation ? -1 : first->generation > second->generation;
}

/* Without a head: a creation that was cut short has stored entries of internal keys and nothing else. */
static bool is_unborn(const struct hsm_records *records)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->entries[i].kind != HSM_ENTRY_KEY || records->entries[i].generation > HSM_ALL_INTERNAL)
            return false;
    return true;
}

/* A newer head beside an older one is a writer that was interrupted after its commit. */
static void add_head(struct hsm_records *records, const struct hsm_entry *head)
{
    CK_OBJECT_HANDLE older = head->object;
    if (records->head.object == 0 || head->generation > records->head.generation) {
        older = records->head.object;
        records->head = *head;
    }
    if (older != 0)
        records->old_heads[records->old_head_count++] = older;
}

static mv_status read_all(struct hsm *hsm, const CK_OBJECT_HANDLE *found, size_t found_count,
                          struct hsm_records *records)
{
    for (size_t i = 0; i < found_count; i++) {
        struct hsm_entry *entry = &records->entries[records->count];
        MV_TRY(read_record(hsm, records->mac_key, found[i], entry));
        if (entry->kind != HSM_ENTRY_HEAD)
            records->count++;
        else
            add_head(records, entry);
    }
    if (records->head.object == 0)
        return mv_fail(is_unborn(records) ? MV_KEY_UNKNOWN : MV_CATALOGUE_CORRUPT, "catalogue");
    return mv_ok();
}

static bool is_person(const struct hsm_entry *entry)
{
    return entry->kind == HSM_ENTRY_OFFICER || entry->kind == HSM_ENTRY_FORMER;
}

bool hsm_entry_same_subject(const struct hsm_entry *a, const struct hsm_entry *b)
{
    if (is_person(a) && is_person(b))
        return strcmp(a->of.officer.name, b->of.officer.name) == 0;
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case HSM_ENTRY_KEY:
        return strcmp(a->of.key.info.label, b->of.key.info.label) == 0;
    case HSM_ENTRY_RULE:
        return strcmp(a->of.rule.act, b->of.rule.act) == 0;
    case HSM_ENTRY_SPENT:
        return a->of.spent.page == b->of.spent.page;
    default:
        return false;
    }
}

static bool has_newer(const struct hsm_records *records, size_t index)
{
    const struct hsm_entry *entry = &records->entries[index];
    for (size_t i = index + 1; i < records->member_count; i++)
        if (records->entries[i].generation > entry->generation && hsm_entry_same_subject(&records->entries[i], entry))
            return true;
    return false;
}

/* Moves former entries behind the members, where the next writer finds and removes them. */
static void set_former_aside(struct hsm_records *records)
{
    for (size_t i = 0; i < records->member_count;) {
        if (!has_newer(records, i)) {
            i++;
            continue;
        }
        const struct hsm_entry former = records->entries[i];
        memmove(&records->entries[i], &records->entries[i + 1], (records->count - i - 1) * sizeof former);
        records->entries[records->count - 1] = former;
        records->member_count--;
    }
}

mv_status hsm_records_prove(struct hsm_records *records)
{
    uint8_t digest[32];
    qsort(records->entries, records->count, sizeof records->entries[0], by_generation);
    while (records->member_count < records->count &&
           records->entries[records->member_count].generation <= records->head.generation)
        records->member_count++;
    set_former_aside(records);
    MV_TRY(hsm_digest(records->entries, records->member_count, digest));
    if (records->member_count != records->head.of.head.count ||
        memcmp(digest, records->head.of.head.digest, sizeof digest) != 0)
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue: an entry is missing or too many");
    return mv_ok();
}

mv_status hsm_records_load(struct hsm *hsm, struct hsm_records *records)
{
    *records = (struct hsm_records){.count = 0};
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t count = 0;
    MV_TRY(hsm_find_records(hsm, found, &count));
    if (count == 0)
        return mv_fail(MV_KEY_UNKNOWN, "catalogue");
    mv_status status = hsm_find_key(hsm, HSM_CATALOGUE_MAC_LABEL, &records->mac_key);
    if (!status.ok)
        return status.reason == MV_KEY_UNKNOWN ? mv_fail(MV_CATALOGUE_CORRUPT, HSM_CATALOGUE_MAC_LABEL) : status;
    records->entries = calloc(count + HSM_APPEND_MOST, sizeof records->entries[0]);
    if (records->entries == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    MV_TRY(read_all(hsm, found, count, records));
    return hsm_records_prove(records);
}

void hsm_records_free(struct hsm_records *records)
{
    free(records->entries);
    *records = (struct hsm_records){.count = 0};
}
