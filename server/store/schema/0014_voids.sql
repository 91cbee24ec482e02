-- The ledger, version 14: purchases by record that are taken back before the meter has them.

-- A purchase that brings nothing takes the place of an earlier one: a meter that takes it has the other one already, or
-- never will.
CREATE TABLE record_void (
  record INTEGER PRIMARY KEY,
  voided INTEGER NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER record_void_new BEFORE INSERT ON record_void
BEGIN
  SELECT RAISE(ABORT, 'voids are kept')
    WHERE EXISTS (SELECT 1 FROM record_void WHERE record = NEW.record OR voided = NEW.voided);
  SELECT RAISE(ABORT, 'not a later purchase that brings nothing') WHERE NOT EXISTS (
    SELECT 1 FROM record v JOIN record s ON s.id = NEW.voided AND s.meter = v.meter AND s.epoch = v.epoch
      WHERE v.id = NEW.record AND v.id = (SELECT max(id) FROM record) AND v.kind = 1 AND v.amount = 0 AND v.arrears = 0
        AND s.kind = 1 AND s.amount > 0 AND s.sequence < v.sequence);
END;
CREATE TRIGGER record_void_unchanged BEFORE UPDATE ON record_void
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER record_void_kept BEFORE DELETE ON record_void
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- What a return showed that answers the newest read request and has the voiding record: the meter had taken the other one
-- before it (`taken`), or never will.
CREATE TABLE record_void_end (
  record INTEGER PRIMARY KEY REFERENCES record_void (record),
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  taken INTEGER NOT NULL CHECK (taken IN (0, 1))
) STRICT;
CREATE INDEX record_void_end_of_return ON record_void_end (meter, epoch, sequence);
CREATE TRIGGER record_void_end_new BEFORE INSERT ON record_void_end
BEGIN
  SELECT RAISE(ABORT, 'voids are kept') WHERE EXISTS (SELECT 1 FROM record_void_end WHERE record = NEW.record);
  SELECT RAISE(ABORT, 'the return does not prove it') WHERE NOT EXISTS (
    SELECT 1 FROM record v JOIN record_return r ON r.meter = v.meter AND r.epoch = v.epoch AND r.sequence = NEW.sequence
      WHERE v.id = NEW.record AND (v.meter, v.epoch) = (NEW.meter, NEW.epoch)
        AND r.answers = (SELECT max(id) FROM record WHERE meter = v.meter AND epoch = v.epoch AND kind = 4)
        AND NOT EXISTS (SELECT 1 FROM record_return l
          WHERE l.meter = v.meter AND l.epoch = v.epoch AND l.sequence > r.sequence));
END;
CREATE TRIGGER record_void_end_unchanged BEFORE UPDATE ON record_void_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER record_void_end_kept BEFORE DELETE ON record_void_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

DROP TRIGGER claim_is_good;
CREATE TRIGGER claim_is_good BEFORE INSERT ON account_act WHEN NEW.kind = 9 AND NOT EXISTS (
    SELECT 1 FROM claim c WHERE c.id = NEW.other AND c.kind < 3 AND (c.account, c.amount) = (NEW.account, NEW.amount)
      AND ((SELECT count(*) FROM claim_approval WHERE claim = c.id) >= 2
        OR EXISTS (SELECT 1 FROM claim_proof WHERE claim = c.id)
        OR c.kind = 1 AND EXISTS (SELECT 1 FROM sale s
          JOIN record r ON r.principal = s.principal AND r.request_id = s.request_id
          JOIN record_void v ON v.voided = r.id JOIN record_void_end e ON e.record = v.record
          WHERE s.id = c.sale AND e.taken = 0)))
BEGIN SELECT RAISE(ABORT, 'not what two officers agreed to or a return proves'); END;

-- A sale that is void is reversed although somebody confirmed it.
DROP TRIGGER claim_new;
CREATE TRIGGER claim_new BEFORE INSERT ON claim
BEGIN
  SELECT RAISE(ABORT, 'claims are kept') WHERE EXISTS (SELECT 1 FROM claim WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'not the sale''s money, or the sale is done with') WHERE NEW.kind = 1 AND (NOT EXISTS (
      SELECT 1 FROM bill b JOIN sale s ON s.id = b.sale WHERE b.sale = NEW.sale AND b.account = NEW.account
        AND s.meter = NEW.meter AND b.total = NEW.amount)
    OR EXISTS (SELECT 1 FROM sale_confirmation WHERE sale = NEW.sale) AND NOT EXISTS (SELECT 1 FROM sale s
      JOIN record r ON r.principal = s.principal AND r.request_id = s.request_id
      JOIN record_void v ON v.voided = r.id JOIN record_void_end e ON e.record = v.record
      WHERE s.id = NEW.sale AND e.taken = 0));
  SELECT RAISE(ABORT, 'the account never had that meter') WHERE NOT EXISTS (
    SELECT 1 FROM account_version WHERE account = NEW.account AND meter = NEW.meter);
END;
