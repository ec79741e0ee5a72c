# METADATA
# title: A trail covers every region
# custom:
#   id: AXLE-TRAIL-3
#   fix: "Set IsMultiRegionTrail: true"
#   standards: [Security Hub CloudTrail.1, CIS AWS v3.0 3.1]
package axle.rules.cloudtrail_regions

import data.axle.lib

says := "trail %s covers one region"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::CloudTrail::Trail"), ["IsMultiRegionTrail"], says)
