#include "exposed.h"

#include <inttypes.h>
#include <stdio.h>

#include "metervault/v1/meter_service.pb-c.h"
#include "sale_print.h"

static void print_line(const Metervault__V1__ExposedMeter *meter)
{
    char since[SALE_TIME_TEXT];
    char left[SALE_TIME_TEXT];
    sale_time_text(meter->since_unix_s, since);
    sale_time_text(meter->left_unix_s, left);
    (void)printf("%s  since %s  %s%s  %s\n", meter->meter_pan, since, meter->held ? "still held" : "left ",
                 meter->held ? "" : left, meter->organisation);
}

int exposed_list(struct cli *cli, struct mv_client *client, const char *sgc, uint32_t krn, uint32_t kt, json_t **object)
{
    enum { PAGE = 1000, TOKEN_SIZE = 512 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    uint64_t held = 0;
    struct cli_progress progress = cli_progress_start("meters");
    json_t *list = cli->json ? json_array() : NULL;
    Metervault__V1__ListExposedRequest request = METERVAULT__V1__LIST_EXPOSED_REQUEST__INIT;
    request.supply_group_code = (char *)sgc;
    request.key_revision_number = krn;
    request.key_type = kt;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer =
            cli_call(cli, client, &metervault__v1__meter_service__descriptor, "ListExposed", &request.base, &code);
        if (answer == NULL)
            break;
        const Metervault__V1__ListExposedResponse *page = (const Metervault__V1__ListExposedResponse *)answer;
        for (size_t i = 0; i < page->n_meters; i++) {
            held += page->meters[i]->held != 0;
            if (list != NULL)
                (void)json_array_append_new(list, cli_message_json(&page->meters[i]->base));
            else
                print_line(page->meters[i]);
            cli_progress_step(&progress);
        }
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (token[0] != '\0');
    cli_progress_end(&progress);
    if (code != CLI_DONE) {
        json_decref(list);
        return code;
    }
    if (list != NULL) {
        *object = json_pack("{s:I, s:I, s:o}", "exposed", (json_int_t)progress.count, "still_held", (json_int_t)held,
                            "meters", list);
        return CLI_DONE;
    }
    (void)printf("%" PRIu64 " meters held SGC %s KRN %" PRIu32 "; %" PRIu64 " still hold it, or may\n", progress.count,
                 sgc, krn, held);
    return cli_flush();
}
