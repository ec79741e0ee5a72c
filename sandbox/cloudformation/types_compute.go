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
	"AWS::Lambda::Permission": {physical: generated, attrs: map[string]answer{"Id": physicalID}},
}
