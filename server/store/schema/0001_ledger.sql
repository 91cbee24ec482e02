-- The ledger, version 1. Times are UTC, tid is absolute minutes since 1993-01-01T00:00Z, quantities are in the unit of the
-- meter's utility (Wh, litres, seconds). History is never edited: sale and audit take rows and give none back.

-- What the ledger remembers of itself.
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last_time_unix_s INTEGER NOT NULL CHECK (last_time_unix_s >= 0),
  catalogue_generation INTEGER NOT NULL CHECK (catalogue_generation >= 0),
  clock_unconfirmed INTEGER NOT NULL CHECK (clock_unconfirmed IN (0, 1))
) STRICT;
INSERT INTO ledger VALUES (1, 0, 0, 0);

-- A tree that only grows: a parent is older than its children and stays their parent, so there are no cycles.
CREATE TABLE organisation (
  id INTEGER PRIMARY KEY,
  parent INTEGER REFERENCES organisation (id),
  name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
  CHECK ((parent IS NULL) = (id = 1)),
  CHECK (parent < id)
) STRICT;
CREATE TRIGGER organisation_stays BEFORE UPDATE OF id, parent ON organisation WHEN NEW.id <> OLD.id OR NEW.parent <> OLD.parent
BEGIN SELECT RAISE(ABORT, 'an organisation keeps its parent'); END;
CREATE TRIGGER organisation_kept BEFORE DELETE ON organisation
BEGIN SELECT RAISE(ABORT, 'organisations are kept'); END;
INSERT INTO organisation VALUES (1, NULL, 'root');

CREATE TABLE supply_group_grant (
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  sgc TEXT NOT NULL CHECK (length(sgc) = 6),
  PRIMARY KEY (organisation, sgc)
) STRICT, WITHOUT ROWID;

CREATE TABLE principal (
  id INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
  roles INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 4294967295),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
) STRICT;
CREATE TRIGGER principal_kept BEFORE DELETE ON principal
BEGIN SELECT RAISE(ABORT, 'principals are kept'); END;

CREATE TABLE meter (
  id INTEGER PRIMARY KEY,
  pan TEXT NOT NULL UNIQUE CHECK (length(pan) = 18),
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  utility INTEGER NOT NULL,
  state INTEGER NOT NULL,
  sgc TEXT NOT NULL CHECK (length(sgc) = 6),
  krn INTEGER NOT NULL,
  ti INTEGER NOT NULL,
  kt INTEGER NOT NULL,
  ken INTEGER NOT NULL,
  ea INTEGER NOT NULL,
  dkga INTEGER NOT NULL,
  base_date INTEGER NOT NULL,
  registered_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER meter_kept BEFORE DELETE ON meter
BEGIN SELECT RAISE(ABORT, 'meters are kept'); END;

-- The last token identifier of each meter, 0 before its first token. Apart from meter, because every sale writes it and
-- several hundred of these rows share a page.
CREATE TABLE meter_tid (
  meter INTEGER PRIMARY KEY REFERENCES meter (id),
  last_tid INTEGER NOT NULL CHECK (last_tid >= 0)
) STRICT;
CREATE TRIGGER meter_tid_rises BEFORE UPDATE ON meter_tid WHEN NEW.meter <> OLD.meter OR NEW.last_tid <= OLD.last_tid
BEGIN SELECT RAISE(ABORT, 'tid does not rise'); END;
CREATE TRIGGER meter_tid_once BEFORE INSERT ON meter_tid WHEN EXISTS (SELECT 1 FROM meter_tid WHERE meter = NEW.meter)
BEGIN SELECT RAISE(ABORT, 'tid is kept'); END;
CREATE TRIGGER meter_tid_kept BEFORE DELETE ON meter_tid
BEGIN SELECT RAISE(ABORT, 'tid is kept'); END;

-- A till. Its number is the upper part of the number of its sales.
CREATE TABLE terminal (
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 8388607),
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL,
  UNIQUE (organisation, name)
) STRICT;
CREATE TRIGGER terminal_stays BEFORE UPDATE ON terminal
BEGIN SELECT RAISE(ABORT, 'terminals are kept'); END;
CREATE TRIGGER terminal_kept BEFORE DELETE ON terminal
BEGIN SELECT RAISE(ABORT, 'terminals are kept'); END;

