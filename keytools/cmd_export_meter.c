/* metervault-keys export-meter: the keys of a meter, or of a production batch, wrapped for the factory that injects
 * them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "meter_batch.h"
#include "options.h"
#include "provision.h"
#include "quorum.h"
#include "remark.h"

enum {
    HEX_KCV = 2 * HSM_KCV_BYTES + 1,
    HEX_RECORD_KCVS = 2 * HSM_RECORD_KEYS * HSM_KCV_BYTES + 1,
    HEX_CARD_KCVS = 2 * HSM_CARD_KEYS * HSM_KCV_BYTES + 1,
};

static const struct option_usage usage = {
    "Wraps the decoder key of one meter under a factory key, into a new text file that `metersim --provision` or a\n"
    "factory's injection station loads. Tokens issued before this minute will be old for the meter. With --domain the\n"
    "meter gets the keys of native records too, with --card that of its card, with --card-area that of tool cards. "
    "With\n"
    "--batch each line of a CSV file is a meter; the options are for what has no column, and each meter gets a line "
    "of\n"
    "the report: done, or why not.",
    "  metervault-keys export-meter --pan 600727000000000009 --sgc 999901 --krn 1 --kt 2 --ti 1 --ea 7 \\\n"
    "      --base-date 2014 --ken 255 --factory-key factory/acme --out meter.provision\n"
    "  metervault-keys export-meter --batch meters.csv --sgc 999901 --krn 1 --kt 2 --ti 1 --ea 11 --base-date 2014 \\\n"
    "      --ken 255 --domain A1B2C3 --mac-version 1 --enc-version 1 --epoch 0 --factory-key acme --out-dir new \\\n"
    "      --out report.csv\n"};

struct meter_export {
    struct meter_text text;
    const char *factory_key, *out, *batch, *out_dir;
    struct meter_data data;
    char factory_label[HSM_LABEL_SIZE];
    struct session session;
    size_t meters, refused; /* of a batch */
};

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

static int check_options(struct meter_export *export)
{
    struct meter_fault fault;
    if (!factory_label(export->factory_key, export->factory_label))
        return TOOL_USAGE;
    if (export->batch != NULL)
        return export->out_dir != NULL ? TOOL_DONE : options_complain("out-dir", "is required for a batch");
    if (export->out_dir != NULL)
        return options_complain("out-dir", "is for a batch");
    if (!meter_data_read(&export->text, &export->data, &fault))
        return options_complain(fault.name, fault.what);
    return export->out != NULL ? TOOL_DONE : options_complain("out", "is required");
}

/* ---- one meter ---- */

static void tell_meter(const struct tool *tool, const struct meter_export *export, const struct provision_kcvs *kcvs)
{
    const struct meter_data *data = &export->data;
    char kcv[HEX_KCV];
    char records[HEX_RECORD_KCVS];
    char cards[HEX_CARD_KCVS];
    hex_encode(kcvs->decoder_key, sizeof kcvs->decoder_key, kcv);
    hex_encode(kcvs->records[0], sizeof kcvs->records, records);
    hex_encode(kcvs->cards[0], sizeof kcvs->cards, cards);
    if (!tool->json) {
        (void)printf("%s: decoder key of meter %s under %s, KCV %s\n", export->out, data->meter.pan,
                     export->factory_label, kcv);
        if (data->with_records)
            (void)printf("with record keys, KCVs %s\n", records);
        if (data->with_cards)
            (void)printf("with card keys, KCVs %s\n", cards);
        return;
    }
    json_t *answer = json_pack("{s:s, s:s, s:s}", "meter", data->meter.pan, "file", export->out, "kcv", kcv);
    if (data->with_records)
        (void)json_object_set_new(answer, "record_kcvs", json_string(records));
    if (data->with_cards)
        (void)json_object_set_new(answer, "card_kcvs", json_string(cards));
    tool_answer(answer);
}

static int export_one(struct tool *tool, struct meter_export *export)
{
    struct provision_kcvs kcvs;
    mv_status status = provision_write(&export->session, &export->data, export->factory_label, export->out, &kcvs);
    if (!status.ok)
        return tool_refuse(tool, status);
    tell_meter(tool, export, &kcvs);
    return TOOL_DONE;
}

/* ---- a batch ---- */

static void report_refused(FILE *report, const struct meter_batch *batch, const char *pan, const char *result,
                           const char *where)
{
    (void)fprintf(report, "%u,%s,%s,%s,,,,\n", batch->line, pan == NULL ? "" : pan, result, where == NULL ? "" : where);
}

/* False when it was refused. */
static bool export_row(struct meter_export *export, const struct meter_batch *batch, const struct meter_text *row,
                       FILE *report)
{
    struct meter_data data;
    struct meter_fault fault;
    struct provision_kcvs kcvs;
    char path[PATH_MAX];
    if (!meter_data_read(row, &data, &fault)) {
        report_refused(report, batch, row->pan, "INVALID_FIELD", fault.name);
        return false;
    }
    int length = snprintf(path, sizeof path, "%s/%s.provision", export->out_dir, data.meter.pan);
    mv_status status = length < (int)sizeof path
                           ? provision_write(&export->session, &data, export->factory_label, path, &kcvs)
                           : mv_fail_code(MV_FILE_FAILED, "out-dir", ENAMETOOLONG);
    if (!status.ok) {
        report_refused(report, batch, data.meter.pan, mv_reason_info(status.reason)->name, status.where);
        return false;
    }
    char kcv[HEX_KCV];
    char records[HEX_RECORD_KCVS] = "";
    char cards[HEX_CARD_KCVS] = "";
    hex_encode(kcvs.decoder_key, sizeof kcvs.decoder_key, kcv);
    if (data.with_records)
        hex_encode(kcvs.records[0], sizeof kcvs.records, records);
    if (data.with_cards)
        hex_encode(kcvs.cards[0], sizeof kcvs.cards, cards);
    (void)fprintf(report, "%u,%s,done,,%s.provision,%s,%s,%s\n", batch->line, data.meter.pan, data.meter.pan, kcv,
                  records, cards);
    return true;
}

