"""What the office must have become by the events so far. Nothing here is asked of the server."""
from collections import Counter

import month
import people


class Account:
    def __init__(self, event, now):
        self.number, self.pan = event["account"], event["pan"]
        self.organisation, self.tariff_class = event["organisation"], event["class"]
        self.name = event["name"]
        self.state, self.version, self.balance = "ACCOUNT_IN_USE", 1, 0
        self.opened, self.class_since = now, now
        self.classes = [(now, self.tariff_class)]
        self.class_by = None       # who changed it, not who opened it so
        self.deposit, self.debts = 0, []
        self.pans = [self.pan]     # meters that it has or had
        self.charged_through = None
        self.paid, self.free = {}, {}  # units by month
        self.free_before = {}      # the same, of those who had the meter before
        self.units = 0             # of all tokens


class Office:
    def __init__(self, book):
        self.book = book
        self.did = Counter()       # what came about, by name
        self.offset_min = 0
        self.minor_digits = None
        self.tariffs = {}          # name: versions, as {"terms": ..., "from": ..., "approved": ..., "by": ...}
        self.assigned = {}         # (organisation, class): name
        self.assignments = {}      # the same with times, all that ever were: (since, name)
        self.accounts = {}
        self.receipts = {}         # (organisation, till): the last number
        self.orders = {}           # (principal, request id): (what was asked, what was answered)
        self.vendors = {}          # organisation: kind_vendor.Vendor
        self.acts, self.debts = 0, 0   # numbered through
        self.acted = {}            # (principal, request id): (what was asked, what was answered)
        self.sales = []            # every sale, for batches
        self.paid = []             # what was paid at tills besides, for batches
        self.sold = {}             # (principal, request id): (account, what it paid, vendor, commission)
        self.confirmed, self.cancelled, self.reversed = set(), set(), set()  # the same keys
        self.on_cards = {}         # Wh by meter
        self.claims, self.claimed_meters, self.claim_count = {}, set(), 0
        self.shifts, self.shift_numbers, self.settled = {}, {}, {}
        self.now = 0

    def month(self):
        return month.month(self.now, self.offset_min)

    def month_of(self, unix_s):
        return month.month(unix_s, self.offset_min)

    def account_on(self, pan):
        return next((one.number for one in self.accounts.values() if one.pan == pan and one.state != "ACCOUNT_ENDED"), None)

    def open(self, event):
        """A month's free units are the meter's once."""
        account = Account(event, self.now)
        taken = sum(one.free.get(self.month(), 0) for one in self.accounts.values() if one.pan == account.pan)
        account.free_before[self.month()] = taken
        self.did["free units that somebody before had taken"] += taken > 0
        self.accounts[account.number] = account
        return account

    def next_claim(self):
        self.claim_count += 1
        return self.claim_count

    def tariff_of(self, account):
        """The version in force for the account, or None."""
        for organisation in people.above(account.organisation):
            name = self.assigned.get((organisation, account.tariff_class))
            if name:
                begun = [v for v in self.tariffs[name] if v["approved"] and v["from"] <= self.now]
                return begun[-1] if begun else None
        return None

    def find(self, who, number):
        """The account as this person may see it."""
        account = self.accounts.get(number)
        home = people.HOME[who]
        return account if account and home in people.above(account.organisation) else None

    def receipt(self, organisation, till):
        number = self.receipts.get((organisation, till), 0) + 1
        self.receipts[organisation, till] = number
        return number
