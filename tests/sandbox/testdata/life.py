"""A hub and a spoke, from an organization of one account to a product launched, updated and ended, by
boto3: botocore sends each call and reads each reply by AWS's own model. Keys of the management account
and the endpoint come from the environment. Whatever is not as AWS documents it ends this with a trace."""
import io
import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = os.environ["AWS_ENDPOINT_URL"]


def control(name, body=None):
    """Asks the sandbox itself."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(endpoint + "/_sandbox/" + name, data=data)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
        return json.load(reply)


def wait(time="1m"):
    control("clock", {"advance": time})


def session(keys=None):
    """Clients of whoever has the keys; without retries, unless asked for."""
    own = {}
    if keys:
        own = dict(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                   aws_session_token=keys["SessionToken"])
    return lambda service, attempts=1, region="eu-west-1": boto3.client(service, region_name=region, **own, config=Config(
        retries={"total_max_attempts": attempts, "mode": "standard"}, proxies={}, connect_timeout=5, read_timeout=20))


def refused(code, call, **arguments):
    try:
        reply = call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, f"{e}, want {code}"
        assert e.response["ResponseMetadata"]["RequestId"], "no request id"
        return e.response
    raise AssertionError(f"not refused with {code}: {reply}")


def same(what, got, want):
    assert got == want, f"{what}: {got}, want {want}"


def assume(start, account, role, name="life"):
    out = start("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName=name)
    return session(out["Credentials"])


CATALOG = "servicecatalog.amazonaws.com"
TEMPLATE = """
Parameters:
  Owner: {Type: String, AllowedPattern: "[a-z-]+"}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Owner}}
%sOutputs:
  Topic: {Value: !Ref Topic}
  Owner: {Value: !Ref Owner}
