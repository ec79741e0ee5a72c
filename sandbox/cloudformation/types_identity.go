package cloudformation

import "strings"

const typeRole = "AWS::IAM::Role"

var identityTypes = map[string]kind{
	typeRole: {
		attrs: map[string]answer{"Arn": iamARN("role"), "RoleId": iamID("AROA")},
	},
	"AWS::IAM::Policy": {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	"AWS::IAM::ManagedPolicy": {
		physical: func(p place, r resource) any { return p.iamARN("policy" + textOr(r, "Path", "/") + nameOf(p, r)) },
		attrs: map[string]answer{
			"PolicyArn": physicalID, "PolicyId": iamID("ANPA"), "AttachmentCount": constant("0"), "PermissionsBoundaryUsageCount": constant("0"),
			"CreateDate": constant("2024-01-01T00:00:00Z"), "UpdateDate": constant("2024-01-01T00:00:00Z"), "DefaultVersionId": constant("v1"), "IsAttachable": constant("true"),
		},
	},
	"AWS::IAM::InstanceProfile": {
		attrs: map[string]answer{"Arn": iamARN("instance-profile")},
	},
	"AWS::KMS::Key": {
		physical: func(p place, r resource) any { return uuid(p.StackID, p.draw(hexDigits, 8, r.LogicalID, "key")) },
		attrs:    map[string]answer{"Arn": arn("kms", "key/"), "KeyId": physicalID},
	},
	"AWS::KMS::Alias": {physical: property("AliasName")},
}

func constant(v string) answer { return func(place, resource) any { return v } }

func iamARN(sort string) answer {
	return func(p place, r resource) any { return p.iamARN(sort + textOr(r, "Path", "/") + r.PhysicalID) }
}

func iamID(prefix string) answer {
	return func(p place, r resource) any { return prefix + draw(upperDigits, 17, p.Account, r.PhysicalID) }
}

// lastPart is what stands behind the last slash or colon of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }
