#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "operator.h"
#include "roles.h"
#include "sale_print.h"

static const ProtobufCServiceDescriptor *const service = &metervault__v1__operator_service__descriptor;

static void print_principal(const ProtobufCMessage *answer)
{
    const Metervault__V1__Principal *principal = (const Metervault__V1__Principal *)answer;
    (void)printf("%s  organisation %s  %s", principal->name, principal->organisation,
                 principal->enabled ? "enabled" : "disabled");
    for (size_t i = 0; i < principal->n_roles; i++) {
        char role[ROLE_TEXT];
        role_text(principal->roles[i], role);
        (void)printf("%s%s", i == 0 ? "  roles " : ",", role);
    }
    (void)putchar('\n');
}

static int ask_one(struct cli *cli, const char *method, const ProtobufCMessage *request)
{
    int code = CLI_DONE;
    ProtobufCMessage *answer = cli_ask(cli, service, method, request, &code);
    return cli_show(cli, answer, print_principal, code);
}

int operator_whoami(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    Metervault__V1__WhoAmIRequest request = METERVAULT__V1__WHO_AM_IREQUEST__INIT;
    return ask_one(cli, "WhoAmI", &request.base);
}

int operator_create(struct cli *cli, int argc, char **argv)
{
    const char *organisation = NULL;
    const char *role = NULL;
    Metervault__V1__Role roles[ROLES_MAX];
    int first;
    int code;
    const struct cli_option options[] = {{.name = "organisation", .text = &organisation},
                                         {.name = "role", .text = &role}};
    if (!cli_parse(cli, options, 2, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || organisation == NULL || role == NULL)
        return cli_usage(cli, "create needs one name, --organisation and --role");
    Metervault__V1__CreatePrincipalRequest request = METERVAULT__V1__CREATE_PRINCIPAL_REQUEST__INIT;
    if (!roles_parse(role, roles, &request.n_roles))
        return cli_usage(cli, "--role '%s': roles are named in the help, each once, with commas between", role);
    request.name = argv[first];
    request.organisation = (char *)organisation;
    request.roles = roles;
    return ask_one(cli, "CreatePrincipal", &request.base);
}

typedef bool each_principal(void *self, const Metervault__V1__Principal *principal);

/* All principals, page by page, until `each` returns false. */
static int walk(struct cli *cli, each_principal *each, void *self)
{
    enum { PAGE = 1000, TOKEN_SIZE = 512 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    bool more = true;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    Metervault__V1__ListPrincipalsRequest request = METERVAULT__V1__LIST_PRINCIPALS_REQUEST__INIT;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListPrincipals", &request.base, &code);
        if (answer == NULL)
            break;
        const Metervault__V1__ListPrincipalsResponse *page = (const Metervault__V1__ListPrincipalsResponse *)answer;
        for (size_t i = 0; more && i < page->n_principals; i++)
            more = each(self, page->principals[i]);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (more && token[0] != '\0');
    mv_client_close(client);
    return code;
}

struct update {
    const char *name;
    Metervault__V1__Role roles[ROLES_MAX];
    size_t role_count;
    bool enabled;
    bool found;
};

static bool find(void *self, const Metervault__V1__Principal *principal)
{
    struct update *update = self;
    if (strcmp(principal->name, update->name) != 0)
        return true;
    update->found = true;
    update->enabled = principal->enabled;
    for (size_t i = 0; i < principal->n_roles && i < ROLES_MAX; i++)
        update->roles[update->role_count++] = principal->roles[i];
    return false;
}

/* The call replaces everything, so what no option names is looked up first. */
static int send_update(struct cli *cli, const char *name, const char *role, bool enable, bool disable)
{
    struct update update = {.name = name, .enabled = enable};
    if (role == NULL || (!enable && !disable)) {
        int code = walk(cli, find, &update);
        if (code != CLI_DONE)
            return code;
        if (!update.found) {
            (void)fprintf(stderr, "metervault operator: no principal '%s'\n", name);
            return CLI_REFUSED;
        }
    }
    if (role != NULL && !roles_parse(role, update.roles, &update.role_count))
        return cli_usage(cli, "--role '%s': roles are named in the help, each once, with commas between", role);
    Metervault__V1__UpdatePrincipalRequest request = METERVAULT__V1__UPDATE_PRINCIPAL_REQUEST__INIT;
    request.name = (char *)name;
    request.roles = update.roles;
    request.n_roles = update.role_count;
    request.enabled = enable || (!disable && update.enabled);
    return ask_one(cli, "UpdatePrincipal", &request.base);
}

int operator_update(struct cli *cli, int argc, char **argv)
{
    const char *role = NULL;
    bool enable = false;
    bool disable = false;
    int first;
    int code;
    const struct cli_option options[] = {
        {.name = "role", .text = &role}, {.name = "enable", .flag = &enable}, {.name = "disable", .flag = &disable}};
    if (!cli_parse(cli, options, 3, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || (enable && disable) || (role == NULL && !enable && !disable))
        return cli_usage(cli, "update needs one name and what to change: --role, --enable or --disable");
    return send_update(cli, argv[first], role, enable, disable);
}

struct listing {
    json_t *list; /* NULL: print a line each */
};

static bool list_one(void *self, const Metervault__V1__Principal *principal)
{
    const struct listing *listing = self;
    if (listing->list != NULL)
        (void)json_array_append_new(listing->list, cli_message_json(&principal->base));
    else
        print_principal(&principal->base);
    return true;
}

int operator_list(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    struct listing listing = {.list = cli->json ? json_array() : NULL};
    code = walk(cli, list_one, &listing);
    if (code == CLI_DONE && listing.list != NULL)
        return cli_print_json(json_pack("{s:o}", "principals", listing.list));
    json_decref(listing.list);
    return code == CLI_DONE ? cli_flush() : code;
}

int operator_confirm_clock(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    code = cli_confirm(cli, yes, "Tokens will carry the server's time from now on. Is this machine's clock right?");
    if (code != CLI_DONE)
        return code;
    Metervault__V1__ConfirmClockRequest request = METERVAULT__V1__CONFIRM_CLOCK_REQUEST__INIT;
    request.now_unix_s = (int64_t)time(NULL);
    ProtobufCMessage *answer = cli_ask(cli, service, "ConfirmClock", &request.base, &code);
    if (answer == NULL)
        return code;
    char when[SALE_TIME_TEXT];
    sale_time_text(((const Metervault__V1__ConfirmClockResponse *)answer)->now_unix_s, when);
    if (!cli->json)
        (void)printf("The server's clock is confirmed: %s\n", when);
    code = cli->json ? cli_print_json(cli_message_json(answer)) : cli_flush();
    protobuf_c_message_free_unpacked(answer, NULL);
    return code;
}
