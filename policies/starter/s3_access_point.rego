# METADATA
# title: An access point blocks all public access
# custom:
#   id: AXLE-S3-9
#   fix: "Remove what is false from PublicAccessBlockConfiguration; it cannot be changed later without a new access point"
#   standards: [Security Hub S3.19, Security Hub S3.24]
package axle.rules.s3_access_point

import data.axle.lib

points := lib.of_any({"AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPoint"})

deny contains finding if {
	some setting in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
	some finding in lib.refuses_false(points, ["PublicAccessBlockConfiguration", setting], "access point %s can be made public")
}
