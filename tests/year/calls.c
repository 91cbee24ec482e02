/* Any call of any principal over gRPC, a line each: many in a second, over connections that stay.
 *
 *   office_calls SERVER PKI-FOLDER
 *
 *   in    PRINCIPAL SERVICE METHOD {the request as JSON; of CardService.Session what begins it}
 *   out   {"ok": {the answer}}  or  {"no": REASON, "grpc": STATUS, "message": TEXT, "about": {the error's metadata}}
 *
 * Every call is repeated while the server is away: what is sent here is safe to repeat. Of a stream it is the first
 * answer; a card session is one with a card that says that it is number 04000000000001 and is taken away then. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "cli.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "json_message.h"
#include "metervault.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "metervault/v1/account_service.pb-c.h"
#include "metervault/v1/approval_service.pb-c.h"
#include "metervault/v1/audit_service.pb-c.h"
#include "metervault/v1/card_service.pb-c.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/operator_service.pb-c.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "metervault/v1/tariff_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"
#include "metervault/v1/vendor_service.pb-c.h"

enum { PEOPLE = 64, NAME = 65, PATH = 512, DEADLINE_MS = 5000, TRIES = 40 };

static const ProtobufCServiceDescriptor *const services[] = {
    &metervault__v1__account_money_service__descriptor,  &metervault__v1__account_service__descriptor,
    &metervault__v1__approval_service__descriptor,       &metervault__v1__audit_service__descriptor,
    &metervault__v1__card_service__descriptor,           &metervault__v1__meter_service__descriptor,
    &metervault__v1__operator_service__descriptor,       &metervault__v1__sale_service__descriptor,
    &metervault__v1__tariff_service__descriptor,         &metervault__v1__token_service__descriptor,
    &metervault__v1__vendor_service__descriptor,         &grpc__health__v1__health__descriptor,
    &grpc__reflection__v1__server_reflection__descriptor};

/* Descriptors do not say what streams. */
static const char *const streams[] = {"IssueBatch", "ExportAudit", "Watch", "ServerReflectionInfo"};

struct person {
    char name[NAME];
    struct mv_client *client;
};
static struct person people[PEOPLE];
static const char *server, *pki;

_Noreturn static void give_up(const char *what, const char *about)
{
    (void)fprintf(stderr, "office_calls: %s: %s\n", what, about);
    _exit(3);
}

static struct mv_client *connect_as(const char *name)
{
    char ca[PATH], certificate[PATH], key[PATH];
    struct mv_client_error error;
    (void)snprintf(ca, sizeof ca, "%s/ca.pem", pki);
    (void)snprintf(certificate, sizeof certificate, "%s/%s.pem", pki, name);
    (void)snprintf(key, sizeof key, "%s/%s.key", pki, name);
    const struct mv_client_options options = {.server = server,
                                              .ca_file = ca,
                                              .certificate_file = certificate,
                                              .key_file = key,
                                              .deadline_ms = DEADLINE_MS,
                                              .tries = TRIES};
    struct mv_client *client = mv_client_open(&options, &error);
    if (client == NULL)
        give_up(name, error.message);
    return client;
}

static struct mv_client *client_of(const char *name)
{
    struct person *person = people;
    while (person < people + PEOPLE && person->client != NULL && strcmp(person->name, name) != 0)
        person++;
    if (person == people + PEOPLE)
        give_up("too many people", name);
    if (person->client == NULL) {
        (void)snprintf(person->name, sizeof person->name, "%s", name);
        person->client = connect_as(name);
    }
    return person->client;
}

static const ProtobufCServiceDescriptor *find_service(const char *name)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (strcmp(services[i]->short_name, name) == 0)
            return services[i];
    give_up("no such service", name);
}

static ProtobufCMessage *read_request(const ProtobufCServiceDescriptor *service, const char *method, const char *text)
{
    char wrong[JSON_MESSAGE_WRONG];
    json_error_t error;
    const ProtobufCMethodDescriptor *call = protobuf_c_service_descriptor_get_method_by_name(service, method);
    json_t *json = json_loads(text, 0, &error);
    if (call == NULL)
        give_up("no such method", method);
    if (json == NULL)
        give_up("no JSON", error.text);
    bool card = call->input == &metervault__v1__card_request__descriptor;
    ProtobufCMessage *request =
        json_message_read(json, card ? &metervault__v1__card_begin__descriptor : call->input, wrong);
    if (request == NULL)
        give_up(method, wrong);
    json_decref(json);
    return request;
}

