/* A script before its day: what `script_check` asks of this machine. */
#include <stdio.h>
#include <unistd.h>

#include "ceremony/acts.h"
#include "ceremony/ceremony.h"
#include "ceremony/script_check.h"
#include "officer.h"
#include "terminal.h"

static bool takes(void *context, const struct script_step *step)
{
    return acts_take(context, step);
}

static bool certified(void *context, const char *name, const char *path)
{
    struct hsm_officer officer;
    mv_status status = officer_from_certificate(name, path, &officer);
    if (!status.ok)
        (void)tool_refuse(context, status);
    return status.ok;
}

static bool exists(void *context, const char *path)
{
    (void)context;
    return access(path, F_OK) == 0;
}

static void say(void *context, unsigned line, const char *what)
{
    (void)context;
    (void)fprintf(stderr, "  line %u: %s\n", line, what);
}

size_t ceremony_judge(const struct tool *tool, const char *path, const struct script *script)
{
    struct tool own = *tool;
    const struct script_world world = {
        .takes = takes, .certified = certified, .exists = exists, .context = &own, .say = say};
    own.json = false;
    terminal_assume();
    size_t faults = script_check(script, &world);
    if (faults > 0)
        (void)fprintf(stderr, "%s: %zu faults\n", path, faults);
    return faults;
}
