#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
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

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Signals that wait while the terminal is in a state that must not stay. */
struct hold {
    sigset_t before;
    int arrived; /* readable when one has come that ends us; it stays pending and acts after `release` */
};

/* `all`: those too that would stop us with a secret on the screen. */
static mv_status hold_signals(struct hold *hold, bool all)
{
    sigset_t held;
    (void)sigemptyset(&held);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction action;
        /* blocked, an ignored one would come all the same */
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            (void)sigaddset(&held, ending[i]);
    }
    hold->arrived = signalfd(-1, &held, SFD_CLOEXEC);
    if (hold->arrived < 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal: signals", (unsigned)errno);
    if (all)
        (void)sigaddset(&held, SIGTSTP);
    (void)sigprocmask(SIG_BLOCK, &held, &hold->before);
    return mv_ok();
}

static void release_signals(const struct hold *hold)
{
    (void)close(hold->arrived);
    (void)sigprocmask(SIG_SETMASK, &hold->before, NULL);
}

/* False when somebody cancels by signal. */
static bool wait_for_key(int fd, const struct hold *hold)
{
    struct pollfd either[] = {{.fd = fd, .events = POLLIN}, {.fd = hold->arrived, .events = POLLIN}};
    if (cancelled != NULL && *cancelled != 0)
        return false;
    while (poll(either, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return either[1].revents == 0;
}

/* One line, read character by character into its place, so that no buffer keeps a copy. */
static mv_status read_line(int fd, const struct hold *hold, char *text, size_t size)
{
    size_t used = 0;
    bool too_long = false;
    for (;;) {
        char *next = &text[used];
        if (!wait_for_key(fd, hold))
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

/* What is typed from here on is not seen. */
static mv_status hide_typing(int fd, struct termios *before)
{
    if (tcgetattr(fd, before) != 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal", (unsigned)errno);
    struct termios hidden = *before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
    hidden.c_cc[VEOL] = CTRL_C; /* hands the line over at once, as Enter does */
    if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal", (unsigned)errno);
    return mv_ok();
}

static mv_status read_shown(int fd, const struct hold *hold, const char *prompt, char *text, size_t size)
{
    show(fd, prompt);
    return read_line(fd, hold, text, size);
}

/* The prompt comes after the echo is off: who types at once is not seen either. */
static mv_status read_hidden(int fd, const struct hold *hold, const char *prompt, char *secret, size_t size)
{
    struct termios before;
    MV_TRY(hide_typing(fd, &before));
    show(fd, prompt);
    mv_status status = read_line(fd, hold, secret, size);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    show(fd, "\n");
    return status;
}

static mv_status ask_on(int fd, const char *prompt, char *text, size_t size, bool hidden)
{
    struct hold hold;
    MV_TRY(hold_signals(&hold, hidden));
    mv_status status = hidden ? read_hidden(fd, &hold, prompt, text, size) : read_shown(fd, &hold, prompt, text, size);
    if (!status.ok)
        mv_secret_wipe(text, size);
    release_signals(&hold); /* an end by signal comes here */
    return status;
}

/* `hidden` turns the echo off for as long as it reads. */
static mv_status ask(const char *prompt, char *text, size_t size, bool hidden)
{
    int fd = open_terminal();
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal: none to ask on", (unsigned)errno);
    mv_status status = ask_on(fd, prompt, text, size, hidden);
    (void)close(fd);
    return status;
}

#define CLEAR_SCREEN "\033[2J\033[3J\033[H"

static mv_status show_secret(int fd, const struct hold *hold, const char *line, const char *prompt)
{
    char answer[32];
    struct termios before;
    MV_TRY(hide_typing(fd, &before));
    show(fd, CLEAR_SCREEN);
    show(fd, line);
    show(fd, "\n");
    show(fd, prompt);
    mv_status status = read_line(fd, hold, answer, sizeof answer);
    show(fd, CLEAR_SCREEN);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    /* whatever was typed before Enter, it was Enter */
    return status.reason == MV_INVALID_FIELD ? mv_ok() : status;
}

mv_status terminal_secret_screen(const char *line, const char *prompt)
{
    struct hold hold;
    int fd = open_terminal();
    if (fd < 0)
        return mv_fail_code(MV_FILE_FAILED, "terminal: none to show on", (unsigned)errno);
    mv_status status = hold_signals(&hold, true);
    if (status.ok) {
        status = show_secret(fd, &hold, line, prompt);
        release_signals(&hold);
    }
    (void)close(fd);
    return status;
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
