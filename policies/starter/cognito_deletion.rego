# METADATA
# title: A user pool cannot be deleted by mistake
# custom:
#   id: AXLE-COGNITO-3
#   fix: "Set DeletionProtection: ACTIVE"
#   standards: [AWS Cognito best practices]
package axle.rules.cognito_deletion

import data.axle.lib

says := "user pool %s can be deleted by mistake"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::Cognito::UserPool"), ["DeletionProtection"], {"ACTIVE"}, says)
