# METADATA
# title: A GraphQL API asks who calls
# custom:
#   id: AXLE-APPSYNC-1
#   fix: "Set AuthenticationType: AWS_IAM, AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT or AWS_LAMBDA"
#   standards: [Security Hub AppSync.5]
package axle.rules.appsync_key

import data.axle.lib

says := "a key is all that GraphQL API %s asks for"

warn contains finding if some finding in lib.refuses(lib.of("AWS::AppSync::GraphQLApi"), ["AuthenticationType"], {"API_KEY"}, says)
