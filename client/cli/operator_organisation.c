#include <stdio.h>

#include "metervault/v1/operator_service.pb-c.h"
#include "operator.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__operator_service__descriptor;

static void print_organisation(const ProtobufCMessage *answer)
{
    const Metervault__V1__Organisation *organisation = (const Metervault__V1__Organisation *)answer;
    (void)printf("%s", organisation->name);
    if (organisation->parent[0] != '\0')
        (void)printf("  under %s", organisation->parent);
    for (size_t i = 0; i < organisation->n_supply_group_codes; i++)
        (void)printf("%s%s", i == 0 ? "  supply groups " : " ", organisation->supply_group_codes[i]);
    (void)putchar('\n');
}

/* Calls, prints the one organisation that comes back. */
static int ask_one(struct cli *cli, const char *method, const ProtobufCMessage *request)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer = cli_ask(cli, service, method, request, &code);
    return cli_show(cli, answer, print_organisation, code);
}

int operator_organisation_create(struct cli *cli, int argc, char **argv)
{
    const char *parent = NULL;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "parent", .text = &parent}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || parent == NULL)
        return cli_usage(cli, "organisation-create needs one name and --parent");
    Metervault__V1__CreateOrganisationRequest request = METERVAULT__V1__CREATE_ORGANISATION_REQUEST__INIT;
    request.name = argv[first];
    request.parent = (char *)parent;
    return ask_one(cli, "CreateOrganisation", &request.base);
}

int operator_organisation_list(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    Metervault__V1__ListOrganisationsRequest request = METERVAULT__V1__LIST_ORGANISATIONS_REQUEST__INIT;
    ProtobufCMessage *answer = cli_ask(cli, service, "ListOrganisations", &request.base, &code);
    if (answer == NULL)
        return code;
    const Metervault__V1__ListOrganisationsResponse *list = (const Metervault__V1__ListOrganisationsResponse *)answer;
    for (size_t i = 0; !cli->json && i < list->n_organisations; i++)
        print_organisation(&list->organisations[i]->base);
    code = cli->json ? cli_print_json(cli_message_json(answer)) : cli_flush();
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}

/* ORGANISATION SGC */
static int two_names(struct cli *cli, int argc, char **argv, char **names)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code)) {
        names[0] = NULL;
        return code;
    }
    names[0] = argc - first == 2 ? argv[first] : NULL;
    names[1] = argc - first == 2 ? argv[first + 1] : NULL;
    return names[0] != NULL ? CLI_DONE : cli_usage(cli, "%s needs an organisation and a supply group code", argv[0]);
}

int operator_grant(struct cli *cli, int argc, char **argv)
{
    char *names[2];
    int code = two_names(cli, argc, argv, names);
    if (names[0] == NULL)
        return code;
    Metervault__V1__GrantSupplyGroupRequest request = METERVAULT__V1__GRANT_SUPPLY_GROUP_REQUEST__INIT;
    request.organisation = names[0];
    request.supply_group_code = names[1];
    return ask_one(cli, "GrantSupplyGroup", &request.base);
}

int operator_revoke(struct cli *cli, int argc, char **argv)
{
    char *names[2];
    int code = two_names(cli, argc, argv, names);
    if (names[0] == NULL)
        return code;
    Metervault__V1__RevokeSupplyGroupRequest request = METERVAULT__V1__REVOKE_SUPPLY_GROUP_REQUEST__INIT;
    request.organisation = names[0];
    request.supply_group_code = names[1];
    return ask_one(cli, "RevokeSupplyGroup", &request.base);
}
