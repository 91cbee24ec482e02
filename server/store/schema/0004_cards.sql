-- The ledger, version 4: cards, what was written on them, and how often their keys were used.

-- Which card keys the factory injected into a meter (versions of the masters), and the highest version that a card of
-- the meter had so far.
CREATE TABLE card_meter (
  meter INTEGER PRIMARY KEY REFERENCES meter (id),
  key_version INTEGER NOT NULL CHECK (key_version BETWEEN 1 AND 255),
  area_version INTEGER NOT NULL CHECK (area_version BETWEEN 0 AND 255),
  last_version INTEGER NOT NULL DEFAULT 0 CHECK (last_version BETWEEN 0 AND 65535)
) STRICT;
CREATE TRIGGER card_meter_rises BEFORE UPDATE ON card_meter
  WHEN NEW.meter <> OLD.meter OR NEW.last_version < OLD.last_version
BEGIN SELECT RAISE(ABORT, 'card versions rise'); END;
CREATE TRIGGER card_meter_kept BEFORE DELETE ON card_meter
BEGIN SELECT RAISE(ABORT, 'card keys of a meter are kept'); END;

-- Whose meters are in a domain: tool cards of it are theirs to make.
CREATE INDEX record_meters_of_domain ON record_meter (domain, meter);

-- Cards by the serial number of their chip. Kind 0: in transport state, or on the way back to it. State 1 transport,
-- 2 its personalisation or the way back is under way, 3 in use. Denied 1 until a supervisor or an officer says otherwise,
-- 2 for good: another card took its place.
CREATE TABLE card (
  id INTEGER PRIMARY KEY,
  uid BLOB NOT NULL UNIQUE CHECK (length(uid) = 7),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 7),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  meter INTEGER REFERENCES meter (id),
  domain BLOB NOT NULL CHECK (length(domain) = 3),
  version INTEGER NOT NULL CHECK (version BETWEEN 0 AND 65535),
  denied INTEGER NOT NULL CHECK (denied BETWEEN 0 AND 2),
  because TEXT NOT NULL,
  issuer INTEGER NOT NULL CHECK (issuer BETWEEN 0 AND 255),
  office INTEGER NOT NULL CHECK (office BETWEEN 0 AND 255),
  meter_key INTEGER NOT NULL CHECK (meter_key BETWEEN 0 AND 255),
  area INTEGER NOT NULL CHECK (area BETWEEN 0 AND 255),
  transport INTEGER NOT NULL CHECK (transport BETWEEN 0 AND 255),
  uses INTEGER NOT NULL CHECK (uses >= 0),
  round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 100),
  since_unix_s INTEGER NOT NULL,
  used_unix_s INTEGER NOT NULL,
  CHECK ((kind = 1) = (meter IS NOT NULL)),
  CHECK (state <> 3 OR kind > 0)
) STRICT;
-- A meter has one card; those that others took the place of stay on file.
CREATE UNIQUE INDEX card_of_meter ON card (meter) WHERE denied < 2;
CREATE INDEX cards_of_meter ON card (meter);
CREATE TRIGGER card_rises BEFORE UPDATE ON card
BEGIN
  SELECT RAISE(ABORT, 'a card stays itself') WHERE (NEW.id, NEW.uid) <> (OLD.id, OLD.uid);
  SELECT RAISE(ABORT, 'uses are counted') WHERE NEW.uses < OLD.uses;
  SELECT RAISE(ABORT, 'denied for good') WHERE OLD.denied = 2 AND NEW.denied < 2;
END;
CREATE TRIGGER card_kept BEFORE DELETE ON card
BEGIN SELECT RAISE(ABORT, 'cards are kept'); END;

-- Contents of user cards, by their hash, oldest first: noted before they are written, confirmed once the card has them.
-- What a card has must be the last confirmed one or one noted later.
CREATE TABLE card_content (
  id INTEGER PRIMARY KEY,
  card INTEGER NOT NULL REFERENCES card (id),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  purchase INTEGER NOT NULL CHECK (purchase BETWEEN 0 AND 4294967295),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL,
  noted_unix_s INTEGER NOT NULL,
  confirmed_unix_s INTEGER
) STRICT;
CREATE INDEX card_contents ON card_content (card, id);
CREATE TRIGGER card_content_confirmed BEFORE UPDATE ON card_content
  WHEN OLD.confirmed_unix_s IS NOT NULL OR NEW.confirmed_unix_s IS NULL
    OR (NEW.id, NEW.card, NEW.hash, NEW.purchase, NEW.principal, NEW.request_id, NEW.noted_unix_s)
      <> (OLD.id, OLD.card, OLD.hash, OLD.purchase, OLD.principal, OLD.request_id, OLD.noted_unix_s)
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER card_content_kept BEFORE DELETE ON card_content
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- How often authentications with keys of a master were begun, by its label.
CREATE TABLE card_key_use (
  label TEXT PRIMARY KEY,
  uses INTEGER NOT NULL CHECK (uses > 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER card_key_use_rises BEFORE UPDATE ON card_key_use
  WHEN NEW.label <> OLD.label OR NEW.uses <= OLD.uses
BEGIN SELECT RAISE(ABORT, 'uses are counted'); END;
CREATE TRIGGER card_key_use_kept BEFORE DELETE ON card_key_use
BEGIN SELECT RAISE(ABORT, 'uses are counted'); END;
