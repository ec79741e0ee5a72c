# METADATA
# title: A build runs on an image that AWS still mends
# custom:
#   id: AXLE-BUILD-4
#   fix: "Set Image: aws/codebuild/standard:7.0"
#   standards: [AWS CodeBuild best practices]
package axle.rules.codebuild_image

import data.axle.lib

says := "build %s runs on an image that AWS no longer mends"

old := {
	"aws/codebuild/standard:1.0",
	"aws/codebuild/standard:2.0",
	"aws/codebuild/standard:3.0",
	"aws/codebuild/standard:4.0",
}

warn contains finding if some finding in lib.refuses(lib.of("AWS::CodeBuild::Project"), ["Environment", "Image"], old, says)
