-- The ledger, version 9: what tills take in and pay out besides sales is in their batches too, and a deposit that was
-- sold on is not taken back. Money is in the currency's minor unit.

-- Of account_act the numbers after one, through another. A batch of a till begins where it is started; banking and
-- settlement go on from the one before.
CREATE TABLE batch_act_start (
  batch INTEGER PRIMARY KEY REFERENCES batch (id),
  after INTEGER NOT NULL CHECK (after >= 0)
) STRICT;
CREATE TABLE batch_act_end (
  batch INTEGER PRIMARY KEY REFERENCES batch (id),
  through INTEGER NOT NULL CHECK (through >= 0)
) STRICT;
-- Batches that ended before have no such sums, and so no acts. The index finds the last act until a time at once,
-- however many acts there are.
CREATE INDEX act_time ON account_act (at_unix_s, id);
INSERT INTO batch_act_end SELECT e.batch, coalesce((SELECT id FROM account_act WHERE at_unix_s <= e.ended_at_unix_s
    ORDER BY at_unix_s DESC, id DESC LIMIT 1), 0) FROM batch_end e;
INSERT INTO batch_act_start SELECT b.id, CASE WHEN t.through NOT NULL THEN t.through
    WHEN b.kind < 3 THEN coalesce((SELECT id FROM account_act WHERE at_unix_s < b.started_at_unix_s
      ORDER BY at_unix_s DESC, id DESC LIMIT 1), 0)
    ELSE coalesce((SELECT l.through FROM batch p JOIN batch_act_end l ON l.batch = p.id
      WHERE (p.kind, p.organisation, p.terminal, p.number) = (b.kind, b.organisation, b.terminal, b.number - 1)), 0) END
  FROM batch b LEFT JOIN batch_act_end t ON t.batch = b.id;
DROP INDEX act_time;

-- What the acts of a batch come to. Sums from now on also: 7 taken in besides sales and 8 paid out, by payment kind; 9 the
-- same money by kind of act. Only acts of the organisation's people are looked at: the first settlement of a young
-- organisation does not read an old ledger.
CREATE INDEX act_of_principal ON account_act (principal);
CREATE VIEW batch_counter AS
  WITH counter (batch, kind, payment, amount) AS NOT MATERIALIZED (
    SELECT b.id, a.kind, a.payment, a.amount FROM batch b JOIN batch_act_start f ON f.batch = b.id
      LEFT JOIN batch_act_end t ON t.batch = b.id
      CROSS JOIN principal p ON p.organisation = b.organisation AND (b.kind <> 1 OR p.id = b.principal)
      CROSS JOIN account_act a ON a.principal = p.id AND a.id > f.after
        AND a.id <= coalesce(t.through, 9223372036854775807)
      WHERE a.payment BETWEEN 1 AND 4 AND b.terminal IN ('', a.terminal))
  SELECT batch, iif(kind IN (7, 8), 8, 7) AS what, payment AS key, count(*) AS count, sum(amount) AS amount
    FROM counter GROUP BY 1, 2, 3
  UNION ALL SELECT batch, 9, kind, count(*), sum(amount) FROM counter GROUP BY 1, 3;

CREATE TRIGGER batch_begins_acts AFTER INSERT ON batch
BEGIN
  INSERT INTO batch_act_start SELECT NEW.id, iif(NEW.kind < 3, coalesce((SELECT max(id) FROM account_act), 0),
    coalesce((SELECT l.through FROM batch p JOIN batch_act_end l ON l.batch = p.id WHERE
      (p.kind, p.organisation, p.terminal, p.number) = (NEW.kind, NEW.organisation, NEW.terminal, NEW.number - 1)), 0));
END;
CREATE TRIGGER batch_act_start_once BEFORE INSERT ON batch_act_start
  WHEN EXISTS (SELECT 1 FROM batch_act_start WHERE batch = NEW.batch)
BEGIN SELECT RAISE(ABORT, 'acts begin with their batch'); END;
CREATE TRIGGER batch_act_start_unchanged BEFORE UPDATE ON batch_act_start
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_act_start_kept BEFORE DELETE ON batch_act_start
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_act_end_now BEFORE INSERT ON batch_act_end
  WHEN NEW.through <> (SELECT coalesce(max(id), 0) FROM account_act)
    OR EXISTS (SELECT 1 FROM batch_act_end WHERE batch = NEW.batch)
    OR EXISTS (SELECT 1 FROM batch_end WHERE batch = NEW.batch)
BEGIN SELECT RAISE(ABORT, 'acts end with their batch'); END;
CREATE TRIGGER batch_act_end_unchanged BEFORE UPDATE ON batch_act_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_act_end_kept BEFORE DELETE ON batch_act_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_end_has_acts BEFORE INSERT ON batch_end
BEGIN
  SELECT RAISE(ABORT, 'without the acts of its tills')
    WHERE NOT EXISTS (SELECT 1 FROM batch_act_end WHERE batch = NEW.batch);
  SELECT RAISE(ABORT, 'the sums are not what the acts say') WHERE EXISTS (
      SELECT what, key, count, amount FROM batch_counter WHERE batch = NEW.batch
      EXCEPT SELECT what, key, count, amount FROM batch_sum WHERE batch = NEW.batch)
    OR EXISTS (
      SELECT what, key, count, amount FROM batch_sum WHERE batch = NEW.batch AND what BETWEEN 7 AND 9
      EXCEPT SELECT what, key, count, amount FROM batch_counter WHERE batch = NEW.batch);
END;

-- No row that a decision makes leaves less than the limit: sales and what is taken in have their trigger.
CREATE TRIGGER vendor_entry_deposit_there BEFORE INSERT ON vendor_entry WHEN NEW.kind = 2
BEGIN
  SELECT RAISE(ABORT, 'the deposit was sold on') WHERE NOT EXISTS (
    SELECT 1 FROM vendor_terms WHERE vendor = NEW.vendor AND version = NEW.terms AND NEW.balance + credit_limit >= 0);
END;
