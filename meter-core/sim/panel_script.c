#include "panel_script.h"

#include <string.h>

#include "view.h"

static bool named(const char *word, size_t length, int *key)
{
    static const struct {
        const char *name;
        int key;
    } names[] = {{"Up", PANEL_UP},        {"Down", PANEL_DOWN},   {"Left", PANEL_LEFT},
                 {"Right", PANEL_RIGHT},  {"Enter", PANEL_ENTER}, {"Backspace", PANEL_BACKSPACE},
                 {"Escape", PANEL_ESCAPE}};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == length && strncmp(names[i].name, word, length) == 0) {
            *key = names[i].key;
            return true;
        }
    }
    return false;
}

void panel_script_press(struct panel *panel, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        int key = 0;
        if (named(words, length, &key)) {
            panel_key(panel, key);
        } else {
            for (size_t i = 0; i < length; i++)
                panel_key(panel, words[i]);
        }
        words += length + strspn(words + length, " ");
    }
}

void panel_script_print(const struct panel *panel)
{
    struct canvas canvas;
    view_draw(panel, &canvas);
    canvas_write(&canvas, stdout);
}
