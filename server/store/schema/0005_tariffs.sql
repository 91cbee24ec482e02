-- The ledger, version 5: the office's currency, tariffs, and which tariff serves whom. Money is in the currency's minor
-- unit, prices are 0.00001 of the currency per kWh, m3 or hour, percentages 0.0001 %.

-- One currency for one ledger, for ever: no amount says in what it is.
CREATE TABLE office (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  minor_digits INTEGER NOT NULL CHECK (minor_digits BETWEEN 0 AND 3),
  utc_offset_min INTEGER NOT NULL CHECK (utc_offset_min BETWEEN -720 AND 840),
  principal INTEGER NOT NULL REFERENCES principal (id),
  set_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER office_once BEFORE INSERT ON office WHEN EXISTS (SELECT 1 FROM office)
BEGIN SELECT RAISE(ABORT, 'the currency is set once'); END;
CREATE TRIGGER office_unchanged BEFORE UPDATE ON office
BEGIN SELECT RAISE(ABORT, 'the currency is set once'); END;
CREATE TRIGGER office_kept BEFORE DELETE ON office
BEGIN SELECT RAISE(ABORT, 'the currency is set once'); END;

CREATE TABLE tariff (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  utility INTEGER NOT NULL CHECK (utility BETWEEN 1 AND 4)
) STRICT;
CREATE TRIGGER tariff_once BEFORE INSERT ON tariff
  WHEN EXISTS (SELECT 1 FROM tariff WHERE id = NEW.id OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'tariffs are kept'); END;
CREATE TRIGGER tariff_unchanged BEFORE UPDATE ON tariff
BEGIN SELECT RAISE(ABORT, 'tariffs are kept'); END;
CREATE TRIGGER tariff_kept BEFORE DELETE ON tariff
BEGIN SELECT RAISE(ABORT, 'tariffs are kept'); END;

-- The parts of a version come before it, and then nothing is added to them. Kinds: 1 step (up to, price), 2 period
-- (price, share in 0.01 %), 3 charge (kind, amount), 4 tax (percentage, on: 1 energy, 2 charges, 3 both).
CREATE TABLE tariff_part (
  tariff_version INTEGER NOT NULL,
  part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 32),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  name TEXT NOT NULL CHECK ((length(name) > 0) = (kind > 1)),
  a INTEGER NOT NULL CHECK (a >= 0),
  b INTEGER NOT NULL CHECK (b >= 0),
  PRIMARY KEY (tariff_version, part)
) STRICT, WITHOUT ROWID;
-- Kind: 1 single, 2 steps of a month, 3 time of use. Rounding: 1 up, 2 down, 3 half to even. A version with a doubt is
-- in force only when somebody else has approved it.
CREATE TABLE tariff_version (
  id INTEGER PRIMARY KEY,
  tariff INTEGER NOT NULL REFERENCES tariff (id),
  version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  valid_from_unix_s INTEGER NOT NULL,
  free_units_per_month INTEGER NOT NULL CHECK (free_units_per_month >= 0),
  free_carry_months INTEGER NOT NULL CHECK (free_carry_months BETWEEN 0 AND 12),
  fixed_charge_per_month INTEGER NOT NULL CHECK (fixed_charge_per_month >= 0),
  minimum_purchase INTEGER NOT NULL CHECK (minimum_purchase >= 0),
  maximum_purchase INTEGER NOT NULL CHECK (maximum_purchase = 0 OR maximum_purchase >= minimum_purchase),
  round_to INTEGER NOT NULL CHECK (round_to >= 1),
  rounding INTEGER NOT NULL CHECK (rounding BETWEEN 1 AND 3),
  parts INTEGER NOT NULL,
  doubt TEXT NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  put_at_unix_s INTEGER NOT NULL,
  UNIQUE (tariff, version)
) STRICT;
CREATE TABLE tariff_approval (
  tariff_version INTEGER PRIMARY KEY REFERENCES tariff_version (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  approved_at_unix_s INTEGER NOT NULL
) STRICT;

CREATE TRIGGER tariff_part_before_version BEFORE INSERT ON tariff_part
  WHEN EXISTS (SELECT 1 FROM tariff_version WHERE id = NEW.tariff_version)
    OR EXISTS (SELECT 1 FROM tariff_part WHERE tariff_version = NEW.tariff_version AND part = NEW.part)
BEGIN SELECT RAISE(ABORT, 'a version is what it is'); END;
CREATE TRIGGER tariff_part_unchanged BEFORE UPDATE ON tariff_part
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_part_kept BEFORE DELETE ON tariff_part
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_version_next BEFORE INSERT ON tariff_version
BEGIN
  SELECT RAISE(ABORT, 'not the next version') WHERE EXISTS (SELECT 1 FROM tariff_version WHERE id = NEW.id)
    OR NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM tariff_version WHERE tariff = NEW.tariff);
  SELECT RAISE(ABORT, 'parts are missing')
    WHERE NEW.parts <> (SELECT count(*) FROM tariff_part WHERE tariff_version = NEW.id) OR NEW.parts = 0;
  SELECT RAISE(ABORT, 'the first version takes a second person') WHERE NEW.version = 1 AND NEW.doubt = '';
