# What the template must say, before anything is made. Ref of a resource reads "${Vpc}".
package vpc_test

resources := data.template.Resources

# of gives the properties of a type's resources by logical id.
of(kind) := {id: r.Properties | some id, r in resources; r.Type == kind}

# table is the route table of a subnet.
table[subnet] := association.RouteTableId if {
	some association in of("AWS::EC2::SubnetRouteTableAssociation")
	subnet := association.SubnetId
}

test_six_subnets_that_do_not_overlap if {
	blocks := {s.CidrBlock | some s in of("AWS::EC2::Subnet")}
	count(blocks) == 6
	every a in blocks {
		net.cidr_contains(resources.Vpc.Properties.CidrBlock, a)
		every b in blocks - {a} {
			not net.cidr_intersects(a, b)
		}
	}
}

test_each_tier_has_its_own_routes if {
	every tier in ["Public", "App", "Data"] {
		every zone in ["A", "B"] {
			table[sprintf("${%sSubnet%s}", [tier, zone])] == sprintf("${%sRouteTable}", [tier])
		}
	}
}

test_data_tier_has_no_way_out if {
	routes := [r | some r in of("AWS::EC2::Route"); r.RouteTableId == "${DataRouteTable}"]
	count(routes) == 0
}

test_only_the_public_tier_reaches_the_internet_gateway if {
	tables := {r.RouteTableId | some r in of("AWS::EC2::Route"); object.get(r, "GatewayId", "") == "${InternetGateway}"}
	tables == {"${PublicRouteTable}"}
}

test_nothing_gets_a_public_address_by_itself if {
	every subnet in of("AWS::EC2::Subnet") {
		subnet.MapPublicIpOnLaunch == false
	}
}

test_all_traffic_is_logged if {
	log := resources.FlowLog.Properties
	log.ResourceId == "${Vpc}"
	log.TrafficType == "ALL"
	log.DeliverLogsPermissionArn == "${FlowLogRole.Arn}"
}
