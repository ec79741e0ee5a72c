# METADATA
# title: A table can be restored to a point in time
# custom:
#   id: AXLE-TF-DDB-2
#   fix: "Set point_in_time_recovery { enabled = true }"
#   standards: [Security Hub DynamoDB.2]
package axle.terraform.dynamodb_recovery

import data.axle.lib

says := "table %s cannot be restored to a point in time"

warn contains finding if some finding in lib.wants_true(lib.of("aws_dynamodb_table"), ["point_in_time_recovery", 0, "enabled"], says)
