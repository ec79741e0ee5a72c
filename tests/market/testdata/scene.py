"""What people do before axle comes: the hub's user, on both marketplaces."""
import json

from shop import *

north, home = market(*NORTH), market(*HOME)

# A member's administrator approves a product on his own, and an experience of his is archived.
change(north, "AllowProductProcurement", "exp-2222north", {"Products": [{"Ids": ["prod-local"], "Notes": "we need it"}]})
control("experiences", {"account": NORTH[0], "id": "exp-2222labs", "name": "labs", "allow": ["prod-lab"]})
change(north, "UpdateExperience", "exp-2222labs", {"Status": "Disabled"})
change(north, "RestrictExperience", "exp-2222labs", {})

# Somebody makes an experience that nobody keeps, and buys what will be taken out of the file.
control("experiences", {"account": HOME[0], "id": "exp-1111side", "name": "side", "allow": ["prod-side"], "audience": ["333333333333"]})
dropped = "ab1234cd-1234-abcd-5678-90abcdef0005"
agreement = control("agreements", {"acceptor": HOME[0], "product": dropped, "ends": "2099-01-01T00:00:00Z", "value": "120.00"})["id"]

# AWS will not have one of the products that the file allows.
control("products", {"id": "prod-poison"})
print(json.dumps({"agreement": agreement}))
