/* Scripts of ceremonies: what is read, and that every fault has its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ceremony/act_files.h"
#include "ceremony/script_check.h"

#define HEAD "[ceremony]\nformat = 1\ntitle = T\n"
#define ROLES                                                                                                          \
    "[role ann]\nkind = officer\nofficer = ann\n[role ben]\nkind = officer\nofficer = ben\n[role wit]\nkind = "        \
    "witness\n"
#define ALL HEAD ROLES "[step one]\nby = ann, ben, wit\nread = Hello.\n" /* 14 lines */

static void script_holds_what_was_written(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "# a comment\n" ROLES "\n[step a-1]\n by = ann ben\nread = One = two.\nread = Three\n"
             "act = import --name \"a b\" --kcv 3fa2C1\nkey = factory/x 3FA2C1\n"
             "key = vending/1 paper\nkey = y any\nstate = z expired\nnote = Bag\nquorum = 2\n"
             "[step b]\nby = wit\nread = x\ty\t\n";
    struct script *script = NULL;
    struct script_fault fault;
    assert_true(script_parse(text, sizeof text - 1, &script, &fault));
    assert_string_equal(script->title, "T");
    assert_false(script->new_token);
    assert_int_equal(script->role_count, 3);
    assert_int_equal(script->roles[2].kind, SCRIPT_WITNESS);
    assert_int_equal(script->step_count, 2);
    const struct script_step *step = &script->steps[0];
    assert_string_equal(step->name, "a-1");
    assert_int_equal(step->read_count, 2);
    assert_string_equal(step->read[0], "One = two.");
    assert_int_equal(step->word_count, 5);
    assert_string_equal(step->words[2], "a b");
    assert_null(step->words[5]);
    assert_int_equal(step->expected_count, 4);
    assert_int_equal(step->expected[0].how, SCRIPT_KCV_GIVEN);
    assert_int_equal(step->expected[0].kcv[1], 0xA2);
    assert_int_equal(step->expected[1].how, SCRIPT_KCV_PAPER);
    assert_string_equal(step->expected[3].state, "expired");
    assert_string_equal(step->note, "Bag");
    assert_int_equal(step->quorum, 2);
    assert_int_equal(step->by_count, 2);
    json_t *words = script_act_words(step);
    char *act = json_dumps(words, JSON_COMPACT);
    assert_string_equal(act, "[\"import\",\"--name\",\"a b\",\"--kcv\",\"3fa2C1\"]");
    free(act);
    json_decref(words);
    script_free(script);
}

static void every_fault_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *what;
    } cases[] = {
        {"", 1, "format"},
        {"title = x\n", 1, "first section"},
        {"[role x]\n", 1, "first section"},
        {"[ceremony]\nformat = 2\n", 2, "format 1"},
        {"[ceremony]\nformat = 1\n", 1, "title"},
        {HEAD "title = again\n", 4, "twice"},
        {HEAD "token = old\n", 4, "new or existing"},
        {HEAD "[ceremony]\n", 4, "[role NAME]"},
        {HEAD "[role]\n", 4, "name of a role"},
        {HEAD "[role Ann]\n", 4, "a-z"},
        {HEAD "[role a\n", 4, "]"},
        {HEAD "[room a]\n", 4, "[step NAME]"},
        {HEAD "[role a]\n[role a]\n", 5, "twice"},
        {HEAD "[role a]\nkind = king\n", 5, "witness"},
        {HEAD "[role a]\nkind = witness\nkind = witness\n", 6, "once"},
        {HEAD "[role a]\nname = x\n", 5, "not known"},
        {HEAD "[step s]\n[role a]\n", 5, "before the first step"},
        {HEAD "[step s]\n[step s]\n", 5, "twice"},
        {HEAD "[step s]\nby = a\n", 5, "no role a"},
        {ALL "by = ann\n", 15, "twice"},
        {ALL "read\n", 15, "neither"},
        {ALL "read =\n", 15, "no value"},
        {ALL "act = show \"x\n", 15, "quote"},
        {ALL "act = show\nact = list\n", 16, "one in a step"},
        {ALL "key = x\n", 15, "one word more"},
        {ALL "key = x 12345\n", 15, "six hex digits"},
        {ALL "key = x 1234567\n", 15, "six hex digits"},
        {ALL "key = x any more\n", 15, "one word more"},
        {ALL "state = x dead\n", 15, "compromised"},
        {ALL "quorum = 0\n", 15, "1 to 9"},
        {ALL "quorum = 12\n", 15, "1 to 9"},
        {ALL "note = a\nnote = b\n", 16, "twice"},
        {ALL "colour = red\n", 15, "not known"},
        {ALL "read = \x01\n", 15, "control"},
        {ALL "read = a\tb\t\t\x1b[A\n", 15, "control"},
        {ALL "read = a\xc2\x9b"
             "2J\n",
         15, "control"},
        {ALL "read = a\xe2\x80\xae\n", 15, "control"},
        {HEAD "# \xe2\x81\xa6\n", 4, "control"},
        {ALL "read = \xff\n", 15, "UTF-8"},
        {HEAD "\r\n", 4, "control"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script *script = NULL;
        struct script_fault fault;
        assert_false(script_parse(cases[i].text, strlen(cases[i].text), &script, &fault));
        if (fault.line != cases[i].line || strstr(fault.what, cases[i].what) == NULL)
            fail_msg("case %zu: line %u, %s", i, fault.line, fault.what);
        script_free(script);
    }
    struct script *script = NULL;
    struct script_fault fault;
    char long_act[sizeof ALL + SCRIPT_MOST_ACT + 16];
    for (int more = 0; more < 2; more++) {
        int length = snprintf(long_act, sizeof long_act, ALL "act = %0*d\n", SCRIPT_MOST_ACT + more, 0);
        assert_int_equal(script_parse(long_act, (size_t)length, &script, &fault), more == 0);
        assert_true(more == 0 || (fault.line == 15 && strstr(fault.what, "longer than 2048") != NULL));
        script_free(script);
    }
    assert_false(script_parse("a\0b", 3, &script, &fault));
    script_free(script);
    char *large = calloc(1, SCRIPT_MOST_BYTES + 1);
    assert_non_null(large);
    memset(large, '\n', SCRIPT_MOST_BYTES + 1);
    assert_false(script_parse(large, SCRIPT_MOST_BYTES + 1, &script, &fault));
    script_free(script);
    free(large);
}

