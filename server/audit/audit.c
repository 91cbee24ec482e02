#include "audit/audit.h"

#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "base/wire.h"

static const char LABEL[] = "metervault-audit-1";

/* All texts at their longest fit. */
enum { LONGEST_FORM = 64 + AUDIT_HASH + 4 + 8 + 8 + 4 * (2 + AUDIT_TEXT) + 2 + AUDIT_DETAIL };

/* Well-formed, and terminated within `size` bytes. */
static bool text_ok(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    return length < size && mv_utf8_ok(text, length);
}

/* NULL, or the name of the field that has no canonical form. */
static const char *faulty_field(const struct audit_record *record)
{
    if (record->chain == 0)
        return "chain";
    if (record->sequence == 0 || record->sequence > AUDIT_LAST_SEQUENCE)
        return "sequence";
    if (record->time_unix_us < 0)
        return "time";
    if (!text_ok(record->principal, sizeof record->principal))
        return "principal";
    if (!text_ok(record->action, sizeof record->action))
        return "action";
    if (!text_ok(record->object, sizeof record->object))
        return "object";
    if (!text_ok(record->outcome, sizeof record->outcome))
        return "outcome";
    if (!text_ok(record->detail, sizeof record->detail))
        return "detail";
    return NULL;
}

/* The record's texts are known to be terminated. */
static mv_status hash_record(const struct audit_record *record, const uint8_t previous[AUDIT_HASH],
                             uint8_t hash[AUDIT_HASH])
{
    uint8_t form[LONGEST_FORM];
    struct mv_writer writer = mv_writer_on(form, sizeof form);
    mv_put_text(&writer, LABEL);
    mv_put_bytes(&writer, previous, AUDIT_HASH);
    mv_put_u32(&writer, record->chain);
    mv_put_u64(&writer, record->sequence);
    mv_put_u64(&writer, (uint64_t)record->time_unix_us);
    mv_put_text(&writer, record->principal);
    mv_put_text(&writer, record->action);
    mv_put_text(&writer, record->object);
    mv_put_text(&writer, record->outcome);
    mv_put_text(&writer, record->detail);
    if (!mv_writer_ok(&writer))
        return mv_fail(MV_INTERNAL_ERROR, "audit record");
    return mv_sha256(form, writer.used, hash);
}

mv_status audit_seal(struct audit_record *record, const uint8_t previous[AUDIT_HASH])
{
    const char *field = faulty_field(record);
    if (field != NULL)
        return mv_fail(MV_INVALID_FIELD, field);
    return hash_record(record, previous, record->hash);
}

mv_status audit_verify_next(struct audit_verifier *verifier, const struct audit_record *record)
{
    if (record->chain != verifier->chain)
        return mv_fail(MV_AUDIT_CHAIN_BROKEN, "chain");
    if (record->sequence != verifier->next_sequence)
        return mv_fail(MV_AUDIT_CHAIN_BROKEN, "sequence");
    const char *field = faulty_field(record);
    if (field != NULL)
        return mv_fail(MV_AUDIT_CHAIN_BROKEN, field);
    uint8_t hash[AUDIT_HASH];
    MV_TRY(hash_record(record, verifier->previous, hash));
    if (memcmp(hash, record->hash, sizeof hash) != 0)
        return mv_fail(MV_AUDIT_CHAIN_BROKEN, "hash");
    memcpy(verifier->previous, hash, sizeof hash);
    verifier->next_sequence++;
    return mv_ok();
}