"""
SECOND = TEMPLATE % "  Queue: {Type: AWS::SQS::Queue}\n"
FIRST = TEMPLATE % ""


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})


def organization(top):
    """The management account makes units and accounts, trusts Service Catalog and delegates it."""
    org = top("organizations")
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    refused("DuplicateOrganizationalUnitException", org.create_organizational_unit, ParentId=root, Name="workloads")
    made = []
    for name in ("hub", "spoke"):
        status = org.create_account(Email=name + "@example.com", AccountName=name)["CreateAccountStatus"]
        same("creation", status["State"], "IN_PROGRESS")
        wait()
        status = org.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
        same("creation", status["State"], "SUCCEEDED")
        made.append(status["AccountId"])
    again = org.create_account(Email="hub@example.com", AccountName="hub")["CreateAccountStatus"]["Id"]
    wait()
    again = org.describe_create_account_status(CreateAccountRequestId=again)["CreateAccountStatus"]
    same("the same address again", (again["State"], again["FailureReason"]), ("FAILED", "EMAIL_ALREADY_EXISTS"))
    hub, spoke = made
    org.move_account(AccountId=spoke, SourceParentId=root, DestinationParentId=unit)
    same("parent", org.list_parents(ChildId=spoke)["Parents"], [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}])
    org.enable_aws_service_access(ServicePrincipal=CATALOG)
    top("servicecatalog").enable_aws_organizations_access()
    wait()
    same("access", top("servicecatalog").get_aws_organizations_access_status()["AccessStatus"], "ENABLED")
    org.register_delegated_administrator(AccountId=hub, ServicePrincipal=CATALOG)
    same("administrators", [a["Id"] for a in org.list_delegated_administrators(ServicePrincipal=CATALOG)["DelegatedAdministrators"]], [hub])
    return hub, spoke, unit


def guardrails(top, spoke, unit):
    """A service control policy forbids the spoke even what its administrator may, until it is detached."""
    org = top("organizations")
    root = org.list_roots()["Roots"][0]
    if not root["PolicyTypes"]:
        org.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}]}
    made = org.create_policy(Name="no-roles", Description="none", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(deny))["Policy"]["PolicySummary"]
    org.attach_policy(PolicyId=made["Id"], TargetId=unit)
    assert made["Id"] in [p["Id"] for p in org.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]]
    assert made["Id"] in [p["Id"] for p in org.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]]
    same("targets", [t["TargetId"] for t in org.list_targets_for_policy(PolicyId=made["Id"])["Targets"]], [unit])
    admin = assume(top, spoke, "OrganizationAccountAccessRole")
    refused("AccessDenied", admin("iam").create_role, RoleName="forbidden", AssumeRolePolicyDocument=trust({"Service": CATALOG}))
    org.update_policy(PolicyId=made["Id"], Description="none at all")
    same("described", org.describe_policy(PolicyId=made["Id"])["Policy"]["PolicySummary"]["Description"], "none at all")
    refused("PolicyInUseException", org.delete_policy, PolicyId=made["Id"])
    org.detach_policy(PolicyId=made["Id"], TargetId=unit)
    org.delete_policy(PolicyId=made["Id"])
    org.disable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    org.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")


def identities(top, hub, spoke):
    """Hub and spoke have a role that launches, the spoke one that uses."""
    assume(top, hub, "OrganizationAccountAccessRole")("iam").create_role(RoleName="Launch", AssumeRolePolicyDocument=trust({"Service": CATALOG}))
    iam = assume(top, spoke, "OrganizationAccountAccessRole")("iam")
    iam.create_role(RoleName="Launch", AssumeRolePolicyDocument=trust({"Service": CATALOG}), Tags=[{"Key": "team", "Value": "platform"}])
    iam.put_role_policy(RoleName="Launch", PolicyName="all", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sns:*", "sqs:*", "cloudformation:*", "s3:GetObject"], "Resource": "*"}]}))
    iam.create_role(RoleName="Builder", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{spoke}:root"}))
    iam.attach_role_policy(RoleName="Builder", PolicyArn="arn:aws:iam::aws:policy/AWSServiceCatalogEndUserFullAccess")
    same("tags", iam.list_role_tags(RoleName="Launch")["Tags"], [{"Key": "team", "Value": "platform"}])
    same("profiles", iam.list_instance_profiles_for_role(RoleName="Launch")["InstanceProfiles"], [])
    refused("NoSuchEntity", iam.get_instance_profile, InstanceProfileName="none")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    arn = iam.create_policy(PolicyName="bound", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="Builder", PermissionsBoundary=arn)
    iam.delete_role_permissions_boundary(RoleName="Builder")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    same("versions", {v["VersionId"]: v["IsDefaultVersion"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]}, {"v1": False, "v2": True})
    same("policies", [p["Arn"] for p in iam.list_policies(Scope="Local")["Policies"]], [arn])
    same("users", iam.list_users()["Users"], [])
    refused("MalformedPolicyDocument", iam.create_policy, PolicyName="broken", PolicyDocument="{")


def templates(hub_of, hub):
    """The hub's bucket of templates, and what is refused of it."""
    s3, bucket = hub_of("s3"), f"templates-{hub}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"]
    public = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]})
    refused("AccessDenied", s3.put_bucket_policy, Bucket=bucket, Policy=public)
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=bucket)
    for name, body in (("1.yaml", FIRST), ("2.yaml", SECOND)):
        s3.put_object(Bucket=bucket, Key=name, Body=body.encode(), IfNoneMatch="*")
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="1.yaml", Body=b"", IfNoneMatch="*")
    same("read again", s3.get_object(Bucket=bucket, Key="2.yaml")["Body"].read().decode(), SECOND)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    same("objects", [[o["Key"] for o in p["Contents"]] for p in pages], [["1.yaml"], ["2.yaml"]])
    big = bytes(range(256)) * 4096 * 12  # 12 MB, in one and in parts, chunked with a checksum behind
    s3.put_object(Bucket=bucket, Key="big", Body=big)
    s3.upload_fileobj(io.BytesIO(big), bucket, "parts")
    for key in ("big", "parts"):
        same("12 MB", s3.get_object(Bucket=bucket, Key=key)["Body"].read() == big, True)
    return f"https://{bucket}.s3.eu-west-1.amazonaws.com/"


