# METADATA
# title: An image is scanned when it is pushed
# custom:
#   id: AXLE-TF-ECR-1
#   fix: "Set image_scanning_configuration { scan_on_push = true }"
#   standards: [Security Hub ECR.1]
package axle.terraform.ecr_scan

import data.axle.lib

says := "images of %s are not scanned"

warn contains finding if some finding in lib.wants_true(lib.of("aws_ecr_repository"), ["image_scanning_configuration", 0, "scan_on_push"], says)
