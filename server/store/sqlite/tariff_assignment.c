/* Which tariff serves whom; and what waited for a second person and is not to be. */
#include "store/second_person.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/tariff_parts.h"
#include "store/tariffs.h"

mv_status store_tariff_assign(struct store *store, const struct store_tariff_assignment *assignment, int64_t principal,
                              int64_t at_unix_s)
{
    struct sql sql = sql_write(store, SQL_TARIFF_ASSIGN);
    sql_put_int(&sql, assignment->organisation);
    sql_put_int(&sql, assignment->utility);
    sql_put_text(&sql, assignment->meter_class);
    sql_put_text(&sql, assignment->tariff);
    sql_put_int(&sql, assignment->valid_from_unix_s);
    sql_put_text(&sql, assignment->doubt);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    return sql_run(&sql);
}

static struct sql of_assignment(struct store *store, enum sql_name name,
                                const struct store_tariff_assignment *assignment)
{
    struct sql sql = sql_read(store, name);
    sql_put_int(&sql, assignment->organisation);
    sql_put_int(&sql, assignment->utility);
    sql_put_text(&sql, assignment->meter_class);
    return sql;
}

static void get_row(struct sql *sql, struct store_tariff_assignment *assignment)
{
    assignment->id = sql_get_int(sql);
    sql_get_text(sql, assignment->tariff, sizeof assignment->tariff);
    assignment->valid_from_unix_s = sql_get_int(sql);
    sql_get_text(sql, assignment->doubt, sizeof assignment->doubt);
    assignment->principal = sql_get_int(sql);
    assignment->assigned_at_unix_s = sql_get_int(sql);
    assignment->approver = sql_get_int(sql);
    assignment->approved_at_unix_s = sql_get_int(sql);
    assignment->since_unix_s = sql_get_int(sql);
    assignment->organisation = sql_get_int(sql);
    assignment->utility = sql_get_u8(sql);
    sql_get_text(sql, assignment->meter_class, sizeof assignment->meter_class);
    sqlite_get_dismissal(sql, &assignment->dismissal);
}

static mv_status get_assignment(struct sql *sql, struct store_tariff_assignment *assignment)
{
    bool row;
    assignment->tariff[0] = '\0';
    assignment->since_unix_s = 0;
    MV_TRY(sql_step(sql, &row));
    if (!row)
        return mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL);
    get_row(sql, assignment);
    sql_done(sql);
    return sql_row_ok(sql);
}

mv_status store_tariff_assigned(struct store *store, int64_t at_unix_s, struct store_tariff_assignment *assignment)
{
    struct sql sql = of_assignment(store, SQL_TARIFF_ASSIGNED, assignment);
    sql_put_int(&sql, at_unix_s);
    MV_TRY(get_assignment(&sql, assignment));
    return assignment->tariff[0] == '\0' ? mv_fail(MV_TARIFF_NOT_ASSIGNED, NULL) : mv_ok();
}

mv_status store_tariff_assigned_last(struct store *store, struct store_tariff_assignment *assignment)
{
    struct sql sql = of_assignment(store, SQL_TARIFF_ASSIGNED_LAST, assignment);
    return get_assignment(&sql, assignment);
}

mv_status store_tariff_assigned_agreed(struct store *store, struct store_tariff_assignment *assignment)
{
    struct sql sql = of_assignment(store, SQL_TARIFF_ASSIGNED_AGREED, assignment);
    return get_assignment(&sql, assignment);
}

mv_status store_tariff_assignment_get(struct store *store, int64_t id, struct store_tariff_assignment *assignment)
{
    struct sql sql = sql_read(store, SQL_TARIFF_ASSIGNMENT_GET);
    sql_put_int(&sql, id);
    mv_status status = get_assignment(&sql, assignment);
    return !status.ok && status.reason == MV_TARIFF_NOT_ASSIGNED ? mv_fail(MV_TARIFF_UNKNOWN, NULL) : status;
}