struct seen {
    unsigned line;
    char what[SCRIPT_WHAT];
    size_t count;
};

static void say(void *context, unsigned line, const char *what)
{
    struct seen *seen = context;
    if (seen->count++ > 0)
        return;
    seen->line = line;
    (void)snprintf(seen->what, sizeof seen->what, "%s", what);
}

static bool takes(void *context, const struct script_step *step)
{
    (void)context;
    return strcmp(step->words[0], "nonsense") != 0;
}

static bool certified(void *context, const char *officer, const char *path)
{
    (void)context;
    return strncmp(path, officer, strlen(officer)) == 0;
}

static bool exists(void *context, const char *path)
{
    (void)context;
    return strncmp(path, "there", 5) == 0;
}

static struct seen judge(const char *text)
{
    struct seen seen = {.count = 0};
    const struct script_world world = {takes, certified, exists, &seen, say};
    struct script *script = NULL;
    struct script_fault fault;
    if (!script_parse(text, strlen(text), &script, &fault))
        fail_msg("line %u: %s", fault.line, fault.what);
    size_t faults = script_check(script, &world);
    assert_int_equal(faults, seen.count);
    script_free(script);
    return seen;
}

static void what_is_in_order_has_no_fault(void **state)
{
    (void)state;
    static const char *const good[] = {
        ALL,
        ALL "act = backup --out new\n[step two]\nby = wit\nact = restore-drill --from new\n",
        ALL "act = generate --component-file new --component-file=new2\n",
        ALL "act = import --component-file there1 --component-file there2 --kcv 3FA2C1\nkey = x 3fa2c1\n",
        ALL "act = officer-add --officer cas --officer-certificate there\nquorum = 2\n[step x]\nby = ann\nread = x\n",
        ALL "act = destroy --label x\n",
        ALL "act = approve there --officer ann --officer-certificate there --key there\n",
        ALL "act = propose generate --component-file any --out new\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct seen seen = judge(good[i]);
        /* the fifth names a certificate that is not its officer's */
        if (i == 4 ? seen.count != 1 : seen.count != 0)
            fail_msg("%zu: line %u: %s", i, seen.line, seen.what);
    }
}

