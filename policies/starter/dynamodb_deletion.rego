# METADATA
# title: A table cannot be deleted by mistake
# custom:
#   id: AXLE-DDB-2
#   fix: "Set DeletionProtectionEnabled: true"
#   standards: [Security Hub DynamoDB.6]
package axle.rules.dynamodb_deletion

import data.axle.lib

says := "table %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::DynamoDB::Table"), ["DeletionProtectionEnabled"], says)
