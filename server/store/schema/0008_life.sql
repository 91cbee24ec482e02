-- The ledger, version 8: what an account owes and pays besides its sales, and what became of sales. Money is in the
-- currency's minor unit.

-- What an account owes. How it is paid back stands in debt_terms, what was owed after each change in debt_entry.
CREATE TABLE debt (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account (id),
  terms INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  outstanding INTEGER NOT NULL CHECK (outstanding >= 0),
  taken_at_unix_s INTEGER NOT NULL
) STRICT;
CREATE INDEX debt_of_account ON debt (account);
-- Rules: 1 percent of a purchase, 2 fixed per purchase, 3 per day.
CREATE TABLE debt_terms (
  act INTEGER PRIMARY KEY,
  debt INTEGER NOT NULL REFERENCES debt (id),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 99),
  label TEXT NOT NULL CHECK (length(label) > 0),
  rule INTEGER NOT NULL CHECK (rule BETWEEN 1 AND 3),
  amount INTEGER NOT NULL,
  percent_e4 INTEGER NOT NULL,
  CHECK (iif(rule = 1, amount = 0 AND percent_e4 BETWEEN 1 AND 1000000, amount > 0 AND percent_e4 = 0))
) STRICT;
CREATE TABLE debt_entry (
  debt INTEGER NOT NULL REFERENCES debt (id),
  entry INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount <> 0),
  outstanding INTEGER NOT NULL CHECK (outstanding >= 0),
  act INTEGER,
  sale INTEGER,
  taken_at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (debt, entry),
  CHECK ((act IS NULL) <> (sale IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER debt_new BEFORE INSERT ON debt
  WHEN (NEW.terms, NEW.entries, NEW.outstanding) <> (0, 0, 0) OR EXISTS (SELECT 1 FROM debt WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a debt begins with nothing'); END;
CREATE TRIGGER debt_follows BEFORE UPDATE ON debt
  WHEN (NEW.id, NEW.account) <> (OLD.id, OLD.account)
    OR NEW.terms <> OLD.terms AND NOT EXISTS (SELECT 1 FROM debt_terms WHERE act = NEW.terms AND debt = NEW.id)
    OR (NEW.entries, NEW.outstanding, NEW.taken_at_unix_s) <> (OLD.entries, OLD.outstanding, OLD.taken_at_unix_s)
      AND NOT EXISTS (SELECT 1 FROM debt_entry WHERE debt = NEW.id AND entry = NEW.entries AND entry = OLD.entries + 1
        AND (outstanding, taken_at_unix_s) = (NEW.outstanding, NEW.taken_at_unix_s))
BEGIN SELECT RAISE(ABORT, 'a debt follows its entries'); END;
CREATE TRIGGER debt_kept BEFORE DELETE ON debt
BEGIN SELECT RAISE(ABORT, 'debts are kept'); END;
CREATE TRIGGER debt_terms_once BEFORE INSERT ON debt_terms
  WHEN EXISTS (SELECT 1 FROM account_act WHERE id >= NEW.act) OR EXISTS (SELECT 1 FROM debt_terms WHERE act = NEW.act)
BEGIN SELECT RAISE(ABORT, 'terms come before their act'); END;
CREATE TRIGGER debt_terms_unchanged BEFORE UPDATE ON debt_terms
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER debt_terms_kept BEFORE DELETE ON debt_terms
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER debt_entry_adds_up BEFORE INSERT ON debt_entry
  WHEN NOT EXISTS (SELECT 1 FROM debt WHERE id = NEW.debt AND entries + 1 = NEW.entry
    AND outstanding + NEW.amount = NEW.outstanding)
BEGIN SELECT RAISE(ABORT, 'not what was owed before and the amount'); END;
CREATE TRIGGER debt_entry_noted AFTER INSERT ON debt_entry
BEGIN
  UPDATE debt SET entries = NEW.entry, outstanding = NEW.outstanding, taken_at_unix_s = NEW.taken_at_unix_s
    WHERE id = NEW.debt;
END;
CREATE TRIGGER debt_entry_unchanged BEFORE UPDATE ON debt_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER debt_entry_kept BEFORE DELETE ON debt_entry
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- What a sale takes for debts lowers them.
CREATE TRIGGER bill_takes_debts BEFORE INSERT ON bill
  WHEN NEW.debts <> (SELECT coalesce(sum(l.amount), 0) FROM bill_line l JOIN debt d ON d.id = l.debt
    WHERE l.sale = NEW.sale AND l.kind = 6 AND d.account = NEW.account)
BEGIN SELECT RAISE(ABORT, 'not debts of the account'); END;
CREATE TRIGGER bill_lowers_debts AFTER INSERT ON bill WHEN NEW.debts <> 0
BEGIN
  INSERT INTO debt_entry SELECT d.id, d.entries + 1, -l.amount, d.outstanding - l.amount, NULL, NEW.sale,
      max(s.issued_at_unix_s, d.taken_at_unix_s)
    FROM bill_line l JOIN debt d ON d.id = l.debt JOIN sale s ON s.id = l.sale WHERE l.sale = NEW.sale AND l.kind = 6;
END;

-- The deposit of an account: money that secures what it owes.
CREATE TABLE account_deposit (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  act INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0)
) STRICT;
CREATE TRIGGER account_deposit_once BEFORE INSERT ON account_deposit
  WHEN EXISTS (SELECT 1 FROM account_deposit WHERE account = NEW.account) OR NOT EXISTS (
    SELECT 1 FROM account_act WHERE id = NEW.act AND (account, kind, deposit) = (NEW.account, 6, NEW.held))
BEGIN SELECT RAISE(ABORT, 'a deposit follows its acts'); END;
CREATE TRIGGER account_deposit_follows BEFORE UPDATE ON account_deposit
  WHEN NEW.account <> OLD.account OR NEW.act <= OLD.act OR NOT EXISTS (
    SELECT 1 FROM account_act WHERE id = NEW.act AND (account, deposit) = (NEW.account, NEW.held))
BEGIN SELECT RAISE(ABORT, 'a deposit follows its acts'); END;
CREATE TRIGGER account_deposit_kept BEFORE DELETE ON account_deposit
BEGIN SELECT RAISE(ABORT, 'deposits are kept'); END;

-- One act each, numbered without gaps, with what holds after it: the account's balance and deposit, and what is owed on
-- the debt that it is of. Kinds: 1 debt added, 2 terms of a debt changed, 3 debt written off, 4 debt paid, 5 paid to the
-- balance, 6 paid as deposit, 7 deposit given back, 8 balance paid out, 9 the money of a sale given back to the balance,
-- 10 debt moved to another account, 11 debt moved here. Payment: how money came or went, 5 from or to the balance, 0 none
-- did. `other` is the sale of kind 9, the account of kinds 10 and 11.
CREATE TABLE account_act (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  account INTEGER NOT NULL REFERENCES account (id),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  amount INTEGER NOT NULL CHECK (iif(kind = 2, amount = 0, amount > 0)),
  debt INTEGER REFERENCES debt (id),
  other INTEGER,
  payment INTEGER NOT NULL CHECK (payment BETWEEN 0 AND 5 AND (payment <> 0) = (kind BETWEEN 4 AND 8)),
  terminal TEXT NOT NULL,
  reason TEXT NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0),
  deposit INTEGER NOT NULL CHECK (deposit >= 0),
  owed INTEGER NOT NULL CHECK (owed >= 0),
  at_unix_s INTEGER NOT NULL,
  UNIQUE (principal, request_id),
  CHECK ((debt IS NOT NULL) = (kind IN (1, 2, 3, 4, 10, 11))),
  CHECK ((other IS NOT NULL) = (kind BETWEEN 9 AND 11)),
  CHECK (reason <> '' OR kind NOT IN (1, 2, 3, 7, 8, 9)),
  CHECK (NOT (kind IN (5, 8) AND payment = 5))
) STRICT;
CREATE INDEX act_of_account ON account_act (account, id);

CREATE TRIGGER account_act_adds_up BEFORE INSERT ON account_act
BEGIN
  SELECT RAISE(ABORT, 'acts are numbered without gaps')
    WHERE NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM account_act);
  SELECT RAISE(ABORT, 'not the balance before and the amount') WHERE NEW.balance <>
    (SELECT balance FROM account_tally WHERE account = NEW.account)
    + CASE WHEN NEW.kind IN (5, 9) OR NEW.kind = 7 AND NEW.payment = 5 THEN NEW.amount
      WHEN NEW.kind = 8 OR NEW.kind IN (4, 6) AND NEW.payment = 5 THEN -NEW.amount ELSE 0 END;
  SELECT RAISE(ABORT, 'not the deposit before and the amount') WHERE NEW.deposit <>
    coalesce((SELECT held FROM account_deposit WHERE account = NEW.account), 0)
    + CASE NEW.kind WHEN 6 THEN NEW.amount WHEN 7 THEN -NEW.amount ELSE 0 END;
  SELECT RAISE(ABORT, 'not what was owed before and the amount') WHERE NEW.owed <>
    coalesce((SELECT outstanding FROM debt WHERE id = NEW.debt AND account = NEW.account), 0)
    + CASE WHEN NEW.kind IN (1, 11) THEN NEW.amount WHEN NEW.kind IN (3, 4, 10) THEN -NEW.amount ELSE 0 END;
  SELECT RAISE(ABORT, 'not a debt of the account') WHERE NEW.debt IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM debt WHERE id = NEW.debt AND account = NEW.account
      AND (entries = 0) = (NEW.kind IN (1, 11)));
  SELECT RAISE(ABORT, 'terms are said when a debt is added or changed') WHERE (NEW.kind IN (1, 2, 11)) <>
    EXISTS (SELECT 1 FROM debt_terms WHERE act = NEW.id AND debt = NEW.debt);
