/* The stored form of a catalogue object:
 *   magic "MVC5" | kind 1 | generation 8 | fields by kind | AES-CMAC 16 over all before it
 * Texts carry a 16-bit length. Kinds differ, so no entry can stand for another of its fields. "MVC1", where keys had
 * no successor, "MVC2", where they had no flags, "MVC3", where they had no minimum version and officers no end, and
 * "MVC4", where officers had no key, are read and no longer written. */
#include <string.h>

#include "base/secret.h"
#include "base/wire.h"
#include "hsm/info_wire.h"
#include "hsm/internal.h"

enum magic {
    MAGIC = 0x4D564335,
    MAGIC_FOURTH = 0x4D564334,
    MAGIC_THIRD = 0x4D564333,
    MAGIC_SECOND = 0x4D564332,
    MAGIC_FIRST = 0x4D564331,
};

static void put_fields(struct mv_writer *to, const struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_HEAD:
        mv_put_u32(to, entry->of.head.count);
        mv_put_bytes(to, entry->of.head.digest, sizeof entry->of.head.digest);
        return;
    case HSM_ENTRY_KEY:
        hsm_info_put(to, &entry->of.key.info);
        mv_put_bytes(to, entry->of.key.sealed, sizeof entry->of.key.sealed);
        return;
    case HSM_ENTRY_OFFICER:
    case HSM_ENTRY_FORMER:
        hsm_officer_put(to, &entry->of.officer);
        return;
    case HSM_ENTRY_RULE:
        hsm_rule_put(to, &entry->of.rule);
        return;
    case HSM_ENTRY_SPENT:
        hsm_spent_put(to, &entry->of.spent);
        return;
    default:
        to->failed = true;
    }
}

static void get_info(struct mv_reader *from, uint32_t magic, struct hsm_key_info *info)
{
    switch (magic) {
    case MAGIC_FIRST:
        hsm_info_get_first(from, info);
        return;
    case MAGIC_SECOND:
        hsm_info_get_second(from, info);
        return;
    case MAGIC_THIRD:
        hsm_info_get_third(from, info);
        return;
    default:
        hsm_info_get(from, info);
    }
}

static enum hsm_officer_form officer_form(uint32_t magic)
{
    if (magic == MAGIC)
        return HSM_OFFICER_WITH_KEY;
    return magic == MAGIC_FOURTH ? HSM_OFFICER_WITH_END : HSM_OFFICER_FIRST;
}

static bool is_magic(uint32_t magic)
{
    return magic == MAGIC || magic == MAGIC_FOURTH || magic == MAGIC_THIRD || magic == MAGIC_SECOND ||
           magic == MAGIC_FIRST;
}

static void get_fields(struct mv_reader *from, uint32_t magic, struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_HEAD:
        entry->of.head.count = mv_get_u32(from);
        mv_get_bytes(from, entry->of.head.digest, sizeof entry->of.head.digest);
        return;
    case HSM_ENTRY_KEY:
        get_info(from, magic, &entry->of.key.info);
        mv_get_bytes(from, entry->of.key.sealed, sizeof entry->of.key.sealed);
        entry->of.key.info.generation = entry->generation;
        return;
    case HSM_ENTRY_OFFICER:
    case HSM_ENTRY_FORMER:
        hsm_officer_get(from, officer_form(magic), &entry->of.officer);
        entry->of.officer.generation = entry->generation;
        return;
    case HSM_ENTRY_RULE:
        hsm_rule_get(from, &entry->of.rule);
        return;
    case HSM_ENTRY_SPENT:
        hsm_spent_get(from, &entry->of.spent);
        return;
    default:
        from->failed = true;
    }
}

mv_status hsm_entry_encode(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, struct hsm_entry *entry,
                           uint8_t data[HSM_ENTRY_SIZE], size_t *size)
{
    struct mv_writer writer = mv_writer_on(data, HSM_ENTRY_SIZE - HSM_ENTRY_MAC);
    mv_put_u32(&writer, MAGIC);
    mv_put_u8(&writer, (uint8_t)entry->kind);
    mv_put_u64(&writer, entry->generation);
    put_fields(&writer, entry);
    if (!mv_writer_ok(&writer))
        return mv_fail(MV_INVALID_FIELD, "catalogue entry");
    MV_TRY(hsm_cmac(hsm, mac_key, data, writer.used, entry->mac));
    memcpy(data + writer.used, entry->mac, HSM_ENTRY_MAC);
    *size = writer.used + HSM_ENTRY_MAC;
    return mv_ok();
}

static mv_status read_body(const uint8_t *data, size_t size, struct hsm_entry *entry)
{
    struct mv_reader reader = mv_reader_on(data, size);
    uint32_t magic = mv_get_u32(&reader);
    entry->kind = (enum hsm_entry_kind)mv_get_u8(&reader);
    entry->generation = mv_get_u64(&reader);
    get_fields(&reader, magic, entry);
    if (!is_magic(magic) || !mv_reader_done(&reader))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: form");
    return mv_ok();
}

static bool is_length(size_t size)
{
    return size > HSM_ENTRY_MAC && size <= HSM_ENTRY_SIZE;
}

mv_status hsm_entry_decode(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const uint8_t *data, size_t size,
                           struct hsm_entry *entry)
{
    *entry = (struct hsm_entry){.kind = HSM_ENTRY_HEAD};
    if (!is_length(size))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: length");
    size_t body = size - HSM_ENTRY_MAC;
    MV_TRY(hsm_cmac(hsm, mac_key, data, body, entry->mac));
    if (!mv_secret_equal(entry->mac, data + body, HSM_ENTRY_MAC))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: MAC");
    return read_body(data, body, entry);
}

mv_status hsm_entry_read(const uint8_t *data, size_t size, struct hsm_entry *entry)
{
    *entry = (struct hsm_entry){.kind = HSM_ENTRY_HEAD};
    if (!is_length(size))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: length");
    return read_body(data, size - HSM_ENTRY_MAC, entry);
}