def publish(hub_of, url, spoke, unit):
    """The hub makes a portfolio with a product, and shares it with the unit."""
    sc = hub_of("servicecatalog")
    portfolio = sc.create_portfolio(DisplayName="messaging", ProviderName="platform", IdempotencyToken="one")["PortfolioDetail"]["Id"]
    same("the token again", sc.create_portfolio(DisplayName="messaging", ProviderName="platform", IdempotencyToken="one")["PortfolioDetail"]["Id"], portfolio)
    refused("InvalidParametersException", sc.create_portfolio, DisplayName="another", ProviderName="platform", IdempotencyToken="one")
    refused("ResourceNotFoundException", sc.describe_portfolio, Id="port-aaaaaaaaaaaaa")
    made = sc.create_product(Name="topic", Owner="platform", ProductType="CLOUD_FORMATION_TEMPLATE", IdempotencyToken="two", ProvisioningArtifactParameters={
        "Name": "1.0.0", "Type": "CLOUD_FORMATION_TEMPLATE", "Info": {"LoadTemplateFromURL": url + "1.yaml"}})
    product, first = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"], made["ProvisioningArtifactDetail"]["Id"]
    same("version", made["ProvisioningArtifactDetail"]["Name"], "1.0.0")
    wait()
    second = sc.create_provisioning_artifact(ProductId=product, IdempotencyToken="three", Parameters={
        "Name": "2.0.0", "Type": "CLOUD_FORMATION_TEMPLATE", "Info": {"LoadTemplateFromURL": url + "2.yaml"}})["ProvisioningArtifactDetail"]["Id"]
    sc.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    sc.create_constraint(PortfolioId=portfolio, ProductId=product, Type="LAUNCH", Parameters=json.dumps({"LocalRoleName": "Launch"}), IdempotencyToken="four")
    refused("DuplicateResourceException", sc.create_constraint, PortfolioId=portfolio, ProductId=product, Type="LAUNCH",
            Parameters=json.dumps({"LocalRoleName": "Launch"}), IdempotencyToken="five")
    sc.associate_principal_with_portfolio(PortfolioId=portfolio, PrincipalType="IAM_PATTERN", PrincipalARN="arn:aws:iam:::role/Builder")
    share = sc.create_portfolio_share(PortfolioId=portfolio, OrganizationNode={"Type": "ORGANIZATIONAL_UNIT", "Value": unit}, SharePrincipals=True)["PortfolioShareToken"]
    wait()
    same("share", sc.describe_portfolio_share_status(PortfolioShareToken=share)["Status"], "COMPLETED")
    same("paths", sc.list_portfolios_for_product(ProductId=product)["PortfolioDetails"][0]["Id"], portfolio)
    return portfolio, product, first, second


