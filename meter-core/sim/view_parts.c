#include "view_parts.h"

#include <string.h>
#include <time.h>

#include "metervault/codes.h"

enum { LEFT = 2, TEXT_COLUMN = 11, EVENTS_SHOWN = 6, MOMENT = 24, DETAIL = 64 };

/* Why supply was cut is told in words, what else an event has to tell as a number. */
static void event_line(const struct mv_event *event, struct canvas *canvas, unsigned row)
{
    char moment[MOMENT] = "no clock";
    char detail[DETAIL] = "";
    struct tm utc;
    time_t when = (time_t)event->when;
    if (event->when != 0 && gmtime_r(&when, &utc) != NULL)
        (void)strftime(moment, sizeof moment, "%Y-%m-%d %H:%M", &utc);
    if (event->code == MV_EVENT_CUT)
        (void)snprintf(detail, sizeof detail, "%s", mv_cut_words((enum mv_cut)event->detail));
    else if (event->detail != 0)
        (void)snprintf(detail, sizeof detail, "%u", event->detail);
    canvas_print(canvas, row, TEXT_COLUMN, CANVAS_PLAIN, "%-16s  %s %s", moment,
                 mv_event_name((enum mv_event_code)event->code), detail);
}

void view_events(const struct panel *panel, struct canvas *canvas, unsigned row)
{
    const struct mv_events *events = &panel->p->events;
    canvas_put(canvas, row, LEFT, CANVAS_PLAIN, "events");
    for (unsigned i = 0; i < EVENTS_SHOWN && panel->p->meter.loaded; i++) {
        if (events->ring[i].code != MV_EVENT_NONE)
            event_line(&events->ring[i], canvas, row + i);
    }
}

void view_prompt(const struct panel_prompt *prompt, struct canvas *canvas, unsigned row)
{
    static const char *const questions[] = {[PANEL_ASKS_NOTHING] = "",
                                            [PANEL_ASKS_RECORD] = "record, file or hex (Esc leaves): ",
                                            [PANEL_ASKS_RETURN] = "into which new file (Esc leaves): ",
                                            [PANEL_ASKS_CARD] = "the card's socket (Esc leaves): "};
    const char *question = questions[prompt->asks];
    size_t room = CANVAS_COLUMNS - LEFT - strlen(question) - 1;
    const char *end = prompt->length > room ? prompt->text + (prompt->length - room) : prompt->text;
    canvas_print(canvas, row, LEFT, CANVAS_BOLD, "%s%s_", question, end);
}