END;
CREATE TRIGGER tariff_version_unchanged BEFORE UPDATE ON tariff_version
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_version_kept BEFORE DELETE ON tariff_version
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_approval_by_another BEFORE INSERT ON tariff_approval
BEGIN
  SELECT RAISE(ABORT, 'a version is approved once, by another person') WHERE NOT EXISTS (
    SELECT 1 FROM tariff_version v WHERE v.id = NEW.tariff_version AND v.doubt <> '' AND v.principal <> NEW.principal
      AND NOT EXISTS (SELECT 1 FROM tariff_approval WHERE tariff_version = v.id));
END;
CREATE TRIGGER tariff_approval_unchanged BEFORE UPDATE ON tariff_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_approval_kept BEFORE DELETE ON tariff_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- The newest row of an organisation, utility and class that has begun counts; no tariff: nothing serves them any more. A
-- row with a doubt counts only when somebody else has approved it.
CREATE TABLE tariff_assignment (
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  utility INTEGER NOT NULL CHECK (utility BETWEEN 1 AND 4),
  class TEXT NOT NULL CHECK (length(class) BETWEEN 1 AND 32),
  tariff INTEGER REFERENCES tariff (id),
  valid_from_unix_s INTEGER NOT NULL,
  doubt TEXT NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  assigned_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TABLE tariff_assignment_approval (
  assignment INTEGER PRIMARY KEY REFERENCES tariff_assignment (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  approved_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER tariff_assignment_approval_by_another BEFORE INSERT ON tariff_assignment_approval
BEGIN
  SELECT RAISE(ABORT, 'an assignment is approved once, by another person') WHERE NOT EXISTS (
    SELECT 1 FROM tariff_assignment a WHERE a.id = NEW.assignment AND a.doubt <> '' AND a.principal <> NEW.principal
      AND NOT EXISTS (SELECT 1 FROM tariff_assignment_approval WHERE assignment = a.id));
END;
CREATE TRIGGER tariff_assignment_approval_unchanged BEFORE UPDATE ON tariff_assignment_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_assignment_approval_kept BEFORE DELETE ON tariff_assignment_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE INDEX tariff_assignment_newest ON tariff_assignment (organisation, utility, class, id);
CREATE TRIGGER tariff_assignment_next BEFORE INSERT ON tariff_assignment
BEGIN
  SELECT RAISE(ABORT, 'assignments are kept') WHERE EXISTS (SELECT 1 FROM tariff_assignment WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'a tariff of another utility') WHERE NEW.tariff IS NOT NULL AND NEW.utility <>
    (SELECT utility FROM tariff WHERE id = NEW.tariff);
END;
CREATE TRIGGER tariff_assignment_unchanged BEFORE UPDATE ON tariff_assignment
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER tariff_assignment_kept BEFORE DELETE ON tariff_assignment
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
