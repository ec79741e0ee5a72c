# METADATA
# title: A secret is changed from time to time
# custom:
#   id: AXLE-SECRETS-1
#   fix: "Add an AWS::SecretsManager::RotationSchedule with SecretId: !Ref of the secret"
#   standards: [Security Hub SecretsManager.1]
package axle.rules.secrets_rotation

import data.axle.lib

rotated contains secret if some secret in rotated_directly

# A schedule may name what attaches a secret to its database.
rotated contains properties.SecretId if {
	some id, properties in lib.of("AWS::SecretsManager::SecretTargetAttachment")
	sprintf("${%s}", [id]) in rotated_directly
}

rotated_directly contains properties.SecretId if some _, properties in lib.of("AWS::SecretsManager::RotationSchedule")

warn contains lib.finding(id, [], sprintf("secret %s stays what it is for ever", [id])) if {
	some id, _ in lib.of("AWS::SecretsManager::Secret")
	not sprintf("${%s}", [id]) in rotated
}
