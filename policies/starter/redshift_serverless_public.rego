# METADATA
# title: A serverless data warehouse is not reachable from the internet
# custom:
#   id: AXLE-REDSHIFT-7
#   fix: "Set PubliclyAccessible: false"
#   standards: [Security Hub RedshiftServerless.3]
package axle.rules.redshift_serverless_public

import data.axle.lib

says := "workgroup %s is reachable from the internet"

deny contains finding if some finding in lib.refuses_true(lib.of("AWS::RedshiftServerless::Workgroup"), ["PubliclyAccessible"], says)
