-- The ledger, version 2: every kind of order, the keys that a meter held, key changes, approvals.

-- A move of meters to another supply group as an officer proposed it. text is what the other officers sign.
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 255),
  from_sgc TEXT NOT NULL CHECK (length(from_sgc) = 6),
  to_sgc TEXT NOT NULL CHECK (length(to_sgc) = 6 AND to_sgc <> from_sgc),
  pan TEXT NOT NULL CHECK (length(pan) IN (0, 18)),
  expires_unix_s INTEGER NOT NULL CHECK (expires_unix_s > proposed_at_unix_s),
  proposer INTEGER NOT NULL REFERENCES principal (id),
  proposed_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE INDEX proposal_move ON proposal (from_sgc, to_sgc, pan);
CREATE TRIGGER proposal_once BEFORE INSERT ON proposal WHEN EXISTS (SELECT 1 FROM proposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'proposals are kept'); END;
CREATE TRIGGER proposal_unchanged BEFORE UPDATE ON proposal
BEGIN SELECT RAISE(ABORT, 'proposals are kept'); END;
CREATE TRIGGER proposal_kept BEFORE DELETE ON proposal
BEGIN SELECT RAISE(ABORT, 'proposals are kept'); END;

CREATE TABLE approval (
  id INTEGER PRIMARY KEY,
  proposal INTEGER NOT NULL REFERENCES proposal (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  certificate BLOB NOT NULL CHECK (length(certificate) BETWEEN 1 AND 2048),
  signature BLOB NOT NULL CHECK (length(signature) BETWEEN 1 AND 160),
  approved_at_unix_s INTEGER NOT NULL,
  UNIQUE (proposal, principal)
) STRICT;
CREATE TRIGGER approval_by_another BEFORE INSERT ON approval
BEGIN
  SELECT RAISE(ABORT, 'approvals are kept') WHERE EXISTS (SELECT 1 FROM approval WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'the same officer') WHERE EXISTS (
    SELECT 1 FROM proposal WHERE id = NEW.proposal AND proposer = NEW.principal
    UNION ALL SELECT 1 FROM approval WHERE proposal = NEW.proposal AND principal = NEW.principal);
END;
CREATE TRIGGER approval_unchanged BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;
CREATE TRIGGER approval_kept BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;

-- Key change sets as issued; digits and tags are those of all sections, one after the other. The algorithm stays. What
-- triggers check against rows that are kept is no foreign key besides: without an index those read the whole table.
CREATE TABLE key_change (
  id INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL,
  from_sgc TEXT NOT NULL,
  from_krn INTEGER NOT NULL,
  from_ti INTEGER NOT NULL,
  from_kt INTEGER NOT NULL,
  from_ken INTEGER NOT NULL,
  from_dkga INTEGER NOT NULL,
  from_base_date INTEGER NOT NULL,
  ea INTEGER NOT NULL,
  to_sgc TEXT NOT NULL CHECK (length(to_sgc) = 6),
  to_krn INTEGER NOT NULL CHECK (to_krn BETWEEN 1 AND 9),
  to_ti INTEGER NOT NULL CHECK (to_ti BETWEEN 0 AND 99),
  to_kt INTEGER NOT NULL CHECK (to_kt IN (1, 2)),
  to_ken INTEGER NOT NULL CHECK (to_ken BETWEEN 0 AND 255),
  to_dkga INTEGER NOT NULL,
  to_base_date INTEGER NOT NULL CHECK (to_base_date >= from_base_date),
  rollover INTEGER NOT NULL CHECK (rollover = (to_base_date > from_base_date)),
  digits TEXT NOT NULL CHECK (length(digits) IN (40, 60, 80)),
  tags BLOB NOT NULL CHECK (length(tags) * 5 = length(digits) * 4),
  from_kcv BLOB NOT NULL CHECK (length(from_kcv) = 3),
  to_kcv BLOB NOT NULL CHECK (length(to_kcv) = 3),
  issued_at_unix_s INTEGER NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  approval INTEGER,
  CHECK (from_sgc = to_sgc OR approval IS NOT NULL)
) STRICT;

-- How a key change ended, once it is known: 1 the meter took it, 2 it did not.
CREATE TABLE key_change_end (
  key_change INTEGER PRIMARY KEY REFERENCES key_change (id),
  outcome INTEGER NOT NULL CHECK (outcome IN (1, 2)),
  proof TEXT NOT NULL CHECK (length(proof) BETWEEN 1 AND 64),
  principal INTEGER NOT NULL REFERENCES principal (id),
  ended_at_unix_s INTEGER NOT NULL
) STRICT;

-- Every key that a meter held or may have held: the registered one, then what each key change leads to.
CREATE TABLE meter_key (
  meter INTEGER NOT NULL REFERENCES meter (id),
  sequence INTEGER NOT NULL,
  sgc TEXT NOT NULL,
  krn INTEGER NOT NULL,
  ti INTEGER NOT NULL,
  kt INTEGER NOT NULL,
  ken INTEGER NOT NULL,
  ea INTEGER NOT NULL,
  dkga INTEGER NOT NULL,
  base_date INTEGER NOT NULL,
  since_unix_s INTEGER NOT NULL,
  key_change INTEGER,
  rollover INTEGER NOT NULL CHECK (rollover IN (0, 1)),
  PRIMARY KEY (meter, sequence),
  CHECK ((key_change IS NULL) = (sequence = 1))
) STRICT, WITHOUT ROWID;
INSERT INTO meter_key SELECT id, 1, sgc, krn, ti, kt, ken, ea, dkga, base_date, registered_at_unix_s, NULL, 0 FROM meter;

-- The key columns of 0001 are the key on file; wanted is what the office assigned ('', 0 and -1: not said).
ALTER TABLE meter ADD COLUMN currency INTEGER NOT NULL DEFAULT 0 CHECK (currency IN (0, 1));
ALTER TABLE meter ADD COLUMN pending_change INTEGER;
ALTER TABLE meter ADD COLUMN wanted_sgc TEXT NOT NULL DEFAULT '' CHECK (length(wanted_sgc) IN (0, 6));
ALTER TABLE meter ADD COLUMN wanted_krn INTEGER NOT NULL DEFAULT 0 CHECK (wanted_krn BETWEEN 0 AND 9);
ALTER TABLE meter ADD COLUMN wanted_ti INTEGER NOT NULL DEFAULT -1 CHECK (wanted_ti BETWEEN -1 AND 99);
ALTER TABLE meter ADD COLUMN wanted_kt INTEGER NOT NULL DEFAULT 0 CHECK (wanted_kt BETWEEN 0 AND 2);
ALTER TABLE meter ADD COLUMN key_version INTEGER NOT NULL DEFAULT 0 CHECK (key_version BETWEEN 0 AND 4294967295);

CREATE TRIGGER meter_new BEFORE INSERT ON meter
  WHEN NEW.pending_change IS NOT NULL OR EXISTS (SELECT 1 FROM meter WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a new meter has no key change'); END;
CREATE TRIGGER meter_first_key AFTER INSERT ON meter
BEGIN
  INSERT INTO meter_key VALUES (NEW.id, 1, NEW.sgc, NEW.krn, NEW.ti, NEW.kt, NEW.ken, NEW.ea, NEW.dkga, NEW.base_date,
    NEW.registered_at_unix_s, NULL, 0);
END;
CREATE TRIGGER meter_stays BEFORE UPDATE OF id, pan, ea ON meter
  WHEN NEW.id <> OLD.id OR NEW.pan <> OLD.pan OR NEW.ea <> OLD.ea
BEGIN SELECT RAISE(ABORT, 'a meter keeps its number and its algorithm'); END;
CREATE TRIGGER meter_base_date_rises BEFORE UPDATE OF base_date ON meter WHEN NEW.base_date < OLD.base_date
BEGIN SELECT RAISE(ABORT, 'a base date never goes back'); END;
CREATE TRIGGER meter_key_on_file BEFORE UPDATE OF sgc, krn, ti, kt, ken, dkga, base_date ON meter
  WHEN (NEW.sgc, NEW.krn, NEW.ti, NEW.kt, NEW.ken, NEW.dkga, NEW.base_date)
    <> (OLD.sgc, OLD.krn, OLD.ti, OLD.kt, OLD.ken, OLD.dkga, OLD.base_date)
BEGIN
  SELECT RAISE(ABORT, 'a key changes by a confirmed key change') WHERE NEW.pending_change IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM key_change c JOIN key_change_end e ON e.key_change = c.id
    WHERE c.id = OLD.pending_change AND e.outcome = 1
      AND (to_sgc, to_krn, to_ti, to_kt, to_ken, to_dkga, to_base_date)
        = (NEW.sgc, NEW.krn, NEW.ti, NEW.kt, NEW.ken, NEW.dkga, NEW.base_date));
END;
CREATE TRIGGER meter_pending BEFORE UPDATE OF pending_change ON meter
  WHEN NEW.pending_change IS NOT OLD.pending_change
BEGIN
  SELECT RAISE(ABORT, 'a key change is pending')
    WHERE OLD.pending_change IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM key_change_end WHERE key_change = OLD.pending_change);
  SELECT RAISE(ABORT, 'no open key change of this meter')
    WHERE NEW.pending_change IS NOT NULL
      AND (NOT EXISTS (SELECT 1 FROM key_change WHERE id = NEW.pending_change AND meter = NEW.id)
        OR EXISTS (SELECT 1 FROM key_change_end WHERE key_change = NEW.pending_change));
