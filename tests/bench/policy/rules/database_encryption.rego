package bench.database_encryption

deny contains sprintf("database %s does not say whether it is encrypted", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::RDS::DBInstance"
	object.get(resource, ["Properties", "StorageEncrypted"], null) == null
}
