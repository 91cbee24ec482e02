"""Events that are not what was played, for a test of the reckoning: it must notice each."""


def spoilt(event, way):
    """The event in another way, or None where that cannot be done to it."""
    if way == "money" and "money" in event and event.get("keep"):
        return dict(event, money=event["money"] + 100)
    if way == "kept" and event.get("keep") and event.get("tendered", 0) > 0:
        return dict(event, tendered=event["tendered"] + 1)
    if way == "units" and event.get("wh", 0) >= 1000:
        return dict(event, wh=event["wh"] + 100)
    if way == "price" and event["kind"] == "put-tariff" and "steps" in event["terms"]:
        terms = event["terms"]
        steps = [dict(step, price_e5=step["price_e5"] + 1) for step in terms["steps"]]
        return dict(event, terms=dict(terms, steps=steps))
    if way == "tax" and event["kind"] == "put-tariff":
        terms = event["terms"]
        return dict(event, terms=dict(terms, taxes=[dict(tax, percent_e4=tax["percent_e4"] + 1000) for tax in terms["taxes"]]))
    if way == "approval" and event["kind"] == "approve-tariff":
        return dict(event, by="manager2" if event["by"] == "manager1" else "manager1")
    if way == "class" and event["kind"] == "open":
        return dict(event, **{"class": "trade" if event["class"] == "default" else "default"})
    if way == "held" and event["kind"] == "suspend":
        return dict(event, kind="resume")
    if way == "owner" and event["kind"] == "update":
        return dict(event, name=event["name"] + "e")
    if way == "debt" and event["kind"] == "add-debt":
        return dict(event, amount=event["amount"] + 1)
    if way == "slip" and event["kind"] == "vendor-deposit" and "amount" in event:
        return dict(event, amount=event["amount"] + 1)
    if way == "commission" and event["kind"] == "vendor-terms":
        terms = event["terms"]
        return dict(event, terms=dict(terms, commission_percent_e4=terms["commission_percent_e4"] + 100))
    if way == "till" and event["kind"] == "shift-start":
        return dict(event, till="till9")
    return None


WAYS = ("money", "kept", "units", "price", "tax", "approval", "class", "held", "owner", "debt", "slip", "commission",
        "till")
TRIES = 20  # an event that is refused may be refused either way


def spoil(events, way):
    """Books of which one event is spoilt that way, each another one."""
    places = [number for number, event in enumerate(events) if spoilt(event, way)]
    for number in places[:TRIES]:
        yield events[:number] + [spoilt(events[number], way)] + events[number + 1:]
