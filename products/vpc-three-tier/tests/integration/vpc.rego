# What must be true of a stack that was made.
package integration

tier(name) := split(input.outputs[name], ",")

test_outputs_name_what_was_made if {
	input.outputs.VpcId == input.resources.Vpc.physical_id
	tier("PublicSubnetIds") == [input.resources.PublicSubnetA.physical_id, input.resources.PublicSubnetB.physical_id]
	tier("DataSubnetIds") == [input.resources.DataSubnetA.physical_id, input.resources.DataSubnetB.physical_id]
}

test_tiers_share_no_subnet if {
	ids := {id | some name in ["PublicSubnetIds", "AppSubnetIds", "DataSubnetIds"]; some id in tier(name)}
	count(ids) == 6
}

test_zones_differ if {
	every name in ["Public", "App", "Data"] {
		a := input.resources[concat("", [name, "SubnetA"])].properties.AvailabilityZone
		b := input.resources[concat("", [name, "SubnetB"])].properties.AvailabilityZone
		a != b
		startswith(a, input.region)
	}
}

test_flow_logs_go_to_the_group_of_this_stack if {
	input.resources.FlowLog.properties.LogGroupName == input.outputs.FlowLogGroupName
	input.resources.FlowLog.properties.ResourceId == input.outputs.VpcId
}

test_everything_is_complete if {
	count(input.resources) == 26
	every resource in input.resources {
		resource.status == "CREATE_COMPLETE"
	}
}
