package cloudformation

import (
	"cmp"
	"fmt"
	"time"
)

var networkTypes = map[string]kind{
	"AWS::EC2::VPC": {
		physical: id("vpc-"), takes: 2 * time.Second,
		attrs: map[string]answer{
			"VpcId": physicalID, "CidrBlock": property("CidrBlock"), "DefaultNetworkAcl": part("acl-"), "DefaultSecurityGroup": part("sg-"),
			"CidrBlockAssociations": list(part("vpc-cidr-assoc-")), "Ipv6CidrBlocks": list(),
		},
	},
	"AWS::EC2::Subnet": {
		physical: id("subnet-"),
		attrs: map[string]answer{
			"SubnetId": physicalID, "VpcId": property("VpcId"), "CidrBlock": property("CidrBlock"), "NetworkAclAssociationId": part("aclassoc-"), "Ipv6CidrBlocks": list(),
			"AvailabilityZone":   func(p place, r resource) any { return textOr(r, "AvailabilityZone", zones(p.Region)[0]) },
			"AvailabilityZoneId": func(p place, r resource) any { return draw(lowerDigits, 4, p.Region) + "-az1" },
			"OutpostArn":         constant(""), "BlockPublicAccessStates": constant("off"),
		},
	},
	"AWS::EC2::SecurityGroup": {
		physical: id("sg-"),
		attrs:    map[string]answer{"GroupId": physicalID, "Id": physicalID, "VpcId": property("VpcId")},
	},
	"AWS::EC2::SecurityGroupIngress":        {physical: id("sgr-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::SecurityGroupEgress":         {physical: id("sgr-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::InternetGateway":             {physical: id("igw-"), attrs: map[string]answer{"InternetGatewayId": physicalID}},
	"AWS::EC2::VPCGatewayAttachment":        {physical: func(p place, r resource) any { return attachment(r) + "|" + text(r, "VpcId") }, attrs: map[string]answer{"AttachmentType": func(_ place, r resource) any { return attachment(r) }}},
	"AWS::EC2::RouteTable":                  {physical: id("rtb-"), attrs: map[string]answer{"RouteTableId": physicalID}},
	"AWS::EC2::Route":                       {physical: joined("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"), attrs: map[string]answer{"CidrBlock": property("DestinationCidrBlock")}},
	"AWS::EC2::NatGateway":                  {physical: id("nat-"), takes: 3 * time.Second, attrs: map[string]answer{"NatGatewayId": physicalID, "EniId": part("eni-"), "RouteTableId": part("rtb-"), "AutoScalingIps": constant("disabled"), "AutoProvisionZones": constant("disabled")}},
	"AWS::EC2::FlowLog":                     {physical: id("fl-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::NetworkAcl":                  {physical: id("acl-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::NetworkAclEntry":             {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::VPCCidrBlock":                {physical: id("vpc-cidr-assoc-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::EgressOnlyInternetGateway":   {physical: id("eigw-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::SubnetRouteTableAssociation": {physical: id("rtbassoc-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::SubnetNetworkAclAssociation": {physical: id("aclassoc-"), attrs: map[string]answer{"AssociationId": physicalID}},
	"AWS::EC2::EIP": {
		physical: func(p place, r resource) any { return ip("3", p.draw(hexDigits, 12, r.LogicalID, "eip")) },
		attrs:    map[string]answer{"AllocationId": part("eipalloc-"), "PublicIp": physicalID},
	},
	"AWS::EC2::VPCEndpoint": {
		physical: id("vpce-"), takes: 2 * time.Second,
		attrs: map[string]answer{
			"Id": physicalID, "CreationTimestamp": constant("2024-01-01T00:00:00Z"), "DnsEntries": list(), "NetworkInterfaceIds": list(part("eni-")),
		},
	},
}

func list(items ...answer) answer {
	return func(p place, r resource) any {
		all := []any{}
		for _, i := range items {
			all = append(all, i(p, r))
		}
		return all
	}
}

func attachment(r resource) string {
	if text(r, "VpnGatewayId") != "" {
		return "VGW"
	}
	return "IGW"
}

func ip(first, salt string) string {
	d := draw("0123456789", 6, salt)
	return fmt.Sprintf("%s.%d.%d.%d", first, 10+int(d[0]-'0')*10+int(d[1]-'0'), 10+int(d[2]-'0')*10+int(d[3]-'0'), 10+int(d[4]-'0')*10+int(d[5]-'0'))
}

// more are the regions that have not three availability zones.
var more = map[string]string{"us-east-1": "abcdef", "us-west-2": "abcd", "ap-northeast-2": "abcd"}

// zones are the availability zones of a region.
func zones(region string) []string {
	all := []string{}
	for _, letter := range cmp.Or(more[region], "abc") {
		all = append(all, region+string(letter))
	}
	return all
}
