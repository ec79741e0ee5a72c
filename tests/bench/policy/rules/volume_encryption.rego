package bench.volume_encryption

deny contains sprintf("volume %s does not say whether it is encrypted", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::EC2::Volume"
	object.get(resource, ["Properties", "Encrypted"], null) == null
}
