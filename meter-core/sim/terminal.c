#include "terminal.h"

#include <curses.h>
#include <signal.h>
#include <unistd.h>

#include "view.h"

enum { FRAME_MS = 50, LONGEST_FRAME_MS = 1000, REDRAW = 'L' & 0x1F };

static volatile sig_atomic_t told_to_leave;

static void leave(int signal)
{
    (void)signal;
    told_to_leave = 1;
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = leave};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

/* ---- what is seen ---- */

static attr_t attribute_of(uint8_t style)
{
    switch (style) {
    case CANVAS_BOLD:
        return A_BOLD;
    case CANVAS_DIM:
        return A_DIM;
    case CANVAS_REVERSE:
        return A_REVERSE;
    default:
        return A_NORMAL;
    }
}

static void show_canvas(const struct canvas *canvas)
{
    for (int row = 0; row < CANVAS_ROWS; row++) {
        for (int column = 0; column < CANVAS_COLUMNS; column++)
            (void)mvaddch(row, column,
                          (chtype)(unsigned char)canvas->cells[row][column] |
                              attribute_of(canvas->styles[row][column]));
    }
}

static void show(const struct panel *panel)
{
    struct canvas canvas;
    (void)erase();
    if (LINES < CANVAS_ROWS || COLS < CANVAS_COLUMNS) {
        (void)mvprintw(0, 0, "metersim needs %d x %d; this is %d x %d", CANVAS_COLUMNS, CANVAS_ROWS, COLS, LINES);
    } else {
        view_draw(panel, &canvas);
        show_canvas(&canvas);
    }
    (void)refresh();
}

/* ---- keys ---- */

static void take_key(struct panel *panel, int key)
{
    switch (key) {
    case KEY_RESIZE:
    case REDRAW:
        (void)clearok(curscr, TRUE);
        return;
    case KEY_UP:
        panel_key(panel, PANEL_UP);
        return;
    case KEY_DOWN:
        panel_key(panel, PANEL_DOWN);
        return;
    case KEY_LEFT:
        panel_key(panel, PANEL_LEFT);
        return;
    case KEY_RIGHT:
        panel_key(panel, PANEL_RIGHT);
        return;
    case KEY_ENTER:
    case '\r':
    case '\n':
        panel_key(panel, PANEL_ENTER);
        return;
    case KEY_BACKSPACE:
    case KEY_DC:
    case '\b':
    case 0x7F:
        panel_key(panel, PANEL_BACKSPACE);
        return;
    default:
        if (key < KEY_MIN)
            panel_key(panel, key);
    }
}

/* Every key that is there, so that a pasted record is read at once; waits for the first. A terminal that is gone
 * answers at once and for ever. */
static void take_keys(struct panel *panel)
{
    timeout(FRAME_MS);
    for (int key = getch(); key != ERR && !panel->quit; key = getch()) {
        take_key(panel, key);
        timeout(0);
    }
}

static void run(struct panel *panel)
{
    uint64_t before = panel_now_ms();
    while (!panel->quit && told_to_leave == 0 && isatty(STDIN_FILENO) == 1) {
        show(panel);
        take_keys(panel);
        uint64_t now = panel_now_ms();
        uint64_t passed = now - before < LONGEST_FRAME_MS ? now - before : LONGEST_FRAME_MS; /* it was stopped */
        before = now;
        panel_pass(panel, passed, FRAME_MS);
    }
}

bool terminal_run(struct panel *panel)
{
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (screen == NULL)
        return false;
    watch_signals();
    (void)cbreak();
    (void)noecho();
    (void)keypad(stdscr, TRUE);
    (void)set_escdelay(FRAME_MS / 2);
    (void)curs_set(0);
    run(panel);
    (void)endwin();
    delscreen(screen);
    return true;
}
