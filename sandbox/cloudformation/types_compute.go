package cloudformation

import "time"

var computeTypes = map[string]kind{
	"AWS::Lambda::Function": {
		takes: 2 * time.Second,
		attrs: map[string]answer{
			"Arn":                                  arn("lambda", "function:"),
			"SnapStartResponse":                    constant("{}"),
			"SnapStartResponse.ApplyOn":            constant("None"),
			"SnapStartResponse.OptimizationStatus": constant("Off"),
		},
	},
	"AWS::Lambda::Permission":             {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	"AWS::Lambda::LayerVersionPermission": {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	"AWS::Lambda::Alias": {
		physical: func(p place, r resource) any {
			return p.arn("lambda", "function:"+lastPart(text(r, "FunctionName"))+":"+text(r, "Name"))
		},
		attrs: map[string]answer{"AliasArn": physicalID},
	},
	"AWS::Lambda::Version": {
		physical: func(p place, r resource) any {
			return p.arn("lambda", "function:"+lastPart(text(r, "FunctionName"))+":1"+p.draw("0123456789", 2, r.LogicalID, "version"))
		},
		attrs: map[string]answer{"Version": tail, "FunctionArn": physicalID},
	},
	"AWS::Lambda::EventSourceMapping": {
		physical: fresh("mapping"),
		attrs:    map[string]answer{"Id": physicalID, "EventSourceMappingArn": arn("lambda", "event-source-mapping:")},
	},
	"AWS::Lambda::LayerVersion": {
		physical: func(p place, r resource) any { return p.arn("lambda", "layer:"+lastPart(nameOf(p, r))+":1") },
		attrs:    map[string]answer{"LayerVersionArn": physicalID},
	},
	"AWS::EC2::Instance": {
		physical: id("i-"), takes: 3 * time.Second,
		attrs: map[string]answer{
			"InstanceId": physicalID, "PrivateIp": address("10"), "PublicIp": address("3"), "VpcId": part("vpc-"),
			"AvailabilityZone": func(p place, r resource) any { return textOr(r, "AvailabilityZone", zones(p.Region)[0]) },
			"PrivateDnsName":   host("ip-", ".compute.internal"),
			"PublicDnsName":    host("ec2-", ".compute.amazonaws.com"),
		},
	},
	"AWS::EC2::LaunchTemplate": {
		physical: id("lt-"),
		attrs:    map[string]answer{"LaunchTemplateId": physicalID, "DefaultVersionNumber": constant("1"), "LatestVersionNumber": constant("1")},
	},
	"AWS::EC2::KeyPair":                           {attrs: map[string]answer{"KeyPairId": part("key-"), "KeyFingerprint": part("")}},
	"AWS::EC2::Volume":                            {physical: id("vol-"), attrs: map[string]answer{"VolumeId": physicalID}},
	"AWS::EC2::VolumeAttachment":                  {physical: joined("VolumeId", "InstanceId")},
	"AWS::AutoScaling::AutoScalingGroup":          {takes: 3 * time.Second, attrs: map[string]answer{"AutoScalingGroupARN": arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/")}},
	"AWS::AutoScaling::LaunchConfiguration":       {},
	"AWS::AutoScaling::ScalingPolicy":             {physical: arnOf("autoscaling", "scalingPolicy:"), attrs: map[string]answer{"Arn": physicalID, "PolicyName": tail}},
	"AWS::ApplicationAutoScaling::ScalableTarget": {physical: joined("ResourceId", "ScalableDimension", "ServiceNamespace"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::ApplicationAutoScaling::ScalingPolicy":  {physical: arnOf("autoscaling", "scalingPolicy:"), attrs: map[string]answer{"Arn": physicalID}},
	"AWS::ECS::Cluster":                           {attrs: map[string]answer{"Arn": arn("ecs", "cluster/")}},
	"AWS::ECS::TaskDefinition":                    {physical: func(p place, r resource) any { return p.arn("ecs", "task-definition/"+nameOf(p, r)+":1") }, attrs: map[string]answer{"TaskDefinitionArn": physicalID}},
	"AWS::ECS::Service":                           {physical: arnOf("ecs", "service/"), takes: 3 * time.Second, attrs: map[string]answer{"ServiceArn": physicalID, "Name": tail}},
	"AWS::StepFunctions::StateMachine":            {physical: arnOf("states", "stateMachine:"), attrs: map[string]answer{"Arn": physicalID, "Name": tail}},
}

// arnOf is the ARN of a thing with a name, as its physical id.
func arnOf(svc, before string) answer {
	return func(p place, r resource) any { return p.arn(svc, before+nameOf(p, r)) }
}

// fresh is a UUID.
func fresh(salt string) answer {
	return func(p place, r resource) any { return uuid(p.StackID, p.draw(hexDigits, 8, r.LogicalID, salt)) }
}

// tail is the last part of a physical id that is an ARN.
func tail(_ place, r resource) any { return lastPart(r.PhysicalID) }

func address(first string) answer {
	return func(_ place, r resource) any { return ip(first, r.PhysicalID) }
}

func addressOf(first, which string) answer {
	return func(_ place, r resource) any { return ip(first, r.PhysicalID+which) }
}

func host(prefix, domain string) answer {
	return func(p place, r resource) any {
		return prefix + draw(hexDigits, 12, r.PhysicalID, prefix) + "." + p.Region + domain
	}
}
