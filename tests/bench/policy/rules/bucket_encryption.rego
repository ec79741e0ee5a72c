package bench.bucket_encryption

deny contains sprintf("bucket %s does not say how it encrypts", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::S3::Bucket"
	object.get(resource, ["Properties", "BucketEncryption"], null) == null
}
