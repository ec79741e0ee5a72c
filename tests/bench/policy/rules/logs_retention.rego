package bench.logs_retention

deny contains sprintf("log group %s keeps for ever", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::Logs::LogGroup"
	object.get(resource, ["Properties", "RetentionInDays"], null) == null
}
