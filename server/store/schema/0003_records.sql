-- The ledger, version 3: the states of a meter's life, and native records with what came back.

-- What a meter takes records under: the domain of its keys, the versions of the masters that they come from, its
-- installation epoch, the client number (BCD) of its account once one was opened; and where a record leads that was signed and that no return has confirmed (0: nowhere).
CREATE TABLE record_meter (
  meter INTEGER PRIMARY KEY REFERENCES meter (id),
  domain BLOB NOT NULL CHECK (length(domain) = 3),
  mac_version INTEGER NOT NULL CHECK (mac_version BETWEEN 1 AND 255),
  enc_version INTEGER NOT NULL CHECK (enc_version BETWEEN 1 AND 255),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 65535),
  client BLOB CHECK (client IS NULL OR length(client) = 6),
  next_mac_version INTEGER NOT NULL DEFAULT 0 CHECK (next_mac_version BETWEEN 0 AND 255),
  next_enc_version INTEGER NOT NULL DEFAULT 0 CHECK (next_enc_version BETWEEN 0 AND 255),
  next_epoch INTEGER NOT NULL DEFAULT 0 CHECK (next_epoch BETWEEN 0 AND 65535),
  other_mac_version INTEGER NOT NULL DEFAULT 0 CHECK (other_mac_version BETWEEN 0 AND 255),
  other_enc_version INTEGER NOT NULL DEFAULT 0 CHECK (other_enc_version BETWEEN 0 AND 255),
  other_epoch INTEGER NOT NULL DEFAULT 0 CHECK (other_epoch BETWEEN 0 AND 65535),
  CHECK ((next_mac_version = 0) = (next_enc_version = 0)),
  CHECK (next_mac_version > 0 OR next_epoch = 0),
  CHECK ((other_mac_version = 0) = (other_enc_version = 0)),
  CHECK (other_mac_version > 0 OR other_epoch = 0)
) STRICT;
CREATE TRIGGER record_meter_once BEFORE INSERT ON record_meter
  WHEN EXISTS (SELECT 1 FROM record_meter WHERE meter = NEW.meter)
BEGIN SELECT RAISE(ABORT, 'record keys of a meter are kept'); END;
-- Once something was signed the domain stays, and an epoch goes back only to what the meter may have.
CREATE TRIGGER record_meter_rises BEFORE UPDATE ON record_meter
  WHEN NEW.meter <> OLD.meter OR NEW.next_mac_version > 0 AND NEW.next_epoch < NEW.epoch
    OR EXISTS (SELECT 1 FROM record WHERE meter = OLD.meter) AND (NEW.domain <> OLD.domain OR NEW.epoch < OLD.epoch
      AND (NEW.epoch, NEW.mac_version, NEW.enc_version) <> (OLD.other_epoch, OLD.other_mac_version, OLD.other_enc_version))
BEGIN SELECT RAISE(ABORT, 'an epoch never goes back'); END;
CREATE TRIGGER record_meter_kept BEFORE DELETE ON record_meter
BEGIN SELECT RAISE(ABORT, 'record keys of a meter are kept'); END;

