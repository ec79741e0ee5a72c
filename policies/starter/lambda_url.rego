# METADATA
# title: A function's URL asks who calls
# custom:
#   id: AXLE-LAMBDA-3
#   fix: "Set AuthType: AWS_IAM"
#   standards: [AWS Lambda best practices]
package axle.rules.lambda_url

import data.axle.lib

says := "everybody may call the function behind %s"

deny contains finding if some finding in lib.wants_one_of(lib.of("AWS::Lambda::Url"), ["AuthType"], {"AWS_IAM"}, says)
