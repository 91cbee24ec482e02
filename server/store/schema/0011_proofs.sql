-- The ledger, version 11: what a meter's return proves, in place of two officers.

-- What stood in the ledger when a read request was signed: the last token of the meter, and the account that had it (0
-- none). Requests that are older than this version have none, and what answers them proves nothing.
CREATE TABLE read_mark (
  read_request INTEGER PRIMARY KEY,
  last_tid INTEGER NOT NULL,
  account INTEGER NOT NULL
) STRICT;
CREATE TRIGGER read_marked AFTER INSERT ON record WHEN NEW.kind = 4
BEGIN
  INSERT INTO read_mark SELECT NEW.id, t.last_tid,
      coalesce((SELECT id FROM account WHERE meter = NEW.meter AND state <> 3), 0)
    FROM meter_tid t WHERE t.meter = NEW.meter;
END;
CREATE TRIGGER read_mark_of_now BEFORE INSERT ON read_mark
  WHEN EXISTS (SELECT 1 FROM read_mark WHERE read_request >= NEW.read_request)
    OR NEW.read_request <> (SELECT max(id) FROM record)
BEGIN SELECT RAISE(ABORT, 'a read request is marked when it is signed'); END;
CREATE TRIGGER read_mark_unchanged BEFORE UPDATE ON read_mark
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER read_mark_kept BEFORE DELETE ON read_mark
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- Claims for credit left in a meter that are good by a return: the newest of the meter, an answer to its newest read
-- request. That was signed while the account had the meter, as it has still, and after all that was sold to the meter.
-- No return tells whether that credit left the meter, so it is given back once until a reset, by which an engineer is to
-- clear it, begins the next epoch.
CREATE TABLE claim_proof (
  claim INTEGER PRIMARY KEY REFERENCES claim (id),
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  UNIQUE (meter, epoch)
) STRICT;
CREATE TRIGGER claim_proof_new BEFORE INSERT ON claim_proof
BEGIN
  SELECT RAISE(ABORT, 'credit is given back once') WHERE EXISTS (SELECT 1 FROM claim_proof WHERE claim = NEW.claim)
    OR EXISTS (SELECT 1 FROM claim_proof WHERE (meter, epoch) = (NEW.meter, NEW.epoch));
  SELECT RAISE(ABORT, 'not credit in a meter that the account has') WHERE NOT EXISTS (
    SELECT 1 FROM claim c JOIN account a ON a.id = c.account AND a.meter = c.meter AND a.state <> 3
      WHERE c.id = NEW.claim AND c.kind > 1 AND c.meter = NEW.meter);
  SELECT RAISE(ABORT, 'the return does not prove it') WHERE NOT EXISTS (
    SELECT 1 FROM record_meter k
      JOIN record_return r ON r.meter = k.meter AND r.epoch = k.epoch AND r.sequence = NEW.sequence
      JOIN read_mark m ON m.read_request = r.answers
      JOIN meter_tid t ON t.meter = k.meter AND t.last_tid = m.last_tid
      JOIN claim c ON c.id = NEW.claim AND c.account = m.account
      WHERE k.meter = NEW.meter AND k.epoch = NEW.epoch
        AND NOT EXISTS (SELECT 1 FROM record_return l
          WHERE l.meter = k.meter AND l.epoch = k.epoch AND l.sequence > r.sequence)
        AND NOT EXISTS (SELECT 1 FROM record l
          WHERE l.meter = k.meter AND l.epoch = k.epoch AND l.kind IN (1, 4) AND l.id > m.read_request));
END;
CREATE TRIGGER claim_proof_unchanged BEFORE UPDATE ON claim_proof
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER claim_proof_kept BEFORE DELETE ON claim_proof
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

DROP TRIGGER claim_is_good;
CREATE TRIGGER claim_is_good BEFORE INSERT ON account_act WHEN NEW.kind = 9 AND NOT EXISTS (
    SELECT 1 FROM claim c WHERE c.id = NEW.other AND c.kind < 3 AND (c.account, c.amount) = (NEW.account, NEW.amount)
      AND ((SELECT count(*) FROM claim_approval WHERE claim = c.id) >= 2
        OR EXISTS (SELECT 1 FROM claim_proof WHERE claim = c.id)))
BEGIN SELECT RAISE(ABORT, 'not what two officers agreed to or a return proves'); END;

DROP TRIGGER free_issue_new;
CREATE TRIGGER free_issue_new BEFORE INSERT ON free_issue
BEGIN
  SELECT RAISE(ABORT, 'not a sale without a price') WHERE NOT EXISTS (
    SELECT 1 FROM sale WHERE id = NEW.sale AND kind = 0) OR EXISTS (SELECT 1 FROM bill WHERE sale = NEW.sale)
      OR EXISTS (SELECT 1 FROM free_issue WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'not what two officers agreed to or a return proves') WHERE NEW.claim IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM claim c JOIN sale s ON s.id = NEW.sale JOIN account a ON a.id = c.account AND a.meter = s.meter
      WHERE c.id = NEW.claim AND c.kind = 3 AND s.requested = c.amount AND s.meter <> c.meter
        AND ((SELECT count(*) FROM claim_approval WHERE claim = c.id) >= 2
          OR EXISTS (SELECT 1 FROM claim_proof WHERE claim = c.id)));
END;