static void every_rule_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *what;
    } cases[] = {
        {HEAD "[role a]\nkind = witness\n[step s]\nby = a\nread = x\n", 1, "two roles"},
        {HEAD ROLES "[step s]\nby = ann, ben\nread = x\n", 10, "no step is by"},
        {HEAD ROLES "[role x]\n[step s]\nby = ann, ben, wit, x\nread = x\n", 12, "kind is missing"},
        {HEAD ROLES "[role x]\nkind = officer\n[step s]\nby = ann, ben, wit, x\nread = x\n", 12, "officer = NAME"},
        {HEAD ROLES "[role x]\nkind = officer\nofficer = ann\n[step s]\nby = ann, ben, wit, x\nread = x\n", 12,
         "already"},
        {HEAD ROLES "[role x]\nkind = witness\nofficer = cas\n[step s]\nby = ann, ben, wit, x\nread = x\n", 12,
         "only an officer"},
        {HEAD ROLES "[role x]\nkind = custodian\nalso = zed\n[step s]\nby = ann, ben, wit, x\nread = x\n", 12, "also"},
        {HEAD ROLES "[role x]\nkind = officer\nofficer = cas\ncertificate = no\n[step s]\nby = ann, ben, wit, x\n"
                    "read = x\n",
         12, "certificate"},
        {ALL "[step s]\nread = x\n", 15, "by whom"},
        {ALL "[step s]\nby = ann\n", 15, "neither read nor act"},
        {ALL "key = x any\n", 12, "no act"},
        {ALL "quorum = 3\n", 12, "2 officers"},
        {ALL "[step s]\nby = ann, wit\nact = destroy --label x\n", 17, "needs 2 officers"},
        {ALL "[step s]\nby = ann\nact = export --name x\n", 17, "needs 2 people"},
        {ALL "[step s]\nby = ann\nact = generate --accept-host\n", 17, "needs 2 people"},
        {ALL "act = approve there --officer cas --key there\n", 15, "cas approves"},
        {ALL "act = approve there --officer=cas --key there\n", 15, "cas approves"},
        {ALL "[step s]\nby = ben, wit\nact = approve there --officer ann --key there\n", 17, "ann approves"},
        {ALL "act = approve there --officer ann --key there --yes\n", 15, "--yes"},
        {ALL "act = nonsense\n", 15, "does not take"},
        {ALL "act = list --config x\n", 15, "--config"},
        {ALL "act = list --conf=x\n", 15, "--conf"},
        {ALL "act = list --js\n", 15, "--js"},
        {ALL "act = init\n", 15, "token = new"},
        {ALL "act = import --component-file gone\n", 15, "no such file"},
        {ALL "act = restore-drill --from=gone\n", 15, "no such file"},
        {ALL "act = backup --out there\n", 15, "already"},
        {ALL "act = backup --out x\n[step s]\nby = ann\nact = backup --out x\n", 18, "a step before"},
        {ALL "act = import --kcv 3FA2C1\nkey = x 3FA2C2\n", 16, "another KCV"},
        {ALL "act = officer-add --officer cas --officer-certificate there\n", 15, "certificate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = judge(cases[i].text);
        if (seen.count != 1 || seen.line != cases[i].line || strstr(seen.what, cases[i].what) == NULL)
            fail_msg("case %zu: %zu faults, first in line %u: %s", i, seen.count, seen.line, seen.what);
    }
}

static void an_empty_script_is_none(void **state)
{
    (void)state;
    struct seen seen = judge(HEAD);
    assert_int_equal(seen.count, 2); /* no people, no step */
}

/* A role that the same person has counts once. */
static void one_person_is_one(void **state)
{
    (void)state;
    struct seen seen =
        judge(HEAD "[role ann]\nkind = officer\nofficer = ann\n[role holder]\nkind = custodian\nalso = ann\n"
                   "[step s]\nby = ann, holder\nact = split --shares 2/3\n");
    assert_int_equal(seen.count, 1);
    assert_non_null(strstr(seen.what, "needs 2 people, the step has 1"));
    /* two roles of somebody who is not in the step by the first of them, and a chain of roles */
    static const char *const also[] = {"ann", "holder", "holder"};
    for (size_t i = 0; i < 3; i++) {
        char text[600];
        (void)snprintf(text, sizeof text,
                       HEAD "[role ann]\nkind = officer\nofficer = ann\n[role holder]\nkind = custodian\nalso = ann\n"
                            "[role two]\nkind = officer\nofficer = two\nalso = %s\n[role wit]\nkind = witness\n"
                            "[step s]\nby = %s\nact = destroy --label x\n[step r]\nby = ann, holder, wit\nread = x\n",
                       also[i], i == 2 ? "ann, two, wit" : "holder, two");
        seen = judge(text);
        assert_int_equal(seen.count, i == 2 ? 1 : 2);
        assert_non_null(strstr(seen.what, "destroy needs 2 officers, the step has 1"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(script_holds_what_was_written),
        cmocka_unit_test(every_fault_has_its_line),
        cmocka_unit_test(what_is_in_order_has_no_fault),
        cmocka_unit_test(every_rule_is_judged),
        cmocka_unit_test(one_person_is_one),
        cmocka_unit_test(an_empty_script_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
