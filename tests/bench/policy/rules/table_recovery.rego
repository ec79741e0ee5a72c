package bench.table_recovery

deny contains sprintf("table %s cannot be restored", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::DynamoDB::Table"
	object.get(resource, ["Properties", "PointInTimeRecoverySpecification"], null) == null
}
