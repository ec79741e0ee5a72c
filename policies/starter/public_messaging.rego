# METADATA
# title: A queue or topic policy allows nobody unknown
# custom:
#   id: AXLE-SQS-2
#   fix: "Name the principals, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID"
#   standards: [Security Hub SQS.3, Security Hub SNS.4]
package axle.rules.public_messaging

import data.axle.lib

deny contains finding if {
	some kind in ["AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"]
	some id, properties in lib.of(kind)
	document := object.get(properties, "PolicyDocument", null)
	some finding in lib.strangers(id, ["Properties", "PolicyDocument"], document, sprintf("%s allows everybody", [id]))
}
