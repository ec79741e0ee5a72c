# METADATA
# title: A GraphQL API logs its fields' errors
# custom:
#   id: AXLE-APPSYNC-2
#   fix: "Set LogConfig: { FieldLogLevel: ERROR, CloudWatchLogsRoleArn }"
#   standards: [Security Hub AppSync.2]
package axle.rules.appsync_logs

import data.axle.lib

says := "GraphQL API %s logs no errors"

good := {
	"ERROR",
	"INFO",
	"DEBUG",
	"ALL",
}

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::AppSync::GraphQLApi"), ["LogConfig", "FieldLogLevel"], good, says)
