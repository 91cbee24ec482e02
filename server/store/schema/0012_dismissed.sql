-- The ledger, version 12: tariff versions and assignments that waited for a second person and are not to be. Who put one in
-- takes it back, without a reason; anybody else rejects it and says why.
CREATE TABLE tariff_dismissal (
  tariff_version INTEGER PRIMARY KEY REFERENCES tariff_version (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  reason TEXT NOT NULL,
  dismissed_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER tariff_dismissal_of_what_waits BEFORE INSERT ON tariff_dismissal
BEGIN
  SELECT RAISE(ABORT, 'what waits is taken back, or rejected with a reason') WHERE NOT EXISTS (
    SELECT 1 FROM tariff_version WHERE id = NEW.tariff_version AND doubt <> ''
      AND (principal = NEW.principal) = (NEW.reason = ''));
  SELECT RAISE(ABORT, 'a version is dismissed once, and not when it is approved')
    WHERE EXISTS (SELECT 1 FROM tariff_approval WHERE tariff_version = NEW.tariff_version)
      OR EXISTS (SELECT 1 FROM tariff_dismissal WHERE tariff_version = NEW.tariff_version);
END;
CREATE TRIGGER tariff_dismissal_unchanged BEFORE UPDATE ON tariff_dismissal
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_dismissal_kept BEFORE DELETE ON tariff_dismissal
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_approval_of_what_waits BEFORE INSERT ON tariff_approval
  WHEN EXISTS (SELECT 1 FROM tariff_dismissal WHERE tariff_version = NEW.tariff_version)
BEGIN SELECT RAISE(ABORT, 'the version was dismissed'); END;

CREATE TABLE tariff_assignment_dismissal (
  assignment INTEGER PRIMARY KEY REFERENCES tariff_assignment (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  reason TEXT NOT NULL,
  dismissed_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER tariff_assignment_dismissal_of_what_waits BEFORE INSERT ON tariff_assignment_dismissal
BEGIN
  SELECT RAISE(ABORT, 'what waits is taken back, or rejected with a reason') WHERE NOT EXISTS (
    SELECT 1 FROM tariff_assignment WHERE id = NEW.assignment AND doubt <> ''
      AND (principal = NEW.principal) = (NEW.reason = ''));
  SELECT RAISE(ABORT, 'an assignment is dismissed once, and not when it is approved')
    WHERE EXISTS (SELECT 1 FROM tariff_assignment_approval WHERE assignment = NEW.assignment)
      OR EXISTS (SELECT 1 FROM tariff_assignment_dismissal WHERE assignment = NEW.assignment);
END;
CREATE TRIGGER tariff_assignment_dismissal_unchanged BEFORE UPDATE ON tariff_assignment_dismissal
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_assignment_dismissal_kept BEFORE DELETE ON tariff_assignment_dismissal
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_assignment_approval_of_what_waits BEFORE INSERT ON tariff_assignment_approval
  WHEN EXISTS (SELECT 1 FROM tariff_assignment_dismissal WHERE assignment = NEW.assignment)
BEGIN SELECT RAISE(ABORT, 'the assignment was dismissed'); END;