static void export_rows(struct meter_export *export, struct meter_batch *batch, FILE *report)
{
    struct meter_text row;
    bool whole = false;
    (void)fputs("line,meter_pan,result,where,file,kcv,record_kcvs,card_kcvs\n", report);
    while (meter_batch_next(batch, &row, &whole)) {
        export->meters++;
        if (!whole) {
            report_refused(report, batch, NULL, "INVALID_FIELD", "number of values");
            export->refused++;
        } else if (!export_row(export, batch, &row, report)) {
            export->refused++;
        }
    }
}

/* The report is begun before a key is touched: where it cannot be written, no meter is made. */
static mv_status export_batch(struct meter_export *export, struct meter_batch *batch)
{
    MV_TRY(meter_batch_open(export->batch, &export->text, batch));
    FILE *report = export->out == NULL ? stdout : fopen(export->out, "wxe");
    if (report == NULL)
        return remark_file(mv_fail_code(MV_FILE_FAILED, "report", (unsigned)errno), export->out);
    export_rows(export, batch, report);
    bool good = ferror(report) == 0 && fflush(report) == 0;
    unsigned error = (unsigned)errno;
    if (report != stdout)
        good = fclose(report) == 0 && good;
    return good ? mv_ok() : remark_file(mv_fail_code(MV_FILE_FAILED, "report", error), export->out);
}

static int export_all(struct tool *tool, struct meter_export *export)
{
    struct meter_batch batch;
    mv_status status = export_batch(export, &batch);
    meter_batch_close(&batch);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json && export->out != NULL)
        tool_answer(json_pack("{s:I, s:I, s:s}", "meters", (json_int_t) export->meters, "refused",
                              (json_int_t) export->refused, "report", export->out));
    else
        (void)fprintf(stderr, "%zu meters, %zu of them refused\n", export->meters, export->refused);
    return export->refused == 0 ? TOOL_DONE : TOOL_REFUSED;
}

static int run(struct tool *tool, struct meter_export *export)
{
    mv_status status = quorum_open(tool->config_path, &export->session);
    int code = TOOL_DONE;
    if (!status.ok)
        code = tool_refuse(tool, status);
    else
        code = export->batch != NULL ? export_all(tool, export) : export_one(tool, export);
    session_close(&export->session);
    return code;
}

int cmd_export_meter(struct tool *tool, int argc, char **argv)
{
    struct meter_export export = {.factory_key = NULL};
    struct meter_text *text = &export.text;
    const struct option_spec specs[] = {
        {"pan", OPTION_TEXT, "PAN", "meter PAN, 18 digits", &text->pan},
        {"sgc", OPTION_TEXT, "SGC", "supply group code, 6 digits", &text->sgc},
        {"krn", OPTION_TEXT, "N", "key revision number, 1 to 9", &text->krn},
        {"kt", OPTION_TEXT, "N", "key type, 1 to 3", &text->kt},
        {"ti", OPTION_TEXT, "N", "tariff index, 0 to 99", &text->ti},
        {"ea", OPTION_TEXT, "N", "encryption algorithm, 7 or 11", &text->ea},
        {"base-date", OPTION_TEXT, "YEAR", "1993, 2014 or 2035", &text->base_date},
        {"ken", OPTION_TEXT, "N", "key expiry number, 0 to 255", &text->ken},
        {"token-carrier", OPTION_TEXT, "N", "token carrier type, 1 to 99 (02 if absent: a keypad)",
         &text->token_carrier},
        {"firmware", OPTION_TEXT, "TEXT", "version that the meter must run; any if absent", &text->firmware},
        {"domain", OPTION_TEXT, "HEX", "domain of its record keys, 6 hex digits; none if absent", &text->domain},
        {"mac-version", OPTION_TEXT, "N", "version of record-mac, 1 to 255", &text->mac_version},
        {"enc-version", OPTION_TEXT, "N", "version of record-enc, 1 to 255", &text->enc_version},
        {"epoch", OPTION_TEXT, "N", "installation epoch, 0 to 65535", &text->epoch},
        {"card", OPTION_TEXT, "N", "version of card-meter, 1 to 255: the key of its card; none if absent", &text->card},
        {"card-area", OPTION_TEXT, "N", "version of card-area of the domain, for tool cards; none if absent",
         &text->card_area},
        {"factory-key", OPTION_TEXT, "LABEL", "factory key to wrap under", &export.factory_key},
        {"out", OPTION_TEXT, "FILE", "new file to write; of a batch: its report", &export.out},
        {"batch", OPTION_TEXT, "FILE", "CSV of meters; columns as these options, with _ for -", &export.batch},
        {"out-dir", OPTION_TEXT, "DIR", "of a batch: where PAN.provision is written for each", &export.out_dir},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    int code = check_options(&export);
    return code != TOOL_DONE || tool->only_check ? code : run(tool, &export);
}
