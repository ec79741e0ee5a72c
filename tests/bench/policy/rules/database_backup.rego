package bench.database_backup

deny contains sprintf("database %s does not say how long it is backed up", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::RDS::DBInstance"
	object.get(resource, ["Properties", "BackupRetentionPeriod"], null) == null
}
