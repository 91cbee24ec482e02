-- The ledger, version 6: accounts and what is sold to them for money. Money is in the currency's minor unit, units are what
-- the meter counts (Wh, l, s, 0.00001 of the currency), months are counted from 1970-01.

-- What is said of an account stands in account_version, every version of it; here is what has to be unique or is looked
-- for. State: 1 in use, 2 suspended, 3 closed.
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE CHECK (length(number) BETWEEN 1 AND 32),
  organisation INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  version INTEGER NOT NULL CHECK (version BETWEEN 0 AND 4294967295)
) STRICT;
CREATE UNIQUE INDEX account_of_meter ON account (meter) WHERE state <> 3;

-- Kinds: 1 opened, 2 updated, 3 suspended, 4 resumed.
CREATE TABLE account_version (
  account INTEGER NOT NULL REFERENCES account (id),
  version INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  state INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(name) > 0),
  address TEXT NOT NULL,
  contact TEXT NOT NULL,
  reference TEXT NOT NULL,
  tariff_class TEXT NOT NULL CHECK (length(tariff_class) BETWEEN 1 AND 32),
  note TEXT NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (account, version),
  CHECK ((kind = 1) = (version = 1))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_new BEFORE INSERT ON account
BEGIN
  SELECT RAISE(ABORT, 'a new account has no version yet')
    WHERE NEW.version <> 0 OR EXISTS (SELECT 1 FROM account WHERE id = NEW.id OR number = NEW.number);
  SELECT RAISE(ABORT, 'the account is not of the meter''s organisation')
    WHERE NOT EXISTS (SELECT 1 FROM meter WHERE id = NEW.meter AND organisation = NEW.organisation);
END;
CREATE TRIGGER account_follows BEFORE UPDATE ON account
  WHEN (NEW.id, NEW.number, NEW.organisation) <> (OLD.id, OLD.number, OLD.organisation)
    OR NEW.version <> OLD.version + 1 OR NOT EXISTS (
      SELECT 1 FROM account_version WHERE account = NEW.id AND version = NEW.version
        AND (state, meter) = (NEW.state, NEW.meter))
BEGIN SELECT RAISE(ABORT, 'an account changes by its next version'); END;
CREATE TRIGGER account_kept BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'accounts are kept'); END;
CREATE TRIGGER account_version_next BEFORE INSERT ON account_version
BEGIN
  SELECT RAISE(ABORT, 'not the next version') WHERE NEW.version <>
    (SELECT version + 1 FROM account WHERE id = NEW.account);
  SELECT RAISE(ABORT, 'an account does not go that way') WHERE NEW.version > 1 AND (NEW.kind, NEW.state) NOT IN (
    SELECT 2, state FROM account WHERE id = NEW.account
    UNION ALL SELECT 3, 2 FROM account WHERE id = NEW.account AND state = 1
    UNION ALL SELECT 4, 1 FROM account WHERE id = NEW.account AND state = 2);
END;
CREATE TRIGGER account_version_noted AFTER INSERT ON account_version
BEGIN
  UPDATE account SET version = NEW.version, state = NEW.state, meter = NEW.meter WHERE id = NEW.account;
  INSERT INTO account_tally SELECT NEW.account, 0, 0, 0 WHERE NEW.version = 1;
