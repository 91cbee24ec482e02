/* metervault-keys export-meter: a meter's decoder key, wrapped for the factory that injects it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "hex.h"
#include "options.h"
#include "quorum.h"

enum { PROVISION_TEXT = 1024 };

static const struct option_usage usage = {
    "Wraps the decoder key of one meter under a factory key, into a new text file that `metersim --provision` or a\n"
    "factory's injection station loads. Tokens issued before this minute will be old for the meter.",
    "  metervault-keys export-meter --pan 600727000000000009 --sgc 999901 --krn 1 --kt 2 --ti 1 --ea 7 \\\n"
    "      --base-date 2014 --ken 255 --factory-key factory/acme --out meter.provision\n"};

struct meter_export {
    const char *pan, *sgc, *krn, *kt, *ti, *ea, *base_date, *ken, *factory_key, *out;
    struct mv_dkga_input meter;
    uint8_t expiry;
    char factory_label[HSM_LABEL_SIZE];
};

static bool digits(const char *option, const char *text, size_t length, char *to)
{
    if (text == NULL || strlen(text) != length || strspn(text, "0123456789") != length) {
        char what[32];
        (void)snprintf(what, sizeof what, "needs %zu digits", length);
        (void)options_complain(option, what);
        return false;
    }
    memcpy(to, text, length + 1);
    return true;
}

static bool small_number(const char *option, const char *text, long low, long high, uint8_t *to)
{
    long value = 0;
    if (!options_number(text, low, high, &value)) {
        (void)options_complain(option, text == NULL ? "is required" : "is not a number of its range");
        return false;
    }
    *to = (uint8_t)value;
    return true;
}

static bool factory_label(const char *text, char label[HSM_LABEL_SIZE])
{
    if (text == NULL || *text == '\0') {
        (void)options_complain("factory-key", "is required");
        return false;
    }
    bool full = strncmp(text, "factory/", 8) == 0;
    int length = snprintf(label, HSM_LABEL_SIZE, "%s%s", full ? "" : "factory/", text);
    if (length < HSM_LABEL_SIZE)
        return true;
    (void)options_complain("factory-key", "is too long for a label");
    return false;
}

static bool check_meter(struct meter_export *export)
{
    long base = 0;
    struct mv_dkga_input *meter = &export->meter;
    if (!digits("pan", export->pan, 18, meter->pan) || !digits("sgc", export->sgc, 6, meter->sgc) ||
        !small_number("krn", export->krn, 1, 9, &meter->krn) || !small_number("kt", export->kt, 1, 3, &meter->kt) ||
        !small_number("ti", export->ti, 0, 99, &meter->ti) || !small_number("ea", export->ea, 7, 11, &meter->ea) ||
        !small_number("ken", export->ken, 0, 255, &export->expiry))
        return false;
    if (meter->ea != MV_EA_STA && meter->ea != MV_EA_MISTY1)
        return options_complain("ea", "is 7 or 11") == TOOL_DONE;
    if (!options_number(export->base_date, 1993, 2035, &base))
        return options_complain("base-date", "is 1993, 2014 or 2035") == TOOL_DONE;
    meter->base_date = (uint16_t)base;
    return true;
}

static int check_options(struct meter_export *export)
{
    if (!check_meter(export) || !factory_label(export->factory_key, export->factory_label))
        return TOOL_USAGE;
    if (export->out == NULL)
        return options_complain("out", "is required");
    return TOOL_DONE;
}

/* The fill of the meter's token memory: the minute before this one, so that a token sold right now is accepted. */
static mv_status fill_identifier(const struct meter_export *export, uint32_t *fill)
{
    uint64_t now = 0;
    uint32_t tid = 0;
    if (mv_sts_minutes((int64_t)time(NULL), &now) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "clock");
    uint64_t base = 0;
    if (mv_sts_base_minutes(export->meter.base_date, &base) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "base-date");
    if (now <= base)
        return mv_fail(MV_BEFORE_BASE_DATE, "base-date");
    if (mv_sts_tid(export->meter.base_date, now, &tid) != MV_DONE)
        return mv_fail(MV_TID_OUT_OF_RANGE, "base-date");
    if (mv_sts_key_expired(tid, export->expiry))
        return mv_fail(MV_KEY_EXPIRED, "ken");
    *fill = tid - 1;
    return mv_ok();
}

