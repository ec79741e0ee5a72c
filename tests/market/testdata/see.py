"""What AWS has of experiences and change sets, as it tells the hub's user."""
import json

from shop import *


def ids(of, policy):
    found = {"Allow": [], "Deny": []}
    for statement in details(of, policy)["Statements"]:
        for resource in statement["Resources"]:
            found[statement["Effect"]] += resource["Ids"]
    return {effect.lower(): sorted(i.removeprefix("ab1234cd-1234-abcd-5678-90abcdef") for i in some) for effect, some in found.items()}


seen, sets = {}, []
for account, external in (HOME, NORTH):
    of = market(account, external)
    for e in of.list_entities(Catalog=CATALOG, EntityType="Experience", FilterList=SHARED)["EntitySummaryList"]:
        d = details(of, e["EntityId"])
        policies = d.get("ProcurementPolicies") or []
        seen[e["EntityId"]] = {"status": d["Status"], "archived": bool(d.get("AdminStatus")), **(ids(of, policies[0]) if policies else {})}
    pages = of.get_paginator("list_change_sets") if of.can_paginate("list_change_sets") else None
    for page in pages.paginate(Catalog=CATALOG, FilterList=SHARED) if pages else [of.list_change_sets(Catalog=CATALOG, FilterList=SHARED, MaxResults=20)]:
        for s in page["ChangeSetSummaryList"]:
            full = of.describe_change_set(Catalog=CATALOG, ChangeSetId=s["ChangeSetId"])
            sets.append({"name": s.get("ChangeSetName", ""), "status": s["Status"], "changes": [
                [c["ChangeType"], c["Entity"]["Identifier"].split("@")[0], c["DetailsDocument"]] for c in full["ChangeSet"]]})
print(json.dumps({"experiences": seen, "sets": sets, "mutating": sum(
    c["mutating"] and c["service"] in ("marketplace-catalog", "license-manager") for c in control("calls")["calls"])}))
