#include "keypad.h"

#include "../crypto/wipe.h"
#include "screens.h"
#include "settle.h"
#include "supply.h"

static void forget_digits(struct mv_keypad *keypad)
{
    mv_wipe(keypad->digits, sizeof keypad->digits);
    keypad->count = 0;
}

void mv_keypad_tick(struct mv_prepay *p)
{
    struct mv_keypad *keypad = &p->keypad;
    uint32_t idle = mv_seconds(p) - keypad->since_s;
    if (idle >= MV_KEYPAD_FORGETS_S)
        forget_digits(keypad);
    if (keypad->count == 0 && idle >= MV_KEYPAD_SHOWS_S)
        keypad->asked = false;
}

static void show(struct mv_keypad *keypad, uint8_t code)
{
    keypad->code = code;
    keypad->asked = true;
}

static void show_result(struct mv_keypad *keypad, enum mv_result result)
{
    keypad->result = result;
    show(keypad, MV_SCREEN_ENTRY);
}

void mv_keypad_show(struct mv_prepay *p, enum mv_result result, int64_t credited)
{
    struct mv_keypad *keypad = &p->keypad;
    keypad->answer.kind = credited != 0 ? MV_ANSWER_CREDIT : MV_ANSWER_NONE;
    keypad->answer.credit_register = (enum mv_credit_register)p->parameters.credit_register;
    keypad->answer.credited = credited;
    keypad->since_s = mv_seconds(p);
    forget_digits(keypad);
    show_result(keypad, result);
}

/* ---- ENTER ---- */

static void enter_code(struct mv_prepay *p)
{
    struct mv_screen screen;
    uint8_t code = 0;
    for (unsigned i = 0; i < p->keypad.count; i++)
        code = (uint8_t)(code * 10 + (p->keypad.digits[i] - '0'));
    p->keypad.answer.kind = MV_ANSWER_NONE;
    if (mv_screen_of(p, code, &screen))
        show(&p->keypad, code);
    else
        show_result(&p->keypad, MV_FUNCTION_ERROR);
}

static enum mv_result enter_token(struct mv_prepay *p)
{
    enum mv_result result = mv_prepay_enter(p, p->keypad.digits, &p->keypad.answer);
    show_result(&p->keypad, result);
    return result;
}

/* The nearest screen, forwards or backwards, that has something to show; REMAINING always has. */
static void browse(struct mv_prepay *p, unsigned step)
{
    struct mv_screen screen;
    unsigned code = p->keypad.asked ? p->keypad.code : (unsigned)MV_SCREEN_ENTRY;
    do
        code = (code + step) % MV_SCREEN_CODES;
    while (code == MV_SCREEN_ENTRY || !mv_screen_of(p, (uint8_t)code, &screen) || screen.empty);
    show(&p->keypad, (uint8_t)code);
}

static enum mv_result enter_digits(struct mv_prepay *p)
{
    enum { CODE_DIGITS = 2 };
    enum mv_result result = MV_DONE;
    if (p->keypad.count <= CODE_DIGITS) {
        enter_code(p);
    } else {
        /* of any other length it is a token that the engine refuses */
        result = enter_token(p);
    }
    forget_digits(&p->keypad);
    return result;
}

static enum mv_result press_enter(struct mv_prepay *p)
{
    if (p->keypad.count > 0)
        return enter_digits(p);
    if (mv_supply_key(p))
        show(&p->keypad, MV_SCREEN_REMAINING);
    else
        browse(p, 1);
    return MV_DONE;
}

/* ---- the other keys ---- */

static void press_back(struct mv_prepay *p)
{
    struct mv_keypad *keypad = &p->keypad;
    if (keypad->count == 0) {
        browse(p, MV_SCREEN_CODES - 1);
        return;
    }
    keypad->digits[--keypad->count] = '\0';
}

static void press_digit(struct mv_keypad *keypad, enum mv_key key)
{
    if (keypad->count == MV_KEYPAD_DIGITS)
        return;
    keypad->digits[keypad->count++] = (char)('0' + key);
    keypad->digits[keypad->count] = '\0';
    keypad->asked = true;
    keypad->code = MV_SCREEN_ENTRY;
}

enum mv_result mv_prepay_key(struct mv_prepay *p, enum mv_key key)
{
    enum mv_result result = mv_begin(p);
    if (result != MV_DONE)
        return result;
    mv_keypad_tick(p);
    p->keypad.since_s = mv_seconds(p);
    p->supply.silenced = true;
    if (key == MV_KEY_ENTER)
        result = press_enter(p);
    else if (key == MV_KEY_BACK)
        press_back(p);
    else if ((unsigned)key <= MV_KEY_9)
        press_digit(&p->keypad, key);
    else
        return MV_RANGE_ERROR;
    return mv_settle(p, result);
}