static mv_status check_scope(const struct meter_export *export, const struct hsm_catalogue *catalogue)
{
    const struct mv_dkga_input *meter = &export->meter;
    if (mv_pan_check(meter->pan) != MV_DONE)
        return mv_fail(MV_CHECK_DIGIT, "pan");
    const struct hsm_key_entry *vending = hsm_catalogue_vending(catalogue, meter->sgc, meter->krn, meter->kt);
    if (vending == NULL)
        return mv_fail(MV_VENDING_KEY_UNKNOWN, "sgc, krn, kt");
    if (export->expiry > vending->info.scope.ken)
        return mv_fail(MV_VENDING_KEY_MISMATCH, "ken");
    return mv_ok();
}

static mv_status write_provision(const struct meter_export *export, uint32_t fill,
                                 const uint8_t wrapped[HSM_PROVISION_BYTES])
{
    const struct mv_dkga_input *meter = &export->meter;
    char text[PROVISION_TEXT];
    char hex[2 * HSM_PROVISION_BYTES + 1];
    hex_encode(wrapped, HSM_PROVISION_BYTES, hex);
    int length = snprintf(text, sizeof text,
                          "metervault-provision 1\nmeter_pan %s\nencryption_algorithm %u\nkey_type %u\n"
                          "supply_group_code %s\nkey_revision_number %u\ntariff_index %u\nkey_expiry_number %u\n"
                          "base_date %u\ntid_fill %06X\nwrapped_key %s\n",
                          meter->pan, meter->ea, meter->kt, meter->sgc, meter->krn, meter->ti, export->expiry,
                          meter->base_date, fill, hex);
    if (length < 0 || (size_t)length >= sizeof text)
        return mv_fail(MV_INTERNAL_ERROR, "provision file");
    return file_create(export->out, text, (size_t)length, "provision file");
}

static mv_status run(const char *config_path, const struct meter_export *export, struct session *session)
{
    uint8_t wrapped[HSM_PROVISION_BYTES];
    uint32_t fill = 0;
    MV_TRY(fill_identifier(export, &fill));
    MV_TRY(quorum_open(config_path, session));
    MV_TRY(check_scope(export, session->catalogue));
    MV_TRY(hsm_export_meter(session->hsm, session->catalogue, &export->meter, export->factory_label, wrapped));
    return write_provision(export, fill, wrapped);
}

int cmd_export_meter(struct tool *tool, int argc, char **argv)
{
    struct meter_export export = {0};
    const struct option_spec specs[] = {
        {"pan", OPTION_TEXT, "PAN", "meter PAN, 18 digits", &export.pan},
        {"sgc", OPTION_TEXT, "SGC", "supply group code, 6 digits", &export.sgc},
        {"krn", OPTION_TEXT, "N", "key revision number, 1 to 9", &export.krn},
        {"kt", OPTION_TEXT, "N", "key type, 1 to 3", &export.kt},
        {"ti", OPTION_TEXT, "N", "tariff index, 0 to 99", &export.ti},
        {"ea", OPTION_TEXT, "N", "encryption algorithm, 7 or 11", &export.ea},
        {"base-date", OPTION_TEXT, "YEAR", "1993, 2014 or 2035", &export.base_date},
        {"ken", OPTION_TEXT, "N", "key expiry number, 0 to 255", &export.ken},
        {"factory-key", OPTION_TEXT, "LABEL", "factory key to wrap under", &export.factory_key},
        {"out", OPTION_TEXT, "FILE", "new file to write", &export.out},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&export);
    if (code != TOOL_DONE || tool->only_check)
        return code;
    struct session session = {0};
    mv_status status = run(tool->config_path, &export, &session);
    session_close(&session);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:s, s:s}", "meter", export.meter.pan, "file", export.out));
    else
        (void)printf("%s: decoder key of meter %s under %s\n", export.out, export.meter.pan, export.factory_label);
    return TOOL_DONE;
}
