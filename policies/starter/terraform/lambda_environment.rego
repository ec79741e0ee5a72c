# METADATA
# title: A function’s environment is encrypted with a KMS key
# custom:
#   id: AXLE-TF-LAMBDA-2
#   fix: "Set kms_key_arn"
#   standards: [AWS Lambda best practices]
package axle.terraform.lambda_environment

import data.axle.lib

with_environment := {id: properties |
	some id, properties in lib.of("aws_lambda_function")
	lib.filled(lib.at(properties, ["environment", 0, "variables"]))
}

warn contains finding if some finding in lib.wants_given(with_environment, ["kms_key_arn"], "the environment of %s is not encrypted with a KMS key of yours")
