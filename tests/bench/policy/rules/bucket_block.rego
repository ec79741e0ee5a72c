package bench.bucket_block

deny contains sprintf("bucket %s does not say that it is private", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::S3::Bucket"
	object.get(resource, ["Properties", "PublicAccessBlockConfiguration"], null) == null
}
