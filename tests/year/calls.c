/* Any call of any principal over gRPC, a line each: many in a second, over connections that stay.
 *
 *   office_calls SERVER PKI-FOLDER
 *
 *   in    PRINCIPAL SERVICE METHOD {the request as JSON}
 *   out   {"ok": {the answer}}  or  {"no": REASON, "grpc": STATUS, "message": TEXT, "about": {the error's metadata}}
 *
 * Every call is repeated while the server is away: what is sent here is safe to repeat. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json_message.h"
#include "metervault.h"
#include "metervault/v1/account_money_service.pb-c.h"
#include "metervault/v1/account_service.pb-c.h"
#include "metervault/v1/approval_service.pb-c.h"
#include "metervault/v1/card_service.pb-c.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/operator_service.pb-c.h"
#include "metervault/v1/sale_service.pb-c.h"
#include "metervault/v1/tariff_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"
#include "metervault/v1/vendor_service.pb-c.h"

enum { PEOPLE = 64, NAME = 65, PATH = 512, DEADLINE_MS = 5000, TRIES = 40 };

static const ProtobufCServiceDescriptor *const services[] = {
    &metervault__v1__account_money_service__descriptor, &metervault__v1__account_service__descriptor,
    &metervault__v1__approval_service__descriptor,      &metervault__v1__card_service__descriptor,
    &metervault__v1__meter_service__descriptor,         &metervault__v1__operator_service__descriptor,
    &metervault__v1__sale_service__descriptor,          &metervault__v1__tariff_service__descriptor,
    &metervault__v1__token_service__descriptor,         &metervault__v1__vendor_service__descriptor};

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
    ProtobufCMessage *request = json_message_read(json, call->input, wrong);
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
    bool done = mv_client_call(client_of(name), service, method, request, true, &answer, &error);
    protobuf_c_message_free_unpacked(request, NULL);
    if (!done)
        return refusal(&error);
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
