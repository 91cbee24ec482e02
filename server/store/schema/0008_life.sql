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
  debt INTEGER NOT NULL,
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
-- balance, 6 paid as deposit, 7 deposit given back, 8 balance paid out, 9 a claim given to the balance,
-- 10 debt moved to another account, 11 debt moved here. Payment: how money came or went, 5 from or to the balance, 0 none
-- did. `other` is the claim of kind 9, the account of kinds 10 and 11.
CREATE TABLE account_act (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  account INTEGER NOT NULL REFERENCES account (id),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 99),
  amount INTEGER NOT NULL CHECK (iif(kind = 2, amount = 0, amount > 0)),
  debt INTEGER,
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

-- What became of sales. A client says that it has finished one; or gives a request id up that no order was made under.
CREATE TABLE sale_confirmation (
  sale INTEGER PRIMARY KEY,
  at_unix_s INTEGER NOT NULL
) STRICT;
CREATE TRIGGER sale_confirmation_of_sale BEFORE INSERT ON sale_confirmation
  WHEN NOT EXISTS (SELECT 1 FROM sale WHERE id = NEW.sale)
    OR EXISTS (SELECT 1 FROM sale_confirmation WHERE sale = NEW.sale) OR EXISTS (SELECT 1 FROM claim WHERE sale = NEW.sale)
