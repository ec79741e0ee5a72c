package bench.queue_encryption

deny contains sprintf("queue %s names no key", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::SQS::Queue"
	object.get(resource, ["Properties", "KmsMasterKeyId"], null) == null
}