mv_status store_tariff_assignments(struct store *store, const struct store_assignment_filter *filter, size_t limit,
                                   store_assignment_fn *each, void *self)
{
    struct sql sql = sql_read(store, filter->waiting ? SQL_TARIFF_ASSIGNMENTS_WAITING : SQL_TARIFF_ASSIGNMENTS);
    sql_put_int(&sql, filter->after);
    if (filter->waiting)
        sql_put_int(&sql, filter->since_unix_s);
    sql_put_u64(&sql, limit);
    for (;;) {
        bool row;
        MV_TRY(sql_step(&sql, &row));
        if (!row)
            return mv_ok();
        struct store_tariff_assignment assignment = {.id = 0};
        get_row(&sql, &assignment);
        mv_status status = sql_row_ok(&sql);
        if (status.ok)
            status = each(self, &assignment);
        if (!status.ok) {
            sql_done(&sql);
            return status;
        }
    }
}

/* It is doubted, nobody has decided, and nothing was said after it that was not dismissed. */
static mv_status waits_for_another(struct store *store, const struct store_tariff_assignment *assignment, bool *waits)
{
    struct store_tariff_assignment last = *assignment;
    MV_TRY(store_tariff_assigned_last(store, &last));
    *waits = last.id == assignment->id && assignment->doubt[0] != '\0' && assignment->approver == 0 &&
             assignment->dismissal.principal == 0;
    return mv_ok();
}

mv_status store_tariff_assignment_approve(struct store *store, const struct store_tariff_assignment *assignment,
                                          int64_t principal, int64_t at_unix_s)
{
    bool waits = false;
    MV_TRY(waits_for_another(store, assignment, &waits));
    const struct store_second_person approval = {.waits = waits,
                                                 .first = assignment->principal,
                                                 .second = principal,
                                                 .not_waiting = MV_TARIFF_NOT_PENDING,
                                                 .same_person = MV_TARIFF_SAME_PERSON};
    MV_TRY(store_second_person_check(&approval));
    struct sql sql = sql_write(store, SQL_TARIFF_ASSIGNMENT_APPROVE);
    sql_put_int(&sql, assignment->id);
    sql_put_int(&sql, principal);
    sql_put_int(&sql, at_unix_s);
    return sql_run(&sql);
}

mv_status store_tariff_assignment_dismiss(struct store *store, const struct store_tariff_assignment *assignment,
                                          const struct store_dismissal *dismissal)
{
    bool waits = false;
    MV_TRY(waits_for_another(store, assignment, &waits));
    const struct store_dismissal_of of = {.waits = waits, .id = assignment->id, .first = assignment->principal};
    return sqlite_dismiss(store, SQL_TARIFF_ASSIGNMENT_DISMISS, &of, dismissal);
}

/* ---- what waited and is not to be ---- */
mv_status sqlite_dismiss(struct store *store, enum sql_name name, const struct store_dismissal_of *of,
                         const struct store_dismissal *dismissal)
{
    const struct store_second_person rejection = {.waits = of->waits,
                                                  .first = of->first,
                                                  .second = dismissal->principal,
                                                  .not_waiting = MV_TARIFF_NOT_PENDING,
                                                  .same_person = MV_TARIFF_SAME_PERSON};
    if (!of->waits)
        return mv_fail(MV_TARIFF_NOT_PENDING, NULL);
    if (dismissal->reason[0] != '\0')
        MV_TRY(store_second_person_check(&rejection));
    else if (of->first != dismissal->principal)
        return mv_fail(MV_TARIFF_OTHER_PERSON, NULL);
    struct sql sql = sql_write(store, name);
    sql_put_int(&sql, of->id);
    sql_put_int(&sql, dismissal->principal);
    sql_put_text(&sql, dismissal->reason);
    sql_put_int(&sql, dismissal->at_unix_s);
    return sql_run(&sql);
}

void sqlite_get_dismissal(struct sql *sql, struct store_dismissal *dismissal)
{
    dismissal->principal = sql_get_int(sql);
    sql_get_text(sql, dismissal->reason, sizeof dismissal->reason);
    dismissal->at_unix_s = sql_get_int(sql);
}
