"""The same calls to two stand-ins: a line a step, its name and what it came to."""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, moto = sys.argv[1], sys.argv[2] == "moto"
config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=10)
session = boto3.Session(region_name="us-east-1")


def client(name):
    return session.client(name, endpoint_url=endpoint, config=config)


def step(name, call):
    try:
        said = call()
    except ClientError as e:
        said = e.response["Error"]["Code"]
    except Exception as e:  # a reply that the model cannot read, a member that is not there
        said = "!" + type(e).__name__
    print(name + "\t" + json.dumps(said, sort_keys=True, default=str), flush=True)


def pick(key, sort=True):
    return lambda rows: sorted(r[key] for r in rows) if sort else [r[key] for r in rows]


def code(r):
    return r["ResponseMetadata"]["HTTPStatusCode"]


# sts
sts = client("sts")
step("sts who", lambda: sorted(k for k in sts.get_caller_identity() if k != "ResponseMetadata"))
me = sts.get_caller_identity()["Account"]
step("sts no such role", lambda: code(sts.assume_role(RoleArn="arn:aws:iam::%s:role/Nobody" % me, RoleSessionName="xx")))
step("sts bad name", lambda: code(sts.assume_role(RoleArn="arn:aws:iam::%s:role/Nobody" % me, RoleSessionName="x y")))

# organizations
org = client("organizations")
if moto:
    org.create_organization(FeatureSet="ALL")
step("org describe", lambda: org.describe_organization()["Organization"]["FeatureSet"])
root = org.list_roots()["Roots"][0]["Id"]
step("org root", lambda: org.list_roots()["Roots"][0]["Name"])
unit = org.create_organizational_unit(ParentId=root, Name="one")["OrganizationalUnit"]["Id"]
step("org unit twice", lambda: code(org.create_organizational_unit(ParentId=root, Name="one")))
step("org unit nowhere", lambda: code(org.create_organizational_unit(ParentId="r-zzzz", Name="x")))
step("org units", lambda: pick("Name")(org.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]))
step("org parents", lambda: [p["Type"] for p in org.list_parents(ChildId=unit)["Parents"]])
step("org children", lambda: [c["Type"] for c in org.list_children(ParentId=root, ChildType="ORGANIZATIONAL_UNIT")["Children"]])
step("org rename", lambda: org.update_organizational_unit(OrganizationalUnitId=unit, Name="two")["OrganizationalUnit"]["Name"])
step("org no such unit", lambda: code(org.describe_organizational_unit(OrganizationalUnitId="ou-zzzz-zzzzzzzz")))
step("org no such account", lambda: code(org.describe_account(AccountId="000000000000")))
step("org no such parent", lambda: code(org.list_children(ParentId="r-zzzz", ChildType="ACCOUNT")))
step("org tag", lambda: code(org.tag_resource(ResourceId=unit, Tags=[{"Key": "a", "Value": "b"}])))
step("org tags", lambda: org.list_tags_for_resource(ResourceId=unit)["Tags"])
step("org trust", lambda: code(org.enable_aws_service_access(ServicePrincipal="servicecatalog.amazonaws.com")))
step("org create account", lambda: org.create_account(AccountName="new", Email="new@example.com")["CreateAccountStatus"]["AccountName"])
step("org bad child type", lambda: code(org.list_children(ParentId=root, ChildType="THING")))
step("org delete unit", lambda: code(org.delete_organizational_unit(OrganizationalUnitId=unit)))

# s3
s3 = client("s3")
B = {"Bucket": "moto-and-us"}
step("s3 create", lambda: code(s3.create_bucket(**B)))
step("s3 no such bucket", lambda: code(s3.list_objects_v2(Bucket="nobodys-at-all")))
step("s3 bad name", lambda: code(s3.create_bucket(Bucket="Bad_Name")))
step("s3 put", lambda: s3.put_object(Key="a/1", Body=b"one", Metadata={"m": "x"}, **B)["ETag"])
for key in ["a/2", "b", "c/d/e", "\u00fc x"]:
    s3.put_object(Key=key, Body=key.encode(), **B)
