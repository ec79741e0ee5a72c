# METADATA
# title: An image is scanned when it is pushed
# custom:
#   id: AXLE-ECR-1
#   fix: "Set ImageScanningConfiguration: { ScanOnPush: true }"
#   standards: [Security Hub ECR.1]
package axle.rules.ecr_scan

import data.axle.lib

says := "images of %s are not scanned"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::ECR::Repository"), ["ImageScanningConfiguration", "ScanOnPush"], says)
