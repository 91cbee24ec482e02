-- The ledger, version 13: what happened to cards, for the history of accounts; and accounts are found by their meter and
-- by their organisation.

-- Closed ones too, by the meter that they had last.
CREATE INDEX accounts_of_meter ON account (meter, number);
-- Lists are walked by number without meeting those of others.
CREATE INDEX accounts_of_organisation ON account (organisation, number);

-- What happened to a card while it was of this meter. Kinds: 1 personalised, 2 it took the meter's first purchase, 3 it
-- took a later one, 4 another card took its place, 5 denied, 6 allowed again, 7 the account was closed with it.
-- `purchase` is the number of the record, 0 none.
CREATE TABLE card_event (
  id INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL REFERENCES meter (id),
  card INTEGER NOT NULL REFERENCES card (id),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  purchase INTEGER NOT NULL CHECK (purchase BETWEEN 0 AND 4294967295),
  other INTEGER REFERENCES card (id),
  reason TEXT NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  CHECK ((other IS NOT NULL) = (kind = 4))
) STRICT;
CREATE INDEX card_events_of_meter ON card_event (meter, at_unix_s);
CREATE TRIGGER card_event_new BEFORE INSERT ON card_event WHEN EXISTS (SELECT 1 FROM card_event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER card_event_unchanged BEFORE UPDATE ON card_event
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER card_event_kept BEFORE DELETE ON card_event
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
-- Of the time before, as far as it is known.
INSERT INTO card_event (meter, card, kind, purchase, other, reason, principal, at_unix_s)
  SELECT k.meter, k.id, 3, c.purchase, NULL, '', c.principal, c.confirmed_unix_s
    FROM card_content c JOIN card k ON k.id = c.card
    WHERE k.meter IS NOT NULL AND c.purchase > 0 AND c.confirmed_unix_s IS NOT NULL ORDER BY c.confirmed_unix_s, c.id;