END;
-- What was prepared under one version must not be written under another.
CREATE TRIGGER meter_key_version_rises BEFORE UPDATE ON meter
  WHEN NEW.key_version < OLD.key_version
    OR NEW.key_version = OLD.key_version AND
      (NEW.sgc, NEW.krn, NEW.ti, NEW.kt, NEW.ken, NEW.dkga, NEW.base_date, NEW.wanted_sgc, NEW.wanted_krn,
        NEW.wanted_ti, NEW.wanted_kt, coalesce(NEW.pending_change, 0))
      <> (OLD.sgc, OLD.krn, OLD.ti, OLD.kt, OLD.ken, OLD.dkga, OLD.base_date, OLD.wanted_sgc, OLD.wanted_krn,
        OLD.wanted_ti, OLD.wanted_kt, coalesce(OLD.pending_change, 0))
BEGIN SELECT RAISE(ABORT, 'the key version does not rise'); END;

CREATE TRIGGER meter_key_in_order BEFORE INSERT ON meter_key
BEGIN
  SELECT RAISE(ABORT, 'the key history leaves a gap')
    WHERE NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM meter_key WHERE meter = NEW.meter);
  SELECT RAISE(ABORT, 'not the key of its key change') WHERE NEW.key_change IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM key_change WHERE id = NEW.key_change AND meter = NEW.meter AND rollover = NEW.rollover
      AND (to_sgc, to_krn, to_ti, to_kt, to_ken, ea, to_dkga, to_base_date)
        = (NEW.sgc, NEW.krn, NEW.ti, NEW.kt, NEW.ken, NEW.ea, NEW.dkga, NEW.base_date));
