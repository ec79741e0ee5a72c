# METADATA
# title: What a build makes is encrypted
# custom:
#   id: AXLE-BUILD-2
#   fix: "Remove EncryptionDisabled: true"
#   standards: [AWS CodeBuild best practices]
package axle.rules.codebuild_artifacts

import data.axle.lib

says := "what build %s makes is not encrypted"

deny contains finding if some finding in lib.refuses_true(lib.of("AWS::CodeBuild::Project"), ["Artifacts", "EncryptionDisabled"], says)
