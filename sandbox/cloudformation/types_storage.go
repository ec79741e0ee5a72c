package cloudformation

import (
	"strings"
	"time"
)

var storageTypes = map[string]kind{
	typeBucket: {
		takes: 2 * time.Second,
		attrs: map[string]answer{
			"Arn":                func(p place, r resource) any { return "arn:" + partition(p.Region) + ":s3:::" + r.PhysicalID },
			"DomainName":         func(p place, r resource) any { return r.PhysicalID + ".s3." + suffix(p.Region) },
			"RegionalDomainName": func(p place, r resource) any { return r.PhysicalID + ".s3." + p.Region + "." + suffix(p.Region) },
			"DualStackDomainName": func(p place, r resource) any {
				return r.PhysicalID + ".s3.dualstack." + p.Region + "." + suffix(p.Region)
			},
			"WebsiteURL": func(p place, r resource) any {
				return "http://" + r.PhysicalID + ".s3-website-" + p.Region + "." + suffix(p.Region)
			},
		},
	},
	"AWS::S3::BucketPolicy": {physical: property("Bucket")},
	"AWS::DynamoDB::Table": {
		takes: 3 * time.Second,
		attrs: map[string]answer{
			"Arn": arn("dynamodb", "table/"),
			"StreamArn": func(p place, r resource) any {
				return p.arn("dynamodb", "table/"+r.PhysicalID+"/stream/2024-01-01T00:00:00.000")
			},
		},
	},
	"AWS::ECR::Repository": {
		attrs: map[string]answer{
			"Arn": arn("ecr", "repository/"),
			"RepositoryUri": func(p place, r resource) any {
				return p.Account + ".dkr.ecr." + p.Region + "." + suffix(p.Region) + "/" + r.PhysicalID
			},
		},
	},
	"AWS::RDS::DBInstance": {
		takes: 3 * time.Second,
		attrs: map[string]answer{
			"DBInstanceArn": arn("rds", "db:"),
			"DbiResourceId": func(_ place, r resource) any { return "db-" + draw(upperDigits, 26, r.PhysicalID) },
			"DBSystemId":    physicalID,
			"Endpoint.Address": func(p place, r resource) any {
				return r.PhysicalID + "." + draw(lowerDigits, 12, p.Account, p.Region) + "." + p.Region + ".rds." + suffix(p.Region)
			},
			"Endpoint.Port":         func(_ place, r resource) any { return textOr(r, "Port", databasePort(text(r, "Engine"))) },
			"Endpoint.HostedZoneId": func(p place, _ resource) any { return "Z" + draw(upperDigits, 13, "rds", p.Region) },
			"MasterUserSecret.SecretArn": func(p place, r resource) any {
				return p.arn("secretsmanager", "secret:rds!db-"+uuid(r.PhysicalID)+"-"+draw(lowerDigits, 6, r.PhysicalID))
			},
			"CertificateDetails.CAIdentifier": func(place, resource) any { return "rds-ca-rsa2048-g1" },
		},
	},
	"AWS::RDS::DBSubnetGroup": {attrs: map[string]answer{"DBSubnetGroupArn": arn("rds", "subgrp:")}},
	"AWS::SecretsManager::Secret": {
		physical: func(p place, r resource) any {
			return p.arn("secretsmanager", "secret:"+nameOf(p, r)+"-"+p.draw(lowerDigits, 6, r.LogicalID, "secret"))
		},
		attrs: map[string]answer{"Id": physicalID},
	},
}

const typeBucket = "AWS::S3::Bucket"

func databasePort(engine string) string {
	switch {
	case strings.Contains(engine, "postgres"):
		return "5432"
	case strings.HasPrefix(engine, "oracle"):
		return "1521"
	case strings.HasPrefix(engine, "sqlserver"):
		return "1433"
	}
	return "3306"
}
