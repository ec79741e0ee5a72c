package bench.file_system_encryption

deny contains sprintf("file system %s does not say whether it is encrypted", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::EFS::FileSystem"
	object.get(resource, ["Properties", "Encrypted"], null) == null
}
