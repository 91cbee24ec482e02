/* Orders, and what was issued for them. Several may be under way at once. */
#include <pthread.h>

#include "driver.h"
#include "vending/vending.h"

enum { UNDER_WAY = 64 };

struct waiter {
    mv_status status;
    struct vend_issued issued;
};

static struct waiter waiters[UNDER_WAY];
static size_t submitted, answered;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;

static void take_answer(void *self, mv_status status, const struct vend_issued *issued)
{
    struct waiter *waiter = self;
    pthread_mutex_lock(&lock);
    waiter->status = status;
    if (issued != NULL)
        waiter->issued = *issued;
    answered++;
    pthread_cond_signal(&came);
    pthread_mutex_unlock(&lock);
}

static void print_issued(const struct vend_issued *issued)
{
    (void)printf("ok replayed=%d receipt=%llu issued=%lld change=%d resent=%d confirmed=%d tokens=", issued->replayed,
                 (unsigned long long)issued->receipt, (long long)issued->issued_at_unix_s, issued->has_key_change,
                 issued->resent, issued->confirmed);
    for (size_t i = 0; i < issued->token_count; i++) {
        const struct vend_token *token = &issued->tokens[i];
        (void)printf("%s%s:%u:%u:%u:%lld:%d", i == 0 ? "" : ",", token->digits, token->token_class, token->subclass,
                     token->tid, (long long)token->encoded, token->key_section);
    }
}

static void print_answer(const struct waiter *waiter)
{
    const mv_status status = waiter->status;
    if (status.ok)
        print_issued(&waiter->issued);
    else
        (void)printf("refused %s %s", mv_reason_info((enum mv_reason)status.reason)->name,
                     status.where == NULL ? "-" : status.where);
}

static void take_order(struct words *words, struct vend_order *order)
{
    order->request_id = take_word(words);
    order->terminal = take_word(words);
    order->pan = take_word(words);
    order->carrier = VEND_KEYPAD;
    order->kind = (enum vend_order_kind)take_number(words);
    order->special = take_number(words) != 0;
    order->quantity.unit = (enum vend_unit)take_number(words);
    order->quantity.amount = take_number(words);
    order->management.subclass = (uint32_t)take_number(words);
    order->test.subclass = order->management.subclass;
    order->management.value = (uint64_t)take_number(words);
    order->test.control = (uint64_t)take_number(words);
    order->test.manufacturer = (uint32_t)take_number(words);
    order->target.sgc = take_optional(words);
    order->target.krn = (uint32_t)take_number(words);
    order->target.kt = (uint32_t)take_number(words);
    order->target.ti = (int32_t)take_number(words);
    order->target.with_sgc = take_number(words) != 0;
}

static void submit_order(struct words *words)
{
    struct vend_caller caller = {.principal = take_optional(words), .deadline_ns = INT64_MAX};
    struct vend_order order = {.request_id = NULL};
    take_order(words, &order);
    if (submitted == UNDER_WAY)
        give_up("too many orders under way", order.request_id);
    vend_issue(server(), &caller, &order, NULL, take_answer, &waiters[submitted++]);
}

static void print_answers(void)
{
    pthread_mutex_lock(&lock);
    while (answered < submitted)
        pthread_cond_wait(&came, &lock);
    for (size_t i = 0; i < submitted; i++) {
        (void)fputs(i == 0 ? "" : " | ", stdout);
        print_answer(&waiters[i]);
    }
    submitted = answered = 0;
    pthread_mutex_unlock(&lock);
    (void)putchar('\n');
}

/* submit WHO REQUEST TERMINAL PAN KIND SPECIAL UNIT AMOUNT SUBCLASS VALUE CONTROL MANUFACTURER SGC KRN KT TI WITH_SGC
 */
static void submit(struct words *words)
{
    submit_order(words);
    (void)puts("ok");
}

/* collect: the answers to all that was submitted, in its order */
static void collect(struct words *words)
{
    (void)words;
    print_answers();
}

/* order, as submit: waits for the answer */
static void place_order(struct words *words)
{
    submit_order(words);
    print_answers();
}

const struct command order_commands[] = {
    {"order", place_order}, {"submit", submit}, {"collect", collect}, {NULL, NULL}};
