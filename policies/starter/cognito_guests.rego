# METADATA
# title: An identity pool gives credentials to nobody unknown
# custom:
#   id: AXLE-COGNITO-1
#   fix: "Set AllowUnauthenticatedIdentities: false"
#   standards: [Security Hub Cognito.2]
package axle.rules.cognito_guests

import data.axle.lib

says := "identity pool %s gives credentials to everybody"

warn contains finding if some finding in lib.refuses_true(lib.of("AWS::Cognito::IdentityPool"), ["AllowUnauthenticatedIdentities"], says)
