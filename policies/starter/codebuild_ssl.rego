# METADATA
# title: A build checks whose source it reads
# custom:
#   id: AXLE-BUILD-1
#   fix: "Remove InsecureSsl: true"
#   standards: [AWS CodeBuild best practices]
package axle.rules.codebuild_ssl

import data.axle.lib

says := "build %s reads its source from whoever answers"

deny contains finding if some finding in lib.refuses_true(lib.of("AWS::CodeBuild::Project"), ["Source", "InsecureSsl"], says)