step("s3 get", lambda: s3.get_object(Key="a/1", **B)["Body"].read().decode())
step("s3 head", lambda: [s3.head_object(Key="a/1", **B)[k] for k in ("ContentLength", "ETag", "ContentType", "Metadata")])
step("s3 range", lambda: (lambda r: [r["Body"].read().decode(), r["ContentRange"], code(r)])(s3.get_object(Key="a/1", Range="bytes=1-", **B)))
step("s3 range behind the end", lambda: code(s3.get_object(Key="a/1", Range="bytes=9-", **B)))
step("s3 no such key", lambda: code(s3.get_object(Key="none", **B)))
step("s3 head of none", lambda: code(s3.head_object(Key="none", **B)))
step("s3 unchanged", lambda: code(s3.get_object(Key="a/1", IfNoneMatch=s3.head_object(Key="a/1", **B)["ETag"], **B)))
step("s3 once", lambda: code(s3.put_object(Key="a/1", Body=b"x", IfNoneMatch="*", **B)))
step("s3 list", lambda: pick("Key", False)(s3.list_objects_v2(**B)["Contents"]))
step("s3 folders", lambda: [pick("Key")(s3.list_objects_v2(Delimiter="/", **B)["Contents"]), pick("Prefix")(s3.list_objects_v2(Delimiter="/", **B)["CommonPrefixes"])])
step("s3 page", lambda: [s3.list_objects_v2(MaxKeys=2, **B)[k] for k in ("IsTruncated", "KeyCount", "MaxKeys")])
step("s3 first form", lambda: [s3.list_objects(MaxKeys=2, Marker="a/1", **B)[k] for k in ("IsTruncated", "Marker", "MaxKeys")])
step("s3 copy", lambda: s3.copy_object(Key="copy", CopySource="moto-and-us/a/1", **B)["CopyObjectResult"]["ETag"])
step("s3 tags", lambda: [code(s3.put_object_tagging(Key="copy", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}, **B)), s3.get_object_tagging(Key="copy", **B)["TagSet"]])
step("s3 delete many", lambda: pick("Key")(s3.delete_objects(Delete={"Objects": [{"Key": "copy"}, {"Key": "none"}]}, **B)["Deleted"]))
up = s3.create_multipart_upload(Key="big", **B)["UploadId"]
etags = [s3.upload_part(Key="big", UploadId=up, PartNumber=n, Body=bytes([n]) * (5 << 20), **B)["ETag"] for n in (1, 2)]
step("s3 parts", lambda: pick("Size")(s3.list_parts(Key="big", UploadId=up, **B)["Parts"]))
done = lambda *order: s3.complete_multipart_upload(Key="big", UploadId=up, MultipartUpload={"Parts": [{"PartNumber": n, "ETag": etags[n - 1]} for n in order]}, **B)
step("s3 parts out of order", lambda: code(done(2, 1)))
step("s3 parts done", lambda: done(1, 2)["ETag"])
step("s3 parts, no such upload", lambda: code(s3.upload_part(Key="big", UploadId="none", PartNumber=1, Body=b"x", **B)))
step("s3 not empty", lambda: code(s3.delete_bucket(**B)))
step("s3 versioning", lambda: [code(s3.put_bucket_versioning(VersioningConfiguration={"Status": "Enabled"}, **B)), s3.get_bucket_versioning(**B)["Status"]])
step("s3 marker", lambda: s3.delete_object(Key="b", **B)["DeleteMarker"])
step("s3 versions", lambda: (lambda r: [[v["Key"], v["IsLatest"], v["VersionId"] == "null"] for v in r["Versions"]] + [len(r["DeleteMarkers"])])(s3.list_object_versions(Prefix="b", **B)))

# sqs
sqs = client("sqs")
url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
Q = {"QueueUrl": url}
step("sqs again", lambda: sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "60"})["QueueUrl"] == url)
step("sqs otherwise", lambda: code(sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "61"})))
step("sqs bad name", lambda: code(sqs.create_queue(QueueName="a b")))
step("sqs bad attribute", lambda: code(sqs.create_queue(QueueName="x", Attributes={"DelaySeconds": "901"})))
step("sqs no such queue", lambda: code(sqs.get_queue_url(QueueName="none")))
step("sqs list", lambda: len(sqs.list_queues(QueueNamePrefix="q")["QueueUrls"]))
step("sqs attributes", lambda: [sqs.get_queue_attributes(AttributeNames=["All"], **Q)["Attributes"][k] for k in
     ("VisibilityTimeout", "DelaySeconds", "MessageRetentionPeriod", "MaximumMessageSize", "ReceiveMessageWaitTimeSeconds", "ApproximateNumberOfMessages")])