END;
CREATE TRIGGER meter_key_unchanged BEFORE UPDATE ON meter_key
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER meter_key_kept BEFORE DELETE ON meter_key
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- A decoder key is made of sgc, krn, ti, kt, ea and dkga, and of the base date under DKGA04 only. Tokens from before a
-- rollover would count again if their key came back; a rollover that the meter did not take was none, and may be tried
-- again.
CREATE TRIGGER key_change_allowed BEFORE INSERT ON key_change
BEGIN
  SELECT RAISE(ABORT, 'key changes are kept') WHERE EXISTS (SELECT 1 FROM key_change WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'a key change is pending')
    WHERE EXISTS (SELECT 1 FROM meter WHERE id = NEW.meter AND pending_change IS NOT NULL);
  SELECT RAISE(ABORT, 'not from the key on file') WHERE NOT EXISTS (
    SELECT 1 FROM meter WHERE id = NEW.meter AND (sgc, krn, ti, kt, ken, ea, dkga, base_date)
      = (NEW.from_sgc, NEW.from_krn, NEW.from_ti, NEW.from_kt, NEW.from_ken, NEW.ea, NEW.from_dkga, NEW.from_base_date));
  SELECT RAISE(ABORT, 'the meter held this key before its base date changed') WHERE EXISTS (
    SELECT 1 FROM meter_key k WHERE k.meter = NEW.meter
      AND (k.sgc, k.krn, k.ti, k.kt, k.ea, k.dkga) = (NEW.to_sgc, NEW.to_krn, NEW.to_ti, NEW.to_kt, NEW.ea, NEW.to_dkga)
      AND (k.dkga <> 4 OR k.base_date = NEW.to_base_date)
      AND (NEW.rollover = 1 AND NOT EXISTS (
          SELECT 1 FROM key_change_end e WHERE e.key_change = k.key_change AND e.outcome = 2)
        OR k.sequence < (
        SELECT max(r.sequence) FROM meter_key r WHERE r.meter = NEW.meter AND r.rollover = 1 AND NOT EXISTS (
          SELECT 1 FROM key_change_end e WHERE e.key_change = r.key_change AND e.outcome = 2))));
  SELECT RAISE(ABORT, 'the approval does not cover this') WHERE NEW.approval IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approval a JOIN proposal p ON p.id = a.proposal
    WHERE a.id = NEW.approval AND p.from_sgc = NEW.from_sgc AND p.to_sgc = NEW.to_sgc
      AND p.expires_unix_s > NEW.issued_at_unix_s
      AND (p.pan = '' OR p.pan = (SELECT pan FROM meter WHERE id = NEW.meter)));
