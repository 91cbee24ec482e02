-- The ledger, version 10: what a record brings is sold at a price too.

-- A kind more of orders: 4 credit that the record of the same request brings. It has a receipt and a bill as other
-- credit, and no token: no digits, no tid. The table's checks cannot be changed, so it is copied; triggers of
-- other tables that name it stay as they are.
PRAGMA legacy_alter_table = ON;
CREATE TABLE sale_next (
  id INTEGER PRIMARY KEY,
  terminal INTEGER AS (id >> 40) VIRTUAL,
  receipt INTEGER AS (id & 1099511627775) VIRTUAL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  meter INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4),
  key_change INTEGER,
  tid INTEGER NOT NULL CHECK (tid >= 0 AND (tid > 0) = (kind < 2)),
  carrier INTEGER NOT NULL,
  subclass INTEGER NOT NULL CHECK (subclass BETWEEN 0 AND iif(kind IN (0, 4), 7, iif(kind = 3, 0, 15))),
  requested INTEGER NOT NULL CHECK (requested >= (kind IN (0, 4))),
  encoded INTEGER NOT NULL CHECK (encoded >= requested),
  digits TEXT NOT NULL CHECK (length(digits) = iif(kind > 2, 0, 20)),
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
  UNIQUE (principal, request_id),
  CHECK (kind <> 3 OR key_change IS NOT NULL AND encoded = 0 AND tag = zeroblob(16)),
  CHECK (kind <> 4 OR key_change IS NULL AND tag = zeroblob(16) AND vending_kcv = zeroblob(3) AND carrier = 2)
) STRICT;
INSERT INTO sale_next
  SELECT id, principal, request_id, digest, meter, previous, kind, key_change, tid, carrier, subclass,
    requested, encoded, digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date
  FROM sale ORDER BY id;
DROP TABLE sale;
ALTER TABLE sale_next RENAME TO sale;
PRAGMA legacy_alter_table = OFF;

CREATE TRIGGER sale_in_order BEFORE INSERT ON sale
BEGIN
  SELECT RAISE(ABORT, 'receipt leaves a gap')
    WHERE (NEW.id & 1099511627775) <> 1 AND NOT EXISTS (SELECT 1 FROM sale WHERE id = NEW.id - 1);
  SELECT RAISE(ABORT, 'not the pending key change') WHERE NEW.key_change IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM meter WHERE id = NEW.meter AND pending_change = NEW.key_change);
END;
CREATE TRIGGER sale_noted AFTER INSERT ON sale
BEGIN
  UPDATE meter_tid SET last_tid = iif(NEW.kind > 1, last_tid, NEW.tid), last_sale = NEW.id WHERE meter = NEW.meter;
  SELECT RAISE(ABORT, 'no such meter') WHERE changes() = 0;
  INSERT INTO last_sale VALUES (NEW.principal, (SELECT name FROM terminal WHERE id = NEW.id >> 40), NEW.id)
    ON CONFLICT DO UPDATE SET sale = excluded.sale;
END;
CREATE TRIGGER sale_unchanged BEFORE UPDATE ON sale
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER sale_kept BEFORE DELETE ON sale
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER sale_not_cancelled BEFORE INSERT ON sale
  WHEN EXISTS (SELECT 1 FROM cancelled_request WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the request id was given up'); END;
-- A request id is one order, whatever carries it to the meter: one sale never credits twice. The record comes first.
CREATE TRIGGER sale_is_no_record BEFORE INSERT ON sale
  WHEN (NEW.kind = 4) <>
    EXISTS (SELECT 1 FROM record WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the request id is taken'); END;
CREATE TRIGGER sale_of_record BEFORE INSERT ON sale
  WHEN NEW.kind = 4 AND NOT EXISTS (SELECT 1 FROM record WHERE principal = NEW.principal AND request_id = NEW.request_id
    AND (meter, kind, part, parts, amount) = (NEW.meter, 1, 1, 1, NEW.encoded))
BEGIN SELECT RAISE(ABORT, 'not what the record brings'); END;

DROP TRIGGER bill_adds_up;
CREATE TRIGGER bill_adds_up BEFORE INSERT ON bill
BEGIN
  SELECT RAISE(ABORT, 'bills are kept') WHERE EXISTS (SELECT 1 FROM bill WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'the lines do not add up to the bill')
    WHERE NEW.total <> (SELECT coalesce(sum(amount), 0) FROM bill_line WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'not what was sold') WHERE NOT EXISTS (
    SELECT 1 FROM sale s JOIN account a ON a.id = NEW.account AND a.meter = s.meter AND a.state = 1
      WHERE s.id = NEW.sale AND s.kind IN (0, 4) AND s.encoded = NEW.free_units + NEW.paid_units
        AND a.version = NEW.account_version);
  SELECT RAISE(ABORT, 'not a tariff version that was in force') WHERE NOT EXISTS (
    SELECT 1 FROM sale s, tariff t JOIN tariff_version v ON v.tariff = t.id
      LEFT JOIN tariff_approval p ON p.tariff_version = v.id
      WHERE s.id = NEW.sale AND t.name = NEW.tariff AND v.version = NEW.tariff_version
        AND (v.doubt = '' OR p.principal NOT NULL)
        AND max(v.valid_from_unix_s, v.put_at_unix_s, coalesce(p.approved_at_unix_s, 0)) <= s.issued_at_unix_s);
  SELECT RAISE(ABORT, 'not the account''s next bill')
    WHERE NOT EXISTS (SELECT 1 FROM account_tally WHERE account = NEW.account AND last_bill = NEW.previous);
  SELECT RAISE(ABORT, 'not the balance before and what was kept or paid with') WHERE NEW.balance <>
    (SELECT balance FROM account_tally WHERE account = NEW.account)
    + iif(NEW.change_kept = 1, NEW.tendered - NEW.total, 0) - iif(NEW.payment = 5, NEW.total, 0);
  SELECT RAISE(ABORT, 'the month does not go on from the bill before') WHERE NEW.previous <> 0 AND NOT EXISTS (
    SELECT 1 FROM bill p WHERE p.sale = NEW.previous AND NEW.charged_through >= p.charged_through
      AND (NEW.month > p.month AND NEW.month_free = NEW.free_units AND NEW.month_paid = NEW.paid_units
        OR NEW.month = p.month AND NEW.month_free = p.month_free + NEW.free_units
          AND NEW.month_paid = p.month_paid + NEW.paid_units));
  SELECT RAISE(ABORT, 'the first month begins with nothing') WHERE NEW.previous = 0
    AND (NEW.month_free, NEW.month_paid) <> (NEW.free_units, NEW.paid_units);
END;