END;
CREATE TRIGGER account_version_unchanged BEFORE UPDATE ON account_version
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_version_kept BEFORE DELETE ON account_version
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- What every sale to an account changes: its last bill (0 none), and the money that it holds with the number of entries
-- that led there. Apart from account, as meter_tid is from meter.
CREATE TABLE account_tally (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  last_bill INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT;
CREATE TRIGGER account_tally_once BEFORE INSERT ON account_tally
  WHEN (NEW.last_bill, NEW.entries, NEW.balance) <> (0, 0, 0)
    OR EXISTS (SELECT 1 FROM account_tally WHERE account = NEW.account)
BEGIN SELECT RAISE(ABORT, 'a tally begins with nothing'); END;
CREATE TRIGGER account_tally_follows BEFORE UPDATE ON account_tally
  WHEN NEW.account <> OLD.account
    OR NEW.last_bill <> OLD.last_bill AND NOT EXISTS (
      SELECT 1 FROM bill WHERE sale = NEW.last_bill AND account = NEW.account AND previous = OLD.last_bill)
    OR (NEW.entries, NEW.balance) <> (OLD.entries, OLD.balance) AND NOT EXISTS (
      SELECT 1 FROM account_entry WHERE account = NEW.account AND entry = NEW.entries AND balance = NEW.balance
        AND entry = OLD.entries + 1)
BEGIN SELECT RAISE(ABORT, 'a tally follows bills and entries'); END;
CREATE TRIGGER account_tally_kept BEFORE DELETE ON account_tally
BEGIN SELECT RAISE(ABORT, 'tallies are kept'); END;

-- What a sale cost: the row of the same number in sale is the token. Lines come before their bill, which then says the
-- sum. Of the month it says what was bought with this sale; `charged_through` is the last month whose monthly charge is
-- paid. `account_version` is what was said of the account then.
CREATE TABLE bill_line (
  sale INTEGER NOT NULL,
  line INTEGER NOT NULL CHECK (line BETWEEN 1 AND 99),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  label TEXT NOT NULL,
  units INTEGER NOT NULL CHECK (units >= 0),
  months INTEGER NOT NULL CHECK (months >= 0),
  rate_e5 INTEGER NOT NULL CHECK (rate_e5 >= 0),
  percent_e4 INTEGER NOT NULL CHECK (percent_e4 BETWEEN 0 AND 1000000),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  debt INTEGER,
  PRIMARY KEY (sale, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE bill (
  sale INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account (id),
  account_version INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  tariff TEXT NOT NULL CHECK (length(tariff) > 0),
  tariff_version INTEGER NOT NULL CHECK (tariff_version > 0),
  month INTEGER NOT NULL,
  free_units INTEGER NOT NULL CHECK (free_units >= 0),
  paid_units INTEGER NOT NULL CHECK (paid_units >= 0),
  month_free INTEGER NOT NULL CHECK (month_free >= free_units),
  month_paid INTEGER NOT NULL CHECK (month_paid >= paid_units),
  charged_through INTEGER NOT NULL CHECK (charged_through <= month),
  total INTEGER NOT NULL CHECK (total >= 0),
  energy INTEGER NOT NULL CHECK (energy >= 0),
  charges INTEGER NOT NULL CHECK (charges >= 0),
  taxes INTEGER NOT NULL CHECK (taxes >= 0),
  debts INTEGER NOT NULL CHECK (debts >= 0),
  payment INTEGER NOT NULL CHECK (payment BETWEEN 1 AND 99),
  tendered INTEGER NOT NULL CHECK (tendered >= total),
  change_kept INTEGER NOT NULL CHECK (change_kept IN (0, 1) AND NOT (change_kept = 1 AND payment = 5)),
  balance INTEGER NOT NULL CHECK (balance >= 0),
  CHECK (total = energy + charges + taxes + debts),
  CHECK (payment <> 5 OR tendered = total)
) STRICT;
-- What an account took free, month by month; and its bills.
CREATE INDEX bill_of_account ON bill (account, month, month_free);

CREATE TRIGGER bill_line_first BEFORE INSERT ON bill_line
  WHEN EXISTS (SELECT 1 FROM bill WHERE sale = NEW.sale)
    OR NEW.line <> 1 + (SELECT count(*) FROM bill_line WHERE sale = NEW.sale)
BEGIN SELECT RAISE(ABORT, 'lines come in order, before their bill'); END;
CREATE TRIGGER bill_adds_up BEFORE INSERT ON bill
BEGIN
  SELECT RAISE(ABORT, 'bills are kept') WHERE EXISTS (SELECT 1 FROM bill WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'the lines do not add up to the bill')
    WHERE NEW.total <> (SELECT coalesce(sum(amount), 0) FROM bill_line WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'not what was sold') WHERE NOT EXISTS (
    SELECT 1 FROM sale s JOIN account a ON a.id = NEW.account AND a.meter = s.meter AND a.state = 1
      WHERE s.id = NEW.sale AND s.kind = 0 AND s.encoded = NEW.free_units + NEW.paid_units
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
CREATE TRIGGER bill_noted AFTER INSERT ON bill
BEGIN
  UPDATE account_tally SET last_bill = NEW.sale WHERE account = NEW.account;
  INSERT INTO account_entry SELECT NEW.account, t.entries + 1, iif(NEW.payment = 5, 2, 1), NEW.balance - t.balance,
      NEW.balance, NEW.sale, s.principal, s.issued_at_unix_s
    FROM account_tally t JOIN sale s ON s.id = NEW.sale WHERE t.account = NEW.account AND t.balance <> NEW.balance;
END;
CREATE TRIGGER bill_unchanged BEFORE UPDATE ON bill
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER bill_kept BEFORE DELETE ON bill
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER bill_line_unchanged BEFORE UPDATE ON bill_line
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER bill_line_kept BEFORE DELETE ON bill_line
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- The money that an account holds. Each row says what is left after it. Kinds: 1 change that was not given back, 2 paid
-- with it.
CREATE TABLE account_entry (
  account INTEGER NOT NULL REFERENCES account (id),
  entry INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  amount INTEGER NOT NULL CHECK (amount <> 0),
  balance INTEGER NOT NULL CHECK (balance >= 0),
  sale INTEGER,
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (account, entry)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER account_entry_adds_up BEFORE INSERT ON account_entry
BEGIN
  SELECT RAISE(ABORT, 'not the balance before and the amount') WHERE NOT EXISTS (
    SELECT 1 FROM account_tally WHERE account = NEW.account AND entries + 1 = NEW.entry
      AND balance + NEW.amount = NEW.balance);
  SELECT RAISE(ABORT, 'not of the account''s last bill') WHERE NEW.kind IN (1, 2) AND NOT EXISTS (
    SELECT 1 FROM account_tally t JOIN bill b ON b.sale = t.last_bill
      WHERE t.account = NEW.account AND b.sale = NEW.sale AND b.balance = NEW.balance);
END;
CREATE TRIGGER account_entry_noted AFTER INSERT ON account_entry
BEGIN
  UPDATE account_tally SET entries = NEW.entry, balance = NEW.balance WHERE account = NEW.account;
END;
CREATE TRIGGER account_entry_unchanged BEFORE UPDATE ON account_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_entry_kept BEFORE DELETE ON account_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
