"""What the scripts share: clients by the environment's keys, roles entered, the sandbox's own door."""
import json
import os
import time
import urllib.request

import boto3
from botocore.config import Config

endpoint = os.environ["AWS_ENDPOINT_URL"]
CATALOG = "AWSMarketplace"
SHARED = [{"Name": "Scope", "ValueList": ["SharedWithMe"]}]
HOME, NORTH = ("999999999999", "7f3c2d9e41"), ("121212121212", "c81b0a5577")


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


def market(account, external):
    """Private Marketplace as an administrator of the organization has it."""
    keys = client("sts").assume_role(RoleArn="arn:aws:iam::%s:role/axle/market" % account, RoleSessionName="somebody",
                                     ExternalId=external)["Credentials"]
    return client("marketplace-catalog", keys)


def details(of, entity):
    return of.describe_entity(Catalog=CATALOG, EntityId=entity)["DetailsDocument"]


def change(of, kind, experience, body):
    """Starts a change set of one change, and waits for its end."""
    started = of.start_change_set(Catalog=CATALOG, ChangeSetName="somebody", ChangeSet=[
        {"ChangeType": kind, "Entity": {"Type": "Experience@1.0", "Identifier": experience}, "Details": json.dumps(body)}])
    for _ in range(100):
        state = of.describe_change_set(Catalog=CATALOG, ChangeSetId=started["ChangeSetId"])
        if state["Status"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.05)
    assert state["Status"] == "SUCCEEDED", state