END;
CREATE TRIGGER key_change_noted AFTER INSERT ON key_change
BEGIN
  INSERT INTO meter_key SELECT NEW.meter, max(sequence) + 1, NEW.to_sgc, NEW.to_krn, NEW.to_ti, NEW.to_kt, NEW.to_ken,
    NEW.ea, NEW.to_dkga, NEW.to_base_date, NEW.issued_at_unix_s, NEW.id, NEW.rollover
    FROM meter_key WHERE meter = NEW.meter;
  UPDATE meter SET pending_change = NEW.id, key_version = key_version + 1 WHERE id = NEW.meter;
END;
CREATE TRIGGER key_change_unchanged BEFORE UPDATE ON key_change
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER key_change_kept BEFORE DELETE ON key_change
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

CREATE TRIGGER key_change_end_once BEFORE INSERT ON key_change_end
  WHEN NOT EXISTS (SELECT 1 FROM key_change c JOIN meter m ON m.id = c.meter
    WHERE c.id = NEW.key_change AND m.pending_change = c.id)
BEGIN SELECT RAISE(ABORT, 'no such key change is pending'); END;
-- A wish ends when it is fulfilled; a key revision and a key type without a group are those of the group that is left.
CREATE TRIGGER key_change_applied AFTER INSERT ON key_change_end WHEN NEW.outcome = 1
BEGIN
  UPDATE meter SET sgc = c.to_sgc, krn = c.to_krn, ti = c.to_ti, kt = c.to_kt, ken = c.to_ken, dkga = c.to_dkga,
      base_date = c.to_base_date, pending_change = NULL, key_version = key_version + 1,
      wanted_sgc = iif(wanted_sgc = c.to_sgc, '', wanted_sgc),
      wanted_krn = iif(wanted_krn = c.to_krn AND wanted_sgc IN ('', c.to_sgc)
        OR wanted_sgc = '' AND c.to_sgc <> c.from_sgc, 0, wanted_krn),
      wanted_ti = iif(wanted_ti = c.to_ti, -1, wanted_ti),
      wanted_kt = iif(wanted_kt = c.to_kt OR wanted_sgc = '' AND c.to_sgc <> c.from_sgc, 0, wanted_kt)
    FROM key_change c WHERE c.id = NEW.key_change AND meter.id = c.meter;
END;
CREATE TRIGGER key_change_not_applied AFTER INSERT ON key_change_end WHEN NEW.outcome = 2
BEGIN
  UPDATE meter SET pending_change = NULL, key_version = key_version + 1
    WHERE id = (SELECT meter FROM key_change WHERE id = NEW.key_change);
