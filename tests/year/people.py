"""Who works in the office, and where."""
OFFICER, ADMIN = "officer1", "admin1"
ROOT, SHOPS = "root", ("shop1", "shop2")
OFFICERS = (OFFICER, "officer2")
MANAGERS = ("manager1", "manager2")
SELLERS = {"shop1": ("vendor1", "seller1", "clerk1"), "shop2": ("seller2", "seller3", "clerk2")}
CLERK_ABOVE = "clerk0"
CLERKS = {"shop1": "clerk1", "shop2": "clerk2"}
HOME = {who: shop for shop, people in SELLERS.items() for who in people}
HOME.update({OFFICER: ROOT, "officer2": ROOT, CLERK_ABOVE: ROOT, ADMIN: ROOT, "manager1": ROOT, "manager2": ROOT})
PARENT = {"shop1": ROOT, "shop2": ROOT}


def above(organisation):
    """The organisation and those above it, nearest first."""
    while organisation:
        yield organisation
        organisation = PARENT.get(organisation)