BEGIN SELECT RAISE(ABORT, 'a sale is confirmed once, or reversed'); END;
CREATE TRIGGER sale_confirmation_unchanged BEFORE UPDATE ON sale_confirmation
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER sale_confirmation_kept BEFORE DELETE ON sale_confirmation
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TABLE cancelled_request (
  principal INTEGER NOT NULL REFERENCES principal (id),
  request_id TEXT NOT NULL CHECK (length(request_id) > 0),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (principal, request_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cancelled_request_unused BEFORE INSERT ON cancelled_request
  WHEN EXISTS (SELECT 1 FROM sale WHERE principal = NEW.principal AND request_id = NEW.request_id)
    OR EXISTS (SELECT 1 FROM record WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'an order was made under this id'); END;
CREATE TRIGGER cancelled_request_unchanged BEFORE UPDATE ON cancelled_request
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER cancelled_request_kept BEFORE DELETE ON cancelled_request
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER sale_not_cancelled BEFORE INSERT ON sale
  WHEN EXISTS (SELECT 1 FROM cancelled_request WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the request id was given up'); END;
CREATE TRIGGER record_not_cancelled BEFORE INSERT ON record
  WHEN EXISTS (SELECT 1 FROM cancelled_request WHERE principal = NEW.principal AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the request id was given up'); END;

-- What a customer is to get back although a meter may hold what it was paid for. Kinds: 1 the money of a sale that is
-- reversed, 2 money for credit left in a meter, 3 units left in a meter. It is good once two officers have agreed, of whom
-- none made it, and then it is paid once: kinds 1 and 2 by an act, kind 3 by a token.
CREATE TABLE claim (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  account INTEGER NOT NULL REFERENCES account (id),
  meter INTEGER NOT NULL,
  sale INTEGER UNIQUE,
  amount INTEGER NOT NULL CHECK (amount > 0),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  CHECK ((sale IS NOT NULL) = (kind = 1))
) STRICT;
CREATE INDEX claim_of_account ON claim (account);
CREATE UNIQUE INDEX claim_of_meter ON claim (account, meter) WHERE kind > 1;
CREATE TRIGGER claim_new BEFORE INSERT ON claim
BEGIN
  SELECT RAISE(ABORT, 'claims are kept') WHERE EXISTS (SELECT 1 FROM claim WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'not the sale''s money, or the sale is done with') WHERE NEW.kind = 1 AND (NOT EXISTS (
      SELECT 1 FROM bill b JOIN sale s ON s.id = b.sale WHERE b.sale = NEW.sale AND b.account = NEW.account
        AND s.meter = NEW.meter AND b.total = NEW.amount)
    OR EXISTS (SELECT 1 FROM sale_confirmation WHERE sale = NEW.sale));
  SELECT RAISE(ABORT, 'the account never had that meter') WHERE NOT EXISTS (
    SELECT 1 FROM account_version WHERE account = NEW.account AND meter = NEW.meter);
END;
CREATE TRIGGER claim_unchanged BEFORE UPDATE ON claim
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER claim_kept BEFORE DELETE ON claim
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TABLE claim_approval (
  claim INTEGER NOT NULL REFERENCES claim (id),
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  PRIMARY KEY (claim, principal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER claim_approval_by_another BEFORE INSERT ON claim_approval
  WHEN EXISTS (SELECT 1 FROM claim WHERE id = NEW.claim AND principal = NEW.principal)
    OR EXISTS (SELECT 1 FROM claim_approval WHERE claim = NEW.claim AND principal = NEW.principal)
BEGIN SELECT RAISE(ABORT, 'a claim is agreed to once each, by others'); END;
CREATE TRIGGER claim_approval_unchanged BEFORE UPDATE ON claim_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER claim_approval_kept BEFORE DELETE ON claim_approval
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE UNIQUE INDEX act_of_claim ON account_act (other) WHERE kind = 9;
CREATE TRIGGER claim_is_good BEFORE INSERT ON account_act WHEN NEW.kind = 9 AND NOT EXISTS (
    SELECT 1 FROM claim c WHERE c.id = NEW.other AND c.kind < 3 AND (c.account, c.amount) = (NEW.account, NEW.amount)
      AND (SELECT count(*) FROM claim_approval WHERE claim = c.id) >= 2)
BEGIN SELECT RAISE(ABORT, 'not what two officers agreed to'); END;

-- Credit that nobody pays for, with its reason; or units that were claimed.
CREATE TABLE free_issue (
  sale INTEGER PRIMARY KEY,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  claim INTEGER UNIQUE REFERENCES claim (id)
) STRICT;
CREATE TRIGGER free_issue_new BEFORE INSERT ON free_issue
BEGIN
  SELECT RAISE(ABORT, 'not a sale without a price') WHERE NOT EXISTS (
    SELECT 1 FROM sale WHERE id = NEW.sale AND kind = 0) OR EXISTS (SELECT 1 FROM bill WHERE sale = NEW.sale)
      OR EXISTS (SELECT 1 FROM free_issue WHERE sale = NEW.sale);
  SELECT RAISE(ABORT, 'not what two officers agreed to') WHERE NEW.claim IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM claim c JOIN sale s ON s.id = NEW.sale JOIN account a ON a.id = c.account AND a.meter = s.meter
      WHERE c.id = NEW.claim AND c.kind = 3 AND s.requested = c.amount AND s.meter <> c.meter
        AND (SELECT count(*) FROM claim_approval WHERE claim = c.id) >= 2);
END;
CREATE TRIGGER free_issue_unchanged BEFORE UPDATE ON free_issue
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER free_issue_kept BEFORE DELETE ON free_issue
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- Kinds of versions from now on also: 5 closed, for ever; 6 has another meter.
DROP TRIGGER account_version_next;
CREATE TRIGGER account_version_next BEFORE INSERT ON account_version
BEGIN
  SELECT RAISE(ABORT, 'not the next version') WHERE NEW.version <>
    (SELECT version + 1 FROM account WHERE id = NEW.account);
  SELECT RAISE(ABORT, 'an account does not go that way') WHERE NEW.version > 1 AND (NEW.kind, NEW.state) NOT IN (
    SELECT 2, state FROM account WHERE id = NEW.account AND state <> 3
    UNION ALL SELECT 3, 2 FROM account WHERE id = NEW.account AND state = 1
    UNION ALL SELECT 4, 1 FROM account WHERE id = NEW.account AND state = 2
    UNION ALL SELECT 5, 3 FROM account WHERE id = NEW.account AND state <> 3
    UNION ALL SELECT 6, state FROM account WHERE id = NEW.account AND state <> 3);
  SELECT RAISE(ABORT, 'not a meter that the account may have') WHERE NOT EXISTS (
    SELECT 1 FROM account a JOIN meter m ON m.id = NEW.meter AND m.organisation = a.organisation
      WHERE a.id = NEW.account AND (a.meter <> m.id) = (NEW.kind = 6));
END;
