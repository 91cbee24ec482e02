-- The ledger, version 7: who sells on credit, and the batches of tills. Money is in the currency's minor unit. A vendor is
-- an organisation: what it and those below it sell is taken from its credit.

-- Every organisation with each one above it.
CREATE VIEW organisation_above AS
  WITH RECURSIVE pair (organisation, above) AS (
    SELECT id, parent FROM organisation WHERE parent NOT NULL
    UNION ALL SELECT p.organisation, o.parent FROM pair p JOIN organisation o ON o.id = p.above WHERE o.parent NOT NULL)
  SELECT organisation, above FROM pair;

-- What the vendor may do. No vendor lies above or below another one, or credit could be made below its own limit. `terms`
-- is the version in force, 0 before the first is approved: until then it sells as everybody who is no vendor.
-- `day` is the office's, counted from 1970-01-01, of the last money taken; `day_sold` what was taken then, for sales and
-- into accounts, which may pay sales with it.
CREATE TABLE vendor (
  organisation INTEGER PRIMARY KEY REFERENCES organisation (id) CHECK (organisation <> 1),
  terms INTEGER NOT NULL CHECK (terms >= 0),
  deposits INTEGER NOT NULL CHECK (deposits >= 0),
  entries INTEGER NOT NULL CHECK (entries >= 0),
  balance INTEGER NOT NULL,
  day INTEGER NOT NULL,
  day_sold INTEGER NOT NULL CHECK (day_sold >= 0)
) STRICT;