ATTRS = {"a": {"DataType": "String", "StringValue": "x"}, "n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\x01"}}
step("sqs send", lambda: (lambda r: [r[k] for k in ("MD5OfMessageBody", "MD5OfMessageAttributes")])(sqs.send_message(MessageBody="hello", MessageAttributes=ATTRS, **Q)))
got = sqs.receive_message(AttributeNames=["All"], MessageAttributeNames=["All"], **Q)["Messages"][0]
step("sqs receive", lambda: [got["Body"], got["MD5OfBody"], got["MD5OfMessageAttributes"], sorted(got["MessageAttributes"]), sorted(got["Attributes"])])
step("sqs in flight", lambda: sqs.receive_message(**Q).get("Messages", []))
step("sqs visible", lambda: code(sqs.change_message_visibility(ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0, **Q)))
again = sqs.receive_message(AttributeNames=["ApproximateReceiveCount"], **Q)["Messages"][0]
step("sqs count", lambda: again["Attributes"])
step("sqs delete", lambda: code(sqs.delete_message(ReceiptHandle=again["ReceiptHandle"], **Q)))
step("sqs bad receipt", lambda: code(sqs.delete_message(ReceiptHandle="x", **Q)))
step("sqs batch", lambda: pick("Id")(sqs.send_message_batch(Entries=[{"Id": "1", "MessageBody": "1"}, {"Id": "2", "MessageBody": "2"}], **Q)["Successful"]))
step("sqs batch twice", lambda: code(sqs.send_message_batch(Entries=[{"Id": "1", "MessageBody": "1"}, {"Id": "1", "MessageBody": "2"}], **Q)))
step("sqs too many", lambda: code(sqs.receive_message(MaxNumberOfMessages=11, **Q)))
step("sqs purge", lambda: [code(sqs.purge_queue(**Q)), sqs.receive_message(**Q).get("Messages", [])])
fifo = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
step("sqs fifo", lambda: [code(sqs.send_message(QueueUrl=fifo, MessageBody="1", MessageGroupId="g")) for _ in "ab"])
step("sqs fifo once", lambda: [m["Body"] for m in sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)["Messages"]])
step("sqs fifo no group", lambda: code(sqs.send_message(QueueUrl=fifo, MessageBody="1")))
step("sqs tags", lambda: [code(sqs.tag_queue(Tags={"a": "b"}, **Q)), sqs.list_queue_tags(**Q)["Tags"]])

# sns
sns = client("sns")
topic = sns.create_topic(Name="t")["TopicArn"]
T = {"TopicArn": topic}
queue_arn = sqs.get_queue_attributes(AttributeNames=["QueueArn"], **Q)["Attributes"]["QueueArn"]
sqs.set_queue_attributes(Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage", "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]})}, **Q)
step("sns again", lambda: sns.create_topic(Name="t")["TopicArn"] == topic)
step("sns bad name", lambda: code(sns.create_topic(Name="a b")))
step("sns list", lambda: len(sns.list_topics()["Topics"]))
step("sns attributes", lambda: [sns.get_topic_attributes(**T)["Attributes"][k] for k in ("DisplayName", "SubscriptionsConfirmed", "SubscriptionsPending")])
step("sns no such topic", lambda: code(sns.get_topic_attributes(TopicArn=topic + "x")))
sub = sns.subscribe(Protocol="sqs", Endpoint=queue_arn, **T)["SubscriptionArn"]
step("sns subscribe twice", lambda: sns.subscribe(Protocol="sqs", Endpoint=queue_arn, **T)["SubscriptionArn"] == sub)
step("sns bad protocol", lambda: code(sns.subscribe(Protocol="pigeon", Endpoint="x", **T)))
step("sns subscriptions", lambda: pick("Protocol")(sns.list_subscriptions_by_topic(**T)["Subscriptions"]))
sns.publish(Message="hello", Subject="s", MessageAttributes={"k": {"DataType": "String", "StringValue": "v"}}, **T)
step("sns delivers", lambda: (lambda n: [n[k] for k in ("Type", "Message", "Subject", "MessageAttributes")])(json.loads(sqs.receive_message(**Q)["Messages"][0]["Body"])))
step("sns raw", lambda: code(sns.set_subscription_attributes(SubscriptionArn=sub, AttributeName="RawMessageDelivery", AttributeValue="true")))
step("sns structure", lambda: code(sns.publish(Message=json.dumps({"default": "d", "sqs": "for queues"}), MessageStructure="json", **T)))
step("sns delivers raw", lambda: sqs.receive_message(**Q)["Messages"][0]["Body"])
step("sns empty", lambda: code(sns.publish(Message="", **T)))
step("sns publish to none", lambda: code(sns.publish(Message="x", TopicArn=topic + "x")))
step("sns batch", lambda: pick("Id")(sns.publish_batch(PublishBatchRequestEntries=[{"Id": "1", "Message": "1"}, {"Id": "2", "Message": "2"}], **T)["Successful"]))
step("sns tags", lambda: [code(sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "b"}])), sns.list_tags_for_resource(ResourceArn=topic)["Tags"]])
step("sns unsubscribe", lambda: [code(sns.unsubscribe(SubscriptionArn=sub)), len(sns.list_subscriptions_by_topic(**T)["Subscriptions"])])
step("sns delete", lambda: [code(sns.delete_topic(**T)), code(sns.delete_topic(**T))])
step("sqs delete queue", lambda: code(sqs.delete_queue(**Q)))
