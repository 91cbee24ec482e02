-- The ledger, version 15: who owned a place, and since when. Money is in the currency's minor unit, months are counted from
-- 1970-01.

-- `account` was left for `next`, whose everything is from `cut` on: the date that was said, or, of a transfer that was made
-- for now, the second after it. What was noted is not moved; what was sold and owed before the cut is read as the old
-- account's and what came after it as the next one's. `balance` is what was moved of the money that the account held;
-- `charged_through` is the last month whose monthly charge the next one does not owe.
CREATE TABLE account_transfer (
  account INTEGER PRIMARY KEY REFERENCES account (id),
  next INTEGER NOT NULL UNIQUE REFERENCES account (id),
  cut_unix_s INTEGER NOT NULL,
  balance INTEGER NOT NULL CHECK (balance >= 0),
  charged_through INTEGER NOT NULL,
  principal INTEGER NOT NULL REFERENCES principal (id),
  at_unix_s INTEGER NOT NULL,
  CHECK (account <> next AND cut_unix_s <= at_unix_s + 1)
) STRICT;
-- The halves, as they were answered. What: 1 sales, 2 units, 3 their totals, 4 of them for energy, 5 charges, 6 taxes,
-- 7 taken for debts; 8 money held, 9 deposit held, 10 owed; 11 months whose charge is due.
CREATE TABLE account_transfer_part (
  account INTEGER NOT NULL REFERENCES account_transfer (account),
  what INTEGER NOT NULL CHECK (what BETWEEN 1 AND 99),
  before INTEGER NOT NULL CHECK (before >= 0),
  after INTEGER NOT NULL CHECK (after >= 0),
  PRIMARY KEY (account, what)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_transfer_new BEFORE INSERT ON account_transfer
BEGIN
  SELECT RAISE(ABORT, 'transfers are kept') WHERE EXISTS (
    SELECT 1 FROM account_transfer WHERE account = NEW.account OR next = NEW.next);
  SELECT RAISE(ABORT, 'not from a closed account to one that was opened on its meter') WHERE NOT EXISTS (
    SELECT 1 FROM account a JOIN account n ON n.id = NEW.next AND n.meter = a.meter AND n.version = 1 AND n.state = 1
      WHERE a.id = NEW.account AND a.state = 3);
  SELECT RAISE(ABORT, 'not while the account had this meter') WHERE NEW.cut_unix_s <
    (SELECT max(at_unix_s) FROM account_version WHERE account = NEW.account AND kind IN (1, 6));
END;
CREATE TRIGGER account_transfer_unchanged BEFORE UPDATE ON account_transfer
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_transfer_kept BEFORE DELETE ON account_transfer
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_transfer_part_new BEFORE INSERT ON account_transfer_part
  WHEN EXISTS (SELECT 1 FROM account_transfer_part WHERE account = NEW.account AND what >= NEW.what)
BEGIN SELECT RAISE(ABORT, 'parts come in order'); END;
CREATE TRIGGER account_transfer_part_unchanged BEFORE UPDATE ON account_transfer_part
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;
CREATE TRIGGER account_transfer_part_kept BEFORE DELETE ON account_transfer_part
BEGIN SELECT RAISE(ABORT, 'history is never edited'); END;

-- Money goes along by an entry of kind 4 on either side, which names the account that was left where others have their sale.
CREATE TRIGGER account_transfer_moves AFTER INSERT ON account_transfer WHEN NEW.balance > 0
BEGIN
  INSERT INTO account_entry SELECT NEW.account, entries + 1, 4, -NEW.balance, balance - NEW.balance, NEW.account,
      NEW.principal, NEW.at_unix_s FROM account_tally WHERE account = NEW.account;
  INSERT INTO account_entry SELECT NEW.next, entries + 1, 4, NEW.balance, balance + NEW.balance, NEW.account,
      NEW.principal, NEW.at_unix_s FROM account_tally WHERE account = NEW.next;
END;
DROP TRIGGER account_entry_of_act;
CREATE TRIGGER account_entry_of_act BEFORE INSERT ON account_entry
  WHEN NEW.kind > 2 AND NEW.kind <> 4 AND NOT EXISTS (
    SELECT 1 FROM account_act WHERE id = NEW.sale AND (account, balance) = (NEW.account, NEW.balance))
BEGIN SELECT RAISE(ABORT, 'not of an act'); END;
CREATE TRIGGER account_entry_of_transfer BEFORE INSERT ON account_entry
  WHEN NEW.kind = 4 AND (NOT EXISTS (
      SELECT 1 FROM account_transfer WHERE account = NEW.sale AND NEW.account IN (account, next)
        AND NEW.amount = iif(NEW.account = account, -balance, balance))
    OR EXISTS (SELECT 1 FROM account_entry WHERE account = NEW.account AND kind = 4 AND sale = NEW.sale))
BEGIN SELECT RAISE(ABORT, 'not of a transfer'); END;
