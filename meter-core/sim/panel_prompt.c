#include "panel_prompt.h"

#include "panel.h"

void panel_prompt_open(struct panel_prompt *prompt, enum panel_asks asks)
{
    *prompt = (struct panel_prompt){.asks = asks};
}

void panel_prompt_close(struct panel_prompt *prompt)
{
    panel_prompt_open(prompt, PANEL_ASKS_NOTHING);
}

bool panel_prompt_key(struct panel_prompt *prompt, int key)
{
    if (key == PANEL_ENTER)
        return true;
    if (key == PANEL_ESCAPE) {
        panel_prompt_close(prompt);
    } else if (key == PANEL_BACKSPACE) {
        if (prompt->length > 0)
            prompt->text[--prompt->length] = '\0';
    } else if (key >= ' ' && key <= '~' && prompt->length < PANEL_PROMPT_MOST) {
        prompt->text[prompt->length++] = (char)key;
        prompt->text[prompt->length] = '\0';
    }
    return false;
}
