"""Time passes, clocks are set, processes start again."""
import world
from session import Device, Session

HOUR, DAY = 3600, 86400
JUMPS = (10, 700, HOUR, 5 * HOUR, DAY, DAY, 9 * DAY, 25 * DAY, 40 * DAY, 200 * DAY)
END = world.day(2050)


def advance(session: Session, seconds: int) -> None:
    session.clock.advance(seconds)
    session.set_clock()


def moments(session: Session) -> None:
    """Between two operations."""
    if session.rng.random() < 0.6:
        advance(session, session.rng.randrange(120))


def jump(session: Session, _device: Device) -> None:
    if session.clock.real_s < END:
        advance(session, session.rng.choice(JUMPS) + session.rng.randrange(HOUR))


def to_midnight(session: Session, _device: Device) -> None:
    """Where the reserved minute is."""
    advance(session, (DAY - session.clock.real_s % DAY) % DAY + session.rng.randrange(150))


def step(session: Session, _device: Device) -> None:
    """Somebody sets the server's clock."""
    session.clock.step(session.rng.choice((-1, 1)) * session.rng.choice((1200, 2400, HOUR, 5 * HOUR, DAY, 40 * DAY)))
    session.set_clock()
    session.counts["clock stepped"] += 1


def confirm(session: Session, _device: Device) -> None:
    if not session.clock.unconfirmed and session.rng.random() < 0.9:
        return
    said = session.clock.real_s + session.rng.choice((0, 0, 5, 3000))
    outcome = session.clock.confirm(said)
    session.expect(outcome if outcome == "ok" else f"refused {outcome}", "confirm-clock", "officer1", said)


def restart_server(session: Session, _device: Device) -> None:
    if not session.clock.restart_is_plain():
        return
    session.clock.restart()
    session.expect("ok", "server", "restart")
    session.counts["server restarted"] += 1


def restart_keys(session: Session, _device: Device) -> None:
    session.expect("ok", "hsmd", "restart")
    session.expect("ok", "server", "refresh")
    session.clock.refreshed()


OPERATIONS = [(4, jump), (0.7, to_midnight), (0.15, step), (3, confirm), (0.15, restart_server),
              (0.01, restart_keys)]
