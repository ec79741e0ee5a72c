package bench.function_tracing

deny contains sprintf("function %s is not traced", [id]) if {
	some id, resource in input.Resources
	resource.Type == "AWS::Lambda::Function"
	object.get(resource, ["Properties", "TracingConfig"], null) == null
}
