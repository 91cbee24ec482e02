/* The stored form of a catalogue object:
 *   magic "MVC1" | kind 1 | generation 8 | fields by kind | AES-CMAC 16 over all before it
 * Texts carry a 16-bit length. Head, key and officer differ by `kind`, so none can stand for another. */
#include <string.h>

#include "base/secret.h"
#include "base/wire.h"
#include "hsm/internal.h"

static const uint32_t MAGIC = 0x4D564331;

static void put_key(struct mv_writer *to, const struct hsm_key_entry *key)
{
    const struct hsm_key_info *info = &key->info;
    mv_put_text(to, info->label);
    mv_put_u8(to, (uint8_t)info->use);
    mv_put_u32(to, info->version);
    mv_put_text(to, info->scope.sgc);
    mv_put_u8(to, info->scope.krn);
    mv_put_u8(to, info->scope.kt);
    mv_put_u8(to, info->scope.dkga);
    mv_put_u16(to, info->scope.base_date);
    mv_put_u8(to, info->scope.ken);
    mv_put_u16(to, info->scope.ea_mask);
    mv_put_u8(to, (uint8_t)info->state);
    mv_put_u64(to, (uint64_t)info->created_unix_s);
    mv_put_u64(to, (uint64_t)info->active_from_unix_s);
    mv_put_u64(to, (uint64_t)info->issued_until_unix_s);
    mv_put_u8(to, (uint8_t)info->kcv_method);
    mv_put_bytes(to, info->kcv, sizeof info->kcv);
    mv_put_bytes(to, key->sealed, sizeof key->sealed);
}

static void get_key(struct mv_reader *from, uint64_t generation, struct hsm_key_entry *key)
{
    struct hsm_key_info *info = &key->info;
    mv_get_text(from, info->label, sizeof info->label);
    info->use = (enum hsm_key_use)mv_get_u8(from);
    info->version = mv_get_u32(from);
    mv_get_text(from, info->scope.sgc, sizeof info->scope.sgc);
    info->scope.krn = mv_get_u8(from);
    info->scope.kt = mv_get_u8(from);
    info->scope.dkga = mv_get_u8(from);
    info->scope.base_date = mv_get_u16(from);
    info->scope.ken = mv_get_u8(from);
    info->scope.ea_mask = mv_get_u16(from);
    info->state = (enum hsm_key_state)mv_get_u8(from);
    info->created_unix_s = (int64_t)mv_get_u64(from);
    info->active_from_unix_s = (int64_t)mv_get_u64(from);
    info->issued_until_unix_s = (int64_t)mv_get_u64(from);
    info->kcv_method = (enum hsm_kcv_method)mv_get_u8(from);
    mv_get_bytes(from, info->kcv, sizeof info->kcv);
    mv_get_bytes(from, key->sealed, sizeof key->sealed);
    info->generation = generation;
}

static void put_fields(struct mv_writer *to, const struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_HEAD:
        mv_put_u32(to, entry->of.head.count);
        mv_put_bytes(to, entry->of.head.digest, sizeof entry->of.head.digest);
        return;
    case HSM_ENTRY_KEY:
        put_key(to, &entry->of.key);
        return;
    case HSM_ENTRY_OFFICER:
        mv_put_text(to, entry->of.officer.name);
        mv_put_bytes(to, entry->of.officer.certificate_sha256, sizeof entry->of.officer.certificate_sha256);
        return;
    default:
        to->failed = true;
    }
}

static void get_fields(struct mv_reader *from, struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_HEAD:
        entry->of.head.count = mv_get_u32(from);
        mv_get_bytes(from, entry->of.head.digest, sizeof entry->of.head.digest);
        return;
    case HSM_ENTRY_KEY:
        get_key(from, entry->generation, &entry->of.key);
        return;
    case HSM_ENTRY_OFFICER:
        mv_get_text(from, entry->of.officer.name, sizeof entry->of.officer.name);
        mv_get_bytes(from, entry->of.officer.certificate_sha256, sizeof entry->of.officer.certificate_sha256);
        entry->of.officer.generation = entry->generation;
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

mv_status hsm_entry_decode(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const uint8_t *data, size_t size,
                           struct hsm_entry *entry)
{
    *entry = (struct hsm_entry){.kind = HSM_ENTRY_HEAD};
    if (size <= HSM_ENTRY_MAC || size > HSM_ENTRY_SIZE)
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: length");
    size_t body = size - HSM_ENTRY_MAC;
    MV_TRY(hsm_cmac(hsm, mac_key, data, body, entry->mac));
    if (!mv_secret_equal(entry->mac, data + body, HSM_ENTRY_MAC))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: MAC");
    struct mv_reader reader = mv_reader_on(data, body);
    uint32_t magic = mv_get_u32(&reader);
    entry->kind = (enum hsm_entry_kind)mv_get_u8(&reader);
    entry->generation = mv_get_u64(&reader);
    get_fields(&reader, entry);
    if (magic != MAGIC || !mv_reader_done(&reader))
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue entry: form");
    return mv_ok();
}