END;
CREATE TRIGGER account_act_noted AFTER INSERT ON account_act
BEGIN
  UPDATE debt SET terms = NEW.id WHERE id = NEW.debt AND NEW.kind IN (1, 2, 11);
  INSERT INTO debt_entry SELECT d.id, d.entries + 1, NEW.owed - d.outstanding, NEW.owed, NEW.id, NULL,
      iif(d.entries = 0, NEW.at_unix_s, d.taken_at_unix_s)
    FROM debt d WHERE d.id = NEW.debt AND d.outstanding <> NEW.owed;
  UPDATE account_deposit SET act = NEW.id, held = NEW.deposit WHERE account = NEW.account AND NEW.kind IN (6, 7);
  INSERT INTO account_deposit SELECT NEW.account, NEW.id, NEW.deposit
    WHERE NEW.kind = 6 AND NOT EXISTS (SELECT 1 FROM account_deposit WHERE account = NEW.account);
  INSERT INTO account_entry SELECT NEW.account, t.entries + 1, 3, NEW.balance - t.balance, NEW.balance, NEW.id,
      NEW.principal, NEW.at_unix_s
    FROM account_tally t WHERE t.account = NEW.account AND t.balance <> NEW.balance;
END;
CREATE TRIGGER account_act_unchanged BEFORE UPDATE ON account_act
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_act_kept BEFORE DELETE ON account_act
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
-- An entry of kind 3 is of an act: its number stands where the others have their sale.
CREATE TRIGGER account_entry_of_act BEFORE INSERT ON account_entry
  WHEN NEW.kind > 2 AND NOT EXISTS (
    SELECT 1 FROM account_act WHERE id = NEW.sale AND (account, balance) = (NEW.account, NEW.balance))
BEGIN SELECT RAISE(ABORT, 'not of an act'); END;
