# METADATA
# title: A trail covers every region
# custom:
#   id: AXLE-TF-TRAIL-2
#   fix: "Set is_multi_region_trail = true"
#   standards: [Security Hub CloudTrail.1, CIS AWS v3.0 3.1]
package axle.terraform.cloudtrail_regions

import data.axle.lib

says := "trail %s covers one region"

warn contains finding if some finding in lib.wants_true(lib.of("aws_cloudtrail"), ["is_multi_region_trail"], says)
