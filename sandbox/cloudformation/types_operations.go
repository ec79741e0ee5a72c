package cloudformation

import (
	"fmt"
	"strings"
)

const typeParameter = "AWS::SSM::Parameter"

var operationsTypes = map[string]kind{
	"AWS::Logs::LogGroup": {
		attrs: map[string]answer{"Arn": func(p place, r resource) any { return p.arn("logs", "log-group:"+r.PhysicalID+":*") }},
	},
	typeParameter: {
		attrs: map[string]answer{"Arn": func(p place, r resource) any { return p.arn("ssm", "parameter/"+strings.TrimPrefix(r.PhysicalID, "/")) }, "Type": property("Type"), "Value": property("Value")},
	},
	"AWS::CloudWatch::Alarm": {attrs: map[string]answer{"Arn": arn("cloudwatch", "alarm:")}},
	typeStack: {physical: func(p place, r resource) any {
		return p.arn("cloudformation", "stack/"+nameOf(p, resource{LogicalID: r.LogicalID})+"/"+uuid(p.StackID, p.draw(hexDigits, 8, r.LogicalID, "stack")))
	}},
	"AWS::CloudFormation::WaitConditionHandle": {
		physical: func(p place, r resource) any {
			return fmt.Sprintf("https://cloudformation-waitcondition-%s.s3.%s.%s/%s/%s", p.Region, p.Region, suffix(p.Region), p.StackID, r.LogicalID)
		},
		attrs: map[string]answer{"Id": physicalID},
	},
}
