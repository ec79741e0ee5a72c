# METADATA
# title: A table is encrypted with a KMS key
# custom:
#   id: AXLE-TF-DDB-1
#   fix: "Set server_side_encryption { enabled = true }"
#   standards: [AWS DynamoDB best practices]
package axle.terraform.dynamodb_encryption

import data.axle.lib

says := "table %s is not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_true(lib.of("aws_dynamodb_table"), ["server_side_encryption", 0, "enabled"], says)
