/* Changes that need two people: propose, look at, approve. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "approval_sign.h"
#include "base/approval.h"
#include "key_options.h"
#include "metervault/v1/approval_service.pb-c.h"
#include "operator.h"
#include "sale_print.h"

enum { DAY_S = 86400, DAYS_MOST = 90 };

static const ProtobufCServiceDescriptor *const service = &metervault__v1__approval_service__descriptor;

static void print_proposal(const ProtobufCMessage *answer)
{
    const Metervault__V1__Proposal *proposal = (const Metervault__V1__Proposal *)answer;
    char proposed[SALE_TIME_TEXT];
    char expires[SALE_TIME_TEXT];
    struct mv_approval change;
    sale_time_text(proposal->proposed_at_unix_s, proposed);
    sale_time_text(proposal->expires_unix_s, expires);
    (void)printf("%" PRIu64 "  by %s on %s  until %s", proposal->id, proposal->proposer, proposed, expires);
    if (mv_approval_read(proposal->text, &change).ok)
        (void)printf("  %s -> %s  %s", change.from_sgc, change.to_sgc,
                     change.pan[0] != '\0' ? change.pan : "every meter");
    if (proposal->n_approvals == 0)
        (void)fputs("  not approved", stdout);
    for (size_t i = 0; i < proposal->n_approvals; i++)
        (void)printf("%s%s", i == 0 ? "  approved by " : ", ", proposal->approvals[i]->officer);
    (void)putchar('\n');
}

int operator_propose_move(struct cli *cli, int argc, char **argv)
{
    const char *from = NULL;
    const char *to = NULL;
    const char *meter = NULL;
    const char *days = "7";
    uint64_t valid = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "from", .text = &from},
                                         {.name = "to", .text = &to},
                                         {.name = "meter", .text = &meter},
                                         {.name = "days", .text = &days}};
    if (!cli_parse(cli, options, 4, argc, argv, &first, &code))
        return code;
    if (first < argc || from == NULL || to == NULL)
        return cli_usage(cli, "propose-move needs --from and --to, supply group codes");
    if (meter != NULL && !meter_pan_valid(meter))
        return cli_usage(cli, "--meter is a PAN of 18 digits; without it every meter of the group is meant");
    if (!cli_number(days, 1, DAYS_MOST, &valid))
        return cli_usage(cli, "--days is a number from 1 to %d", DAYS_MOST);
    Metervault__V1__ProposeSupplyGroupChangeRequest request = METERVAULT__V1__PROPOSE_SUPPLY_GROUP_CHANGE_REQUEST__INIT;
    request.from_supply_group_code = (char *)from;
    request.to_supply_group_code = (char *)to;
    request.meter_pan = meter != NULL ? (char *)meter : request.meter_pan;
    request.valid_s = (uint32_t)valid * DAY_S;
    /* not repeated: every call makes a proposal */
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    if (!mv_client_call(client, service, "ProposeSupplyGroupChange", &request.base, false, &answer, &error))
        code = cli_report(cli, &error);
    mv_client_close(client);
    return cli_show(cli, answer, print_proposal, code);
}

/* All proposals, newest first, until `each` returns false. */
typedef bool each_proposal(void *self, const Metervault__V1__Proposal *proposal);

static int walk(struct cli *cli, struct mv_client *client, each_proposal *each, void *self)
{
    enum { PAGE = 100, TOKEN_SIZE = 512 };
    char token[TOKEN_SIZE] = "";
    int code = CLI_DONE;
    bool more = true;
    Metervault__V1__ListProposalsRequest request = METERVAULT__V1__LIST_PROPOSALS_REQUEST__INIT;
    request.page_size = PAGE;
    request.page_token = token;
    do {
        ProtobufCMessage *answer = cli_call(cli, client, service, "ListProposals", &request.base, &code);
        if (answer == NULL)
            break;
        const Metervault__V1__ListProposalsResponse *page = (const Metervault__V1__ListProposalsResponse *)answer;
        for (size_t i = 0; more && i < page->n_proposals; i++)
            more = each(self, page->proposals[i]);
        (void)snprintf(token, sizeof token, "%s", page->next_page_token);
        protobuf_c_message_free_unpacked(answer, NULL);
    } while (more && token[0] != '\0');
    return code;
}

struct listing {
    json_t *list; /* NULL: print a line each */
};