-- Records as they were signed: a number is signed once, and whoever asks again gets these bytes. Kinds: 1 purchase,
-- 2 parameters, 3 control, 4 read request, 5 key update. A request for a set is answered by several parts.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
  sequence INTEGER NOT NULL CHECK (sequence BETWEEN 1 AND 4294967295),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  part INTEGER NOT NULL CHECK (part >= 1),
  parts INTEGER NOT NULL CHECK (parts >= part),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  amount INTEGER NOT NULL CHECK (amount >= 0 AND (amount = 0 OR kind = 1)),
  arrears INTEGER NOT NULL CHECK (arrears >= 0 AND (arrears = 0 OR kind = 1)),
  nonce BLOB CHECK ((nonce IS NOT NULL) = (kind = 4) AND coalesce(length(nonce), 8) = 8),
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 39 AND 255),
  issued_at_unix_s INTEGER NOT NULL,
  UNIQUE (principal, request_id, part),
  UNIQUE (meter, epoch, kind, sequence)
) STRICT;
-- Numbers that a meter showed and this ledger did not know: it is an older one that was restored. They are not signed again.
CREATE TABLE record_floor (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
  sequence INTEGER NOT NULL CHECK (sequence BETWEEN 1 AND 4294967295),
  PRIMARY KEY (meter, epoch, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER record_floor_rises BEFORE UPDATE ON record_floor
  WHEN NEW.sequence <= OLD.sequence OR (NEW.meter, NEW.epoch, NEW.kind) <> (OLD.meter, OLD.epoch, OLD.kind)
BEGIN SELECT RAISE(ABORT, 'a floor rises'); END;
CREATE TRIGGER record_floor_kept BEFORE DELETE ON record_floor
BEGIN SELECT RAISE(ABORT, 'floors are kept'); END;

CREATE TRIGGER record_in_order BEFORE INSERT ON record
BEGIN
  SELECT RAISE(ABORT, 'records are kept') WHERE EXISTS (
    SELECT 1 FROM record WHERE id = NEW.id
    UNION ALL
    SELECT 1 FROM record WHERE principal = NEW.principal AND request_id = NEW.request_id AND part = NEW.part);
  SELECT RAISE(ABORT, 'not of the meter''s epoch')
    WHERE NOT EXISTS (SELECT 1 FROM record_meter WHERE meter = NEW.meter AND epoch = NEW.epoch);
  SELECT RAISE(ABORT, 'the sequence leaves a gap') WHERE NEW.sequence <> 1 + max(
    (SELECT coalesce(max(sequence), 0) FROM record WHERE meter = NEW.meter AND epoch = NEW.epoch AND kind = NEW.kind),
    coalesce((SELECT sequence FROM record_floor WHERE meter = NEW.meter AND epoch = NEW.epoch AND kind = NEW.kind), 0));
  SELECT RAISE(ABORT, 'the request id is taken')
    WHERE EXISTS (SELECT 1 FROM sale WHERE principal = NEW.principal AND request_id = NEW.request_id);
END;
CREATE TRIGGER record_unchanged BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER record_kept BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- A request id is one order, whatever carries it to the meter: one sale never credits twice.
CREATE TRIGGER sale_is_no_record BEFORE INSERT ON sale
  WHEN EXISTS (SELECT 1 FROM record WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the request id is taken'); END;

-- What meters wrote back. `answers` is the read request whose nonce it echoes: only such a return proves what the meter
-- did not take before it.
CREATE TABLE record_return (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence BETWEEN 1 AND 4294967295),
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 39 AND 255),
  answers INTEGER,
  principal INTEGER NOT NULL REFERENCES principal (id),
  received_at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (meter, epoch, sequence)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER record_return_rises BEFORE INSERT ON record_return
BEGIN
  SELECT RAISE(ABORT, 'not of the meter''s epoch')
    WHERE NOT EXISTS (SELECT 1 FROM record_meter WHERE meter = NEW.meter AND epoch = NEW.epoch);
  SELECT RAISE(ABORT, 'no such read request') WHERE NEW.answers IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM record WHERE id = NEW.answers AND meter = NEW.meter AND epoch = NEW.epoch AND kind = 4);
  SELECT RAISE(ABORT, 'the sequence does not rise')
    WHERE EXISTS (SELECT 1 FROM record_return WHERE meter = NEW.meter AND epoch = NEW.epoch AND sequence >= NEW.sequence);
END;
CREATE TRIGGER record_return_unchanged BEFORE UPDATE ON record_return
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER record_return_kept BEFORE DELETE ON record_return
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- A meter's life: 4 made, 5 provisioned, 1 commissioned (in use), 2 suspended, 3 retired, for ever.
CREATE TRIGGER meter_state_allowed BEFORE UPDATE OF state ON meter WHEN NEW.state <> OLD.state
BEGIN
  SELECT RAISE(ABORT, 'a meter''s life does not go that way')
    WHERE (OLD.state, NEW.state) NOT IN ((4, 5), (5, 1), (4, 1), (1, 2), (2, 1), (4, 3), (5, 3), (1, 3), (2, 3));
  SELECT RAISE(ABORT, 'the key version does not rise') WHERE NEW.key_version <= OLD.key_version;
END;
