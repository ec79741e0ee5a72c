# METADATA
# title: A queue or topic policy allows nobody unknown
# custom:
#   id: AXLE-SQS-2
#   fix: "Name the principals, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID"
#   standards: [FSBP SQS.3, FSBP SNS.4]
package axle.rules.public_messaging

import data.axle.lib

document := ["Properties", "PolicyDocument"]

policies[id] := properties if {
	some kind in ["AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"]
	some id, properties in lib.of(kind)
}

deny contains lib.finding(id, array.concat(at, ["Principal"]), sprintf("%s allows everybody", [id])) if {
	some id, properties in policies
	some [at, statement] in lib.grants(object.get(properties, "PolicyDocument", {}), document)
	lib.everyone(object.get(statement, "Principal", "*"))
	not lib.narrowed(statement)
}

deny contains finding if {
	some id, properties in policies
	some finding in lib.unread(id, document, object.get(properties, "PolicyDocument", null)) | lib.unnamed(id, document, object.get(properties, "PolicyDocument", null))
}