static bool list_one(void *self, const Metervault__V1__Proposal *proposal)
{
    const struct listing *listing = self;
    if (listing->list != NULL)
        (void)json_array_append_new(listing->list, cli_message_json(&proposal->base));
    else
        print_proposal(&proposal->base);
    return true;
}

int operator_proposals(struct cli *cli, int argc, char **argv)
{
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (first < argc)
        return cli_usage(cli, "'%s' is not an option", argv[first]);
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    struct listing listing = {.list = cli->json ? json_array() : NULL};
    code = walk(cli, client, list_one, &listing);
    mv_client_close(client);
    if (code == CLI_DONE && listing.list != NULL)
        return cli_print_json(json_pack("{s:o}", "proposals", listing.list));
    json_decref(listing.list);
    return code == CLI_DONE ? cli_flush() : code;
}

/* ---- approve ---- */
struct search {
    uint64_t id;
    bool found;
    char text[MV_APPROVAL_TEXT];
    char proposer[128];
};

static bool find(void *self, const Metervault__V1__Proposal *proposal)
{
    struct search *search = self;
    if (proposal->id != search->id)
        return true;
    int length = snprintf(search->text, sizeof search->text, "%s", proposal->text);
    (void)snprintf(search->proposer, sizeof search->proposer, "%s", proposal->proposer);
    search->found = length > 0 && (size_t)length < sizeof search->text;
    return false;
}

/* Shows the text and asks. Only a text of the known form is ever signed: a server that wants something else signed does
 * not get it. */
static int agree(const struct cli *cli, const struct search *proposal, bool yes)
{
    struct mv_approval change;
    char expires[SALE_TIME_TEXT];
    char question[320];
    if (!proposal->found || !mv_approval_read(proposal->text, &change).ok) {
        (void)fprintf(stderr, "metervault operator: %s\n",
                      proposal->found ? "the proposal's text is not of the known form; it was not signed"
                                      : "no such proposal; see metervault operator proposals");
        return CLI_REFUSED;
    }
    sale_time_text(change.expires_unix_s, expires);
    (void)fprintf(stderr, "%s\n", proposal->text);
    (void)snprintf(question, sizeof question,
                   "%s proposes that %s%s may leave supply group %s for %s until %s.\n"
                   "Your signature over the text above allows it.",
                   proposal->proposer, change.pan[0] != '\0' ? "meter " : "every meter", change.pan, change.from_sgc,
                   change.to_sgc, expires);
    return cli_confirm(cli, yes, question);
}

static int approve(struct cli *cli, struct mv_client *client, uint64_t id, bool yes)
{
    struct search proposal = {.id = id};
    struct approval_signature signature = {0};
    struct mv_client_error error;
    int code = walk(cli, client, find, &proposal);
    if (code == CLI_DONE)
        code = agree(cli, &proposal, yes);
    if (code != CLI_DONE)
        return code;
    if (!approval_sign(cli->certificate_file, cli->key_file, proposal.text, &signature, &error))
        return cli_report(cli, &error);
    Metervault__V1__ApproveRequest request = METERVAULT__V1__APPROVE_REQUEST__INIT;
    request.id = id;
    request.certificate = (ProtobufCBinaryData){.data = signature.certificate, .len = signature.certificate_size};
    request.signature = (ProtobufCBinaryData){.data = signature.signature, .len = signature.signature_size};
    ProtobufCMessage *answer = NULL;
    if (!mv_client_call(client, service, "Approve", &request.base, false, &answer, &error))
        code = cli_report(cli, &error);
    return cli_show(cli, answer, print_proposal, code);
}

int operator_approve(struct cli *cli, int argc, char **argv)
{
    bool yes = false;
    uint64_t id = 0;
    int first;
    int code;
    const struct cli_option options[] = {{.name = "yes", .flag = &yes}};
    if (!cli_parse(cli, options, 1, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !cli_number(argv[first], 1, INT64_MAX, &id))
        return cli_usage(cli, "approve needs the number of a proposal");
    if (cli_can_ask(cli, yes) != CLI_DONE)
        return CLI_USAGE;
    struct mv_client *client = cli_connect(cli, &code);
    if (client == NULL)
        return code;
    code = approve(cli, client, id, yes);
    mv_client_close(client);
    return code;
}
