"""Who may do what. The model has one organisation that sells, one that may not, and the root above them."""
from .orders import CREDIT, KEY_CHANGE, MANAGEMENT, TEST, Refused

VENDOR, SUPERVISOR, ENGINEER, METER_ADMIN, CARD_FACTORY, OFFICER, AUDITOR, MANAGER = range(1, 9)
MAY = {CREDIT: {VENDOR, SUPERVISOR}, MANAGEMENT: {ENGINEER, SUPERVISOR}, TEST: {ENGINEER, SUPERVISOR, VENDOR},
       KEY_CHANGE: {ENGINEER, SUPERVISOR}}
CONFIRM_BY_TOKEN = {VENDOR, SUPERVISOR, ENGINEER}
CONFIRM_BY_READING = {ENGINEER}
VERIFY = {VENDOR, SUPERVISOR, ENGINEER}
ASSIGN = {ENGINEER, SUPERVISOR, METER_ADMIN}
PROPOSE = {ENGINEER, SUPERVISOR, OFFICER}
APPROVE = {OFFICER}


class People:
    def __init__(self, principals: dict, parents: dict, grants: dict):
        self.principals = principals  # name: (organisation, set of roles)
        self.parents = parents        # organisation: the one above
        self.grants = grants          # organisation: set of supply groups

    def call(self, who, roles: set) -> str:
        """The caller's organisation."""
        if who is None:
            raise Refused("NOT_AUTHENTICATED")
        if who not in self.principals:
            raise Refused("PRINCIPAL_UNKNOWN")
        organisation, held = self.principals[who]
        if not held & roles:
            raise Refused("ROLE_MISSING")
        return organisation

    def below(self, organisation: str, home: str) -> bool:
        while organisation is not None and organisation != home:
            organisation = self.parents[organisation]
        return organisation == home

    def granted(self, home: str, sgc: str) -> bool:
        """To the organisation itself or to one above it."""
        while home is not None:
            if sgc in self.grants.get(home, ()):
                return True
            home = self.parents[home]
        return False

    def touch(self, home: str, organisation: str, sgc: str, elsewhere: str) -> None:
        if not self.below(organisation, home):
            raise Refused(elsewhere)
        if not self.granted(home, sgc):
            raise Refused("SUPPLY_GROUP_DENIED")
