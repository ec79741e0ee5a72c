package cloudformation

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var moreTypes = map[string]kind{
	"AWS::IAM::User":                              {attrs: map[string]answer{"Arn": iamARN("user")}},
	"AWS::IAM::Group":                             {attrs: map[string]answer{"Arn": iamARN("group")}},
	"AWS::IAM::RolePolicy":                        {physical: joined("PolicyName", "RoleName")},
	"AWS::IAM::UserPolicy":                        {physical: joined("PolicyName", "UserName")},
	"AWS::IAM::GroupPolicy":                       {physical: joined("PolicyName", "GroupName")},
	"AWS::EC2::EIPAssociation":                    {physical: id("eipassoc-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::NetworkInterface":                  {physical: id("eni-"), attrs: map[string]answer{"Id": physicalID, "PrimaryPrivateIpAddress": address("10"), "SecondaryPrivateIpAddresses": secondary}},
	"AWS::EC2::DHCPOptions":                       {physical: id("dopt-"), attrs: map[string]answer{"DhcpOptionsId": physicalID}},
	"AWS::EC2::VPCPeeringConnection":              {physical: id("pcx-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EC2::PrefixList":                        {physical: id("pl-"), attrs: map[string]answer{"PrefixListId": physicalID}},
	"AWS::EC2::VPCDHCPOptionsAssociation":         {physical: joined("DhcpOptionsId", "VpcId")},
	"AWS::EC2::TransitGatewayAttachment":          {physical: id("tgw-attach-"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::Logs::MetricFilter":                     {},
	"AWS::Logs::SubscriptionFilter":               {},
	"AWS::Logs::LogStream":                        {},
	"AWS::Logs::ResourcePolicy":                   {},
	"AWS::CloudWatch::Dashboard":                  {},
	"AWS::CloudWatch::CompositeAlarm":             {attrs: map[string]answer{"Arn": arn("cloudwatch", "alarm:")}},
	"AWS::CloudTrail::Trail":                      {attrs: map[string]answer{"Arn": arn("cloudtrail", "trail/")}},
	"AWS::Events::EventBus":                       {attrs: map[string]answer{"Arn": arn("events", "event-bus/"), "Name": physicalID}},
	"AWS::Events::EventBusPolicy":                 {physical: joined("EventBusName", "StatementId")},
	"AWS::Scheduler::Schedule":                    {attrs: map[string]answer{"Arn": arn("scheduler", "schedule/default/")}},
	"AWS::Kinesis::Stream":                        {attrs: map[string]answer{"Arn": arn("kinesis", "stream/")}},
	"AWS::KinesisFirehose::DeliveryStream":        {attrs: map[string]answer{"Arn": arn("firehose", "deliverystream/")}},
	"AWS::SSM::Document":                          {},
	"AWS::SecretsManager::ResourcePolicy":         {physical: property("SecretId"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::SecretsManager::RotationSchedule":       {physical: property("SecretId"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::SecretsManager::SecretTargetAttachment": {physical: property("SecretId"), attrs: map[string]answer{"Id": physicalID}},
	"AWS::EFS::FileSystem":                        {physical: id("fs-"), attrs: map[string]answer{"FileSystemId": physicalID, "Arn": arn("elasticfilesystem", "file-system/")}},
	"AWS::EFS::MountTarget":                       {physical: id("fsmt-"), attrs: map[string]answer{"Id": physicalID, "IpAddress": address("10")}},
	"AWS::EFS::AccessPoint":                       {physical: id("fsap-"), attrs: map[string]answer{"AccessPointId": physicalID, "Arn": arn("elasticfilesystem", "access-point/")}},
	"AWS::Backup::BackupVault":                    {attrs: map[string]answer{"BackupVaultArn": arn("backup", "backup-vault:"), "BackupVaultName": physicalID}},
	"AWS::Backup::BackupPlan":                     {physical: fresh("plan"), attrs: map[string]answer{"BackupPlanId": physicalID, "BackupPlanArn": arn("backup", "backup-plan:")}},
	"AWS::Backup::BackupSelection":                {physical: fresh("selection"), attrs: map[string]answer{"SelectionId": physicalID, "Id": physicalID}},
	"AWS::RDS::DBCluster": {attrs: map[string]answer{
		"DBClusterArn": arn("rds", "cluster:"), "Endpoint.Address": cluster("cluster-"), "ReadEndpoint.Address": cluster("cluster-ro-"),
		"Endpoint.Port":       func(_ place, r resource) any { return textOr(r, "Port", databasePort(text(r, "Engine"))) },
		"DBClusterResourceId": func(_ place, r resource) any { return "cluster-" + draw(upperDigits, 26, r.PhysicalID) },
	}},
	"AWS::RDS::DBParameterGroup":         {},
	"AWS::RDS::DBClusterParameterGroup":  {},
	"AWS::ElastiCache::SubnetGroup":      {},
	"AWS::DirectoryService::MicrosoftAD": {physical: id("d-"), takes: 3 * time.Second, attrs: map[string]answer{"Alias": physicalID, "DnsIpAddresses": list(address("10"), addressOf("10", "second"))}},
	"AWS::DirectoryService::SimpleAD":    {physical: id("d-"), takes: 3 * time.Second, attrs: map[string]answer{"Alias": physicalID, "DnsIpAddresses": list(address("10"), addressOf("10", "second"))}},
}

// secondary are as many addresses as the interface asks for.
func secondary(_ place, r resource) any {
	n, _ := strconv.Atoi(text(r, "SecondaryPrivateIpAddressCount"))
	all := []any{}
	for i := range min(n, 50) {
		all = append(all, ip("10", fmt.Sprint(r.PhysicalID, i)))
	}
	return all
}

func cluster(role string) answer {
	return func(p place, r resource) any {
		return strings.ToLower(r.PhysicalID) + "." + role + draw(lowerDigits, 12, p.Account, p.Region) + "." + p.Region + ".rds." + suffix(p.Region)
	}
}