def use(user, product, first, second):
    """An end user of the spoke launches, updates and ends the product."""
    sc = user("servicecatalog")
    same("found", [v["ProductId"] for v in sc.search_products()["ProductViewSummaries"]], [product])
    path = sc.list_launch_paths(ProductId=product)["LaunchPathSummaries"][0]["Id"]
    asks = sc.describe_provisioning_parameters(ProductId=product, ProvisioningArtifactId=first, PathId=path)["ProvisioningArtifactParameters"]
    same("asks", [p["ParameterKey"] for p in asks], ["Owner"])

    def settled(record):
        wait("10m")
        return sc.describe_record(Id=record["RecordDetail"]["RecordId"])["RecordDetail"]

    launch = dict(ProductId=product, ProvisioningArtifactId=first, PathId=path, ProvisionedProductName="mine", ProvisionToken="launch")
    started = sc.provision_product(**launch, ProvisioningParameters=[{"Key": "Owner", "Value": "team-a"}])
    record = settled(started)
    same("launch", (record["Status"], record.get("RecordErrors", [])), ("SUCCEEDED", []))
    mine = record["ProvisionedProductId"]
    refused("InvalidParametersException", sc.list_stack_instances_for_provisioned_product, ProvisionedProductId=mine)

    def outputs():
        return {o["OutputKey"]: o["OutputValue"] for o in sc.get_provisioned_product_outputs(ProvisionedProductId=mine)["Outputs"]}

    same("owner", outputs()["Owner"], "team-a")
    record = settled(sc.update_provisioned_product(ProvisionedProductId=mine, ProductId=product, ProvisioningArtifactId=second, PathId=path,
                                                   ProvisioningParameters=[{"Key": "Owner", "UsePreviousValue": True}], UpdateToken="update"))
    same("update", (record["Status"], record.get("RecordErrors", [])), ("SUCCEEDED", []))
    same("owner kept", outputs()["Owner"], "team-a")
    same("version", sc.describe_provisioned_product(Id=mine)["ProvisionedProductDetail"]["ProvisioningArtifactId"], second)
    failing = sc.provision_product(**{**launch, "ProvisionedProductName": "loud", "ProvisionToken": "loud"}, ProvisioningParameters=[{"Key": "Owner", "Value": "LOUD"}])
    same("against the pattern", settled(failing)["Status"], "FAILED")
    record = settled(sc.terminate_provisioned_product(ProvisionedProductId=mine, TerminateToken="end"))
    same("end", record["Status"], "SUCCEEDED")
    refused("ResourceNotFoundException", sc.describe_provisioned_product, Id=mine)


def strangers(top, hub_of, spoke_of, hub, spoke):
    """Whoever is not allowed, and whoever is not known."""
    refused("AccessDeniedException", spoke_of("organizations").list_accounts)
    same("own organization", spoke_of("organizations").describe_organization()["Organization"]["MasterAccountId"], top("sts").get_caller_identity()["Account"])
    refused("AccessDenied", hub_of("sts").assume_role, RoleArn=f"arn:aws:iam::{spoke}:role/Builder", RoleSessionName="x1")
    refused("AccessDenied", hub_of("sts").assume_role, RoleArn=f"arn:aws:iam::{spoke}:role/NoSuchRole", RoleSessionName="x1")
    refused("AccessDenied", spoke_of("s3").get_object, Bucket=f"templates-{hub}", Key="1.yaml")
    refused("NoSuchBucketPolicy", hub_of("s3").get_bucket_policy_status, Bucket=f"templates-{hub}")
    false = dict(AccessKeyId="AKIA" + "A" * 16, SecretAccessKey="x" * 40, SessionToken=None)
    refused("InvalidClientTokenId", session(false)("sts").get_caller_identity)
    refused("InvalidClientTokenId", session(false)("servicecatalog").list_portfolios)
    refused("NotImplemented", hub_of("cloudformation").list_generated_templates)


def troubles(hub_of):
    """Throttles are waited for, a lost reply is repeated with its token and makes nothing twice."""
    sc = hub_of("servicecatalog", attempts=4)
    control("rules", {"faults": [{"service": "servicecatalog", "operation": "ListPortfolios", "kind": "throttle", "times": 2}]})
    refused("ThrottlingException", hub_of("servicecatalog").list_portfolios)
    same("tried again", sc.list_portfolios()["ResponseMetadata"]["RetryAttempts"], 1)
    control("rules", {"faults": [{"service": "servicecatalog", "operation": "CreatePortfolio", "kind": "lost_reply", "nth": 1}]})
    made = sc.create_portfolio(DisplayName="lost", ProviderName="platform", IdempotencyToken="lost")
    same("repeated", made["ResponseMetadata"]["RetryAttempts"], 1)
    for status in (500, 503):
        control("rules", {"faults": [{"service": "servicecatalog", "kind": "http", "status": status, "times": 1}]})
        sc.list_portfolios()
    control("rules", {})
    names = [p["DisplayName"] for p in sc.list_portfolios()["PortfolioDetails"]]
    same("portfolios", sorted(names), ["lost", "messaging"])


