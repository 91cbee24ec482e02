/* metervault-keys expire: what ends when. */
#include <stdio.h>
#include <time.h>

#include "ends.h"
#include "options.h"
#include "session.h"
#include "words.h"

static const struct option_usage usage = {
    "Lists, by date, when keys become active, when their issuing ends, when meters refuse them by their key expiry\n"
    "number, when the token identifiers of their base date are used up, and when officers' certificates end.",
    "  metervault-keys expire\n"
    "  metervault-keys --json expire --within 90\n"};

enum { DAY_S = 86400, MOST_DAYS = 36525 };

static void report(const struct tool *tool, const struct end *ends, size_t count, int64_t now)
{
    char when[WORDS_TIME];
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *label = ends[i].key != NULL ? ends[i].key->label : ends[i].officer->name;
        (void)words_time(ends[i].unix_s, when);
        if (tool->json)
            (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "time", when, "label", label, "what",
                                                        end_text(ends[i].kind), "passed", ends[i].unix_s <= now));
        else
            (void)printf("%s  %-28s %s%s\n", when, label, end_text(ends[i].kind),
                         ends[i].unix_s <= now ? " (passed)" : "");
    }
    if (tool->json)
        tool_answer(json_pack("{s:O}", "ends", list));
    else if (count == 0)
        (void)printf("nothing ends in this time\n");
    json_decref(list);
}

int cmd_expire(struct tool *tool, int argc, char **argv)
{
    static struct end ends[ENDS_MOST];
    const char *within = NULL;
    long days = MOST_DAYS;
    const struct option_spec specs[] = {
        {"within", OPTION_TEXT, "DAYS", "only what ends in this many days", &within},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, 1, &usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (within != NULL && !options_number(within, 1, MOST_DAYS, &days))
        return options_complain("within", "is a number of days");
    if (tool->only_check)
        return TOOL_DONE;
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok) {
        int64_t now = (int64_t)time(NULL);
        size_t count = ends_of(session.catalogue, now, ends);
        while (count > 0 && ends[count - 1].unix_s > now + days * DAY_S)
            count--;
        report(tool, ends, count, now);
    }
    session_close(&session);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}
