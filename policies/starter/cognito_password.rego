# METADATA
# title: A user's password is long
# custom:
#   id: AXLE-COGNITO-2
#   fix: "Set Policies: { PasswordPolicy: { MinimumLength: 12 } }"
#   standards: [NIST SP 800-63B]
package axle.rules.cognito_password

import data.axle.lib

says := "passwords of user pool %s may be shorter than 8"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::Cognito::UserPool"), ["Policies", "PasswordPolicy", "MinimumLength"], 8, says)