def paging(hub_of):
    sc = hub_of("servicecatalog")
    for i in range(21):
        sc.create_portfolio(DisplayName=f"p{i}", ProviderName="platform", IdempotencyToken=f"p{i}")
    pages = list(sc.get_paginator("list_portfolios").paginate(PaginationConfig={"PageSize": 10}))
    same("pages", [len(p["PortfolioDetails"]) for p in pages], [10, 10, 3])
    same("ids", len({d["Id"] for p in pages for d in p["PortfolioDetails"]}), 23)
    refused("InvalidParametersException", sc.list_portfolios, PageToken="forged")


def messages(hub_of, hub):
    """A topic delivers to a queue that lets it; tags and attributes of both, and of a bucket."""
    sns, sqs, s3 = hub_of("sns"), hub_of("sqs"), hub_of("s3")
    topic = sns.create_topic(Name="news")["TopicArn"]
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    same("url", sqs.get_queue_url(QueueName="inbox")["QueueUrl"], url)
    same("queues", sqs.list_queues()["QueueUrls"], [url])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
             "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allow)})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)["SubscriptionArn"]
    same("endpoint", sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["Endpoint"], arn)
    same("topics", [t["TopicArn"] for t in sns.list_topics()["Topics"]], [topic])
    same("its name", sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"], topic)
    same("subscriptions", [s["SubscriptionArn"] for s in sns.list_subscriptions()["Subscriptions"]], [subscription])
    same("of the topic", len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]), 1)
    sent = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": i, "Message": "hello " + i} for i in "ab"])
    same("sent", len(sent["Successful"]), 2)
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    same("delivered", sorted(json.loads(m["Body"])["Message"] for m in got), ["hello a", "hello b"])
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"], VisibilityTimeout=0)
    sqs.change_message_visibility_batch(QueueUrl=url, Entries=[{"Id": "b", "ReceiptHandle": got[1]["ReceiptHandle"], "VisibilityTimeout": 0}])
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    same("again", len(got), 2)
    sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": got[0]["ReceiptHandle"]}])
    sqs.purge_queue(QueueUrl=url)
    sqs.tag_queue(QueueUrl=url, Tags={"team": "platform"})
    same("tags", sqs.list_queue_tags(QueueUrl=url)["Tags"], {"team": "platform"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)
    bucket, tags = f"templates-{hub}", {"TagSet": [{"Key": "team", "Value": "platform"}]}
    same("place", s3.get_bucket_location(Bucket=bucket)["LocationConstraint"], "eu-west-1")
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    same("tags", s3.get_bucket_tagging(Bucket=bucket)["TagSet"], tags["TagSet"])
    s3.delete_bucket_tagging(Bucket=bucket)
    s3.put_object_tagging(Bucket=bucket, Key="1.yaml", Tagging=tags)
    s3.delete_object_tagging(Bucket=bucket, Key="1.yaml")
    same("no tags", s3.get_object_tagging(Bucket=bucket, Key="1.yaml")["TagSet"], [])


def main():
    top = session()
    hub, spoke, unit = organization(top)
    guardrails(top, spoke, unit)
    identities(top, hub, spoke)
    hub_of, admin = assume(top, hub, "OrganizationAccountAccessRole"), assume(top, spoke, "OrganizationAccountAccessRole")
    url = templates(hub_of, hub)
    portfolio, product, first, second = publish(hub_of, url, spoke, unit)
    user = assume(admin, spoke, "Builder")
    use(user, product, first, second)
    strangers(top, hub_of, admin, hub, spoke)
    messages(hub_of, hub)
    troubles(hub_of)
    paging(hub_of)


main()
