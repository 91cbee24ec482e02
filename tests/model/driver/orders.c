/* Orders, and what was issued for them. */
#include <pthread.h>

#include "driver.h"
#include "vending/vending.h"

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool done;
    mv_status status;
    struct vend_sale sale;
};

static void take_answer(void *self, mv_status status, const struct vend_sale *sale)
{
    struct waiter *waiter = self;
    pthread_mutex_lock(&waiter->lock);
    waiter->status = status;
    if (sale != NULL)
        waiter->sale = *sale;
    waiter->done = true;
    pthread_cond_signal(&waiter->came);
    pthread_mutex_unlock(&waiter->lock);
}

static void answer_sale(const struct vend_sale *sale)
{
    (void)printf("ok replayed=%d receipt=%llu issued=%lld change=0 resent=0 tokens=%s:0:%u:%u:%lld\n", sale->replayed,
                 (unsigned long long)sale->receipt, (long long)sale->issued_at_unix_s, sale->digits, sale->subclass,
                 sale->tid, (long long)sale->encoded);
}

/* order WHO REQUEST TERMINAL PAN KIND SPECIAL UNIT AMOUNT SUBCLASS VALUE CONTROL MANUFACTURER SGC KRN KT TI WITH_SGC */
static void order(struct words *words)
{
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    struct vend_caller caller = {.principal = take_optional(words), .deadline_ns = INT64_MAX};
    struct vend_sale_request request = {.request_id = take_word(words), .carrier = VEND_KEYPAD};
    request.terminal = take_word(words);
    request.pan = take_word(words);
    (void)take_number(words);
    (void)take_number(words);
    request.quantity.unit = (enum vend_unit)take_number(words);
    request.quantity.amount = take_number(words);
    while (words->next < words->count)
        (void)take_word(words);
    vend_issue(server(), &caller, &request, NULL, take_answer, &waiter);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.came, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    if (waiter.status.ok)
        answer_sale(&waiter.sale);
    else
        answer_refused(waiter.status);
}

const struct command order_commands[] = {{"order", order}, {NULL, NULL}};