END;
CREATE TRIGGER key_change_end_unchanged BEFORE UPDATE ON key_change_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER key_change_end_kept BEFORE DELETE ON key_change_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- Wrong tokens that were looked into for a meter, whoever asked, and by somebody, whatever the meter.
CREATE TABLE meter_verify (
  meter INTEGER PRIMARY KEY REFERENCES meter (id),
  wrong INTEGER NOT NULL CHECK (wrong BETWEEN 0 AND 4294967295),
  locked_until_unix_s INTEGER NOT NULL CHECK (locked_until_unix_s >= 0)
) STRICT;
CREATE TABLE principal_verify (
  principal INTEGER PRIMARY KEY REFERENCES principal (id),
  wrong INTEGER NOT NULL CHECK (wrong BETWEEN 0 AND 4294967295),
  locked_until_unix_s INTEGER NOT NULL CHECK (locked_until_unix_s >= 0)
) STRICT;

-- The orders, all kinds in one series: 0 credit, 1 management, 2 test, 3 key change. Only the first two have a tid.
-- Their rows name the meter's row before, so that a meter's history is walked without an index over random meters.
CREATE TABLE chain (id INTEGER PRIMARY KEY, previous INTEGER NOT NULL) STRICT;
INSERT INTO chain SELECT id, lag(id, 1, 0) OVER (PARTITION BY meter ORDER BY tid) FROM sale ORDER BY id;
CREATE TABLE sale_next (
  id INTEGER PRIMARY KEY,
  terminal INTEGER AS (id >> 40) VIRTUAL,
  receipt INTEGER AS (id & 1099511627775) VIRTUAL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  meter INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
  key_change INTEGER,
  tid INTEGER NOT NULL CHECK (tid >= 0 AND (tid > 0) = (kind < 2)),
  carrier INTEGER NOT NULL,
  subclass INTEGER NOT NULL CHECK (subclass BETWEEN 0 AND iif(kind = 0, 7, iif(kind = 3, 0, 15))),
  requested INTEGER NOT NULL CHECK (requested >= (kind = 0)),
  encoded INTEGER NOT NULL CHECK (encoded >= requested),
  digits TEXT NOT NULL CHECK (length(digits) = iif(kind = 3, 0, 20)),
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
  CHECK (kind <> 3 OR key_change IS NOT NULL AND encoded = 0 AND tag = zeroblob(16))
) STRICT;
INSERT INTO sale_next
  SELECT s.id, principal, request_id, digest, meter, previous, 0, NULL, tid, carrier, subclass, requested, encoded,
    digits, tag, vending_kcv, issued_at_unix_s, sgc, krn, ti, kt, ken, ea, dkga, base_date
  FROM sale s CROSS JOIN chain ON chain.id = s.id ORDER BY s.id;
DROP TABLE chain;
DROP TABLE sale;
ALTER TABLE sale_next RENAME TO sale;

-- last_sale is the meter's last row in sale, 0 before its first.
DROP TRIGGER meter_tid_rises;
DROP TRIGGER meter_tid_once;
ALTER TABLE meter_tid ADD COLUMN last_sale INTEGER NOT NULL DEFAULT 0;
UPDATE meter_tid SET last_sale = newest.id
  FROM (SELECT meter, id, max(tid) FROM sale GROUP BY meter) newest WHERE newest.meter = meter_tid.meter;
-- Every sale pays for this trigger: it alone looks at the meter's row, and once.
CREATE TRIGGER meter_tid_rises BEFORE UPDATE ON meter_tid
  WHEN NEW.meter <> OLD.meter OR NEW.last_tid < OLD.last_tid
    OR NEW.last_tid = OLD.last_tid AND NEW.last_sale = OLD.last_sale
    OR NEW.last_sale <> OLD.last_sale AND NOT EXISTS (
      SELECT 1 FROM sale WHERE id = NEW.last_sale AND meter = NEW.meter AND previous = OLD.last_sale
        AND (kind > 1 OR tid > OLD.last_tid AND tid = NEW.last_tid))
BEGIN SELECT RAISE(ABORT, 'tid does not rise, or not the next row of the meter'); END;
CREATE TRIGGER meter_tid_once BEFORE INSERT ON meter_tid
  WHEN NEW.last_sale <> 0 OR EXISTS (SELECT 1 FROM meter_tid WHERE meter = NEW.meter)
BEGIN SELECT RAISE(ABORT, 'tid is kept'); END;

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
