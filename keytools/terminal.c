#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"

enum { CTRL_C = 3 };

static int open_terminal(void)
{
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static bool assumed;
static const volatile sig_atomic_t *cancelled;

void terminal_assume(void)
{
    assumed = true;
}

void terminal_cancel_on(const volatile sig_atomic_t *flag)
{
    cancelled = flag;
}

bool terminal_present(void)
{
    if (assumed)
        return true;
    int fd = open_terminal();
    if (fd < 0)
        return false;
    (void)close(fd);
    return true;
}

static void show(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t done = write(fd, text, left);
        if (done < 0)
            return;
        text += done;
        left -= (size_t)done;
    }
}

void terminal_say(const char *format, ...)
{
    int fd = open_terminal();
    if (fd < 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vdprintf(fd, format, arguments);
    va_end(arguments);
    (void)close(fd);
}

/* Waits for a character with the signals of before, where somebody cancels by signal. */
static bool wait_for_key(int fd, const sigset_t *before)
{
    struct pollfd key = {.fd = fd, .events = POLLIN};
    if (cancelled == NULL)
        return true;
    while (*cancelled == 0 && ppoll(&key, 1, NULL, before) < 0)
        ;
    return *cancelled == 0;
}

/* One line, read character by character into its place, so that no buffer keeps a copy. */
static mv_status read_line(int fd, const sigset_t *before, char *text, size_t size)
{
    size_t used = 0;
    bool too_long = false;
    for (;;) {
        char *next = &text[used];
        if (!wait_for_key(fd, before))
            return mv_fail(MV_CANCELLED_BY_CALLER, "terminal");
        ssize_t got = read(fd, next, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mv_fail_code(MV_FILE_FAILED, "terminal", (unsigned)errno);
        if (got == 0 || *next == CTRL_C) /* a character while signals are off */
            return mv_fail(MV_CANCELLED_BY_CALLER, "terminal");
        if (*next == '\n' || *next == '\r')
            break;
        if (used + 1 < size)
            used++;
        else
            too_long = true;
    }
    text[used] = '\0';
    return too_long ? mv_fail(MV_INVALID_FIELD, "typed line: too long") : mv_ok();
}

static mv_status read_shown(int fd, const sigset_t *before, const char *prompt, char *text, size_t size)
{
    show(fd, prompt);
    return read_line(fd, before, text, size);
}

/* The prompt comes after the echo is off: who types at once is not seen either. */
static mv_status read_hidden(int fd, const sigset_t *signals, const char *prompt, char *secret, size_t size)
{
    struct termios before;
    if (tcgetattr(fd, &before) != 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal", (unsigned)errno);
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
    hidden.c_cc[VEOL] = CTRL_C; /* hands the line over at once, as Enter does */
    if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal", (unsigned)errno);
    show(fd, prompt);
    mv_status status = read_line(fd, signals, secret, size);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    show(fd, "\n");
    return status;
}

/* Signals that would end us wait while the terminal is in a state that must not stay. */
static void hold_signals(sigset_t *before)
{
    sigset_t ending;
    (void)sigemptyset(&ending);
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGHUP);
    (void)sigaddset(&ending, SIGQUIT);
    if (cancelled != NULL)
        (void)sigaddset(&ending, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &ending, before);
}

/* `hidden` turns the echo off for as long as it reads. */
static mv_status ask(const char *prompt, char *text, size_t size, bool hidden)
{
    int fd = open_terminal();
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal: none to ask on", (unsigned)errno);
    sigset_t before;
    hold_signals(&before);
    mv_status status =
        hidden ? read_hidden(fd, &before, prompt, text, size) : read_shown(fd, &before, prompt, text, size);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)close(fd);
    if (!status.ok)
        mv_secret_wipe(text, size);
    return status;
}

#define CLEAR_SCREEN "\033[2J\033[3J\033[H"

mv_status terminal_secret_screen(const char *line, const char *prompt)
{
    char answer[32];
    int fd = open_terminal();
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal: none to show on", (unsigned)errno);
    sigset_t before;
    hold_signals(&before);
    show(fd, CLEAR_SCREEN);
    show(fd, line);
    show(fd, "\n");
    mv_status status = read_hidden(fd, &before, prompt, answer, sizeof answer);
    show(fd, CLEAR_SCREEN);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)close(fd);
    /* whatever was typed before Enter, it was Enter */
    return status.reason == MV_INVALID_FIELD ? mv_ok() : status;
}

void terminal_clear(void)
{
    terminal_say(CLEAR_SCREEN);
}

mv_status terminal_hidden(const char *prompt, char *secret, size_t size)
{
    return ask(prompt, secret, size, true);
}

mv_status terminal_line(const char *prompt, char *text, size_t size)
{
    return ask(prompt, text, size, false);
}