static json_t *refusal(const struct mv_client_error *error)
{
    json_t *about = json_object();
    for (size_t i = 0; i < error->metadata_count; i++)
        (void)json_object_set_new(about, error->metadata[i].key, json_string(error->metadata[i].value));
    return json_pack("{s:s, s:i, s:s, s:o}", "no", error->reason, "grpc", error->grpc_status, "message", error->message,
                     "about", about);
}

/* ---- streams ---- */
static bool is_stream(const char *method)
{
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        if (strcmp(streams[i], method) == 0)
            return true;
    return false;
}

static bool keep_first(void *self, const ProtobufCMessage *message)
{
    json_t **first = self;
    *first = cli_message_json(message);
    return false;
}

/* No application of ours, the version in three parts with the serial number in the last, and then it is gone. */
static bool transmit(void *self, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size)
{
    enum { INS = 1, SELECT = 0x5A, VERSION = 0x60, MORE = 0xAF, PART = 7 };
    static const uint8_t serial[PART] = {0x04, 0, 0, 0, 0, 0, 0x01};
    unsigned *parts = self;
    bool last = *parts == 2;
    bool asks = command_size > INS && (command[INS] == VERSION || (command[INS] == MORE && *parts > 0 && *parts < 3));
    memset(response, 0, MV_CARD_RESPONSE_MAX);
    if (command_size > INS && command[INS] == SELECT) {
        *size = 2;
        response[0] = 0x91;
        response[1] = 0xA0;
        return true;
    }
    if (!asks)
        return false;
    ++*parts;
    memcpy(response, serial, last ? PART : 0);
    *size = (last ? 2 * PART : PART) + 2;
    response[*size - 2] = 0x91;
    response[*size - 1] = last ? 0x00 : MORE;
    return true;
}

static ProtobufCMessage *visit(struct mv_client *client, ProtobufCMessage *request, struct mv_client_error *error)
{
    static uint8_t atr[] = {0x3B, 0x81, 0x80, 0x01, 0x80, 0x80};
    unsigned parts = 0;
    const struct mv_card_reader reader = {.self = &parts, .transmit = transmit};
    Metervault__V1__CardBegin *begin = (Metervault__V1__CardBegin *)request;
    begin->atr = (ProtobufCBinaryData){sizeof atr, atr};
    Metervault__V1__CardResult *result = mv_client_card(client, begin, &reader, error);
    begin->atr = (ProtobufCBinaryData){0, NULL};
    return result == NULL ? NULL : &result->base;
}

/* PRINCIPAL SERVICE METHOD JSON; the line is cut into them. */
static json_t *call(char *line)
{
    char *rest = NULL;
    const char *name = strtok_r(line, " ", &rest);
    const char *service_name = strtok_r(NULL, " ", &rest);
    const char *method = strtok_r(NULL, " ", &rest);
    if (method == NULL)
        give_up("not a call", line);
    const ProtobufCServiceDescriptor *service = find_service(service_name);
    ProtobufCMessage *request = read_request(service, method, rest);
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    json_t *first = NULL;
    bool done = true;
    if (request->descriptor == &metervault__v1__card_begin__descriptor)
        done = (answer = visit(client_of(name), request, &error)) != NULL;
    else if (is_stream(method))
        done = mv_client_stream(client_of(name), service, method, request, keep_first, &first, &error);
    else
        done = mv_client_call(client_of(name), service, method, request, true, &answer, &error);
    protobuf_c_message_free_unpacked(request, NULL);
    if (!done)
        return refusal(&error);
    if (answer == NULL) /* a stream, which may end with nothing */
        return json_pack("{s:o}", "ok", first != NULL ? first : json_object());
    json_t *out = json_pack("{s:o}", "ok", cli_message_json(answer));
    protobuf_c_message_free_unpacked(answer, NULL);
    return out;
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    if (argc != 3)
        give_up("usage", "office_calls SERVER PKI-FOLDER");
    server = argv[1];
    pki = argv[2];
    while ((length = getline(&line, &size, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        json_t *answer = call(line);
        (void)json_dumpf(answer, stdout, JSON_COMPACT);
        (void)putchar('\n');
        (void)fflush(stdout);
        json_decref(answer);
    }
    free(line);
    for (size_t i = 0; i < PEOPLE; i++)
        mv_client_close(people[i].client);
    return 0;
}
