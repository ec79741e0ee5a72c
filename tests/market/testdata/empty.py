"""Somebody does to the management experience what would deny everybody everything, or allow it."""
import json
import sys

from shop import *

of, source = market(*HOME), "exp-1111approved"
MANY = ["prod-%02d" % n for n in range(24)]
FIRST = ["ab1234cd-1234-abcd-5678-90abcdef000%d" % n for n in range(1, 6)]


def products(kind, ids):
    change(of, kind + "ProductProcurement", source, {"Products": [{"Ids": ids}]})


WAYS = {
    "filled": lambda: products("Allow", MANY),
    "nearly emptied": lambda: products("Deny", MANY),
    "emptied": lambda: products("Deny", FIRST),
    "filled again": lambda: products("Allow", FIRST + MANY),
    "disabled": lambda: change(of, "UpdateExperience", source, {"Status": "Disabled"}),
    "archived": lambda: change(of, "RestrictExperience", source, {}),
    "without a policy": lambda: control("experiences", {"account": HOME[0], "id": source, "nopolicy": True}),
}
for way in sys.argv[1:]:
    WAYS[way]()
print("{}")
