# METADATA
# title: A data warehouse logs who uses it
# custom:
#   id: AXLE-REDSHIFT-4
#   fix: "Set LoggingProperties"
#   standards: [Security Hub Redshift.4]
package axle.rules.redshift_logs

import data.axle.lib

says := "data warehouse %s does not log who uses it"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::Redshift::Cluster"), ["LoggingProperties"], says)
