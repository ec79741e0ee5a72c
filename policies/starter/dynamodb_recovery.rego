# METADATA
# title: A table can be restored to a point in time
# custom:
#   id: AXLE-DDB-1
#   fix: "Set PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }"
#   standards: [Security Hub DynamoDB.2]
package axle.rules.dynamodb_recovery

import data.axle.lib

warn contains finding if {
	some id, properties in lib.of("AWS::DynamoDB::Table")
	steps := ["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"]
	some finding in lib.must_be_true(id, array.concat(["Properties"], steps), lib.at(properties, steps), sprintf("table %s cannot be restored to a point in time", [id]))
}
