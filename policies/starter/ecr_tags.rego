# METADATA
# title: An image's tag stays with it
# custom:
#   id: AXLE-ECR-2
#   fix: "Set ImageTagMutability: IMMUTABLE"
#   standards: [Security Hub ECR.2]
package axle.rules.ecr_tags

import data.axle.lib

says := "a tag of %s can be given to another image"

warn contains finding if some finding in lib.wants_one_of(lib.of("AWS::ECR::Repository"), ["ImageTagMutability"], {"IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"}, says)