-- id = terminal * 2^40 + receipt: the receipt series is the table's own order and needs no index and no counter.
CREATE TABLE sale (
  id INTEGER PRIMARY KEY,
  terminal INTEGER AS (id >> 40) VIRTUAL,
  receipt INTEGER AS (id & 1099511627775) VIRTUAL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  meter INTEGER NOT NULL,
  tid INTEGER NOT NULL CHECK (tid > 0),
  carrier INTEGER NOT NULL,
  subclass INTEGER NOT NULL,
  requested INTEGER NOT NULL CHECK (requested > 0),
  encoded INTEGER NOT NULL CHECK (encoded >= requested),
  digits TEXT NOT NULL CHECK (length(digits) = 20),
  tag BLOB NOT NULL CHECK (length(tag) = 16),
  vending_kcv BLOB NOT NULL CHECK (length(vending_kcv) = 3),
  issued_at_unix_s INTEGER NOT NULL,
  sgc TEXT NOT NULL,
  krn INTEGER NOT NULL,
  ti INTEGER NOT NULL,
  kt INTEGER NOT NULL,
  ken INTEGER NOT NULL,
  ea INTEGER NOT NULL,
  dkga INTEGER NOT NULL,
  base_date INTEGER NOT NULL,
  UNIQUE (principal, request_id)
) STRICT;

-- The last sale of a principal at a terminal of this name, for LastResponse.
CREATE TABLE last_sale (
  principal INTEGER NOT NULL,
  terminal_name TEXT NOT NULL,
  sale INTEGER NOT NULL,
  PRIMARY KEY (principal, terminal_name)
) STRICT, WITHOUT ROWID;

-- A sale takes the next receipt of a till that exists and a tid above all others of a meter that exists. So a tid is
-- unique per meter without an index: one over random meters would write a page of its own for every sale.
CREATE TRIGGER sale_in_order BEFORE INSERT ON sale
BEGIN
  SELECT RAISE(ABORT, 'receipt leaves a gap')
    WHERE (NEW.id & 1099511627775) <> 1 AND NOT EXISTS (SELECT 1 FROM sale WHERE id = NEW.id - 1);
  SELECT RAISE(ABORT, 'tid does not rise')
    WHERE NOT EXISTS (SELECT 1 FROM meter_tid WHERE meter = NEW.meter AND last_tid < NEW.tid);
END;
CREATE TRIGGER sale_noted AFTER INSERT ON sale
BEGIN
  UPDATE meter_tid SET last_tid = NEW.tid WHERE meter = NEW.meter;
  INSERT INTO last_sale VALUES (NEW.principal, (SELECT name FROM terminal WHERE id = NEW.id >> 40), NEW.id)
    ON CONFLICT DO UPDATE SET sale = excluded.sale;
END;
CREATE TRIGGER sale_unchanged BEFORE UPDATE ON sale
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER sale_kept BEFORE DELETE ON sale
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- The audit chain (server/audit/README.md). id = chain * 2^40 + sequence, for the same reason as in sale.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY CHECK (id > 1099511627776),
  chain INTEGER AS (id >> 40) VIRTUAL,
  sequence INTEGER AS (id & 1099511627775) VIRTUAL,
  time_unix_us INTEGER NOT NULL CHECK (time_unix_us >= 0),
  principal TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
  WHEN (NEW.id & 1099511627775) <> 1 AND NOT EXISTS (SELECT 1 FROM audit WHERE id = NEW.id - 1)
BEGIN SELECT RAISE(ABORT, 'sequence leaves a gap'); END;
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