-- Limits of one sale and one day: 0 none. Commission: 0.0001 % of the price of the units.
CREATE TABLE vendor_terms (
  vendor INTEGER NOT NULL REFERENCES vendor (organisation),
  version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
  credit_limit INTEGER NOT NULL CHECK (credit_limit >= 0),
  sale_limit INTEGER NOT NULL CHECK (sale_limit >= 0),
  day_limit INTEGER NOT NULL CHECK (day_limit >= 0),
  commission_e4 INTEGER NOT NULL CHECK (commission_e4 BETWEEN 0 AND 1000000),
  principal INTEGER NOT NULL REFERENCES principal (id),
  put_at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (vendor, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE vendor_terms_approval (
  vendor INTEGER NOT NULL,
  version INTEGER NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  approved_at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (vendor, version),
  FOREIGN KEY (vendor, version) REFERENCES vendor_terms (vendor, version)
) STRICT, WITHOUT ROWID;

-- What was paid in, by a slip; one that takes another back says which.
CREATE TABLE vendor_deposit (
  vendor INTEGER NOT NULL REFERENCES vendor (organisation),
  number INTEGER NOT NULL,
  takes_back INTEGER NOT NULL CHECK (takes_back >= 0),
  amount INTEGER NOT NULL CHECK (amount <> 0 AND (amount > 0) = (takes_back = 0)),
  slip TEXT NOT NULL CHECK (length(slip) > 0),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (vendor, number),
  UNIQUE (principal, request_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vendor_deposit_taken_back ON vendor_deposit (vendor, takes_back) WHERE takes_back <> 0;

-- The vendor's money; each row says what is left after it. Kinds: 1 deposit, 2 deposit taken back, 3 sale, 4 sale
-- reversed, 5 commission of a sale, 6 commission taken back, 7 taken in at the counter besides sales, 8 paid out there.
-- What a sale takes is the money that the vendor got: the bill with what was kept for the account, nothing when the
-- account paid with what it held.
CREATE TABLE vendor_entry (
  vendor INTEGER NOT NULL REFERENCES vendor (organisation),
  entry INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 8),
  amount INTEGER NOT NULL CHECK ((amount > 0) = (kind IN (1, 4, 5, 8)) AND amount <> 0),
  balance INTEGER NOT NULL,
  terms INTEGER NOT NULL,
  day INTEGER NOT NULL,
  day_sold INTEGER NOT NULL,
  deposit INTEGER CHECK ((deposit IS NULL) = (kind > 2)),
  sale INTEGER CHECK ((sale IS NOT NULL) = (kind BETWEEN 3 AND 6)),
  act INTEGER CHECK ((act IS NOT NULL) = (kind > 6)),
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (vendor, entry)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vendor_entry_of_sale ON vendor_entry (sale, kind) WHERE sale IS NOT NULL;
CREATE UNIQUE INDEX vendor_entry_of_deposit ON vendor_entry (vendor, deposit) WHERE deposit IS NOT NULL;
CREATE UNIQUE INDEX vendor_entry_of_act ON vendor_entry (act) WHERE act IS NOT NULL;

CREATE TRIGGER vendor_new BEFORE INSERT ON vendor
BEGIN
  SELECT RAISE(ABORT, 'a new vendor has nothing yet')
    WHERE (NEW.terms, NEW.deposits, NEW.entries, NEW.balance, NEW.day, NEW.day_sold) <> (0, 0, 0, 0, 0, 0)
      OR EXISTS (SELECT 1 FROM vendor WHERE organisation = NEW.organisation);
  SELECT RAISE(ABORT, 'a vendor above or below') WHERE EXISTS (
    SELECT 1 FROM organisation_above a JOIN vendor v ON v.organisation = a.above WHERE a.organisation = NEW.organisation
    UNION ALL
    SELECT 1 FROM organisation_above a JOIN vendor v ON v.organisation = a.organisation WHERE a.above = NEW.organisation);
END;
CREATE TRIGGER vendor_follows BEFORE UPDATE ON vendor
  WHEN NEW.organisation <> OLD.organisation
    OR NEW.terms <> OLD.terms AND NOT (NEW.terms > OLD.terms AND EXISTS (
      SELECT 1 FROM vendor_terms_approval WHERE vendor = NEW.organisation AND version = NEW.terms))
    OR NEW.deposits <> OLD.deposits AND NOT (NEW.deposits = OLD.deposits + 1 AND EXISTS (
      SELECT 1 FROM vendor_deposit WHERE vendor = NEW.organisation AND number = NEW.deposits))
    OR (NEW.entries, NEW.balance, NEW.day, NEW.day_sold) <> (OLD.entries, OLD.balance, OLD.day, OLD.day_sold)
      AND NOT (NEW.entries = OLD.entries + 1 AND EXISTS (SELECT 1 FROM vendor_entry WHERE vendor = NEW.organisation
        AND entry = NEW.entries AND (balance, day, day_sold) = (NEW.balance, NEW.day, NEW.day_sold)))
BEGIN SELECT RAISE(ABORT, 'a vendor follows terms, deposits and entries'); END;
CREATE TRIGGER vendor_kept BEFORE DELETE ON vendor
BEGIN SELECT RAISE(ABORT, 'vendors are kept'); END;

CREATE TRIGGER vendor_terms_next BEFORE INSERT ON vendor_terms
  WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM vendor_terms WHERE vendor = NEW.vendor)
    OR NOT EXISTS (SELECT 1 FROM organisation_above a JOIN principal p ON p.organisation = a.above
      WHERE p.id = NEW.principal AND a.organisation = NEW.vendor)
BEGIN SELECT RAISE(ABORT, 'not the next terms, or not by an organisation above'); END;
CREATE TRIGGER vendor_terms_unchanged BEFORE UPDATE ON vendor_terms
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER vendor_terms_kept BEFORE DELETE ON vendor_terms
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER vendor_terms_by_two BEFORE INSERT ON vendor_terms_approval
BEGIN
  SELECT RAISE(ABORT, 'terms are approved once, by another person of an organisation above') WHERE NOT EXISTS (
    SELECT 1 FROM vendor_terms t JOIN vendor v ON v.organisation = t.vendor
      WHERE t.vendor = NEW.vendor AND t.version = NEW.version AND t.version > v.terms AND t.principal <> NEW.principal)
    OR NOT EXISTS (SELECT 1 FROM organisation_above a JOIN principal p ON p.organisation = a.above
      WHERE p.id = NEW.principal AND a.organisation = NEW.vendor);
END;
CREATE TRIGGER vendor_terms_in_force AFTER INSERT ON vendor_terms_approval
BEGIN UPDATE vendor SET terms = NEW.version WHERE organisation = NEW.vendor; END;
CREATE TRIGGER vendor_terms_approval_unchanged BEFORE UPDATE ON vendor_terms_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER vendor_terms_approval_kept BEFORE DELETE ON vendor_terms_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

CREATE TRIGGER vendor_deposit_in_order BEFORE INSERT ON vendor_deposit
BEGIN
  SELECT RAISE(ABORT, 'not the next deposit of a vendor with terms') WHERE NOT EXISTS (
    SELECT 1 FROM vendor WHERE organisation = NEW.vendor AND terms > 0 AND NEW.number = deposits + 1);
  SELECT RAISE(ABORT, 'nobody books their own deposit') WHERE NOT EXISTS (
    SELECT 1 FROM organisation_above a JOIN principal p ON p.organisation = a.above
      WHERE p.id = NEW.principal AND a.organisation = NEW.vendor);
  SELECT RAISE(ABORT, 'a deposit is taken back whole') WHERE NEW.takes_back <> 0 AND NOT EXISTS (
    SELECT 1 FROM vendor_deposit WHERE vendor = NEW.vendor AND number = NEW.takes_back AND takes_back = 0
      AND amount = -NEW.amount);
END;
CREATE TRIGGER vendor_deposit_noted AFTER INSERT ON vendor_deposit
BEGIN
  UPDATE vendor SET deposits = NEW.number WHERE organisation = NEW.vendor;
  INSERT INTO vendor_entry SELECT NEW.vendor, entries + 1, iif(NEW.takes_back = 0, 1, 2), NEW.amount,
      balance + NEW.amount, terms, day, day_sold, NEW.number, NULL, NULL, NEW.principal, NEW.at_unix_s
    FROM vendor WHERE organisation = NEW.vendor;
END;
CREATE TRIGGER vendor_deposit_unchanged BEFORE UPDATE ON vendor_deposit
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER vendor_deposit_kept BEFORE DELETE ON vendor_deposit
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

CREATE TRIGGER vendor_entry_adds_up BEFORE INSERT ON vendor_entry
BEGIN
  SELECT RAISE(ABORT, 'not the balance before and the amount') WHERE NOT EXISTS (
    SELECT 1 FROM vendor WHERE organisation = NEW.vendor AND terms = NEW.terms AND terms > 0
      AND entries + 1 = NEW.entry AND balance + NEW.amount = NEW.balance);
  SELECT RAISE(ABORT, 'not what was sold that day') WHERE NOT EXISTS (
    SELECT 1 FROM vendor WHERE organisation = NEW.vendor AND iif(NEW.kind IN (3, 7),
      NEW.day >= day AND NEW.day_sold = iif(NEW.day = day, day_sold, 0) - NEW.amount,
      NEW.day = day AND NEW.day_sold = day_sold));
END;
CREATE TRIGGER vendor_entry_of_deposit BEFORE INSERT ON vendor_entry WHEN NEW.kind IN (1, 2)
BEGIN
  SELECT RAISE(ABORT, 'not a deposit') WHERE NOT EXISTS (
    SELECT 1 FROM vendor_deposit WHERE vendor = NEW.vendor AND number = NEW.deposit AND amount = NEW.amount
      AND (takes_back = 0) = (NEW.kind = 1));
END;
CREATE TRIGGER vendor_entry_within_limits BEFORE INSERT ON vendor_entry WHEN NEW.kind IN (3, 7)
BEGIN
  SELECT RAISE(ABORT, 'not what the sale took') WHERE NEW.kind = 3 AND NOT EXISTS (
    SELECT 1 FROM bill WHERE sale = NEW.sale AND payment <> 5
      AND NEW.amount = -iif(change_kept = 1, tendered, total));
  SELECT RAISE(ABORT, 'above what the vendor may sell') WHERE NOT EXISTS (
    SELECT 1 FROM vendor_terms WHERE vendor = NEW.vendor AND version = NEW.terms AND NEW.balance + credit_limit >= 0
      AND (NEW.kind <> 3 OR sale_limit = 0 OR -NEW.amount <= sale_limit)
      AND (day_limit = 0 OR NEW.day_sold <= day_limit));
END;
CREATE TRIGGER vendor_entry_by_its_own BEFORE INSERT ON vendor_entry WHEN NEW.kind IN (3, 5)
BEGIN
  SELECT RAISE(ABORT, 'not sold by the vendor') WHERE (
    SELECT CASE WHEN p.organisation = NEW.vendor THEN 0 ELSE NOT EXISTS (SELECT 1 FROM organisation_above
        WHERE organisation = p.organisation AND above = NEW.vendor) END
      FROM sale s JOIN principal p ON p.id = s.principal WHERE s.id = NEW.sale) IS NOT 0;
END;
-- A share of the price of the units, rounded down; divided first, so that it cannot overflow.
CREATE TRIGGER vendor_entry_commission BEFORE INSERT ON vendor_entry WHEN NEW.kind = 5
BEGIN
  SELECT RAISE(ABORT, 'not the commission') WHERE NEW.amount <> (
    SELECT b.energy / 1000000 * t.commission_e4 + b.energy % 1000000 * t.commission_e4 / 1000000
      FROM bill b JOIN vendor_terms t ON t.vendor = NEW.vendor AND t.version = NEW.terms WHERE b.sale = NEW.sale);
END;
CREATE TRIGGER vendor_entry_taken_back BEFORE INSERT ON vendor_entry WHEN NEW.kind IN (4, 6)
BEGIN
  SELECT RAISE(ABORT, 'not what was booked for the sale') WHERE NOT EXISTS (
    SELECT 1 FROM vendor_entry WHERE sale = NEW.sale AND kind = NEW.kind - 1 AND vendor = NEW.vendor
      AND amount = -NEW.amount);
END;
CREATE TRIGGER vendor_entry_noted AFTER INSERT ON vendor_entry
BEGIN
  UPDATE vendor SET entries = NEW.entry, balance = NEW.balance, day = NEW.day, day_sold = NEW.day_sold
    WHERE organisation = NEW.vendor;
END;
CREATE TRIGGER vendor_entry_unchanged BEFORE UPDATE ON vendor_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER vendor_entry_kept BEFORE DELETE ON vendor_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- What was sold at tills between a start and an end. Kinds: 1 shift (what one person sold at a till), 2 sales (of a till),
-- 3 banking and 4 settlement (of all tills of an organisation, from where the last one ended). Numbers have no gaps.
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  terminal TEXT NOT NULL CHECK ((terminal = '') = (kind > 2)),
  number INTEGER NOT NULL,
  after INTEGER NOT NULL CHECK (after >= 0),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  started_at_unix_s INTEGER NOT NULL,
  UNIQUE (kind, organisation, terminal, number),
  UNIQUE (principal, request_id)
) STRICT;
-- Of each till the receipts after one, through another.
CREATE TABLE batch_till (
  batch INTEGER NOT NULL REFERENCES batch (id),
  terminal INTEGER NOT NULL REFERENCES terminal (id),
  kind INTEGER NOT NULL,
  after INTEGER NOT NULL,
  through INTEGER NOT NULL CHECK (through >= after),
  PRIMARY KEY (batch, terminal)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_till_last ON batch_till (terminal, kind, through);
-- What: 1 money by payment kind, 2 bill lines by kind, 3 change kept for accounts (by payment kind, in 1 too), 4 commission
-- given (key 5), 5 tokens without a price, 6 paid by accounts with what they held (in 2 too).
CREATE TABLE batch_sum (
  batch INTEGER NOT NULL REFERENCES batch (id),
  what INTEGER NOT NULL CHECK (what BETWEEN 1 AND 99),
  key INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  amount INTEGER NOT NULL,
  PRIMARY KEY (batch, what, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE batch_end (
  batch INTEGER PRIMARY KEY REFERENCES batch (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  ended_at_unix_s INTEGER NOT NULL,
  UNIQUE (principal, request_id)
) STRICT;

CREATE TRIGGER batch_next BEFORE INSERT ON batch
BEGIN
  SELECT RAISE(ABORT, 'not the next batch') WHERE EXISTS (SELECT 1 FROM batch WHERE id = NEW.id) OR NEW.number <> (
    SELECT coalesce(max(number), 0) + 1 FROM batch
      WHERE (kind, organisation, terminal) = (NEW.kind, NEW.organisation, NEW.terminal));
  SELECT RAISE(ABORT, 'the batch before is open') WHERE EXISTS (
    SELECT 1 FROM batch b WHERE (kind, organisation, terminal, number) =
      (NEW.kind, NEW.organisation, NEW.terminal, NEW.number - 1)
      AND NOT EXISTS (SELECT 1 FROM batch_end e WHERE e.batch = b.id));
END;
CREATE TRIGGER batch_till_open BEFORE INSERT ON batch_till
BEGIN
  SELECT RAISE(ABORT, 'not a till of the open batch') WHERE EXISTS (SELECT 1 FROM batch_end WHERE batch = NEW.batch)
    OR NOT EXISTS (SELECT 1 FROM batch b JOIN terminal t ON t.organisation = b.organisation
      AND b.terminal IN ('', t.name) WHERE b.id = NEW.batch AND t.id = NEW.terminal AND b.kind = NEW.kind
      AND NEW.after = iif(b.kind < 3, b.after, coalesce((SELECT max(through) FROM batch_till
        WHERE terminal = NEW.terminal AND kind = NEW.kind), 0)));
END;
CREATE TRIGGER batch_sum_open BEFORE INSERT ON batch_sum
  WHEN EXISTS (SELECT 1 FROM batch_end WHERE batch = NEW.batch)
BEGIN SELECT RAISE(ABORT, 'the batch has ended'); END;
CREATE TRIGGER batch_end_adds_up BEFORE INSERT ON batch_end
BEGIN
  SELECT RAISE(ABORT, 'ended already') WHERE EXISTS (SELECT 1 FROM batch_end WHERE batch = NEW.batch);
  SELECT RAISE(ABORT, 'the sums are not what the bills say') WHERE (
    SELECT coalesce(sum(b.total), 0) FROM batch h JOIN batch_till t ON t.batch = h.id
      JOIN sale s ON s.id > (t.terminal << 40) + t.after AND s.id <= (t.terminal << 40) + t.through
      JOIN bill b ON b.sale = s.id WHERE h.id = NEW.batch AND (h.kind <> 1 OR s.principal = h.principal))
    <> (SELECT coalesce(sum(amount), 0) FROM batch_sum WHERE batch = NEW.batch AND what = 2);
  SELECT RAISE(ABORT, 'money and lines differ') WHERE 0 <> (
    SELECT coalesce(sum(CASE WHEN what IN (1, 6) THEN amount WHEN what IN (2, 3) THEN -amount END), 0)
      FROM batch_sum WHERE batch = NEW.batch);
END;
CREATE TRIGGER batch_unchanged BEFORE UPDATE ON batch
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_kept BEFORE DELETE ON batch
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_till_unchanged BEFORE UPDATE ON batch_till
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_till_kept BEFORE DELETE ON batch_till
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_sum_unchanged BEFORE UPDATE ON batch_sum
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_sum_kept BEFORE DELETE ON batch_sum
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_end_unchanged BEFORE UPDATE ON batch_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER batch_end_kept BEFORE DELETE ON batch_end
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
