"""The same boto3 calls against each endpoint of the command line, NAME=URL: rounds in turn, the middle of
each printed with its calls a second. Both have STS, Organizations, S3, SNS and SQS."""
import statistics
import sys
import time

import boto3
from botocore.config import Config

ROUNDS, LOOPS = 7, 40


def clients(url, keys):
    made = {}
    for name in ("sts", "organizations", "s3", "sns", "sqs"):
        made[name] = boto3.client(name, endpoint_url=url, region_name="eu-west-1", aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
                                  config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}))
    return made


def prepare(c):
    try:
        c["organizations"].create_organization(FeatureSet="ALL")
    except c["organizations"].exceptions.AlreadyInOrganizationException:
        pass
    c["s3"].create_bucket(Bucket="versus-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return c["sns"].create_topic(Name="versus")["TopicArn"], c["sqs"].create_queue(QueueName="versus")["QueueUrl"]


def work(c, topic, queue):
    calls = 0
    for i in range(LOOPS):
        c["sts"].get_caller_identity()
        c["organizations"].describe_organization()
        c["s3"].put_object(Bucket="versus-bucket", Key=f"k{i}", Body=b"body")
        c["s3"].get_object(Bucket="versus-bucket", Key=f"k{i}")["Body"].read()
        c["sns"].publish(TopicArn=topic, Message="m")
        c["sqs"].send_message(QueueUrl=queue, MessageBody="m")
        got = c["sqs"].receive_message(QueueUrl=queue)["Messages"][0]
        c["sqs"].delete_message(QueueUrl=queue, ReceiptHandle=got["ReceiptHandle"])
        calls += 8
    return calls


def main():
    sides = {}
    for argument in sys.argv[1:]:
        name, url, *keys = argument.split(",")
        c = clients(url, keys)
        sides[name] = (c, *prepare(c))
        work(*sides[name])  # to warm up
    times = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            began = time.perf_counter()
            calls = work(*side)
            times[name].append((time.perf_counter() - began) / calls)
    middles = {name: statistics.median(t) for name, t in times.items()}
    for name, middle in middles.items():
        print(f"{name}: {middle * 1e3:.2f} ms a call ({min(times[name]) * 1e3:.2f} to {max(times[name]) * 1e3:.2f}), {1 / middle:.0f} calls/s")
    first, *others = middles
    for other in others:
        print(f"ratio {first} to {other}: {middles[first] / middles[other]:.2f} of its time")


main()
