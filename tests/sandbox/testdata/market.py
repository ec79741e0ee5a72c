"""Private Marketplace in two organizations, from outside, by boto3: the first one's approvals, the
second's own, an archived experience, ids that cannot be procured, a lock, purchases, each role entered
with its external id. Keys of the hub and the endpoint come from the environment; whatever is not as AWS
documents it ends this with a trace."""
import json
import os
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = os.environ["AWS_ENDPOINT_URL"]
CATALOG = "AWSMarketplace"
SHARED = [{"Name": "Scope", "ValueList": ["SharedWithMe"]}]


def control(name, body=None):
    """Asks the sandbox itself."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(endpoint + "/_sandbox/" + name, data=data)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
        return json.load(reply)


def client(service, keys=None):
    own = {}
    if keys:
        own = dict(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                   aws_session_token=keys["SessionToken"])
    return boto3.client(service, region_name="us-east-1", **own, config=Config(
        retries={"total_max_attempts": 1}, proxies={}, connect_timeout=5, read_timeout=20))


def refused(code, status, call, **arguments):
    try:
        reply = call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, status), (got, error)
        return error.response["Error"]["Message"]
    raise AssertionError("not refused: %s" % reply)


def enter(account, external):
    sts = client("sts")
    role = "arn:aws:iam::%s:role/axle/market" % account
    refused("AccessDenied", 403, sts.assume_role, RoleArn=role, RoleSessionName="market", ExternalId="another")
    keys = sts.assume_role(RoleArn=role, RoleSessionName="market", ExternalId=external)["Credentials"]
    return client("marketplace-catalog", keys), client("marketplace-agreement", keys)


def details(market, entity):
    reply = market.describe_entity(Catalog=CATALOG, EntityId=entity)
    assert json.loads(reply["Details"]) == reply["DetailsDocument"], reply
    return reply["DetailsDocument"], reply["EntityIdentifier"]


def products(market, experience):
    policy, _ = details(market, details(market, experience)[0]["ProcurementPolicies"][0])
    found = {"Allow": set(), "Deny": set()}
    for statement in policy["Statements"]:
        for resource in statement["Resources"]:
            found[statement["Effect"]] |= set(resource["Ids"])
    return found


def change(kind, experience, body):
    return {"ChangeType": kind, "Entity": {"Type": "Experience@1.0", "Identifier": experience}, "Details": json.dumps(body)}


def run(market, *changes, **more):
    """Starts a change set, waits for its end, and gives it."""
    started = market.start_change_set(Catalog=CATALOG, ChangeSet=list(changes), **more)
    control("clock", {"advance": "1m"})
    return market.describe_change_set(Catalog=CATALOG, ChangeSetId=started["ChangeSetId"])


home, bought = enter("999999999999", "7f3c2d9e41")
north, _ = enter("121212121212", "c81b0a5577")

# What is shared is listed with its scope alone; nothing is said where it is not given.
assert home.list_entities(Catalog=CATALOG, EntityType="Experience")["EntitySummaryList"] == []
listed = [e["EntityId"] for e in home.list_entities(Catalog=CATALOG, EntityType="Experience", FilterList=SHARED)["EntitySummaryList"]]
assert listed == ["exp-1111approved"], listed
followers = {e["EntityId"]: details(north, e["EntityId"])[0]
             for e in north.list_entities(Catalog=CATALOG, EntityType="Experience", FilterList=SHARED)["EntitySummaryList"]}
live = sorted(e for e, d in followers.items() if d["Status"] == "Enabled" and not d.get("AdminStatus"))
assert live == ["exp-2222north", "exp-2222pilots"], followers

# One follower is brought to the state of its source, denies first, each at its revision.
source, follower = products(home, "exp-1111approved"), products(north, "exp-2222north")
_, at = details(north, "exp-2222north")
deny = sorted((follower["Allow"] - source["Allow"]) | (source["Deny"] - follower["Deny"]))
allow = sorted(source["Allow"] - follower["Allow"])
done = run(north, change("DenyProductProcurement", at, {"Products": [{"Ids": deny, "Notes": "not approved"}]}), ChangeSetName="axle:1:north-approved:1")
assert done["Status"] == "SUCCEEDED" and done["ChangeSetName"] == "axle:1:north-approved:1", done
stale = refused("ValidationException", 422, north.start_change_set, Catalog=CATALOG, ChangeSet=[change("AllowProductProcurement", at, {"Products": [{"Ids": allow}]})])
_, now = details(north, "exp-2222north")
assert now in stale, stale

# An id that cannot be procured fails its set; without it the rest goes through.
control("products", {"id": allow[0]})
failed = run(north, change("AllowProductProcurement", now, {"Products": [{"Ids": allow}]}))
assert (failed["Status"], failed["FailureCode"]) == ("FAILED", "CLIENT_ERROR"), failed
assert allow[0] in failed["ChangeSet"][0]["ErrorDetailList"][0]["ErrorMessage"], failed
assert run(north, change("AllowProductProcurement", now, {"Products": [{"Ids": allow[1:]}]}))["Status"] == "SUCCEEDED"
control("products", {"id": allow[0], "procurable": True})
assert run(north, change("AllowProductProcurement", "exp-2222north", {"Products": [{"Ids": allow[:1]}]}))["Status"] == "SUCCEEDED"
assert products(north, "exp-2222north")["Allow"] == source["Allow"]

# Somebody's change set holds an experience; its name is told.
held = north.start_change_set(Catalog=CATALOG, ChangeSetName="somebody else", ChangeSet=[change("UpdateProcurementPolicy", "exp-2222pilots", {"Configuration": {"PolicyResourceRequests": "Deny"}})])
refused("ResourceInUseException", 423, north.start_change_set, Catalog=CATALOG, ChangeSet=[change("UpdateExperience", "exp-2222pilots", {"Status": "Disabled"})])
holders = north.list_change_sets(Catalog=CATALOG, FilterList=SHARED + [{"Name": "EntityId", "ValueList": ["exp-2222pilots"]}, {"Name": "Status", "ValueList": ["PREPARING", "APPLYING"]}])
assert [s["ChangeSetName"] for s in holders["ChangeSetSummaryList"]] == ["somebody else"], holders
refused("AccessDeniedException", 403, north.cancel_change_set, Catalog=CATALOG, ChangeSetId=held["ChangeSetId"])
control("clock", {"advance": "1m"})

# A new experience in one chained set; the archived one stays as it is.
new = {"Type": "Experience@1.0"}
made = run(home, {"ChangeType": "CreateExperience", "ChangeName": "New", "Entity": new, "DetailsDocument": {"Name": "labs"}},
           change("CreateProcurementPolicy", "$New.Entity.Identifier", {"Name": "labs"}),
           change("AllowProductProcurement", "$New.Entity.Identifier", {"Products": [{"Ids": ["p-1"]}]}))
labs = made["ChangeSet"][0]["Entity"]["Identifier"].split("@")[0]
assert products(home, labs)["Allow"] == {"p-1"}, made
assert run(north, change("UpdateExperience", "exp-2222old", {"Status": "Enabled"}))["Status"] == "FAILED"
batch = home.batch_describe_entities(EntityRequestList=[{"Catalog": CATALOG, "EntityId": e} for e in (labs, "exp-none")])
assert list(batch["EntityDetails"]) == [labs] and list(batch["Errors"]) == ["exp-none"], batch

# Purchases are made from outside: what the experience allows, and nothing else.
approved = sorted(source["Allow"])[0]
agreement = control("agreements", {"acceptor": "999999999999", "product": approved, "ends": "2099-01-01T00:00:00Z", "value": "120.00"})["id"]
try:
    control("agreements", {"acceptor": "999999999999", "product": "p-unknown"})
    raise AssertionError("a product that is not approved was bought")
except urllib.error.HTTPError as error:
    assert json.load(error)["code"] == "AXLE1138"
party = [{"name": "PartyType", "values": ["Acceptor"]}, {"name": "AgreementType", "values": ["PurchaseAgreement"]}]
found = bought.search_agreements(catalog=CATALOG, filters=party + [{"name": "ResourceIdentifier", "values": [approved]}])
assert [a["agreementId"] for a in found["agreementViewSummaries"]] == [agreement], found
one = bought.describe_agreement(agreementId=agreement)
assert one["status"] == "ACTIVE" and one["estimatedCharges"]["agreementValue"] == "120.00" and one["endTime"].year == 2099, one
refused("ValidationException", 400, bought.search_agreements, catalog=CATALOG)
