# METADATA
# title: A build is not root on its host
# custom:
#   id: AXLE-BUILD-3
#   fix: "Remove PrivilegedMode: true unless it makes images"
#   standards: [AWS CodeBuild best practices]
package axle.rules.codebuild_privileged

import data.axle.lib

says := "build %s is root on its host"

warn contains finding if some finding in lib.refuses_true(lib.of("AWS::CodeBuild::Project"), ["Environment", "PrivilegedMode"], says)
