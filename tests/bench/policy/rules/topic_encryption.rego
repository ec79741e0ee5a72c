package bench.topic_encryption

deny contains sprintf("topic %s names no key", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::SNS::Topic"
	object.get(resource, ["Properties", "KmsMasterKeyId"], null) == null
}
