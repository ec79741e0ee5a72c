"""What the management account does, a step of sys.argv[1] at a time: it sets up sharing and buys, gives
axle a role of what it prints as needed and no more, suspends an account, makes another with its tag."""
import json
import sys

from shop import *

TAG = "marketplace-licence"
organizations, iam, licences = client("organizations"), client("iam"), client("license-manager")


def wait(settled):
    for _ in range(100):
        if settled():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come to its end")


def role(policy):
    iam.put_role_policy(RoleName="market", PolicyName="least", PolicyDocument=policy)


def setup():
    for service in ("license-manager.amazonaws.com", "license-manager.member-account.amazonaws.com",
                    "license-management.marketplace.amazonaws.com", "ram.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=service)
    iam.create_service_linked_role(AWSServiceName="license-management.marketplace.amazonaws.com")
    iam.create_service_linked_role(AWSServiceName="license-manager.master-account.amazonaws.com")
    licences.update_service_settings(OrganizationConfiguration={"EnableIntegration": True}, EnableCrossAccountsDiscovery=False)
    iam.create_role(Path="/axle/", RoleName="market", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
         "Condition": {"StringEquals": {"sts:ExternalId": "7f3c2d9e41"}}}]}))
    role(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["license-manager:*", "organizations:*", "iam:GetRole"], "Resource": "*"}]}))
    control("licences", {"holder": "888888888888", "sku": "prod-scanner"})
    for account, value in (("333333333333", "true"), ("444444444444", " All "), ("555555555555", "yes")):
        organizations.tag_resource(ResourceId=account, Tags=[{"Key": TAG, "Value": value}])


def least():
    role(sys.argv[2])


def suspend():
    organizations.close_account(AccountId="444444444444")
    wait(lambda: organizations.describe_account(AccountId="444444444444")["Account"]["Status"] == "SUSPENDED")


def newcomer():
    made = organizations.create_account(AccountName="late", Email="late@example.com", Tags=[{"Key": TAG, "Value": "true"}])["CreateAccountStatus"]["Id"]
    state = lambda: organizations.describe_create_account_status(CreateAccountRequestId=made)["CreateAccountStatus"]
    wait(lambda: state()["State"] == "SUCCEEDED")
    return {"account": state()["AccountId"]}


def see():
    found = {}
    for page in [licences.list_distributed_grants(MaxResults=100)]:
        for g in page["Grants"]:
            found.setdefault(g["GranteePrincipalArn"].split(":")[4], []).append(g["GrantStatus"])
    return found


print(json.dumps(globals()[sys.argv[1]]() or {}))
