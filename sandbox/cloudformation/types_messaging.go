package cloudformation

import "strings"

var messagingTypes = map[string]kind{
	typeTopic: {
		physical: func(p place, r resource) any { return p.arn("sns", fifo(nameOf(p, r), r, "FifoTopic")) },
		attrs: map[string]answer{
			"TopicArn":  physicalID,
			"TopicName": func(_ place, r resource) any { return lastPart(r.PhysicalID) },
		},
	},
	typeSubscription: {
		physical: func(p place, r resource) any {
			return text(r, "TopicArn") + ":" + uuid(p.StackID, p.draw(hexDigits, 8, r.LogicalID, "subscription"))
		},
		attrs: map[string]answer{"Arn": physicalID},
	},
	"AWS::SNS::TopicPolicy": {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	typeQueue: {
		physical: func(p place, r resource) any {
			return "https://sqs." + p.Region + "." + suffix(p.Region) + "/" + p.Account + "/" + fifo(nameOf(p, r), r, "FifoQueue")
		},
		attrs: map[string]answer{
			"Arn":       func(p place, r resource) any { return p.arn("sqs", lastPart(r.PhysicalID)) },
			"QueueName": func(_ place, r resource) any { return lastPart(r.PhysicalID) },
			"QueueUrl":  physicalID,
		},
	},
	"AWS::SQS::QueuePolicy": {physical: generated, attrs: map[string]answer{"Id": physicalID}},
	"AWS::Events::Rule": {
		physical: func(p place, r resource) any {
			if bus := text(r, "EventBusName"); bus != "" && bus != "default" {
				return lastPart(bus) + "|" + nameOf(p, r)
			}
			return nameOf(p, r)
		},
		attrs: map[string]answer{"RuleName": func(_ place, r resource) any { return r.PhysicalID[strings.LastIndex(r.PhysicalID, "|")+1:] }, "Arn": func(p place, r resource) any {
			if bus := text(r, "EventBusName"); bus != "" && bus != "default" {
				return p.arn("events", "rule/"+lastPart(bus)+"/"+r.PhysicalID[len(lastPart(bus))+1:])
			}
			return p.arn("events", "rule/"+r.PhysicalID)
		}},
	},
}

// fifo gives a name that AWS made the suffix a FIFO one must have.
func fifo(name string, r resource, property string) string {
	if text(r, property) == "true" && text(r, naming[r.Type].property) == "" {
		return name + ".fifo"
	}
	return name
}
