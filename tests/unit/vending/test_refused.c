/* Refusals that the gRPC runtime makes by itself, on their way into the audit chain. */
#include "api/api.h"
#include "world.h"

#include <string.h>

static void paths_become_actions(void **state)
{
    struct world *world = *state;
    char path[200] = "/metervault.v1.TokenService/";
    memset(path + strlen(path), 'x', 150);
    mv_status malformed = mv_fail(MV_INVALID_FIELD, "message");
    api_refused(world->vend, "seller", "/metervault.v1.TokenService/IssueCredit", malformed);
    api_refused(world->vend, NULL, "/metervault.v1.AuditService/ExportAudit", mv_fail(MV_NOT_AUTHENTICATED, NULL));
    api_refused(world->vend, "seller", "/grpc.health.v1.Health/Check", malformed);
    api_refused(world->vend, "seller", RPC_UNKNOWN_PATH, mv_fail(MV_METHOD_UNKNOWN, NULL));
    api_refused(world->vend, "seller", path, malformed);
    api_refused(world->vend, "seller", "", mv_fail(MV_METHOD_UNKNOWN, NULL));
    world_restart(world); /* an orderly end leaves nothing in the queue */
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "INVALID_FIELD"), 1);
    assert_int_equal(world_audit_count(world, "AuditService.ExportAudit", "NOT_AUTHENTICATED"), 1);
    assert_int_equal(world_audit_count(world, "grpc.health.v1.Health.Check", "INVALID_FIELD"), 1);
    assert_int_equal(world_audit_count(world, "unknown-method", "METHOD_UNKNOWN"), 1);
    assert_int_equal(world_audit_count(world, NULL, "INVALID_FIELD"), 3);
    world_audit_verify(world);
}

/* The writer takes its jobs in order: once it answered this, it has done all before. */
static void settle(struct world *world)
{
    struct vend_meter meter;
    struct vend_caller nobody = world_caller("settler");
    char pan[19];
    assert_refused(MV_PRINCIPAL_UNKNOWN, vend_get_meter(world->vend, &nobody, world_pan(1, pan), &meter));
}

static void refusals_of_the_protocol_are_recorded(void **state)
{
    struct world *world = *state;
    mv_status malformed = mv_fail(MV_INVALID_FIELD, "message");
    for (int i = 0; i < 5; i++)
        vend_refused(world->vend, "seller", "TokenService.IssueCredit", malformed);
    vend_refused(world->vend, NULL, "TokenService.IssueCredit", mv_fail(MV_NOT_AUTHENTICATED, NULL));
    vend_refused(world->vend, "seller", "TokenService.IssueCredit", mv_fail(MV_SERVER_BUSY, NULL));
    settle(world);
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "INVALID_FIELD"), 1);
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "NOT_AUTHENTICATED"), 1);
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "SERVER_BUSY"), 0);
    world_step(1, 1);
    vend_refresh(world->vend);
    assert_int_equal(world_audit_count(world, "TokenService.IssueCredit", "INVALID_FIELD"), 2);
    assert_true(world_audit_has(world, "repeated=4 "));
    assert_int_equal(world_audit_count(world, "refusals.dropped", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paths_become_actions, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(refusals_of_the_protocol_are_recorded, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
