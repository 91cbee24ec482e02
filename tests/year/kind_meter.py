"""Meters, before they serve anybody."""
import people
from kind import Kind, answered

SGC = "123457"


def key_of(event):
    return {"supply_group_code": SGC, "key_revision_number": 1, "tariff_index": 1, "key_type": 2,
            "key_expiry_number": 255, "base_date": 2014, "encryption_algorithm": event["ea"],
            "key_generation_algorithm": 4}


def calls(_, event):
    return [(people.ADMIN, "MeterService", "RegisterMeter",
             {"meter_pan": event["pan"], "organisation": event["organisation"], "utility": "ELECTRICITY",
              "key": key_of(event)})]


def reckon(_, event):
    return [answered(meter_pan=event["pan"], organisation=event["organisation"], state="ACTIVE")]


KINDS = {"meter": Kind(calls, reckon)}
