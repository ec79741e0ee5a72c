# METADATA
# title: An API's domain takes TLS 1.2 or later
# custom:
#   id: AXLE-API-4
#   fix: "Set SecurityPolicy: TLS_1_2"
#   standards: [AWS API Gateway best practices]
package axle.rules.apigateway_tls

import data.axle.lib

says := "domain %s takes TLS 1.0"

deny contains finding if some finding in lib.refuses(lib.of("AWS::ApiGateway::DomainName"), ["SecurityPolicy"], {"TLS_1_0"}, says)
