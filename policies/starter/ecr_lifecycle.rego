# METADATA
# title: Old images go
# custom:
#   id: AXLE-ECR-3
#   fix: "Set LifecyclePolicy: without it images are kept, and paid for, for ever"
#   standards: [Security Hub ECR.3]
package axle.rules.ecr_lifecycle

import data.axle.lib

says := "repository %s keeps its images for ever"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::ECR::Repository"), ["LifecyclePolicy"], says)
