package bench.key_rotation

deny contains sprintf("key %s does not rotate", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::KMS::Key"
	object.get(resource, ["Properties", "EnableKeyRotation"], null) == null
}
