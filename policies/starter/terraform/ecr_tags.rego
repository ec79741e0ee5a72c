# METADATA
# title: An image’s tag stays with it
# custom:
#   id: AXLE-TF-ECR-2
#   fix: "Set image_tag_mutability = \"IMMUTABLE\""
#   standards: [Security Hub ECR.2]
package axle.terraform.ecr_tags

import data.axle.lib

says := "tags of %s can be moved"

warn contains finding if some finding in lib.wants_one_of(lib.of("aws_ecr_repository"), ["image_tag_mutability"], {"IMMUTABLE"}, says)
